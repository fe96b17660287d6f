"""The dashboard: what waits, and a period beside the one before, as the public queries count it."""

from __future__ import annotations

import csv
import io
import re
from datetime import date, timedelta
from xml.etree import ElementTree as ET

import pytest

from evenhand import ledger, queue, review, transparency
from evenhand.bootstrap import House
from evenhand.console.dashboard_data import as_csv
from evenhand.console.dashboard_page import WAYS, line, steps_of
from evenhand.kit.clock import SetClock, midnight
from evenhand.people import NotAllowed, Role
from tests import desk_day
from tests.desk_day import Hired
from tests.stage import Stage, fine, picture, violation

#: Pages ask rooms, which have both databases; one is enough for pages.
on_sqlite = pytest.mark.on("sqlite")


@pytest.fixture
def stage(house: House, clock: SetClock) -> Stage:
    """Let two listings be decided in one week and one in the next, where another still waits."""
    stage = Stage.open(house)
    for account in ("a", "b"):
        stage.decide(stage.reported(account=account), violation())
    clock.forward(timedelta(days=7))
    stage.decide(stage.reported(account="c"), fine())
    stage.reported(account="d")
    return stage


@pytest.fixture
def ada(house: House, stage: Stage) -> Hired:
    """Have an administrator who signs in; the stage is laid before."""
    assert stage
    return desk_day.first_administrator(house)


class TestComparison:
    """The query behind the page, on both databases."""

    def test_equals_the_public_numbers(self, stage: Stage) -> None:
        """Every figure of both periods, small ones too, by the same ids."""
        period = transparency.Period(date(2026, 11, 22), date(2026, 11, 28))
        found = stage.house.ask(transparency.comparison, stage.lin, period)
        assert [(one.reports, one.decisions) for one in found.days][-1] == (2, 1)
        public, before = (
            stage.house.ask(
                transparency.numbers,
                since=midnight(one.first),
                until=midnight(one.last) + timedelta(days=1),
            )
            for one in (period, period.before)
        )
        rows = [row for part in found.sections for table in part.tables for row in table.rows]
        told = {row.id: (row.value, row.value_before) for row in rows}
        assert told["decisions-by-outcome.violation"] == (0, 2)
        assert told["decisions-by-outcome.no_violation"] == (1, 0)
        assert told["tasks-by-queue.total"] == (2, 2)
        assert any(one.startswith("looks-by-detector.") for one in told)
        for row in rows:
            assert row.now is None or row.now == public.find(row.id)[1]
            assert row.before is None or row.before == before.find(row.id)[1]

    def test_reads_only_what_came_since(self, stage: Stage, clock: SetClock) -> None:
        """Whatever day it bears; and all of it anew when the log is no longer the same."""
        house, period = stage.house, transparency.Period(date(2026, 11, 22), date(2026, 11, 28))
        before = house.ask(transparency.comparison, stage.lin, period)
        clock.at -= timedelta(days=2)  # a clock that was set back: the day is past
        stage.reported(account="e")
        found = house.ask(transparency.comparison, stage.lin, period)
        assert [one.reports for one in before.days][-3:] == [0, 0, 2]
        assert [one.reports for one in found.days][-3:] == [1, 0, 2]

    def test_counts_another_log_anew(self, stage: Stage) -> None:
        """As after a backup was restored; a view that is merely older is no other log."""
        house, period = stage.house, transparency.Period(date(2026, 11, 22), date(2026, 11, 28))
        house.ask(transparency.comparison, stage.lin, period)
        with house.db.read() as older:
            assert ledger.size(older)
            stage.reported(account="e")
            found = house.ask(transparency.comparison, stage.lin, period)
            assert transparency.comparison(older, stage.lin, period) == found
        kept = house.resources.memory["transparency.days"]
        kept.marks = dict.fromkeys(kept.marks, "another log")
        assert house.ask(transparency.comparison, stage.lin, period) == found
        assert "another log" not in kept.marks.values()

    def test_is_for_those_who_see_numbers(self, stage: Stage) -> None:
        """A reviewer does not."""
        period = transparency.Period(date(2026, 11, 28), date(2026, 11, 28))
        with pytest.raises(NotAllowed):
            stage.house.ask(transparency.comparison, stage.rosa, period)

    def test_knows_since_when_a_queue_has_waited(self, stage: Stage) -> None:
        """The one open task, and no other queue."""
        counts = stage.house.ask(queue.queues, stage.lin)
        (busy,) = (one for one in counts if one.oldest is not None)
        assert (busy.waiting, busy.oldest) == (1, stage.house.clock.now())


