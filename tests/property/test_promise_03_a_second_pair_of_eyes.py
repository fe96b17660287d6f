"""Promise 3: an appeal is judged by somebody else, who has not seen the first decision."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from hypothesis.stateful import invariant

from evenhand import appeal, decision, people, queue, review
from evenhand.bootstrap import House
from evenhand.db import metadata
from tests.property.history import History, as_test
from tests.stage import Stage, fine, violation


class ASecondPairOfEyes(History):
    """Nobody judges their own decision, and nobody judges after reading it."""

    @invariant()
    def no_appeal_was_judged_by_whoever_decided_first(self) -> None:
        """The second reviewer is another person."""
        deciders = {row["id"]: row["by_ref"] for row in self.rows("decisions")}
        for row in self.rows("appeals", "judged_by is not null"):
            assert deciders[row["decision_id"]] != f"staff:{row['judged_by']}"

    @invariant()
    def the_first_decision_stays_hidden_until_judged(self) -> None:
        """The appeal desk shows it only after the second judgement is written down."""
        for row in self.rows("tasks", "appeal_id is not null"):
            desk = self.ask(appeal.desk, self.stage.lin, row["id"])
            assert (desk.first is None) == (desk.blind is None)

    @invariant()
    def nobody_who_may_judge_it_can_look_the_first_decision_up(self) -> None:
        """Not on its own page, not in a list, not in an account's or an item's history."""
        for row in self.rows("tasks", "blind and state <> 'closed'"):
            decided = [r["id"] for r in self.rows("decisions", f"item_id = '{row['item_id']}'")]
            for actor in self.staff:
                if self.ask(queue.kept_from, row["id"], actor.id) is not None:
                    continue
                listed = self.ask(decision.recent, actor)
                listed += self.ask(decision.on_item, actor, row["item_id"])
                listed += self.ask(decision.history, actor, row["account_id"])
                assert not {one.id for one in listed} & set(decided)
                for one in decided:
                    with pytest.raises(decision.HiddenUntilJudged):
                        self.ask(decision.decision, actor, one)
                desk = self.ask(review.desk, actor, row["id"])
                assert {report.outcome for report in desk.reports.listed} <= {None}

    @invariant()
    def the_first_decider_cannot_even_claim_it(self) -> None:
        """Not by asking for the next task, and not by asking for this one."""
        by = {row["id"]: row["by_ref"] for row in self.rows("decisions")}
        appeals = {row["id"]: row["decision_id"] for row in self.rows("appeals")}
        for row in self.rows("tasks", "appeal_id is not null and state <> 'closed'"):
            for actor in self.staff:
                if by[appeals[row["appeal_id"]]] == actor.ref:
                    assert self.ask(queue.kept_from, row["id"], actor.id) is not None
                    with pytest.raises((review.KeptFromYou, people.NotAllowed)):
                        self.house.do(review.claim, actor, row["id"])


TestASecondPairOfEyes = as_test(ASecondPairOfEyes)


@pytest.fixture
def appealed(house: House) -> tuple[Stage, str, str]:
    """Have Rosa decide with a note, and the decision appealed; give the first and second task."""
    stage = Stage.open(house)
    first = stage.task(stage.reported())
    house.do(review.write_note, stage.rosa, first.id, text="It is plainly counterfeit.")
    stage.decide(first.item_id, violation())
    with house.db.read() as tx:
        row = tx.row(sa.select(metadata.tables["receipts"]).where(sa.text("holder = 'affected'")))
    assert row is not None
    subject = {"subject_kind": row["subject_kind"], "subject_id": row["subject_id"]}
    affected = people.Actor("receipt", row["id"], "receipt", holder="affected", **subject)
    appeal_id = house.do(appeal.file, affected, text="Please look again, it is mine.")
    stage.settle()
    with house.db.read() as tx:
        tasks = metadata.tables["tasks"]
        second = tx.value(sa.select(tasks.c.id).where(tasks.c.appeal_id == appeal_id))
    return stage, first.id, str(second)


def test_the_first_decider_cannot_leave_word_for_the_second(
    appealed: tuple[Stage, str, str],
) -> None:
    """While it is to be judged blind, only whoever holds it may write a note on it."""
    stage, _, second = appealed
    with pytest.raises(review.NotYours):
        stage.house.do(review.write_note, stage.rosa, second, text="I removed it, please uphold.")
    stage.house.do(review.claim, stage.ren, second)
    stage.house.do(review.write_note, stage.ren, second, text="The seller shows an invoice.")


def test_the_page_of_the_first_task_gives_nothing_away(appealed: tuple[Stage, str, str]) -> None:
    """Whoever may have to judge sees there neither the reports' answer nor what was noted."""
    stage, first, second = appealed
    shown = stage.house.ask(review.desk, stage.ren, first)
    assert [report.outcome for report in shown.reports.listed] == [None]
    assert shown.notes == ()
    assert stage.house.ask(review.desk, stage.rosa, first).notes  # who decided knows it anyhow
    stage.house.do(review.claim, stage.ren, second)
    stage.house.do(appeal.judge, stage.ren, second, fine())
    assert stage.house.ask(review.desk, stage.ren, first).notes
