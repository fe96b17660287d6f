"""The harmonised report: its sheets to the byte, and its counting rule by rule."""

from __future__ import annotations

import csv
import io
import xml.etree.ElementTree as ET
import zipfile
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evenhand.transparency import dsa
from evenhand.transparency.dsa.answers import Answers, read_answers
from evenhand.transparency.dsa.by_heading import Report
from evenhand.transparency.dsa.sheets import NAMES, OTHER_WORDS, PERIOD, Provider, template
from evenhand.transparency.dsa.tallying import Counting, Tally
from tests.unit.transparency.dsa.log_lines import (
    an_order,
    answered,
    concluded,
    decisions,
    filed,
    held,
    line,
    made,
    reported,
)

OFFICIAL = Path(__file__).parents[3] / "fixtures" / "dsa" / "templates"
SINCE, UNTIL = "2026-01-01T00:00:00.000000Z", "2027-01-01T00:00:00.000000Z"
QUIET = Answers(orders=())
#: Columns that say what a row is; the others are what it holds.
LABELS = ("Applicability", "Category", "Section", "Indicator", "Scope")


def official(name: str) -> bytes:
    """Read a template as the Commission published it."""
    (file,) = OFFICIAL.glob(f"*_Part_{name}.csv")
    return file.read_bytes()


def tallied(lines: Iterable[dict[str, Any]]) -> Tally:
    """Count lines in the order of their time."""
    ordered = sorted(lines, key=lambda each: each["at"])
    counting = Counting(SINCE, UNTIL)
    counting.expect(each for each in ordered if each["type"].startswith("appeal."))
    return counting.read(ordered)


def sheets(
    lines: Iterable[dict[str, Any]] = (), answers: Answers = QUIET
) -> dict[str, list[dict[str, str]]]:
    """Count lines and write the report; read its CSVs back by header and row."""
    made_of = Report(
        date(2026, 1, 1), date(2026, 12, 31), "Plaza", date(2027, 2, 1), tallied(lines), answers
    )
    return {sheet.name: read(dsa.as_csv(sheet)) for sheet in dsa.fill(made_of)}


def read(content: bytes) -> list[dict[str, str]]:
    """Read a CSV as anybody would, with the spaces around its headers taken away."""
    rows = csv.DictReader(io.StringIO(content.decode("utf-8"), newline=""))
    return [{name.strip(): cell for name, cell in row.items()} for row in rows]


def heading(rows: list[dict[str, str]], code: str, under: str = "") -> dict[str, str]:
    """Return the row of a heading, or of a keyword under a category."""
    name = next(each for each in rows[0] if each.startswith("Category of"))
    codes = [row[name] for row in rows]
    return rows[codes.index(code, codes.index(under) if under else 0)]


def value(rows: list[dict[str, str]], indicator: str, scope: str) -> str:
    """Return the value of the row of an indicator and a scope."""
    (found,) = [
        row["Value"]
        for row in rows
        if row["Indicator"].strip() == indicator and row["Scope"].strip() == scope
    ]
    return found


