"""What transparency refuses.

TransparencyError
├── NotInTheLog
├── NothingNewToPublish
├── NoSuchFigure
├── PeriodUnreadable
├── QueryUnreadable
└── ReportUnreadable
"""

from __future__ import annotations


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
