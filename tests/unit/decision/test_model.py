"""What keeps a verdict from standing is said in sentences, all at once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from evenhand import policy
from evenhand.decision.model import (
    AUTOMATIC,
    Delay,
    Outcome,
    Verdict,
    limit_follows,
    verdict_problems,
)
from evenhand.policy import Clause, Measure, least_restrictive

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
FACTS = "Your listing asks buyers to pay by gift card before the tickets are sent."
REASONS = "Paying by gift card leaves a buyer without any way to get money back."


def clause(key: str = "counterfeit") -> Clause:
    """Return a clause of the starter policy."""
    return policy.starter().clause(key, 1)


def problems(verdict: Verdict, *, by_rule: bool = False) -> tuple[str, ...]:
    """Judge a verdict for an account without strikes."""
    one = clause() if verdict.clause_key else None
    rung = least_restrictive(one, 0) if one else None
    return verdict_problems(verdict, one, rung, now=NOW, by_rule=by_rule)


def violation(*measures: Measure, **changes: object) -> Verdict:
    """Make a violation that is complete unless changed."""
    values: dict[str, object] = {
        "outcome": Outcome.VIOLATION,
        "clause_key": "counterfeit",
        "measures": measures or (Measure.REMOVE, Measure.WARN),
        "facts": FACTS,
        "reasons": REASONS,
    }
    return Verdict(**{**values, **changes})  # type: ignore[arg-type]  # a test's own builder


class TestVerdictProblems:
    """What a verdict lacks."""

    def test_finds_none_in_a_complete_violation(self) -> None:
        """Clause, measures on the ladder, facts and reasons are enough."""
        assert problems(violation()) == ()

    def test_finds_everything_missing_at_once(self) -> None:
        """An empty violation is told all it lacks."""
        found = problems(Verdict(outcome=Outcome.VIOLATION))
        assert any("No clause" in sentence for sentence in found)
        assert any("No measure" in sentence for sentence in found)

    def test_asks_for_a_sentence_above_the_ladder(self) -> None:
        """More than the mildest measure that fits needs its reason."""
        more = violation(Measure.REMOVE, Measure.SUSPEND, days=30)
        assert any("say in a sentence" in sentence for sentence in problems(more))
        said = violation(
            Measure.REMOVE,
            Measure.SUSPEND,
            days=30,
            above_ladder_reason="Forty buyers were cheated within one single day.",
        )
        assert problems(said) == ()

    def test_asks_for_the_days_of_a_suspension(self) -> None:
        """A pause without an end is a closure under another name."""
        assert any("days" in s for s in problems(violation(Measure.LIMIT, days=None)))

    @pytest.mark.parametrize("outcome", [o for o in Outcome if o is not Outcome.VIOLATION])
    def test_takes_no_measure_without_a_violation(self, outcome: Outcome) -> None:
        """Only a violation has consequences."""
        verdict = Verdict(outcome=outcome, measures=(Measure.HIDE,), clause_key="counterfeit")
        assert len(problems(verdict)) == 2

    @pytest.mark.parametrize("measure", sorted(set(Measure) - AUTOMATIC))
    def test_keeps_final_measures_from_rules(self, measure: Measure) -> None:
        """Machines propose, people answer (promise 13)."""
        found = problems(violation(measure, days=7), by_rule=True)
        assert any("take a person" in sentence for sentence in found)

    @pytest.mark.parametrize(
        ("reason", "until", "expected"),
        [
            ("police", NOW + timedelta(days=1), "lawful reason"),
            ("An order forbids telling before Friday.", NOW, "in the future"),
            ("An order forbids telling for now.", NOW + timedelta(days=60), "six weeks"),
        ],
    )
    def test_lets_a_notice_wait_only_for_a_reason_with_an_end(
        self, reason: str, until: datetime, expected: str
    ) -> None:
        """A delay is recorded with why and until when, or there is none."""
        found = problems(violation(delay=Delay(reason, until)))
        assert any(expected in sentence for sentence in found)


class TestLimitFollows:
    """When strikes limit an account."""

    def test_holds_once_when_the_third_strike_arrives(self) -> None:
        """Crossing counts, standing above does not."""
        assert limit_follows(before=2, after=3)
        assert limit_follows(before=1, after=4)
        assert not limit_follows(before=3, after=4)
        assert not limit_follows(before=0, after=2)
