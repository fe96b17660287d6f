"""What the quality room refuses.

QualityError
├── NoCheckpointYet
├── PeriodRefused
├── AlreadyDrawn
├── NothingToDraw
├── SampleTooSmall
├── SampleTooLarge
├── NoSuchAudit
├── AuditClosed
├── NotSeenYet
├── AlreadyPublished
├── NotALabelTask
├── LabelIncomplete   (missing: sentences a reviewer can act on)
├── NotADispute
├── NotACase
├── NotAnExercise
├── NotEndedYet
├── NoSuchExtract
├── NoSuchSession
├── SessionEnded
├── TooFewCases
├── TooFewPeople
└── NeedsAReason
"""

from __future__ import annotations


class QualityError(Exception):
    """Something about an audit is not as it must be."""


class NoCheckpointYet(QualityError):
    """The draw is seeded by the first checkpoint published after the period; there is none yet.

    Publish one, and draw then.
    """


class PeriodRefused(QualityError):
    """An audit covers days that are over: choose a last day before today."""


class AlreadyDrawn(QualityError):
    """An audit was drawn from some of these days already. Each day is drawn from once."""


class NothingToDraw(QualityError):
    """Nothing was decided in these days, so there is nothing to draw from."""


class SampleTooSmall(QualityError):
    """The sample cannot hold the least number of every group: ask for a larger one."""


class SampleTooLarge(QualityError):
    """That is more than people can look at again: draw fewer, from fewer days."""


class NoSuchAudit(QualityError):
    """There is no audit, or no drawn decision, with this name."""


class AuditClosed(QualityError):
    """This audit is closed already."""


class NotSeenYet(QualityError):
    """Those concerned have not had a week to see theirs, or something is in dispute still."""


class AlreadyPublished(QualityError):
    """What this audit found is on the log already."""


class NotALabelTask(QualityError):
    """This task is not a second look by lot."""


class LabelIncomplete(QualityError):
    """The answer cannot stand yet; `missing` says what to add, a sentence for each."""

    def __init__(self, missing: tuple[str, ...]) -> None:
        """Keep every sentence, so that nothing is found out one at a time."""
        super().__init__(" ".join(missing))
        self.missing = missing


class NotADispute(QualityError):
    """There are no two answers in this task to choose from."""


class NotACase(QualityError):
    """This decision cannot be kept as a case to learn from."""


class NotAnExercise(QualityError):
    """This task is no exercise."""


class NotEndedYet(QualityError):
    """Not everybody has answered yet: what the others said is shown after that."""


class NoSuchExtract(QualityError):
    """No extract was asked for under this name."""


class NoSuchSession(QualityError):
    """There is no such training or calibration session, or you are not in it."""


class SessionEnded(QualityError):
    """This session has ended already."""


class TooFewCases(QualityError):
    """There are not enough settled cases for this yet."""


class TooFewPeople(QualityError):
    """A calibration session takes at least three people, or one could tell who said what."""


class NeedsAReason(QualityError):
    """Say in a sentence why this answer is the right one: both people learn from it."""
