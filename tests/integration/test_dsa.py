"""What the Digital Services Act wants published, from decisions that real rooms made."""

from __future__ import annotations

import json
import tomllib
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from evenhand import appeal, intake, ledger, people, policy, review, transparency
from evenhand.bootstrap import House
from evenhand.cli.exits import Exit
from evenhand.cli.run import run
from evenhand.decision import Delay
from evenhand.kit.clock import SetClock
from evenhand.policy import Measure
from evenhand.transparency import dsa
from evenhand.transparency.dsa.sheets import NAMES
from evenhand.transparency.dsa.tallying import Counting
from tests.shell import at_shell
from tests.stage import Stage, fine, violation

pytestmark = pytest.mark.on("sqlite")


EXPORT = ("transparency", "dsa", "export", "--since", "2026-01-01", "--until", "2026-12-31")


@pytest.fixture
def stage(house: House) -> Stage:
    """Open a house with its policy, kinds and staff."""
    return Stage.open(house)


def notice(stage: Stage, item_id: str, *, harm: str = "fraud", trusted: bool = False) -> Any:
    """Send a notice of illegal content as the host passes it on; give back its receipt."""
    item = stage.house.ask(intake.item, people.SYSTEM, item_id)
    raw = {
        "item": {"kind": item.kind, "id": item.external_id},
        "harm": harm,
        "explanation": "The seller takes payment for tickets that do not exist.",
        "illegal": True,
        "good_faith": True,
        "reporter": {"name": "Petra Vogel", "email": "petra@example.org", "trusted": trusted},
    }
    return intake.submit_report(stage.house.do, stage.house.resources, stage.host, raw)


def lines(stage: Stage, event: str) -> list[dict[str, Any]]:
    """Return the data of the log's lines of one type."""
    return [one["data"] for one in stage.house.ask(lambda tx: list(ledger.events(tx, [event])))]


def prepared(stage: Stage) -> list[dsa.Prepared]:
    """Prepare every statement of the day."""
    now = stage.house.clock.now()
    span = {"since": now - timedelta(days=9), "until": now + timedelta(days=9)}
    return stage.house.ask(lambda tx: list(dsa.statements(tx, people.SYSTEM, **span)))


class TestTheLogOfADecision:
    """What the public line says so that a yearly report can be counted from it."""

    def test_names_the_heading_and_each_notice_that_it_answers(
        self, stage: Stage, clock: SetClock
    ) -> None:
        """How long it waited and whether a trusted flagger sent it; no one's id."""
        item_id = stage.item()
        notice(stage, item_id, trusted=True)
        clock.forward(timedelta(hours=5))
        notice(stage, item_id, harm="intellectual_property")
        stage.report(item_id)
        stage.settle()
        clock.forward(timedelta(minutes=100))
        stage.decide(item_id, violation())
        (line,) = lines(stage, "decision.made")
        assert line["ground"] == "terms"
        assert line["dsa"] == {
            "category": "STATEMENT_CATEGORY_INTELLECTUAL_PROPERTY_INFRINGEMENTS",
            "keyword": "KEYWORD_TRADEMARK_INFRINGEMENT",
            "other": None,
        }
        assert line["notices"] == [
            {"harm": "fraud", "trusted": True, "hours": 7},
            {"harm": "intellectual_property", "trusted": False, "hours": 2},
        ]

    def test_names_no_notice_where_none_is_answered(self, stage: Stage) -> None:
        """A plain report is no notice; what is passed on is not answered."""
        stage.decide(stage.reported(), fine())
        assert [line["notices"] for line in lines(stage, "decision.made")] == [[]]

    def test_of_an_appeal_says_what_sort_of_report_it_is_about(self, stage: Stage) -> None:
        """So that complaints about notices can be told apart; nothing of who sent it."""
        item_id = stage.item()
        received = notice(stage, item_id, trusted=True)
        stage.settle()
        stage.decide(item_id, fine())
        actor = stage.house.ask(people.receipt_actor, received.receipt)
        stage.house.do(appeal.file, actor, text="Please look again, it is a scam.")
        (line,) = lines(stage, "appeal.filed")
        assert (line["by"], line["basis"], line["trusted"]) == ("reporter", "notice", True)