class TestSheets:
    """What the Commission published, and what we write."""

    @pytest.mark.parametrize("name", NAMES)
    def test_are_the_official_templates_to_the_byte(self, name: str) -> None:
        """As they are shipped, and as they are written again."""
        assert dsa.as_csv(template(name)) == official(name)

    @pytest.mark.parametrize("name", NAMES)
    @pytest.mark.parametrize("provider", ["hosting", "platform"])
    def test_keep_header_and_rows_to_the_byte(self, name: str, provider: str) -> None:
        """Whatever is filled in: the header, and what says which row it is."""
        lines = [made("remove"), reported(), filed("a", "d")]
        answers = Answers(provider=Provider(provider), orders=())
        report = Report(
            date(2026, 1, 1), date(2026, 12, 31), "Plaza", date(2027, 2, 1), tallied(lines), answers
        )
        sheet = next(each for each in dsa.fill(report) if each.name == name)
        ours, theirs = dsa.as_csv(sheet), official(name)
        assert ours.split(b"\n", 1)[0] == theirs.split(b"\n", 1)[0]
        assert not ours.startswith(b"\xef\xbb\xbf")
        assert b"\r" not in ours
        ours_rows, theirs_rows = raw(ours), raw(theirs)
        labels = [n for n, title in enumerate(theirs_rows[0]) if title.startswith(LABELS)]
        told = [[row[n] for n in labels] for row in ours_rows]
        assert told == [[row[n] for n in labels] for row in theirs_rows]

    def test_say_whose_they_are_and_of_when(self) -> None:
        """In every row that has a place for it; no hint of the template is left."""
        for name, rows in sheets().items():
            for row in rows:
                assert row.get("Service", "Plaza") == "Plaza"
                assert row.get("Reporting period", "2026-01-01/2026-12-31") != PERIOD
                assert OTHER_WORDS not in row.values(), name
                assert "Free text" not in row.values(), name

    def test_leave_blank_what_cannot_apply_and_say_0_where_nothing_happened(self) -> None:
        """A hosting provider has no complaints system; a platform had no complaints."""
        rows = sheets(answers=Answers(provider=Provider.HOSTING))["7_appeals_and_recidivism"]
        assert [row["Value"] for row in rows] == ["0"] + [""] * 46
        rows = sheets(answers=Answers(provider=Provider.INTERMEDIARY))["4_notices"]
        assert {row["Number of notices received"] for row in rows} == {""}
        rows = sheets()["4_notices"]
        assert {row["Number of notices received"] for row in rows} == {"0"}
        assert {row["Median time to take action"] for row in rows} == {"0"}

    def test_are_in_the_workbook_too(self) -> None:
        """A tab each, cell by cell what the CSVs hold."""
        report = Report(
            date(2026, 1, 1), date(2026, 12, 31), "P & <Co>", date(2027, 2, 1), Tally(), QUIET
        )
        filled = dsa.fill(report)
        assert dsa.as_workbook(filled) == dsa.as_workbook(filled)
        tabs = workbook(dsa.as_workbook(filled))
        assert list(tabs) == list(NAMES)
        for sheet in filled:
            rows = raw(dsa.as_csv(sheet))
            assert tabs[sheet.name] == [[cell for cell in row if cell] for row in rows]


def raw(content: bytes) -> list[list[str]]:
    """Read a CSV as it is."""
    return list(csv.reader(io.StringIO(content.decode("utf-8"), newline="")))


def workbook(content: bytes) -> dict[str, list[list[str]]]:
    """Read the cells that hold anything, tab by tab."""
    main = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        assert package.testzip() is None
        for name in package.namelist():
            ET.fromstring(package.read(name))
        listed = ET.fromstring(package.read("xl/workbook.xml"))
        tabs: dict[str, list[list[str]]] = {}
        for number, tab in enumerate(listed.iter(f"{main}sheet"), 1):
            parsed = ET.fromstring(package.read(f"xl/worksheets/sheet{number}.xml"))
            tabs[tab.attrib["name"]] = [
                ["".join(cell.itertext()) for cell in row] for row in parsed.iter(f"{main}row")
            ]
    return tabs


class TestNotices:
    """Sheet 4."""

    def test_counts_what_came_in_and_what_was_done_about_it(self) -> None:
        """By what the notice alleges; an action once, a wait for each notice."""
        both = [answered(hours=3), answered("intimate_images", trusted=True, hours=8)]
        rows = sheets(
            [
                reported(trusted=True),
                reported(),
                reported(basis="report"),
                reported(harm="other"),
                reported(day=-1),
                made("remove", "suspend", notices=both, source="notice"),
                made(notices=[answered(hours=50)], outcome="no_violation", ground=None),
            ]
        )["4_notices"]
        total = heading(rows, "TOTAL")
        assert total["Number of notices received"] == "3"
        assert total["Number of notices received from Trusted flaggers"] == "1"
        assert total["Median time to take action"] == "5.5"
        assert total["Median time to take action (Trusted Flagger notices)"] == "8"
        terms = "Number of actions taken on the basis of the terms and conditions of the service"
        assert total[terms] == "1"
        assert total["Number of actions taken on the basis of the law"] == "0"
        fraud = heading(rows, "STATEMENT_CATEGORY_SCAMS_AND_FRAUD")
        assert fraud["Number of notices received"] == "2"
        assert fraud["Median time to take action"] == "3"
        other = heading(rows, "KEYWORD_OTHER", "STATEMENT_CATEGORY_SCAMS_AND_FRAUD")
        assert other["Number of notices received"] == "2"
        assert other['Description of the sub-category "Other"'].startswith("A scam")
        unknown = heading(rows, "STATEMENT_CATEGORY_NOT_SPECIFIED_NOTICE")
        assert unknown["Number of notices received"] == "1"


