"""Promise 6: no count of reports removes anything."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule

from evenhand import decision
from tests.property.history import History, as_test


class NoCountRemoves(History):
    """Only evidence and a person, or a rule somebody answers for, restrict."""

    @precondition(lambda self: self.items)
    @rule(data=st.data())
    def a_brigade_comes(self, data: st.DataObject) -> None:
        """Thirty accounts report one thing with one text."""
        item_id = data.draw(st.sampled_from(self.items))
        for number in range(30):
            self.stage.report(item_id, by=f"fresh{number}", text="Remove this at once!")
        self.stage.settle()

    @invariant()
    def whatever_restricts_rests_on_a_person_or_on_evidence(self) -> None:
        """A rule's decision cites the entry it found, or the decision whose strikes it counts."""
        for row in self.rows("decisions"):
            if row["automated"]:
                assert row["evidence"] or row["caused_by"]

    @invariant()
    def what_nobody_decided_and_nothing_matched_stands_open(self) -> None:
        """However often it was reported."""
        touched = {row["item_id"] for row in self.rows("decisions")}
        for item_id in set(self.items) - touched:
            assert self.ask(decision.standing_item, item_id) == "allow"


TestNoCountRemoves = as_test(NoCountRemoves)