class TestStatements:
    """What goes to the Commission's database."""

    def test_are_written_of_what_restricts(self, stage: Stage, clock: SetClock) -> None:
        """A removal is one; a warning alone, and nothing wrong, are none."""
        removed = stage.decide(stage.reported(account="a"), violation())
        stage.decide(stage.reported(account="b"), violation(Measure.WARN))
        stage.decide(stage.reported(account="c"), fine())
        (one,) = prepared(stage)
        assert one.decision_id == removed
        assert one.may_be_sent
        assert one.body is not None
        assert one.body["source_type"] == "SOURCE_TYPE_OTHER_NOTIFICATION"
        assert one.body["content_type"] == ["CONTENT_TYPE_TEXT"]

    def test_say_when_a_trusted_flagger_led_to_it(self, stage: Stage) -> None:
        """And nothing else of who that was."""
        item_id = stage.item()
        notice(stage, item_id, trusted=True)
        stage.settle()
        stage.decide(item_id, violation())
        (one,) = prepared(stage)
        assert one.body is not None
        assert one.body["source_type"] == "SOURCE_TRUSTED_FLAGGER"
        assert "Petra" not in json.dumps(one.body)

    def test_wait_until_the_person_may_be_told(self, stage: Stage, clock: SetClock) -> None:
        """A lawful delay would be worth nothing if the public were told first."""
        until = clock.now() + timedelta(days=3)
        delay = Delay("The police asked for three days to act first.", until)
        stage.decide(stage.reported(), violation(delay=delay))
        assert prepared(stage) == []
        clock.forward(timedelta(days=4))
        assert len(prepared(stage)) == 1

    def test_are_not_owed_of_high_volume_commerce(self, stage: Stage) -> None:
        """Where the operator says of a clause that it is about that (Art. 17(2))."""
        starter = policy.starter()
        spam = next(clause for clause in starter.clauses if clause.key == "spam")
        fresh = replace(spam, version=2, dsa=policy.InLaw(high_volume=True))
        stage.house.do(policy.publish, people.SYSTEM, policy.Policy("Rules", (fresh,)))
        stage.decide(stage.reported(), violation(Measure.DEMOTE, clause="spam"))
        (one,) = prepared(stage)
        assert one.not_owed is not None
        assert one.not_owed.code == "high_volume"

    def test_are_exported_in_calls_that_would_be_taken(
        self, stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """One a line, or up to 100 a line; what holds personal data is named and left out."""
        for account in "abc":
            stage.decide(stage.reported(account=account), violation())
        told = replace(violation(), reasons="It was shown to @anna_k, who had not asked for it.")
        named = stage.decide(stage.reported(account="d"), told)
        at_shell(stage.house, monkeypatch)
        out = tmp_path / "statements.jsonl"
        assert run([*EXPORT, str(out)]) is Exit.FOUND
        written = [json.loads(line) for line in out.read_text("utf-8").splitlines()]
        assert len(written) == 3
        assert named not in {body["puid"] for body in written}
        assert run(["transparency", "dsa", "check", str(out), "--strict"]) is Exit.OK
        assert run([*EXPORT, str(out), "--batches"]) is Exit.FOUND
        (call,) = map(json.loads, out.read_text("utf-8").splitlines())
        assert dsa.check_call(call).clean
        assert len(call["statements"]) == 3


class TestTheHarmonisedReport:
    """Eleven sheets, counted from what real rooms wrote into the log."""

    def test_equals_what_anybody_counts_from_the_exported_log(
        self, stage: Stage, clock: SetClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The public log alone is enough, and the shell writes what it comes to."""
        first = stage.item(account="a")
        notice(stage, first, trusted=True)
        stage.settle()
        clock.forward(timedelta(hours=3))
        stage.decide(first, violation())
        second = stage.decide(stage.reported(account="b"), violation(Measure.SUSPEND, days=7))
        appeal_and_grant(stage, second, clock)
        year = {"first": date(2026, 1, 1), "last": date(2026, 12, 31)}
        report = stage.house.ask(dsa.harmonised_report, **year, answers=dsa.Answers())
        log = stage.house.ask(lambda tx: [json.loads(text) for text in transparency.export(tx)])
        public = [line for line in log if "type" in line]
        counting = Counting("2026-01-01T00:00:00.000000Z", "2027-01-01T00:00:00.000000Z")
        counting.expect(each for each in public if each["type"].startswith("appeal."))
        assert counting.read(public) == report.tally
        notices = report.tally.notices
        assert sum(n for (_, what), n in notices.numbers.items() if what == "received_trusted") == 1
        assert list(notices.hours.values()) == [[3], [3]]
        assert report.tally.complaints == {("account", "filed"): 1, ("account", "reversed"): 1}
        at_shell(stage.house, monkeypatch)
        out = tmp_path / "report"
        told = tmp_path / "answers.toml"
        told.write_text('name = "Plaza Ltd"\nno_orders = true\n', "utf-8")
        command = ["transparency", "dsa", "report", "--year", "2026", "--out", str(out)]
        assert run([*command, "--answers", str(told)]) is Exit.OK
        written = {file.name: file.read_bytes() for file in out.iterdir()}
        assert set(written) == {"report.xlsx", *(f"{name}.csv" for name in NAMES)}
        assert written["4_notices.csv"].count(b"\n") == 92
        assert b"Plaza Ltd" in written["1_summary.csv"]

    def test_prints_the_questions_that_only_the_provider_can_answer(
        self, capsys: pytest.CaptureFixture[str], database_url: str
    ) -> None:
        """As a file to be filled in; it needs no house."""
        assert run(["transparency", "dsa", "answers"]) is Exit.OK
        dsa.read_answers(tomllib.loads(capsys.readouterr().out))


def appeal_and_grant(stage: Stage, decision_id: str, clock: SetClock) -> None:
    """Let the person affected ask again, and somebody else find nothing wrong."""
    view = stage.decision(decision_id)
    actor = people.Actor(
        "receipt", "r", "receipt", holder="affected", subject_kind="decision", subject_id=view.id
    )
    stage.house.do(appeal.file, actor, text="Please look again, it is real.")
    stage.settle()
    clock.forward(timedelta(hours=30))
    claim = stage.house.do(review.claim_next, stage.ren)
    assert claim is not None
    stage.house.do(appeal.judge, stage.ren, claim.task_id, fine())
    said = "The tickets in the picture are shown to be genuine."
    stage.house.do(appeal.conclude, stage.ren, claim.task_id, explanation=said)