class TestOwnInitiative:
    """Sheets 5 and 6."""

    def test_counts_measures_and_not_warnings(self) -> None:
        """What preceded it was no notice: a plain report, or nobody."""
        rows = sheets(
            [
                made("remove", "limit", "warn"),
                made("suspend", source="own_initiative", automated_detection=True),
                made("close", source="report", automated_detection=True),
                made("remove", source="notice"),
                made("warn"),
            ]
        )["6_own_initiative_TC"]
        total = heading(rows, "TOTAL")
        assert total["Number of measures taken at the provider's own initiative"] == "4"
        assert total["Number of measures taken after detection with solely automated means"] == "1"
        assert total["Visibility restriction Removal"] == "1"
        assert total["Provision of the service Suspension"] == "1"
        assert total["Account restriction Suspension"] == "1"
        assert total["Account restriction Termination"] == "1"
        assert total["Monetary restriction Suspension"] == "0"
        assert heading(rows, "KEYWORD_PHISHING") | {total_name(rows): "TOTAL"} == total

    def test_tells_the_law_from_the_terms(self) -> None:
        """Nothing illegal is under the heading that only terms have."""
        terms_only = {"category": "STATEMENT_CATEGORY_OTHER_VIOLATION_TC",
                      "keyword": "KEYWORD_NUDITY", "other": None}  # fmt: skip
        both = sheets(
            [
                made("remove", ground="illegal"),
                made("remove", ground="illegal", harm="adult_content", dsa=terms_only),
                made("hide", harm="adult_content", dsa=None),
            ]
        )
        illegal = both["5_own_initiative_illegal"]
        assert heading(illegal, "TOTAL")["Visibility restriction Removal"] == "2"
        minors = heading(illegal, "KEYWORD_AGE_SPECIFIC_RESTRICTIONS_MINORS")
        assert minors["Visibility restriction Removal"] == "1"
        adult = heading(both["6_own_initiative_TC"], "KEYWORD_ADULT_SEXUAL_MATERIAL")
        assert adult["Visibility restriction Disable"] == "1"

    def test_counts_a_hold_once_with_what_took_its_place(self) -> None:
        """A person's restriction stands for it; what a person let go was a measure all the same."""
        ended = {"measure": "hide", "why": "replaced"}
        rows = sheets(
            [
                held(subject="h1", item="i1"),
                made("remove", item="i1", source="own_initiative", automated_detection=True),
                line("measure.ended", ended | {"decision_id": "h1"}, day=10.1),
                held(subject="h2", item="i2"),
                made(item="i2", outcome="no_violation", dsa=None, ground=None),
                line("measure.ended", ended | {"decision_id": "h2"}, day=10.1),
                held(subject="h3", item="i3"),
            ]
        )["6_own_initiative_TC"]
        total = heading(rows, "TOTAL")
        assert total["Visibility restriction Removal"] == "1"
        assert total["Visibility restriction Disable"] == "2"
        assert total["Number of measures taken after detection with solely automated means"] == "3"

    def test_counts_nothing_anew_that_an_appeal_left(self) -> None:
        """A milder measure after an appeal is what is left of the first one."""
        rows = sheets(
            [
                made("suspend", subject="d1"),
                filed("a1", "d1"),
                made("hide", subject="d2", day=21),
                concluded("a1", "partly_granted", new="d2"),
            ]
        )["6_own_initiative_TC"]
        total = heading(rows, "TOTAL")
        assert total["Number of measures taken at the provider's own initiative"] == "1"

    @given(st.lists(decisions(), max_size=8))
    @settings(max_examples=60)
    @pytest.mark.slow
    def test_keywords_add_up_to_categories_and_these_to_the_total(
        self, lines: list[dict[str, Any]]
    ) -> None:
        """In every column of numbers; each measure is on one sheet, in one keyword."""
        report = sheets(lines)
        for name in ("4_notices", "5_own_initiative_illegal", "6_own_initiative_TC"):
            check_sums(report[name])
        wanted = sum(
            each["measure"] != "warn"
            for one in lines
            if one["data"]["source"] != "notice" and SINCE <= one["at"] < UNTIL
            for each in one["data"]["measures"]
        )
        column = "Number of measures taken at the provider's own initiative"
        own = (report["5_own_initiative_illegal"], report["6_own_initiative_TC"])
        assert sum(int(heading(rows, "TOTAL")[column]) for rows in own) == wanted


