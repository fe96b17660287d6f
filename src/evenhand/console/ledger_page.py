"""The ledger for those who may read it: how long it is, what was signed, and checking all of it."""

from __future__ import annotations

from fastapi import APIRouter, Response

from evenhand import ledger, people
from evenhand.console.frame import ConsoleRoute, SignedIn, Visit
from evenhand.ledger import Verification
from evenhand.people import Permission

router = APIRouter(route_class=ConsoleRoute)


@router.get("/ledger")
def show(visit: SignedIn) -> Response:
    """Show the ledger's size and its signed checkpoint."""
    return _page(visit)


@router.post("/ledger/verify")
def verify(visit: SignedIn) -> Response:
    """Recompute the whole tree and compare it with what was signed and kept apart."""
    people.require(visit.actor, Permission.READ_LEDGER)
    return _page(visit, verification=visit.house.ask(ledger.verify))


def _page(visit: Visit, *, verification: Verification | None = None) -> Response:
    people.require(visit.actor, Permission.READ_LEDGER)
    return visit.page(
        "ledger.html",
        at="ledger",
        size=visit.house.ask(ledger.size),
        head=visit.house.ask(ledger.head),
        verifier=ledger.checkpoint.verifier_line(visit.house.ask(ledger.signers).current),
        verification=verification,
        kinds=len(ledger.EVENTS),
    )
