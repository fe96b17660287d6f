"""What a reviewer has in front of them, and who may work on a task. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from evenhand.detection import AssessmentView
from evenhand.intake import ItemView, ReportView
from evenhand.policy import Harm
from evenhand.queue import TaskState, TaskView
from evenhand.review.errors import KeptFromYou, LeaseEnded, NotYours, TaskTaken
from evenhand.rules import KnownMedia, ProposalView

#: A lease outlives a closed laptop by this much; the open desk renews it every half minute.
LEASE: Final = timedelta(minutes=10)
LISTED_REPORTS_MAX: Final = 20
NOTE_CHARS_MAX: Final = 5_000


@dataclass(frozen=True)
class Claim:
    """One reviewer has one task until an instant."""

    task_id: str
    number: int
    lease_until: datetime


@dataclass(frozen=True)
class Note:
    """An internal note on a task; never shown outside."""

    id: str
    task_id: str
    by: str
    text: str
    at: datetime


@dataclass(frozen=True)
class ReportSummary:
    """All reports on an item, folded: three hundred of them are a few texts."""

    total: int
    distinct_texts: int
    trusted: int
    harms: tuple[tuple[str, int], ...]
    listed: tuple[ReportView, ...]


@dataclass(frozen=True)
class DeadEnd:
    """A kind of harm whose tasks nobody here may open: they take a certificate nobody has."""

    harm: Harm
    waiting: int


@dataclass(frozen=True)
class Desk:
    """Everything a reviewer needs to decide a task, and nothing of who reported it.

    `known` says, by the id of a picture, that it is known so well that it is not shown again.
    """

    task: TaskView
    item: ItemView
    assessments: tuple[AssessmentView, ...]
    reports: ReportSummary
    notes: tuple[Note, ...]
    proposals: tuple[ProposalView, ...]
    first_decision_hidden: bool
    known: Mapping[str, KnownMedia]


def check_free(task: TaskView, *, staff_id: str, kept: str | None, now: datetime) -> None:
    """Let somebody claim a task, or say why not. Raises KeptFromYou, TaskTaken."""
    if kept is not None:
        raise KeptFromYou(task.id)
    held = task.state is TaskState.CLAIMED and task.lease_until is not None
    if held and task.claimed_by != staff_id and task.lease_until and task.lease_until >= now:
        raise TaskTaken(task.id)


def check_held(task: TaskView, *, staff_id: str, now: datetime) -> None:
    """Let only the holder of a live lease work on a task. Raises NotYours, LeaseEnded."""
    if task.state is not TaskState.CLAIMED or task.claimed_by != staff_id:
        raise NotYours(task.id)
    if task.lease_until is None or task.lease_until < now:
        raise LeaseEnded(task.id)


def fold(reports: Sequence[ReportView]) -> ReportSummary:
    """Fold reports: how many, how many different texts, and one report for each text."""
    by_text: dict[str, ReportView] = {}
    for report in reports:
        by_text.setdefault(" ".join(report.explanation.casefold().split()), report)
    harms = Counter(str(report.harm) for report in reports).most_common()
    return ReportSummary(
        total=len(reports),
        distinct_texts=len(by_text),
        trusted=sum(report.trusted for report in reports),
        harms=tuple(harms),
        listed=tuple(by_text.values())[:LISTED_REPORTS_MAX],
    )
