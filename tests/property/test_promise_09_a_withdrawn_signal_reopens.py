"""Promise 9: a withdrawn signal reopens what rested on it."""

from __future__ import annotations

from hypothesis.stateful import invariant, rule

from tests.property.history import History, as_test


class AWithdrawnSignalReopens(History):
    """No decision rests quietly on an entry that was found to be wrong."""

    @rule()
    def known_material_arrives_and_the_path_goes_on(self) -> None:
        """An item that the bank knows is held."""
        self.an_item_arrives("ann", 0)
        self.stage.settle()

    @rule()
    def the_entry_is_withdrawn_and_the_path_goes_on(self) -> None:
        """The bank was wrong, and the house acts on it."""
        self.the_bank_entry_is_withdrawn()
        self.stage.settle()

    @invariant()
    def whatever_rested_on_a_withdrawn_entry_waits_for_a_person(self) -> None:
        """Each such decision that stood has a task, unless a person has decided since."""
        unfinished = self.rows("jobs", "kind = 'entry.withdrawn' and state <> 'done'")
        if unfinished:
            return
        withdrawn = {row["id"]: row["withdrawn_at"] for row in self.rows("bank_entries")}
        for row in self.rows("decisions", "reversed_at is null and superseded_by is null"):
            for entry in row["evidence"]:
                at = withdrawn.get(entry)
                if at is not None and row["made_at"] < at:
                    where = f"item_id = '{row['item_id']}' and kind <> 'appeal'"
                    tasks = self.rows("tasks", where)
                    assert any(t["closed_at"] is None or t["closed_at"] >= at for t in tasks)


TestAWithdrawnSignalReopens = as_test(AWithdrawnSignalReopens)