def total_name(rows: list[dict[str, str]]) -> str:
    """Return what the column of headings is called."""
    return next(each for each in rows[0] if each.startswith("Category of"))


def check_sums(rows: list[dict[str, str]]) -> None:
    """Add keywords and categories up, column by column."""
    column = total_name(rows)
    for name in (each for each in rows[0] if each.startswith(("Number", "Visib", "Acc", "Prov"))):
        total, in_category = 0, 0
        for row in reversed(rows):
            code, number = row[column], int(row[name])
            if code == "TOTAL":
                assert number == total
            elif code.startswith("STATEMENT_"):
                if "NOT_SPECIFIED" not in code:
                    assert number == in_category, (code, name)
                total, in_category = total + number, 0
            else:
                in_category += number


class TestComplaints:
    """Sheet 7."""

    def test_tells_what_each_complaint_is_about(self) -> None:
        """By the heaviest measure, or by what sort of report was not followed."""
        decided = [
            made("remove", "warn", subject="seen", day=-5),
            made("hide", "limit", subject="service"),
            made("remove", "suspend", subject="account"),
            made("warn", subject="warned"),
            made(subject="nothing", outcome="no_violation"),
        ]
        asked = [filed(f"a-{each['subject']}", each["subject"]) for each in decided[:4]]
        asked += [
            filed("a-notice", "nothing", by="reporter", basis="notice", trusted=False),
            filed("a-trusted", "nothing", by="reporter", basis="notice", trusted=True),
            filed("a-plain", "nothing", by="reporter", basis="report", trusted=False),
        ]
        imposed = made("remove", subject="after", day=21)
        came_to = [
            concluded("a-seen", "granted", day=20.5),
            concluded("a-service", "partly_granted", new="less"),
            concluded("a-account", "rejected", day=22),
            concluded("a-notice", "granted", by="reporter", new="after"),
        ]
        rows = sheets([*decided, *asked, imposed, *came_to])["7_appeals_and_recidivism"]
        every = "Number of complaints submitted to the internal-complaints mechanism"
        scopes = ("Total number", "Decisions upheld", "Decisions partially reversed",
                  "Decisions reversed", "Median time", "Decision omitted")  # fmt: skip
        assert [value(rows, every, each) for each in scopes] == ["7", "1", "1", "2", "24", "0"]
        about = "Complaint regarding a decision to"
        seen = f"{about} remove or disable access to or restrict visibility of information"
        assert value(rows, seen, "Total number") == "1"
        assert value(rows, seen, "Median time") == "12"
        service = f"{about} suspend or terminate the provision of the service"
        assert value(rows, service, "Decisions partially reversed") == "1"
        account = f"{about} suspend or terminate an account"
        assert value(rows, account, "Decisions upheld") == "1"
        no_action = [
            (row["Indicator"], row["Value"])
            for row in rows
            if "not to take action" in row["Indicator"] and row["Scope"] == "Total number"
        ]
        assert [found for _, found in no_action] == ["1", "1"]
        newly = "Number of restrictions newly imposed as a result of an internal complaint"
        assert value(rows, newly, "Total number") == "1"

    def test_counts_suspensions_for_misuse(self) -> None:
        """Manifestly illegal content, unfounded notices, unfounded complaints."""
        misused = {"category": "STATEMENT_CATEGORY_OTHER_VIOLATION_TC",
                   "keyword": "KEYWORD_OTHER", "other": "x"}  # fmt: skip
        rows = sheets(
            [
                made("suspend", ground="illegal"),
                made("suspend"),
                made("limit", dsa=misused | {"misuse": "notices"}),
                made("suspend", dsa=misused | {"misuse": "complaints"}),
                made("warn", dsa=misused | {"misuse": "notices"}),
            ]
        )["7_appeals_and_recidivism"]
        found = [row["Value"] for row in rows if row["Section"].startswith("Suspensions")]
        assert found == ["1", "1", "1"]

    def test_takes_disputes_from_whoever_knows_of_them(self) -> None:
        """The log does not: blank without an answer."""
        told = {"submitted": 4, "reversed": 1, "median_hours": 12.5, "implemented": 0.25}
        rows = sheets(answers=Answers(disputes=told))["7_appeals_and_recidivism"]
        found = [row["Value"] for row in rows if row["Section"].startswith("Out-of-court")]
        assert found == ["4", "", "", "1", "12.5", "", "0.25"]


