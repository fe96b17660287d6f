"""What is typed on the decide form becomes a verdict, or sentences about what cannot be read."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from evenhand import policy
from evenhand.console.verdict_form import Typed, clause_order, read_typed, to_verdict
from evenhand.decision import Outcome
from evenhand.policy import Measure


def typed(**fields: str) -> Typed:
    measures = fields.pop("measures", "")
    return read_typed(fields, [one for one in measures.split(",") if one])


class TestToVerdict:
    def test_a_clause_makes_a_violation_under_it(self) -> None:
        verdict, problems = to_verdict(
            typed(choice="clause:fraud", measures="remove,limit", days="7", facts="It sells.")
        )
        assert not problems
        assert verdict is not None
        assert (verdict.outcome, verdict.clause_key) == (Outcome.VIOLATION, "fraud")
        assert verdict.measures == (Measure.REMOVE, Measure.LIMIT)
        assert verdict.days == 7

    def test_a_label_goes_with_its_measure_alone(self) -> None:
        """What was chosen before another measure was is dropped."""
        chosen = {"choice": "clause:fraud", "label": "sensitive"}
        with_it, _ = to_verdict(typed(**chosen, measures="label"))
        without, _ = to_verdict(typed(**chosen, measures="hide"))
        assert with_it is not None
        assert without is not None
        assert (with_it.label, without.label) == ("sensitive", None)

    @pytest.mark.parametrize("outcome", [o for o in Outcome if o is not Outcome.VIOLATION])
    def test_another_outcome_takes_no_measure_with_it(self, outcome: Outcome) -> None:
        """Measures left over from a clause looked at before are dropped, never applied."""
        verdict, _ = to_verdict(
            typed(choice=outcome.value, measures="close", days="7", bank="pictures")
        )
        assert verdict is not None
        assert (verdict.outcome, verdict.measures, verdict.days) == (outcome, (), None)
        assert verdict.clause_key is None
        assert verdict.add_to_bank is None

    def test_choosing_nothing_is_no_verdict(self) -> None:
        verdict, problems = to_verdict(typed(facts="Something."))
        assert verdict is None
        assert "Nothing is chosen yet" in problems[0]

    def test_a_violation_without_a_clause_cannot_be_typed(self) -> None:
        """The one way to a violation is to name what was violated."""
        verdict, _ = to_verdict(typed(choice="clause:"))
        assert verdict is None

    @pytest.mark.parametrize("days", ["seven", "-1", "7.5", "99999", "٧"])
    def test_days_that_are_no_number_are_said_so(self, days: str) -> None:
        verdict, problems = to_verdict(typed(choice="clause:fraud", days=days))
        assert verdict is None
        assert "days" in problems[0]

    def test_a_measure_nobody_knows_is_said_so(self) -> None:
        verdict, problems = to_verdict(typed(choice="clause:fraud", measures="banish"))
        assert verdict is None
        assert "not known" in problems[0]

    def test_every_problem_is_said_at_once(self) -> None:
        _, problems = to_verdict(typed(days="seven", delay_reason="An inquiry.", measures="x"))
        assert len(problems) == 4

    def test_a_delay_has_a_day(self) -> None:
        verdict, _ = to_verdict(
            typed(choice="clause:fraud", delay_reason="A court asked.", delay_until="2026-12-01")
        )
        assert verdict is not None
        assert verdict.delay is not None
        assert verdict.delay.until == datetime(2026, 12, 1, tzinfo=UTC)


class TestClauseOrder:
    def test_what_was_proposed_comes_first_then_the_harm_of_the_task(self) -> None:
        clauses = policy.starter().clauses
        proposed, harm = clauses[-1], clauses[3].harm
        ordered = clause_order(clauses, harm.value, [proposed.key])
        assert ordered[0] == proposed
        assert ordered[1].harm is harm
        assert len(ordered) == len(clauses)
