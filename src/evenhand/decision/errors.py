"""What a decision is refused for.

DecisionError
├── VerdictIncomplete   (missing: sentences a reviewer can act on)
├── NoSuchDecision
├── HiddenUntilJudged
├── AlreadyReversed
├── AlreadyEnded
├── AppealNeedsSecondLook
└── AuditDecidesNothing
"""

from __future__ import annotations


class DecisionError(Exception):
    """Something about a decision is not as it must be."""


class VerdictIncomplete(DecisionError):
    """The verdict cannot stand yet; `missing` says what to add, a sentence for each."""

    def __init__(self, missing: tuple[str, ...]) -> None:
        """Keep every sentence, so that nothing is found out one at a time."""
        super().__init__(" ".join(missing))
        self.missing = missing


class NoSuchDecision(DecisionError):
    """There is no decision with this id, or it is not yours to see."""


class HiddenUntilJudged(DecisionError):
    """Somebody asked for a second look, and you may be the one to judge it: it is shown after."""


class AlreadyReversed(DecisionError):
    """This decision has been reversed already."""


class AlreadyEnded(DecisionError):
    """This measure has ended already."""


class AppealNeedsSecondLook(DecisionError):
    """An appeal is judged at the appeal desk, blind first, not decided here."""


class AuditDecidesNothing(DecisionError):
    """What was drawn by lot is answered and settled at desks of its own, not decided here."""
