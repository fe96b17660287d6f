"""Why one task comes before another: points with reasons, that anybody can add up.

Reports raise priority on a log scale with a cap, so that a brigade brings a task forward a little
and never decides anything (Charter, promise 6). Pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from evenhand.policy import Harm


class TaskKind(StrEnum):
    """Why a person is needed: a first look, a second one, one by lot, or to settle a difference."""

    REVIEW = "review"
    APPEAL = "appeal"
    REOPENED = "reopened"
    AUDIT = "audit"
    DISPUTE = "dispute"
    EXERCISE = "exercise"


#: Kinds that are judged before the first decision is seen.
BLIND: Final = frozenset({TaskKind.APPEAL, TaskKind.AUDIT})
#: Kinds about a decision that stands; what arrives meanwhile has a task of its own.
APART: Final = BLIND | {TaskKind.DISPUTE, TaskKind.EXERCISE}
#: Kinds of which no line says who worked on them.
QUIET: Final = frozenset({TaskKind.AUDIT, TaskKind.EXERCISE})


class TaskState(StrEnum):
    """Where a task stands."""

    WAITING = "waiting"
    CLAIMED = "claimed"
    CLOSED = "closed"


class Origin(StrEnum):
    """How a task came about: the source a statement of reasons has to name."""

    NOTICE = "notice"
    REPORT = "report"
    OWN_INITIATIVE = "own_initiative"
    ORDER = "order"


@dataclass(frozen=True)
class Part:
    """One part of a priority: its points, and the words that justify them."""

    points: int
    says: str


@dataclass(frozen=True)
class ClockView:
    """The legal clock, or the service's own target, that a task runs against."""

    id: str
    law: str | None
    due_at: datetime


@dataclass(frozen=True)
class TaskView:
    """One subject waiting for a person, and why it waits where it does."""

    id: str
    short: str
    kind: TaskKind
    item_id: str
    account_id: str | None
    appeal_id: str | None
    queue: str
    harm: Harm
    severity: int
    state: TaskState
    priority: int
    why: tuple[Part, ...]
    origin: Origin
    clock: ClockView | None
    reports: int
    opened_at: datetime
    closed_at: datetime | None
    claimed_by: str | None
    claim_number: int
    lease_until: datetime | None


@dataclass(frozen=True)
class QueueCount:
    """One queue at a glance; `oldest` is when its longest-open task began to wait, if any is."""

    name: str
    title: str
    waiting: int
    claimed: int
    overdue: int
    oldest: datetime | None


@dataclass(frozen=True, slots=True)
class OpenTask:
    """What is counted of a task that waits or is in somebody's hands (`held`)."""

    id: str
    item_id: str
    queue: str
    held: bool
    opened_at: datetime
    due_at: datetime | None


@dataclass(frozen=True)
class Facts:
    """What a priority is computed from."""

    kind: TaskKind
    harm: Harm
    known_material: bool
    reporters: int
    trusted: bool
    accurate_reporter: bool
    reach: int
    asked: int = 0  # by rules, 0 to 100


APPEALS_QUEUE: Final = "appeals"
ESCALATED_QUEUE: Final = "escalated"
URGENT_QUEUE: Final = "urgent"
AUDITS_QUEUE: Final = "second_looks"
DISPUTES_QUEUE: Final = "two_answers"
EXERCISES_QUEUE: Final = "exercises"
#: What the line that closes a hidden check calls it; until then its lines are those of any review.
CHECK_LINE: Final = "check"
URGENT: Final = frozenset({Harm.CHILD_SAFETY, Harm.SELF_HARM})
SEVERITY: Final[dict[Harm, int]] = {
    Harm.CHILD_SAFETY: 4,
    Harm.SELF_HARM: 4,
    Harm.INTIMATE_IMAGES: 4,
    Harm.VIOLENCE_HARASSMENT: 3,
    Harm.FRAUD: 3,
    Harm.IMPERSONATION: 2,
    Harm.MALWARE_SPAM: 2,
    Harm.PROHIBITED_GOODS: 2,
    Harm.ADULT_CONTENT: 2,
    Harm.INTELLECTUAL_PROPERTY: 1,
    Harm.OTHER: 1,
}

