"""Transparency over what the real rooms write: register, own line, published checkpoints."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from evenhand import decision, ledger, people, transparency
from evenhand.bootstrap import House
from evenhand.decision import ReversedBy
from evenhand.kit.clock import SetClock
from evenhand.ledger import merkle
from evenhand.people import PUBLIC, SYSTEM, NotAllowed
from evenhand.policy import Measure
from evenhand.transparency import NothingNewToPublish, NotInTheLog, State
from evenhand.transparency.catalogue import TABLES, ByField
from tests.stage import Stage, fine, violation


@pytest.fixture
def stage(house: House) -> Stage:
    """Open a house with its policy, kinds and staff."""
    return Stage.open(house)


def figures(stage: Stage) -> dict[str, int]:
    """Count the day, and recount every figure from the export."""
    now = stage.house.clock.now()
    numbers = stage.house.ask(
        transparency.numbers, since=now - timedelta(days=99), until=now + timedelta(days=1)
    )
    log = stage.house.ask(lambda tx: [json.loads(text) for text in transparency.export(tx)])
    for figure in numbers.figures():
        assert transparency.recompute(log, figure.query) == figure.value, figure.id
    return {figure.id: figure.value for figure in numbers.figures()}


class TestNumbers:
    """The rooms' own lines are what the tables count."""

    def test_counts_what_happened(self, stage: Stage, clock: SetClock) -> None:
        """Reports, decisions, measures and reversals appear under their codes."""
        first, second = stage.reported(), stage.reported()
        clock.forward(timedelta(hours=3))
        made = stage.decide(first, violation())
        stage.decide(second, fine())
        stage.house.do(decision.reverse, stage.lin, made, by=ReversedBy.REVIEW)
        found = figures(stage)
        assert found["reports-by-harm.fraud"] == 2
        assert found["reports-by-via.api"] == 2
        assert found["decisions-by-outcome.violation"] == 1
        assert found["decisions-by-outcome.no_violation"] == 1
        assert found["decisions-by-measure.remove"] == 1
        assert found["decisions-by-decider.person"] == 2
        assert found["reversals-by-reason.review"] == 1
        assert found["restitution.undone"] > 0
        assert found["time.median-person"] == 180

    def test_finds_one_figure_by_its_id(self, stage: Stage) -> None:
        """An id that is no figure's is refused."""
        stage.report(stage.item())
        now = stage.house.clock.now()
        day = {"since": now - timedelta(days=1), "until": now + timedelta(days=1)}
        found = stage.house.ask(transparency.figure, "reports-by-harm.fraud", **day)
        assert (found.value, found.shown) == (1, None)
        with pytest.raises(transparency.NoSuchFigure):
            stage.house.ask(transparency.figure, "reports", **day)

    def test_leaves_no_decision_uncounted(self, stage: Stage) -> None:
        """The cells of every table of decisions use only codes that have words."""
        stage.decide(stage.reported(), violation(Measure.HIDE))
        now = stage.house.clock.now()
        numbers = stage.house.ask(
            transparency.numbers, since=now - timedelta(days=1), until=now + timedelta(days=1)
        )
        closed = {one.id for one in TABLES if not isinstance(one, ByField) or one.cells}
        for table in numbers.tables:
            if table.id in closed:
                for figure in table.figures:
                    code = figure.id.removeprefix(f"{table.id}.")
                    assert figure.title != code, figure.id


class TestRegister:
    """Rows follow the decisions."""

    def test_says_how_each_decision_stands(self, stage: Stage, clock: SetClock) -> None:
        """Standing, reversed, and ended when its time ran out."""
        stands = stage.decide(stage.reported(account="a"), violation())
        wrong = stage.decide(stage.reported(account="b"), violation())
        stage.house.do(decision.reverse, stage.lin, wrong, by=ReversedBy.REVIEW)
        over = stage.decide(stage.reported(account="c"), violation(Measure.LIMIT, days=7))
        clock.forward(timedelta(days=8))
        stage.settle()
        page = stage.house.ask(transparency.register)
        states = {row.short: row.state for row in page.rows}
        assert states[stands[-6:]] is State.STANDS
        assert states[wrong[-6:]] is State.REVERSED_ON_REVIEW
        assert states[over[-6:]] is State.ENDED

    def test_quotes_the_rule_with_its_version(self, stage: Stage) -> None:
        """Number, version and title, as the line cites them."""
        stage.decide(stage.reported(), violation())
        (row,) = stage.house.ask(transparency.register).rows
        assert (row.clause_number, row.clause_version) == ("6.2", 1)
        assert row.clause_title == "No counterfeit goods"
        assert row.source == "report"


class TestOwnLine:
    """A receipt finds its own line."""

    def test_proves_a_report_and_refuses_others(self, stage: Stage) -> None:
        """A reporter's receipt opens the line of the report; staff have none."""
        received = stage.report(stage.item())
        actor = stage.house.ask(people.receipt_actor, received.receipt)
        line = stage.house.ask(transparency.own_line, actor)
        assert json.loads(line.text)["subject"] == received.report_id
        note = ledger.checkpoint.read(line.checkpoint, stage.house.resources.signer.public_key())
        leaf = merkle.leaf_hash(line.text.encode())
        path = [bytes.fromhex(step) for step in line.path]
        assert merkle.included(leaf, line.index, line.size, path, note.root)
        with pytest.raises(NotInTheLog):
            stage.house.ask(transparency.own_line, stage.lin)


class TestPublishCheckpoint:
    """A checkpoint goes on the record."""

    def test_records_the_note_it_returns(self, stage: Stage) -> None:
        """The line holds the signed note of the log before it."""
        note = stage.house.do(transparency.publish_checkpoint, SYSTEM)
        (line,) = stage.house.ask(lambda tx: list(ledger.events(tx, ["checkpoint.published"])))
        assert line["data"] == {"size": line["n"], "note": note}
        assert stage.verify().sound

    def test_publishes_nothing_twice(self, stage: Stage) -> None:
        """Without a new line there is nothing to publish."""
        stage.house.do(transparency.publish_checkpoint, SYSTEM)
        with pytest.raises(NothingNewToPublish):
            stage.house.do(transparency.publish_checkpoint, SYSTEM)

    def test_needs_the_permission(self, stage: Stage) -> None:
        """The public may read checkpoints, not publish them."""
        with pytest.raises(NotAllowed):
            stage.house.do(transparency.publish_checkpoint, PUBLIC)
