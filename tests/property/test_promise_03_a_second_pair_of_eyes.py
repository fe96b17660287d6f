"""Promise 3: an appeal is judged by somebody else, who has not seen the first decision."""

from __future__ import annotations

import pytest
from hypothesis.stateful import invariant

from evenhand import appeal, decision, people, queue, review
from tests.property.history import History, as_test


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
