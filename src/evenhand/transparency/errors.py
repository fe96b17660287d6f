"""What transparency refuses.

TransparencyError
├── NotInTheLog
├── NothingNewToPublish
├── NoSuchFigure
├── PeriodUnreadable
├── QueryUnreadable
├── ReportUnreadable
├── NoSuchCase
├── CaseNotToBeTold
├── CaseNotYours
├── CaseChanged
└── CaseAnswered
"""

from __future__ import annotations

from collections.abc import Iterable


class TransparencyError(Exception):
    """Something that was asked to be shown cannot be shown."""


class NotInTheLog(TransparencyError):
    """The log has no line about this receipt's matter, which should never happen: say so."""


class NothingNewToPublish(TransparencyError):
    """Nothing was recorded since the last checkpoint was published."""


class NoSuchFigure(TransparencyError):
    """No published figure has this id."""


class PeriodUnreadable(TransparencyError):
    """What should be two days with a period between them is not."""


class QueryUnreadable(TransparencyError):
    """A figure's query does not say what to count in a way anybody could follow."""


class ReportUnreadable(TransparencyError):
    """What should be a report is not one, or not whole."""


class NoSuchCase(TransparencyError):
    """No case was told under this id."""


class CaseNotToBeTold(TransparencyError):
    """A case cannot be told like this; `missing` says why, a sentence each."""

    def __init__(self, missing: Iterable[str]) -> None:
        """Keep every sentence, so that nothing has to be found out one error at a time."""
        self.missing = tuple(missing)
        super().__init__(" ".join(self.missing))


class CaseNotYours(TransparencyError):
    """You told this case yourself: somebody else has to read it and answer for it."""


class CaseChanged(TransparencyError):
    """What is known of this case has changed since it was told. Send it back to be told anew."""


class CaseAnswered(TransparencyError):
    """The case does not wait for this: read where it stands now."""
