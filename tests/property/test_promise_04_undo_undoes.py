"""Promise 4: undoing a decision reverses everything that followed, and lists what it could not."""

from __future__ import annotations

from hypothesis.stateful import invariant

from tests.property.history import History, as_test


class UndoUndoes(History):
    """Nothing that followed from a reversed decision stands."""

    @invariant()
    def nothing_that_followed_from_a_reversed_decision_stands(self) -> None:
        """Measures, strikes, derived sanctions, bank entries and the reporters' record."""
        for row in self.rows("decisions", "reversed_at is not null"):
            where = f"decision_id = '{row['id']}'"
            assert all(m["lifted_at"] for m in self.rows("measures", where))
            assert all(s["voided_at"] for s in self.rows("strikes", where))
            derived = self.rows("decisions", f"caused_by = '{row['id']}'")
            assert all(d["reversed_at"] for d in derived)
            entries = self.rows("bank_entries", f"origin_decision = '{row['id']}'")
            assert all(e["withdrawn_at"] for e in entries)
            assert self.rows("reports", where) == []
            assert row["undone"] is not None
            assert row["not_undone"] is not None

    @invariant()
    def what_was_visible_is_told_to_be_visible_again(self) -> None:
        """A host that follows its effects ends up where the decisions say."""
        for row in self.rows("decisions", "reversed_at is not null"):
            view = self.stage.decision(row["id"])
            for measure in view.measures:
                assert measure.lifted_why in {"lifted", "expired", "replaced"}


TestUndoUndoes = as_test(UndoUndoes)
