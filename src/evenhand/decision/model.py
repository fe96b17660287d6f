"""What a decision is, and what keeps one from standing. Pure.

A verdict is what a reviewer or a rule says; it becomes a decision only when nothing is missing:
a clause for every violation, measures that the ladder allows or a sentence why more is needed,
an end for whatever must end, and reasons the person can understand.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from evenhand.decision.letter import Lines, NoActionReasons
from evenhand.decision.statement import Statement
from evenhand.decision.wording import text_problems
from evenhand.policy import TIMED, Clause, Measure, Rung, above_ladder


class Outcome(StrEnum):
    """What a look at an item came to; every one of them means something."""

    VIOLATION = "violation"
    NO_VIOLATION = "no_violation"
    NOT_ENOUGH_INFORMATION = "not_enough_information"
    DUPLICATE = "duplicate"
    OUT_OF_SCOPE = "out_of_scope"
    ESCALATED = "escalated"


class ReversedBy(StrEnum):
    """Why a decision was undone."""

    APPEAL = "appeal"
    REVIEW = "review"
    WITHDRAWN_SIGNAL = "withdrawn_signal"
    LOOKED_AT = "looked_at"
    REPLACED = "replaced"


#: What automation may do on its own: all of it reversible, none of it final (promise 13).
AUTOMATIC: Final = frozenset(
    {Measure.LABEL, Measure.AGE_GATE, Measure.DEMOTE, Measure.HIDE, Measure.LIMIT}
)
#: A notice may be held back for a lawful reason, for six weeks at most (Reg. 2021/784 Art. 11(3)).
DELAY_MAX: Final = timedelta(weeks=6)
REASON_WORDS_MIN: Final = 5
#: Three active strikes limit the account for a week; a rule does it, so a person can be asked.
STRIKES_FOR_LIMIT: Final = 3
LIMIT_DAYS: Final = 7
STRIKE_RULE: Final = ("strike-ladder", 1)


@dataclass(frozen=True)
class Delay:
    """A lawful reason to tell the person later, and when that ends."""

    reason: str
    until: datetime


@dataclass(frozen=True)
class Verdict:
    """What a reviewer, or a rule, says about an item. `label` is the key of the label to add."""

    outcome: Outcome
    clause_key: str | None = None
    measures: tuple[Measure, ...] = ()
    days: int | None = None
    label: str | None = None
    facts: str = ""
    reasons: str = ""
    above_ladder_reason: str | None = None
    note: str = ""
    add_to_bank: str | None = None
    delay: Delay | None = None


@dataclass(frozen=True)
class ClauseRef:
    """The clause version a decision cites."""

    key: str
    number: str
    version: int
    title: str


@dataclass(frozen=True)
class MeasureView:
    """One measure of a decision and whether it still stands.

    Of a label, `label` is its key and `label_says` the words it had when it was added.
    """

    id: str
    measure: Measure
    target: str
    target_id: str
    starts: datetime
    ends: datetime | None
    lifted_at: datetime | None
    lifted_why: str | None
    label: str | None = None
    label_says: str | None = None


@dataclass(frozen=True)
class StrikeView:
    """One strike on an account: its weight, until when it counts, and whether it was voided."""

    id: str
    decision_id: str
    clause_key: str
    weight: int
    given_at: datetime
    expires_at: datetime
    voided_at: datetime | None


@dataclass(frozen=True)
class Restitution:
    """What undoing a decision undid, and what it could not, in sentences for the person."""

    undone: tuple[str, ...]
    not_undone: tuple[str, ...]


@dataclass(frozen=True)
class About:
    """Which item was decided about, in words the person it belongs to can recognise."""

    kind: str
    posted_at: datetime
    url: str | None


@dataclass(frozen=True)
class Answered:
    """What people found about an item: the clause it broke, or None when it was fine."""

    item_id: str
    decision_id: str
    broke: str | None
    clause_version: int | None
    at: datetime


@dataclass(frozen=True)
class DecisionView:
    """One decision, whole. `about` is there when it is read alone, not in a list."""

    id: str
    short: str
    task_id: str | None
    item_id: str
    account_id: str | None
    outcome: Outcome
    clause: ClauseRef | None
    measures: tuple[MeasureView, ...]
    facts: str
    reasons: str
    above_ladder_reason: str | None
    statement: Statement | None
    no_action: NoActionReasons | None
    lines: Lines
    source: str
    made_at: datetime
    automated: bool
    automated_detection: bool
    by_ref: str
    by_name: str
    provisional: bool
    caused_by: str | None
    superseded_by: str | None
    appeal_until: datetime
    notice_until: datetime | None
    reversed_at: datetime | None
    reversed_by: ReversedBy | None
    restitution: Restitution | None
    about: About | None = None

    @property
    def stands(self) -> bool:
        """Tell whether it has neither been reversed nor replaced."""
        return self.reversed_at is None and self.superseded_by is None


def verdict_problems(
    verdict: Verdict,
    clause: Clause | None,
    rung: Rung | None,
    *,
    now: datetime,
    by_rule: bool = False,
    labels: Collection[str] = (),
) -> tuple[str, ...]:
    """Say what a verdict lacks, a sentence for each, or nothing when it can stand.

    `labels` are the keys of those the policy declares; where it declares none, none is named.
    """
    if verdict.outcome is not Outcome.VIOLATION:
        return tuple(_quiet_problems(verdict, now))
    found = [*_measure_problems(verdict, by_rule=by_rule), *_label_problems(verdict, labels)]
    if clause is None:
        found.append("No clause is chosen: pick the rule that was broken.")
    else:
        words = (clause.title, clause.text)
        found += text_problems("The facts", verdict.facts, clause_words=words)
        found += text_problems("The reasons", verdict.reasons, clause_words=words)
    if rung is not None and above_ladder(verdict.measures, rung, days=verdict.days):
        found += _sentence_problems(
            "This is more than the mildest measure that fits: say in a sentence why less would "
            "not do.",
            verdict.above_ladder_reason,
        )
    found += _delay_problems(verdict.delay, now)
    return tuple(found)


def _quiet_problems(verdict: Verdict, now: datetime) -> Iterator[str]:
    if verdict.reasons.strip():
        yield from text_problems("The reasons", verdict.reasons)
    if verdict.measures:
        yield "Measures go with a violation only: choose a clause, or take the measures away."
    if verdict.clause_key is not None:
        yield "A clause goes with a violation only: choose violation, or take the clause away."
    if verdict.add_to_bank is not None:
        yield "Only material that breaks a clause can become known material."
    yield from _delay_problems(verdict.delay, now)


def _measure_problems(verdict: Verdict, *, by_rule: bool) -> Iterator[str]:
    if not verdict.measures:
        yield "No measure is chosen: the mildest one is a warning."
    if len(set(verdict.measures)) != len(verdict.measures):
        yield "A measure is chosen twice: keep one of each."
    timed = TIMED & set(verdict.measures)
    if timed and (verdict.days is None or verdict.days < 1):
        yield "A limit or suspension needs its days: say for how long."
    if by_rule and not AUTOMATIC.issuperset(verdict.measures):
        yield "A rule may only hold, label or limit: removing and closing take a person."


def _label_problems(verdict: Verdict, labels: Collection[str]) -> Iterator[str]:
    if Measure.LABEL not in verdict.measures:
        return
    if labels and verdict.label is None:
        yield f"Say which label to add: {', '.join(sorted(labels))}."
    elif verdict.label is not None and verdict.label not in labels:
        yield "This label is not declared in the policy: choose one from the list."


def _sentence_problems(ask: str, said: str | None) -> Iterator[str]:
    if said is None or len(said.split()) < REASON_WORDS_MIN:
        yield ask


def _delay_problems(delay: Delay | None, now: datetime) -> Iterator[str]:
    if delay is None:
        return
    yield from _sentence_problems(
        "Telling the person later needs its lawful reason, in a sentence.", delay.reason
    )
    if delay.until <= now:
        yield "The delay has to end in the future."
    elif delay.until > now + DELAY_MAX:
        yield "A notice may be delayed by six weeks at most."


def limit_follows(*, before: int, after: int) -> bool:
    """Say whether strikes have just reached the number that limits an account."""
    return before < STRIKES_FOR_LIMIT <= after


def active_weight(strikes: Sequence[StrikeView], now: datetime) -> int:
    """Add up the strikes that count now."""
    return sum(s.weight for s in strikes if s.voided_at is None and s.expires_at > now)


def hides(measures: Sequence[MeasureView], now: datetime) -> bool:
    """Tell whether any of these keeps an item from being seen now."""
    return any(
        m.measure in {Measure.HIDE, Measure.REMOVE}
        and m.lifted_at is None
        and (m.ends is None or m.ends > now)
        for m in measures
    )