#: 10 points a step of severity: the harm itself always weighs more than who or how many reported.
SEVERITY_POINTS: Final = 10
KNOWN_POINTS: Final = 8
TRUSTED_POINTS: Final = 6
APPEAL_POINTS: Final = 5
#: What was drawn by lot comes after everything that somebody waits for.
AUDIT_POINTS: Final = 1
ACCURATE_POINTS: Final = 2
#: 1, 2, 4, 8, 16 reporters give 1 to 5 points; more give no more.
REPORTER_POINTS_MAX: Final = 5
#: What a rule asks for, from 0 to 100, gives up to 6 points: less than a step of severity.
ASKED_POINTS_MAX: Final = 6
#: 10, 100, 1,000, 10,000 people who saw it give 1 to 4 points.
REACH_POINTS_MAX: Final = 4


_AGAIN: Final = {
    TaskKind.APPEAL: "somebody waits for a second look",
    TaskKind.REOPENED: "a decision about it came into doubt",
    TaskKind.DISPUTE: "a second look found otherwise",
}
"""Why an item is looked at again, by the kind of its task."""


def priority(facts: Facts) -> tuple[Part, ...]:
    """Say how many points a task has and what for; its priority is their sum."""
    if facts.kind in QUIET:
        return (Part(AUDIT_POINTS, "nobody waits for it"),)
    severity = SEVERITY[facts.harm]
    parts = [Part(severity * SEVERITY_POINTS, f"severity {severity} of 4")]
    if facts.kind in _AGAIN:
        parts.append(Part(APPEAL_POINTS, _AGAIN[facts.kind]))
    if facts.known_material:
        parts.append(Part(KNOWN_POINTS, "matches known material"))
    if facts.trusted:
        parts.append(Part(TRUSTED_POINTS, "reported by a trusted flagger"))
    if facts.accurate_reporter:
        parts.append(Part(ACCURATE_POINTS, "a reporter who is usually right"))
    if facts.reporters:
        points = min(facts.reporters.bit_length(), REPORTER_POINTS_MAX)
        people = "1 person" if facts.reporters == 1 else f"{facts.reporters} people"
        parts.append(Part(points, f"reported by {people}"))
    asked = round(facts.asked * ASKED_POINTS_MAX / 100)
    if asked:
        parts.append(Part(asked, f"a rule asks for priority {facts.asked} of 100"))
    reach = min(len(str(facts.reach)) - 1, REACH_POINTS_MAX) if facts.reach > 0 else 0
    if reach > 0:
        parts.append(Part(reach, f"seen by {facts.reach:,} people"))
    return tuple(parts)


def opened_line(
    kind: TaskKind, harm: Harm, queue: str, origin: Origin, priority: int
) -> dict[str, str | int]:
    """Write what the log says of a task that begins to wait: the same for whatever looks alike."""
    return {
        "kind": kind.value,
        "harm": harm.value,
        "queue": queue,
        "origin": origin.value,
        "priority": priority,
    }


def total(parts: Sequence[Part]) -> int:
    """Add the points up."""
    return sum(part.points for part in parts)


_QUEUES: Final = {
    TaskKind.APPEAL: APPEALS_QUEUE,
    TaskKind.AUDIT: AUDITS_QUEUE,
    TaskKind.DISPUTE: DISPUTES_QUEUE,
    TaskKind.EXERCISE: EXERCISES_QUEUE,
}
"""The queues that kinds have to themselves."""


def queue_of(kind: TaskKind, harm: Harm, *, urgent: bool = False) -> str:
    """Name a task's queue: appeals, second looks, urgent (also by a rule), or the harm's."""
    if kind in _QUEUES:
        return _QUEUES[kind]
    return URGENT_QUEUE if urgent or harm in URGENT else harm.value


QUEUE_TITLES: Final[dict[str, str]] = {
    URGENT_QUEUE: "Urgent",
    Harm.INTIMATE_IMAGES.value: "Intimate images",
    Harm.VIOLENCE_HARASSMENT.value: "Violence and harassment",
    Harm.FRAUD.value: "Scams and fraud",
    Harm.IMPERSONATION.value: "Impersonation",
    Harm.MALWARE_SPAM.value: "Malware and spam",
    Harm.PROHIBITED_GOODS.value: "Prohibited goods",
    Harm.ADULT_CONTENT.value: "Adult content",
    Harm.INTELLECTUAL_PROPERTY.value: "Copies and counterfeits",
    Harm.OTHER.value: "Other",
    ESCALATED_QUEUE: "Escalated",
    APPEALS_QUEUE: "Appeals",
    DISPUTES_QUEUE: "Two answers",
    AUDITS_QUEUE: "Second looks",
    EXERCISES_QUEUE: "Exercises",
}


def worse(one: Harm, other: Harm) -> Harm:
    """Return the graver of two harms; the first where they weigh the same."""
    return other if SEVERITY[other] > SEVERITY[one] else one
