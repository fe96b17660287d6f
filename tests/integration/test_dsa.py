"""What the Digital Services Act wants published, from decisions that real rooms made."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from evenhand import appeal, intake, ledger, people, policy
from evenhand.bootstrap import House
from evenhand.cli.exits import Exit
from evenhand.cli.run import run
from evenhand.decision import Delay
from evenhand.kit.clock import SetClock
from evenhand.policy import Measure
from evenhand.transparency import dsa
from tests.shell import at_shell
from tests.stage import Stage, fine, violation

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


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
