"""Promise 10: a reporter's identity is nowhere in clear, and shown to nobody by default."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule

from evenhand import appeal, evidence, people, review
from tests.property.history import History, as_test

MARK = "zq9reporter"


class ReportersAreSealed(History):
    """Not in a row, not in the ledger, not at any desk."""

    @precondition(lambda self: self.items)
    @rule(data=st.data(), number=st.integers(0, 5))
    def a_marked_reporter_reports(self, data: st.DataObject, number: int) -> None:
        """Somebody whose name could be found anywhere reports something."""
        item_id = data.draw(st.sampled_from(self.items))
        self.stage.report(item_id, by=f"{MARK}{number}")

    @invariant()
    def the_identity_is_in_no_byte_of_the_database(self) -> None:
        """Whoever steals the database has no name and no address."""
        for file in self.folder.glob("*.sqlite3*"):
            assert MARK.encode() not in file.read_bytes()

    @invariant()
    def no_desk_shows_it(self) -> None:
        """Reviewers and leads see what was said, never who said it."""
        for row in self.rows("tasks"):
            desk = self.ask(review.desk, self.stage.lin, row["id"])
            assert MARK not in repr(desk)
            if row["appeal_id"]:
                assert MARK not in repr(self.ask(appeal.desk, self.stage.lin, row["id"]))

    @precondition(lambda self: self.rows("sealed_identities"))
    @rule(data=st.data())
    def opening_is_for_administrators_and_is_recorded(self, data: st.DataObject) -> None:
        """Reviewers and leads cannot; whoever can leaves a line with the reason."""
        identity = data.draw(st.sampled_from([r["id"] for r in self.rows("sealed_identities")]))
        reason = "a court order of this morning"
        for actor in self.staff:
            try:
                self.house.do(evidence.open_identity, actor, identity, reason=reason)
            except people.NotAllowed:
                continue
            raise AssertionError("opened without the permission")
        before = len(self.rows("ledger_lines", "type = 'identity.opened'"))
        administrator = people.Actor(
            kind="staff",
            id="0" * 36,
            name="Ada",
            permissions=frozenset({people.Permission.OPEN_IDENTITY}),
        )
        self.house.do(evidence.open_identity, administrator, identity, reason=reason)
        assert len(self.rows("ledger_lines", "type = 'identity.opened'")) == before + 1


TestReportersAreSealed = as_test(ReportersAreSealed)