class TestAutomatedMeans:
    """Sheet 8."""

    def test_counts_measures_and_notices_by_who_decided(self) -> None:
        """Accuracy stays blank with a note where too little was audited."""
        rows = sheets(
            [
                held(subject="h"),
                made("remove"),
                made("remove", "suspend", source="notice", notices=[answered(trusted=True)]),
                made("hide", automated_decision="partially"),
            ]
        )["8_automated_means"]
        solely = "Number of measures solely taken by automated means"
        assert value(rows, solely, "Total number") == "1"
        assert value(rows, solely, "Own-initiative") == "1"
        by_people = "Number of measures not taken by automated means"
        assert value(rows, by_people, "Total number") == "3"
        assert value(rows, by_people, "Own-initiative") == "1"
        assert value(rows, "Number of notices not processed by automated means", "NAM Total") == "1"
        accuracy = "Accuracy of the automated means - Accuracy"
        assert value(rows, accuracy, "Total number") == ""

    def test_takes_accuracy_from_audits_by_lot(self) -> None:
        """Weighted by how many decisions each stratum holds; of automated decisions alone."""
        strata = [
            {"strata": ["clause:a/rule/violation"], "decisions": 900, "looked_at": 30, "wrong": 3},
            {"strata": ["clause:b/rule/violation"], "decisions": 100, "looked_at": 10, "wrong": 5},
            {"strata": ["clause:a/person/violation"], "decisions": 9, "looked_at": 9, "wrong": 9},
        ]
        rows = sheets([line("audit.counted", {"strata": strata})])["8_automated_means"]
        assert value(rows, "Accuracy of the automated means - Accuracy", "Total number") == "0.86"
        assert value(rows, "Accuracy of the automated means - Recall", "Total number") == ""
        noted = next(row for row in rows if row["Indicator"].endswith("Accuracy"))
        assert noted["Contextual Information"].startswith("From 40 automated decisions")

    def test_tells_every_language_of_a_very_large_platform(self) -> None:
        """All indicators for all languages, though the template pairs them otherwise."""
        rows = sheets([made("remove")], Answers(provider=Provider.VLOP))["8_automated_means"]
        own = [row for row in rows if row["Applicability"] == "Only for VLOPs"]
        assert len(own) == 5 * 24
        by_people = "Number of measures not taken by automated means"
        assert value(rows, by_people, "de") == "1"
        assert value(rows, by_people, "sv") == "0"


