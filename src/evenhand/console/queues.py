"""The console's home: what waits, what is overdue, what you hold, and the way to the next task."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlencode

from fastapi import APIRouter, Response

from evenhand import banks, delivery, people, queue, review
from evenhand.console.frame import ConsoleRoute, SignedIn, Visit
from evenhand.people import Permission

router = APIRouter(route_class=ConsoleRoute)

LISTED_TASKS_MAX: Final = 50


@router.get("")
def home(visit: SignedIn) -> Response:
    """Show all queues at a glance, and what to do next."""
    if not visit.may(Permission.SEE_QUEUE):
        return visit.page(
            "home.html",
            at="home",
            tasks=[],
            held=[],
            dead=0,
            stuck=0,
            floods=0,
            lists=None,
            dead_ends=(),
        )
    lead = visit.may(Permission.RESEND)
    keeps_banks = visit.may(Permission.MANAGE_BANKS)
    return visit.page(
        "home.html",
        at="home",
        tasks=visit.ask(queue.waiting, limit=LISTED_TASKS_MAX),
        held=visit.ask(queue.held),
        dead_ends=visit.ask(review.dead_ends),
        lists=visit.ask(banks.child_safety_lists),
        dead=visit.ask(delivery.counts)[delivery.State.DEAD] if lead else 0,
        stuck=len(visit.ask(delivery.stuck_steps)) if lead else 0,
        floods=len(visit.ask(banks.in_quarantine)) if keeps_banks else 0,
    )


@router.get("/queues/{name}")
def one_queue(visit: SignedIn, name: str) -> Response:
    """Show one queue in its order, with the reasons for that order."""
    if name not in queue.QUEUE_TITLES:
        raise queue.NoSuchTask("There is no queue with this name.")
    return visit.page(
        "queue.html",
        at=f"queue:{name}",
        name=name,
        title=queue.QUEUE_TITLES[name],
        dead_ends=visit.ask(review.dead_ends),
        tasks=visit.ask(queue.waiting, queue=name, limit=LISTED_TASKS_MAX),
    )


@router.post("/next")
def take_next(visit: SignedIn) -> Response:
    """Claim the task that comes next, from one queue or from all of them."""
    return go_to_next(visit, visit.text("queue") or None)


def go_to_next(visit: Visit, queue_name: str | None = None, *, after: str = "") -> Response:
    """Send the browser to the next task, or to the queues when nothing waits for this reviewer."""
    people.require(visit.actor, Permission.REVIEW)
    claim = visit.do(review.claim_next, queue_name=queue_name)
    told = {"queue": queue_name, "after": after, "done": "1" if claim is None else ""}
    query = urlencode({name: value for name, value in told.items() if value})
    path = "" if claim is None else f"/tasks/{claim.task_id}"
    return visit.to(f"{path}?{query}" if query else path)