class TestWhatWaits:
    """The query behind the upper half, on both databases."""

    def test_counts_each_task_under_what_its_item_has(self, stage: Stage) -> None:
        """Two wait, and one of them is in somebody's hands; each total counts each once."""
        waits = stage.reported(account="two")
        stage.house.do(review.claim, stage.rosa, stage.task(waits).id)
        found = {by: stage.house.ask(queue.live, stage.lin, by) for by in queue.By}
        assert {
            by.value: [(row.key, row.open) for row in live.rows] for by, live in found.items()
        } == {
            "queue": [("fraud", 2)],
            "clause": [(None, 2)],
            "rule": [("reported", 2)],
            "detector": [(None, 2)],
            "language": [("en", 2)],
        }
        for live in found.values():
            assert live.total is not None
            assert (live.total.waiting, live.total.claimed, live.total.timed) == (1, 1, 2)

    def test_knows_what_was_found(self, house: House) -> None:
        """A detector that found something, and the clause and rule that follow, by their words."""
        stage = Stage.open(house)
        stage.image_bank(picture())
        stage.item(photo=picture())
        stage.settle()
        told = {by: house.ask(queue.live, stage.lin, by).rows for by in queue.By}
        assert {by.value: [row.title for row in rows] for by, rows in told.items()} == {
            "queue": ["Copies and counterfeits"],
            "clause": ["6.2 No counterfeit goods"],
            "rule": ["known-material"],
            "detector": ["known_images"],
            "language": ["en"],
        }

    def test_tells_deadlines_kept_and_missed(self, stage: Stage, clock: SetClock) -> None:
        """The next one to come, until it is past."""
        total = stage.house.ask(queue.live, stage.lin, queue.By.QUEUE).total
        assert total is not None
        assert total.due is not None
        assert total.overdue == 0
        clock.at = total.due + timedelta(seconds=1)
        total = stage.house.ask(queue.live, stage.lin, queue.By.QUEUE).total
        assert total is not None
        assert (total.overdue, total.due) == (1, None)

    def test_is_for_those_who_see_numbers(self, stage: Stage) -> None:
        """A reviewer does not."""
        with pytest.raises(NotAllowed):
            stage.house.ask(queue.live, stage.rosa, queue.By.RULE)


