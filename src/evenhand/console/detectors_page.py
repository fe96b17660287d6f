"""What looks at items: each detector, whether it is on, what it answered, and each model's card."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter, Response

from evenhand import detection, people
from evenhand.console.frame import ConsoleRoute, SignedIn, Visit
from evenhand.detection import Answer
from evenhand.pages import N_
from evenhand.people import Permission
from evenhand.sentences import sentence

router = APIRouter(route_class=ConsoleRoute)

#: What each answer is called at the head of its column.
ANSWERS: Final = {
    Answer.FOUND: N_("Found"),
    Answer.NOT_FOUND: N_("Not found"),
    Answer.FAILED: N_("Failed"),
    Answer.SKIPPED: N_("Skipped"),
}


@router.get("/detectors")
def every_detector(visit: SignedIn) -> Response:
    """List what looks at items, with the cards of the models that are asked."""
    return _page(visit)


@router.post("/detectors/{name}/switch")
def switch(visit: SignedIn, name: str) -> Response:
    """Switch a detector on or off, from the next item on."""
    try:
        visit.do(detection.switch, name, on=visit.text("on") == "yes")
    except detection.SwitchedAlready:
        pass  # somebody else did it meanwhile, and it stands as was wanted
    return visit.to("/detectors")


@router.post("/detectors/{name}/withdraw")
def withdraw(visit: SignedIn, name: str) -> Response:
    """Take back what a detector said; what rested on it is looked at again."""
    people.require(visit.actor, Permission.MANAGE_POLICY)
    try:
        visit.do(detection.withdraw, name, why=visit.text("why"))
    except detection.ReasonMissing as why:
        return _page(visit, problem=sentence(why))
    return visit.to("/detectors")


@router.get("/detectors/cards/{name}")
def card(visit: SignedIn, name: str) -> Response:
    """Show one model's card."""
    people.require(visit.actor, Permission.SEE_QUEUE)
    return visit.page("card.html", at="detectors", card=detection.card(name))


def _page(visit: Visit, *, problem: str = "") -> Response:
    return visit.page(
        "detectors.html",
        at="detectors",
        status=422 if problem else 200,
        detectors=visit.ask(detection.detectors),
        answers=ANSWERS,
        days=detection.COUNTED_DAYS,
        counted_max=detection.COUNTED_MAX,
        problems=[problem] if problem else [],
    )
