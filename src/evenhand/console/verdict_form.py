"""The decide form: what was typed becomes a verdict, and what cannot is said in a sentence.

One radio list holds clauses and the other outcomes, so that a violation always names its clause.
Pure: it reads a form and raises nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Final

from evenhand.decision import Delay, Outcome, Verdict
from evenhand.pages import N_
from evenhand.policy import Clause, Measure

CLAUSE: Final = "clause:"
#: Outcomes other than a violation: (value, what it says, key).
QUIET: Final[tuple[tuple[str, str, str], ...]] = (
    (Outcome.NO_VIOLATION.value, N_("No violation"), "n"),
    (Outcome.NOT_ENOUGH_INFORMATION.value, N_("Not enough information"), "i"),
    (Outcome.DUPLICATE.value, N_("Duplicate, dealt with already"), "u"),
    (Outcome.OUT_OF_SCOPE.value, N_("Out of scope"), "o"),
    (Outcome.ESCALATED.value, N_("Escalate to a colleague"), "e"),
)
#: Keys for the first clauses of the list, under the left hand.
CLAUSE_KEYS: Final = ("a", "s", "d", "f", "g")


@dataclass(frozen=True)
class Typed:
    """The decide form as it was typed; the page shows it again exactly so."""

    choice: str = ""
    measures: tuple[str, ...] = ()
    days: str = ""
    label: str = ""
    facts: str = ""
    reasons: str = ""
    above: str = ""
    note: str = ""
    bank: str = ""
    delay_reason: str = ""
    delay_until: str = ""

    @property
    def anything(self) -> bool:
        """Tell whether anything was typed that must not be lost."""
        return any((self.choice, self.facts, self.reasons, self.above, self.note))

    @property
    def clause_key(self) -> str | None:
        """The clause that was chosen, if a clause was."""
        return self.choice.removeprefix(CLAUSE) if self.choice.startswith(CLAUSE) else None


def read_typed(single: Mapping[str, str], measures: Sequence[str]) -> Typed:
    """Take the form's fields as they are."""
    return Typed(
        choice=single.get("choice", ""),
        measures=tuple(measures),
        days=single.get("days", ""),
        label=single.get("label", ""),
        facts=single.get("facts", ""),
        reasons=single.get("reasons", ""),
        above=single.get("above", ""),
        note=single.get("note", ""),
        bank=single.get("bank", ""),
        delay_reason=single.get("delay_reason", ""),
        delay_until=single.get("delay_until", ""),
    )


FIELDS: Final = (
    "choice",
    "days",
    "label",
    "facts",
    "reasons",
    "above",
    "note",
    "bank",
    "delay_reason",
    "delay_until",
)


def to_verdict(typed: Typed) -> tuple[Verdict | None, tuple[str, ...]]:
    """Make the verdict, or say what cannot be read; the room says what is missing beyond that."""
    problems: list[str] = []
    outcome = _outcome(typed, problems)
    measures = _measures(typed, problems)
    days = _days(typed, problems)
    delay = _delay(typed, problems)
    if problems or outcome is None:
        return None, tuple(problems)
    violation = outcome is Outcome.VIOLATION
    verdict = Verdict(
        outcome=outcome,
        clause_key=typed.clause_key,
        measures=measures if violation else (),
        days=days if violation else None,
        label=(typed.label or None) if Measure.LABEL in measures else None,
        facts=typed.facts,
        reasons=typed.reasons,
        above_ladder_reason=typed.above or None,
        note=typed.note,
        add_to_bank=(typed.bank or None) if violation else None,
        delay=delay,
    )
    return verdict, ()


def clause_order(clauses: Sequence[Clause], harm: str, proposed: Sequence[str]) -> list[Clause]:
    """Put clauses that were proposed first, then those of the task's harm, then the rest."""

    def rank(clause: Clause) -> int:
        if clause.key in proposed:
            return 0
        return 1 if clause.harm.value == harm else 2

    return sorted(clauses, key=rank)


def _outcome(typed: Typed, problems: list[str]) -> Outcome | None:
    if typed.clause_key:
        return Outcome.VIOLATION
    try:
        return Outcome(typed.choice)
    except ValueError:
        problems.append("Nothing is chosen yet: pick a clause that was broken, or an outcome.")
        return None


def _measures(typed: Typed, problems: list[str]) -> tuple[Measure, ...]:
    try:
        return tuple(Measure(one) for one in typed.measures)
    except ValueError:
        problems.append("One of the measures is not known: choose from the list.")
        return ()


def _days(typed: Typed, problems: list[str]) -> int | None:
    if not typed.days:
        return None
    if typed.days.isascii() and typed.days.isdigit() and len(typed.days) <= 4:
        return int(typed.days)
    problems.append("The days are not a number: write, for example, 7.")
    return None


def _delay(typed: Typed, problems: list[str]) -> Delay | None:
    if not typed.delay_reason and not typed.delay_until:
        return None
    try:
        until = date.fromisoformat(typed.delay_until)
    except ValueError:
        problems.append("The delay needs the day on which the person is told.")
        return None
    return Delay(typed.delay_reason, datetime.combine(until, time(), tzinfo=UTC))
