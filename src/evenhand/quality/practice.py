"""Settled cases, and what is done with them: training, calibration and hidden checks.

A case is an item about which a person decided and a lead, somebody else, says that the decision is
a good one to learn from. Nobody is shown material about children or intimate pictures to be tested:
for those harms a lead certifies, and no case is kept. Pure.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from evenhand.kit.intervals import Share
from evenhand.policy import Harm
from evenhand.quality.agreement import Agreement

COURSE_CASES: Final = 10
COURSE_RIGHT_MIN: Final = 8
CALIBRATION_CASES_MAX: Final = 50
CHECKS_MAX: Final = 100
#: Hidden checks that were asked for together join the queue one by one within this time.
PLANTED_WITHIN: Final = timedelta(hours=24)
#: The kind of the job that puts one of them there.
CHECK_DUE: Final = "check.due"
#: Nobody is shown these to practise on.
SPARED: Final = frozenset({Harm.CHILD_SAFETY, Harm.INTIMATE_IMAGES})


class SessionKind(StrEnum):
    """What people practise for."""

    COURSE = "course"
    CALIBRATION = "calibration"


@dataclass(frozen=True)
class Case:
    """An item with a settled answer: the clause that was broken, or none, and why."""

    id: str
    decision_id: str
    item_id: str
    harm: Harm
    answer: str
    why: str
    added_by: str
    added_at: datetime


@dataclass(frozen=True)
class Exercise:
    """One case put before one person; of a check, before whoever takes it."""

    id: str
    session_id: str | None
    case_id: str
    staff_id: str | None
    task_id: str
    answer: str | None
    answered_at: datetime | None


@dataclass(frozen=True)
class Session:
    """A course of one person, or a calibration session of several."""

    id: str
    kind: SessionKind
    harm: Harm
    staff_id: str | None
    opened_at: datetime
    ended_at: datetime | None
    passed: bool | None


@dataclass(frozen=True)
class Answered:
    """One's own answer beside the settled one; both are None while it waits."""

    task_id: str
    answer: str | None
    settled: str | None
    why: str | None

    @property
    def right(self) -> bool:
        """Tell whether the answer is the settled one."""
        return self.answer is not None and self.answer == self.settled


@dataclass(frozen=True)
class OwnSession:
    """A session as one of those in it sees it: their own answers and nobody else's."""

    session: Session
    answers: tuple[Answered, ...]

    @property
    def right(self) -> int:
        """Count the right answers."""
        return sum(one.right for one in self.answers)

    @property
    def waiting(self) -> int:
        """Count what was not answered yet."""
        return sum(one.answer is None for one in self.answers)


@dataclass(frozen=True)
class Compared:
    """One case of a calibration session: the settled answer, and how many gave which."""

    item_id: str
    settled: str
    why: str
    answers: tuple[tuple[str, int], ...]

    @property
    def differ(self) -> bool:
        """Tell whether not all agree, or not with the settled answer."""
        return [answer for answer, _ in self.answers] != [self.settled]


@dataclass(frozen=True)
class Calibration:
    """What a calibration session shows once it has ended: who gave which answer is not in it."""

    session: Session
    agreement: Agreement
    cases: tuple[Compared, ...]


@dataclass(frozen=True)
class Checked:
    """How often hidden checks were answered as settled, over everybody; or why it is not told."""

    answers: int
    share: Share | None
    withheld: str | None = None


def by_lot(cases: Collection[Case], seed: str, *, seen: Mapping[str, int]) -> list[Case]:
    """Order cases: those that somebody has answered least often first, then by lot."""

    def place(case: Case) -> tuple[int, bytes]:
        lot = hashlib.sha256(f"{seed}\n{case.id}".encode()).digest()
        return seen.get(case.id, 0), lot

    return sorted(cases, key=place)


def passed(answers: Sequence[Answered]) -> bool:
    """Tell whether a course was passed: eight of ten, or the same share of more."""
    right = sum(one.right for one in answers)
    return right * COURSE_CASES >= COURSE_RIGHT_MIN * len(answers)
