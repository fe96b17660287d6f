"""How the console tells what a room refused: a title, the room's own sentence, and a next step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from evenhand import (
    appeal,
    banks,
    decision,
    delivery,
    detection,
    evidence,
    intake,
    people,
    policy,
    quality,
    queue,
    review,
    rules,
    transparency,
)
from evenhand.pages import N_
from evenhand.sentences import sentence


@dataclass(frozen=True)
class Refusal:
    """A refusal as a page: its HTTP status, what happened, and where to go from here."""

    status: int
    title: str
    says: str
    next: str = "/console"
    next_says: str = N_("Back to the queues")


#: Everything that rooms refuse and a page can tell.
REFUSED: Final = (
    appeal.AppealError,
    banks.BanksError,
    decision.DecisionError,
    delivery.DeliveryError,
    detection.DetectionError,
    evidence.EvidenceError,
    intake.IntakeError,
    people.PeopleError,
    policy.PolicyError,
    quality.QualityError,
    queue.QueueError,
    review.ReviewError,
    rules.RulesError,
    transparency.TransparencyError,
)

_NOT_HERE: Final = (
    appeal.NoSuchAppeal,
    banks.NoSuchBank,
    banks.NoSuchEntry,
    decision.NoSuchDecision,
    detection.NoSuchClassifier,
    detection.NoSuchDetector,
    evidence.NotYourViewing,
    evidence.ObjectUnknown,
    evidence.ViewingClosed,
    evidence.ViewingUnknown,
    intake.NoSuchAccount,
    intake.NoSuchItem,
    intake.NoSuchReport,
    people.InvitationEnded,
    people.KeyUnknown,
    people.StaffUnknown,
    policy.NoSuchClause,
    quality.NoSuchAudit,
    quality.NoSuchExtract,
    quality.NoSuchSession,
    queue.NoSuchTask,
    review.NoSuchMedia,
    rules.NoSuchRule,
    rules.NoSuchTrial,
    transparency.NoSuchCase,
    transparency.NoSuchFigure,
)
_NOT_ALLOWED: Final = (people.NotAllowed, people.SetUpRefused, transparency.CaseNotYours)


def told(why: Exception) -> Refusal:
    """Say a refusal: what is not here is 404, what is not allowed 403, what cannot be now 409."""
    says = sentence(why)
    if isinstance(why, _NOT_HERE):
        return Refusal(404, N_("This is not here"), says)
    if isinstance(why, _NOT_ALLOWED):
        return Refusal(403, N_("This is not open to you"), says)
    return Refusal(409, N_("This cannot be done now"), says)
