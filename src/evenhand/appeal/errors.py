"""What an appeal is refused for.

AppealError
├── NothingToAppeal
├── TooLate
├── AppealedAlready
├── TooShort
├── NoSuchAppeal
├── NotAnAppealTask
├── FirstDecider
├── JudgedAlready
├── NotJudgedYet
└── NeedsAnAnswer
"""

from __future__ import annotations


class AppealError(Exception):
    """Something about an appeal is not as it must be."""


class NothingToAppeal(AppealError):
    """There is no decision here that can be looked at again yet."""


class TooLate(AppealError):
    """The time to ask for a second look has run out."""


class AppealedAlready(AppealError):
    """You have asked for a second look at this decision already."""


class TooShort(AppealError):
    """Say in a sentence or two why you think the decision is wrong."""


class NoSuchAppeal(AppealError):
    """There is no appeal with this id, or it is not yours to see."""


class NotAnAppealTask(AppealError):
    """This task is not an appeal."""


class FirstDecider(AppealError):
    """An appeal is never judged by whoever decided first."""


class JudgedAlready(AppealError):
    """Your own judgement is written down already; now read the first decision and conclude."""


class NotJudgedYet(AppealError):
    """Write down your own judgement first; the first decision is shown after that."""


class NeedsAnAnswer(AppealError):
    """A second look has to come to an answer: a violation, or none."""
