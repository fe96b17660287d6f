"""What an appeal comes to: worked out from two judgements made apart. Pure.

The second reviewer judges before seeing the first decision. Comparing the two is arithmetic, so
nobody has to contradict a colleague to grant an appeal.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, Literal

from evenhand.appeal.errors import NeedsAnAnswer
from evenhand.decision import DecisionView, MeasureView, Outcome, Restitution, Verdict
from evenhand.policy import TIMED, Measure

By = Literal["affected", "reporter"]

TEXT_WORDS_MIN: Final = 3
TEXT_CHARS_MAX: Final = 5_000
EXPLANATION_WORDS_MIN: Final = 5
ANSWERS: Final = frozenset(
    {Outcome.VIOLATION, Outcome.NO_VIOLATION, Outcome.NOT_ENOUGH_INFORMATION}
)


class AppealState(StrEnum):
    """Where an appeal stands."""

    WAITING = "waiting"
    JUDGED = "judged"
    DECIDED = "decided"


class AppealOutcome(StrEnum):
    """What an appeal came to."""

    GRANTED = "granted"
    PARTLY_GRANTED = "partly_granted"
    REJECTED = "rejected"


@dataclass(frozen=True)
class AppealView:
    """One appeal as its appellant and its reviewer know it."""

    id: str
    short: str
    decision_id: str
    item_id: str
    by: By
    text: str
    state: AppealState
    outcome: AppealOutcome | None
    explanation: str | None
    filed_at: datetime
    decided_at: datetime | None
    restitution: Restitution | None


@dataclass(frozen=True)
class AppealDesk:
    """The appeal desk: the first decision is there only after the second judgement."""

    appeal: AppealView
    blind: Verdict | None
    first: DecisionView | None
    comes_to: AppealOutcome | None


def check_answer(verdict: Verdict) -> None:
    """Let only a real answer through. Raises NeedsAnAnswer."""
    if verdict.outcome not in ANSWERS:
        raise NeedsAnAnswer(verdict.outcome.value)


def compare(first: DecisionView, second: Verdict, *, by: By) -> AppealOutcome:
    """Say what an appeal comes to, from the first decision and the second judgement.

    Doubt favours the person restricted: what cannot be shown a second time does not stand. A
    reporter's appeal is granted when the second look finds a violation.
    """
    violation = second.outcome is Outcome.VIOLATION
    if by == "reporter":
        return AppealOutcome.GRANTED if violation else AppealOutcome.REJECTED
    if not violation:
        return AppealOutcome.GRANTED
    before = _weights((m.measure, _days(m)) for m in first.measures)
    after = _weights((m, second.days or 0) for m in second.measures)
    if after < before:
        return AppealOutcome.PARTLY_GRANTED
    return AppealOutcome.REJECTED


def _days(measure: MeasureView) -> int:
    """Return how long a measure was to last, in whole days; 0 for one without an end."""
    return 0 if measure.ends is None else (measure.ends - measure.starts).days


def _weights(measures: Iterable[tuple[Measure, int]]) -> tuple[tuple[int, int], ...]:
    """Order sets of measures by their heaviest and how long it lasts, then the next."""
    weighed = (
        (m.facts.weight, days if m in TIMED else 0) for m, days in measures if m.facts.restricts
    )
    return tuple(sorted(weighed, reverse=True))


def verdict_to_dict(verdict: Verdict) -> dict[str, Any]:
    """Write a blind judgement as JSON data."""
    return {
        "outcome": verdict.outcome.value,
        "clause_key": verdict.clause_key,
        "measures": [measure.value for measure in verdict.measures],
        "days": verdict.days,
        "label": verdict.label,
        "facts": verdict.facts,
        "reasons": verdict.reasons,
        "above_ladder_reason": verdict.above_ladder_reason,
        "note": verdict.note,
    }


def verdict_from_dict(data: Mapping[str, Any]) -> Verdict:
    """Read back what `verdict_to_dict` wrote."""
    return Verdict(
        outcome=Outcome(data["outcome"]),
        clause_key=data["clause_key"],
        measures=tuple(Measure(measure) for measure in data["measures"]),
        days=data["days"],
        label=data.get("label"),
        facts=data["facts"],
        reasons=data["reasons"],
        above_ladder_reason=data["above_ladder_reason"],
        note=data["note"],
    )