@on_sqlite
class TestThePage:
    """What a lead sees."""

    def test_stands_two_weeks_side_by_side(self, house: House, clock: SetClock, ada: Hired) -> None:
        """Numbers with their change, links to both public queries, and drawings without words."""
        desk = desk_day.sign_in(house, clock, ada)
        page = desk.get("/console/dashboard").text
        assert "From 2026-11-22 to 2026-11-28, beside 2026-11-15 to 2026-11-21." in page
        assert "Today is not over yet" in page
        address = "/numbers/decisions-by-outcome.violation"
        assert f'{address}?since=2026-11-22&amp;until=2026-11-28">0</a>' in page
        assert f'{address}?since=2026-11-15&amp;until=2026-11-21">2</a>' in page
        assert "−2 <small>-100 %</small>" in page
        assert 'href="/numbers/reports-by-harm.total?since=2026-11-28' in page
        assert "fewer than 3" in page
        drawings = re.findall(r"<svg.*?</svg>", page)
        assert drawings
        for one in drawings:
            tree = ET.fromstring(one)
            assert "".join(tree.itertext()).strip() == ""
            assert tree.attrib["aria-hidden"] == "true"

    def test_counts_the_days_that_are_asked_for(
        self, house: House, clock: SetClock, ada: Hired
    ) -> None:
        """A single day; days that are none are refused, and the last week is shown."""
        desk = desk_day.sign_in(house, clock, ada)
        one = desk.get("/console/dashboard?since=2026-11-21&until=2026-11-21").text
        assert 'decisions-by-outcome.violation?since=2026-11-21&amp;until=2026-11-21">2</a>' in one
        assert "Today is not over yet" not in one
        refused = desk.get("/console/dashboard?since=yesterday")
        assert refused.status_code == 422
        assert "Write the days as 2026-01-31." in refused.text
        assert "From 2026-11-22 to 2026-11-28" in refused.text

    def test_names_nobody_and_is_for_leads(
        self, house: House, clock: SetClock, ada: Hired, stage: Stage
    ) -> None:
        """Whoever decided is not on it; a reviewer has no way to it."""
        page = desk_day.sign_in(house, clock, ada).get("/console/dashboard").text
        main = page.partition("<main")[2]
        for actor in (stage.rosa, stage.lin):
            assert actor.id not in main
            assert actor.name not in main
        sam = desk_day.sign_in(house, clock, desk_day.hire(house, ada, "Sam", Role.REVIEWER))
        assert sam.get("/console/dashboard").status_code == 403
        assert "/console/dashboard" not in sam.get("/console").text
        lead = desk_day.sign_in(house, clock, desk_day.hire(house, ada, "Lea", Role.LEAD))
        assert "/console/dashboard" in lead.get("/console").text

    def test_says_so_where_nothing_is(self, house: House, clock: SetClock) -> None:
        """An empty house has a page as well."""
        desk_day.open_for_work(house)
        desk = desk_day.sign_in(house, clock, desk_day.first_administrator(house))
        page = desk.get("/console/dashboard").text
        assert "Nothing waits in any queue." in page
        assert "Nothing in either period:" in page

    def test_tells_things_apart(self, house: House, clock: SetClock, ada: Hired) -> None:
        """What waits, and the tables of a period that tell the same apart, each with its data."""
        desk = desk_day.sign_in(house, clock, ada)
        for by in queue.By:
            page = desk.get(f"/console/dashboard?by={by}&since=2026-11-01").text
            assert f"Now: what waits, by {by}" in page
            tables = set(re.findall(r'id="t-([a-z-]+)"', page))
            assert tables <= WAYS[by][1]
            assert tables or by is queue.By.CLAUSE or "Nothing in either period:" in page
            for what, form in re.findall(r"dashboard/data\?what=([a-z-]+)&amp;form=([a-z]+)", page):
                assert what in {"live", *tables}
                found = desk.get(f"/console/dashboard/data?what={what}&form={form}&by={by}")
                assert found.status_code == 200
                assert "attachment" in found.headers["content-disposition"]

    def test_gives_the_data_behind_a_drawing(
        self, house: House, clock: SetClock, ada: Hired
    ) -> None:
        """The same rows for programs and for tables, each with its days."""
        desk = desk_day.sign_in(house, clock, ada)
        asked = "/console/dashboard/data?what=reports-by-harm&since=2026-11-20&until=2026-11-28"
        rows = desk.get(f"{asked}&form=json").json()["rows"]
        assert [(one["id"], one["period"]) for one in rows] == [
            ("reports-by-harm.fraud", 4),
            ("reports-by-harm.total", 4),
        ]
        assert (rows[0]["2026-11-21"], rows[0]["2026-11-22"], rows[0]["2026-11-28"]) == (2, 0, 2)
        written = list(csv.DictReader(io.StringIO(desk.get(asked).text)))
        assert [{**row, "percent": None} for row in written] == [
            {name: "" if value is None else str(value) for name, value in row.items()}
            | {"percent": None}
            for row in rows
        ]
        days = desk.get(asked.replace("reports-by-harm", "days") + "&form=json").json()["rows"]
        assert days[-1] == {"day": "2026-11-28", "decisions": 1, "reports": 2}

    def test_gives_no_data_of_what_is_not_there(
        self, house: House, clock: SetClock, ada: Hired
    ) -> None:
        """A table of another name, and days that are none."""
        desk = desk_day.sign_in(house, clock, ada)
        assert desk.get("/console/dashboard/data?what=staff-by-role").status_code == 404
        assert desk.get("/console/dashboard/data?what=days&since=never").status_code == 422
        sam = desk_day.sign_in(house, clock, desk_day.hire(house, ada, "Sam", Role.REVIEWER))
        assert sam.get("/console/dashboard/data?what=days").status_code == 403

    def test_draws_long_periods_in_few_steps(self) -> None:
        """Whose numbers add up to the period's."""
        period = transparency.Period(date(2026, 1, 1), date(2026, 12, 31))
        steps = steps_of(period)
        row = transparency.Compared("a.b", "b", None, None, tuple(range(365)))
        assert (steps.days, len(steps.first), len(steps.of(row))) == (6, 61, 61)
        assert sum(steps.of(row)) == sum(range(365))
        assert line([0, 5, 10], 10) == "M0 100V100H1V50H2V0H3V100Z"

    def test_gives_no_spreadsheet_a_formula(self) -> None:
        """Where a rule's name or a clause's title begins like one."""
        assert as_csv([{"title": "=1+1", "open": -1}]) == "title,open\r\n'=1+1,-1\r\n"
