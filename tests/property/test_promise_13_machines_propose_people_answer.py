"""Promise 13: automation may hold or limit, reversibly and with notice; nothing more."""

from __future__ import annotations

from hypothesis.stateful import invariant

from evenhand import decision
from tests.property.history import History, as_test


class MachinesProposePeopleAnswer(History):
    """What a rule does can be undone, is told, and waits for a person."""

    @invariant()
    def a_rule_only_holds_or_limits_and_says_so(self) -> None:
        """No removal, no suspension, no closing; the statement says it was automatic."""
        for made in self.decisions():
            if not made.automated:
                assert made.by_ref.startswith("staff:")
                continue
            assert made.by_ref.startswith("rule:")
            assert {m.measure for m in made.measures} <= decision.AUTOMATIC
            assert made.statement is not None
            assert made.statement.automated_decision is decision.AutomatedDecision.FULLY

    @invariant()
    def a_hold_waits_for_a_person(self) -> None:
        """An item held by a rule has a task, or the path is still on its way to it."""
        unfinished = {row["subject"] for row in self.rows("jobs", "state <> 'done'")}
        for made in self.decisions():
            if made.provisional and made.stands:
                tasks = self.rows("tasks", f"item_id = '{made.item_id}'")
                assert tasks or made.item_id in unfinished


TestMachinesProposePeopleAnswer = as_test(MachinesProposePeopleAnswer)
