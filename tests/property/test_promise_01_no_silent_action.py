"""Promise 1: no restriction without a clause version, complete reasons, and word to the person."""

from __future__ import annotations

from hypothesis.stateful import invariant

from evenhand import policy
from tests.property.history import History, as_test


class NoSilentAction(History):
    """Whatever restricts says why, under which words, and tells the person."""

    @invariant()
    def every_restriction_has_its_clause_its_reasons_and_its_message(self) -> None:
        """Complete now, or with a lawful delay that ends."""
        for made in self.decisions():
            restricts = [m for m in made.measures if m.measure.facts.restricts]
            if not restricts:
                continue
            assert made.clause is not None
            clause = self.ask(policy.clause, made.clause.key, made.clause.version)
            assert clause.title == made.clause.title
            assert made.statement is not None
            told = {restriction.measure for restriction in made.statement.restrictions}
            assert told == {measure.measure for measure in restricts}
            sent = [row["kind"] for row in self.stage.sent(made.id)]
            assert "message.host" in sent or made.account_id is None
            assert "message.mail" in sent or made.account_id is None


TestNoSilentAction = as_test(NoSilentAction)