class TestWhatOnlyTheProviderKnows:
    """Sheets 3, 9, 10 and 11."""

    def test_has_a_block_for_each_member_state_that_ordered_something(self) -> None:
        """And one for all; Greece is EL; medians in hours."""
        first = {
            "kind": "act",
            "member_state": "EL",
            "items": 3,
            "category": "STATEMENT_CATEGORY_VIOLENCE",
            "received": instant(1),
            "acknowledged": instant(3),
            "answered": instant(6),
        }
        second = {"kind": "information", "member_state": "AT", "received": instant(1)}
        rows = sheets(answers=read_answers({"order": [first, second]}))["3_member_states_orders"]
        assert Counter(row["Scope"] for row in rows) == {"TOTAL": 91, "AT": 91, "EL": 91}
        assert [row["Scope"] for row in rows if row[total_name(rows)] == "TOTAL"] == [
            "TOTAL",
            "AT",
            "EL",
        ]
        total = rows[0]
        acts = "Number of orders to act against illegal content received"
        assert total[acts] == "1"
        items = "Number of specific items of information included in the total number of orders"
        assert total[f"{items} to act against illegal content"] == "3"
        told = "Median time to inform the authority of the receipt of the order to act against"
        assert total[f"{told} illegal content"] == "2"
        assert total["Number of orders to provide information"] == "1"
        unspecified = heading(rows, "STATEMENT_CATEGORY_NOT_SPECIFIED_ORDER")
        assert unspecified["Number of orders to provide information"] == "1"

    def test_counts_what_the_house_received_beside_what_went_another_way(self) -> None:
        """From the log: by state and heading, with hours to each step; none for a refusal."""
        fraud = {"category": "STATEMENT_CATEGORY_SCAMS_AND_FRAUD", "keyword": None, "other": None}
        lines = [
            *an_order("a", fraud, state="EL", items=2, confirmed=3, effect=6, day=9),
            *an_order("b", fraud, state="EL", items=1, confirmed=5, effect=None, day=10),
            *an_order("c", fraud, state="US", items=7, confirmed=1, effect=1, day=11),
        ]
        listed = {"kind": "act", "member_state": "AT", "received": instant(1)}
        rows = sheets(lines, read_answers({"order": [listed]}))["3_member_states_orders"]
        assert Counter(row["Scope"] for row in rows) == {"TOTAL": 91, "AT": 91, "EL": 91}
        acts = "Number of orders to act against illegal content received"
        greek = next(row for row in rows if row["Scope"] == "EL")
        assert (rows[0][acts], greek[acts]) == ("3", "2")
        items = "Number of specific items of information included in the total number of orders"
        assert greek[f"{items} to act against illegal content"] == "3"
        told = "Median time to inform the authority of the receipt of the order to act against"
        assert greek[f"{told} illegal content"] == "4"
        done = "Median time to give effect to the order to act against illegal content"
        assert greek[done] == "6"
        alone = sheets(lines, Answers())["3_member_states_orders"]
        assert alone[0][acts] == "2"

    def test_says_so_where_nobody_said_anything_of_orders(self) -> None:
        """Neither 0 nor a guess."""
        rows = sheets(answers=Answers())["3_member_states_orders"]
        acts = "Number of orders to act against illegal content received"
        assert {row[acts] for row in rows} == {""}
        note = "Contextual information on number of orders to act against illegal content received"
        assert "not in the log" in rows[0][note]

    def test_takes_staff_recipients_and_texts(self) -> None:
        """Where the provider is one that owes them."""
        said = read_answers(
            {
                "provider": "vlop",
                "name": "Plaza Ltd",
                "staff": {"internal": 12.5, "external": 3, "with_languages": 14, "de": 4},
                "recipients": {"total": 9_000_000, "EL": 70_000},
                "texts": {"summary": "We looked.\nWe decided.", "training": "Two days."},
            }
        )
        report = sheets(answers=said)
        people = [row["Value"] for row in report["9_human_resources"]]
        assert people[:3] == ["12.5", "3", "14"]
        assert len(people) == 3 + 24
        reached = {row["Scope"]: row["Value"] for row in report["10_AMAR"]}
        assert (reached["TOTAL"], reached["EL"], reached["AT"]) == ("9000000", "70000", "")
        texts = [row["Value"] for row in report["11_qualitative"]]
        assert texts[0] == "We looked.\nWe decided."
        assert texts[8] == "Two days."
        assert report["1_summary"][0]["Value"] == "Plaza Ltd"


def instant(hour: int) -> datetime:
    """Return an hour of a day in the period."""
    return datetime(2026, 3, 1, hour, tzinfo=UTC)
