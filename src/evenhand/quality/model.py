"""What an audit is, what a second look may answer, and when two answers differ.

What is compared is what matters to whoever is affected: whether a rule was broken, and which. How
sure somebody was, and which measure they would have taken, is not. Pure.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from evenhand.decision import Outcome
from evenhand.kit.intervals import Share
from evenhand.quality.agreement import Agreement
from evenhand.quality.estimating import Ratio
from evenhand.transparency import AUDITED_MIN

#: What a second look may come to.
ANSWERS: Final = (
    Outcome.VIOLATION,
    Outcome.NO_VIOLATION,
    Outcome.NOT_ENOUGH_INFORMATION,
)
NOTHING_BROKEN: Final = "none"
#: Whoever decided sees what came of it this long before figures with it in open to others.
SEEN_FIRST: Final = timedelta(days=7)
#: No figure rests on fewer second looks than this, here or in any report.
ANSWERS_MIN: Final = AUDITED_MIN
#: No figure rests on the decisions of fewer people than this: it would be about one of them.
PEOPLE_MIN: Final = 3
SAMPLE_MAX: Final = 2_000
REASON_WORDS_MIN: Final = 5
NOTE_CHARS_MAX: Final = 2_000


class UnitState(StrEnum):
    """Where a drawn decision stands."""

    WAITING = "waiting"
    AGREED = "agreed"
    DISPUTED = "disputed"
    SETTLED = "settled"
    LEFT = "left"


class Right(StrEnum):
    """Which of two answers is right."""

    FIRST = "first"
    SECOND = "second"
    NEITHER = "neither"


@dataclass(frozen=True)
class Label:
    """What a second look came to; a violation names its clause. The note is for staff only."""

    outcome: Outcome
    clause_key: str | None = None
    note: str = ""

    @property
    def broke(self) -> str:
        """Name the clause that was broken, or say that none was."""
        return broke(self.outcome.value, self.clause_key)


@dataclass(frozen=True)
class Unit:
    """One drawn decision: what it was, and what came of looking again.

    `by` is the ref of whoever decided, which no line of the log shows; it leaves the room in no
    view but their own.
    """

    id: str
    audit_id: str
    stratum: str
    decision_id: str
    item_id: str
    task_id: str
    dispute_id: str | None
    by: str
    decided_by: str
    outcome: str
    clause_key: str | None
    harm: str
    answer: str
    language: str | None
    detectors: tuple[str, ...]
    rules: tuple[str, ...]
    state: UnitState
    label: Label | None
    labelled_by: str | None
    labelled_at: datetime | None
    right: Right | None
    why: str | None
    settled_at: datetime | None

    @property
    def first(self) -> str:
        """Name the clause that the decision says was broken, or say that none was."""
        return broke(self.outcome, self.clause_key)

    @property
    def answered(self) -> bool:
        """Tell whether somebody looked again."""
        return self.label is not None

    @property
    def wrong(self) -> bool:
        """Tell whether the decision counts as wrong: until somebody settles it, a dispute does."""
        if self.state is UnitState.DISPUTED:
            return True
        return self.state is UnitState.SETTLED and self.right is not Right.FIRST


@dataclass(frozen=True)
class Progress:
    """How far an audit is."""

    drawn: int
    waiting: int
    agreed: int
    disputed: int
    settled: int
    left: int


@dataclass(frozen=True)
class AuditView:
    """One audit: the days it is about, its draw, and how far it is.

    Figures open at `opens_at`; None while it is under way or something is in dispute.
    """

    id: str
    since: datetime
    until: datetime
    decisions: int
    sample: int
    least: int
    checkpoint_line: int
    digest: str
    drawn_at: datetime
    closed_at: datetime | None
    opens_at: datetime | None
    progress: Progress


@dataclass(frozen=True)
class Rate:
    """How often decisions of one sort are wrong; `withheld` says why it is not told.

    `wrong` and `looked_at` are what was counted; the share weighs each stratum by its size.
    """

    of: str
    name: str
    looked_at: int
    wrong: int | None
    share: Share | None
    withheld: str | None = None


@dataclass(frozen=True)
class ClauseAgreement:
    """How far two people who look apart say the same of one clause."""

    clause_key: str
    agreement: Agreement | None
    units: int


@dataclass(frozen=True)
class Overturned:
    """How often appeals overturn decisions under a clause, beside how often they are wrong at all.

    Appeals are no random sample: people appeal what is wrong more often, or only if they can write.
    A ratio of 1 says that appeals find no more than the lot does.
    """

    clause_key: str
    appeals: int
    granted: int | None
    share: Share | None
    ratio: Ratio | None
    withheld: str | None = None


@dataclass(frozen=True)
class Report:
    """What an audit found. Before `audit.opens_at` there are no figures in it."""

    audit: AuditView
    open: bool
    rates: tuple[Rate, ...] = ()
    agreements: tuple[ClauseAgreement, ...] = ()
    overturned: tuple[Overturned, ...] = ()


@dataclass(frozen=True)
class Dispute:
    """Two answers about one item that differ: who gave them is not in it."""

    audit_id: str
    decision_id: str
    decided_by: str
    first: str
    second: Label
    at: datetime


@dataclass(frozen=True)
class Own:
    """A decision of one's own that was looked at again, for whoever made it and nobody else."""

    decision_id: str
    item_id: str
    first: str
    second: str
    state: UnitState
    right: Right | None
    why: str | None
    at: datetime


def broke(outcome: str, clause_key: str | None) -> str:
    """Say what an answer comes to: the clause that was broken, or that none was."""
    violated = outcome == Outcome.VIOLATION.value and clause_key is not None
    return clause_key if violated and clause_key else NOTHING_BROKEN


def label_problems(label: Label, clauses: Collection[str]) -> tuple[str, ...]:
    """Say what an answer lacks, a sentence for each, or nothing when it can stand."""
    if label.outcome not in ANSWERS:
        return ("A second look comes to an answer: a clause that was broken, or none.",)
    if label.outcome is Outcome.VIOLATION and label.clause_key not in clauses:
        return ("Say which clause was broken: choose from the list.",)
    if label.outcome is not Outcome.VIOLATION and label.clause_key is not None:
        return ("A clause goes with a violation only.",)
    return ()


def progress(units: Sequence[Unit]) -> Progress:
    """Count an audit's decisions by where they stand."""
    states = [unit.state for unit in units]
    return Progress(
        drawn=len(states),
        waiting=states.count(UnitState.WAITING),
        agreed=states.count(UnitState.AGREED),
        disputed=states.count(UnitState.DISPUTED),
        settled=states.count(UnitState.SETTLED),
        left=states.count(UnitState.LEFT),
    )


def opening(closed_at: datetime | None, units: Sequence[Unit]) -> datetime | None:
    """Say from when on figures may be shown to others: everybody saw theirs for a week before.

    None while the audit is under way, and while anything is in dispute: of that, nobody is told
    anything before somebody has said who is right.
    """
    if closed_at is None or any(unit.state is UnitState.DISPUTED for unit in units):
        return None
    settled = [unit.settled_at for unit in units if unit.settled_at is not None]
    return max([closed_at, *settled]) + SEEN_FIRST


def is_done(units: Sequence[Unit]) -> bool:
    """Tell whether every drawn decision was looked at again and nothing is in dispute."""
    open_states = {UnitState.WAITING, UnitState.DISPUTED}
    return not any(unit.state in open_states for unit in units)
