"""What could not leave the house: given-up deliveries and stuck steps, each to be tried again."""

from __future__ import annotations

from fastapi import APIRouter, Response

from evenhand import delivery
from evenhand.console.frame import ConsoleRoute, SignedIn

router = APIRouter(route_class=ConsoleRoute)


@router.get("/outbox")
def outbox(visit: SignedIn, sent: str = "") -> Response:
    """Show what was given up first, then what is on its way."""
    return visit.page(
        "outbox.html",
        at="outbox",
        counts=visit.ask(delivery.counts),
        dead=visit.ask(delivery.dead_letters),
        stuck=visit.ask(delivery.stuck_steps),
        on_the_way=visit.ask(delivery.outbox, delivery.State.READY),
        sent=bool(sent),
    )


@router.post("/outbox/{outbox_id}/resend")
def resend(visit: SignedIn, outbox_id: str) -> Response:
    """Send one given-up delivery again from the start."""
    visit.do(delivery.resend, outbox_id)
    return visit.to("/outbox?sent=1")


@router.post("/steps/{job_id}/resume")
def resume(visit: SignedIn, job_id: str) -> Response:
    """Take up one stuck step of the path again."""
    visit.do(delivery.resume_step, job_id)
    return visit.to("/outbox?sent=1")
