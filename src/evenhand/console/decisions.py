"""Decisions to look up: what was decided and why, what became of it, and how to have it seen again.

A decision is undone only where somebody asked for a second look; this page shows, it does not
change.
"""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter, Response

from evenhand import decision, delivery, ledger
from evenhand.console.frame import ConsoleRoute, SignedIn
from evenhand.kit.ids import is_id
from evenhand.people import Permission

router = APIRouter(route_class=ConsoleRoute)

PAGE_ROWS: Final = 50


@router.get("/decisions")
def recent(visit: SignedIn, before: str = "") -> Response:
    """List decisions, newest first, a page at a time."""
    cursor = before if is_id(before) else None
    found = visit.ask(decision.recent, limit=PAGE_ROWS, before=cursor)
    older = found[-1].id if len(found) == PAGE_ROWS else ""
    return visit.page("decisions.html", at="decisions", decisions=found, older=older)


@router.get("/decisions/{decision_id}")
def one(visit: SignedIn, decision_id: str) -> Response:
    """Show one decision whole, with its effects; those who see staff also see who and before."""
    found = visit.ask(decision.decision, decision_id)
    lead = visit.may(Permission.SEE_STAFF)
    return visit.page(
        "decision.html",
        at="decisions",
        decision=found,
        effects=visit.ask(delivery.effects_of, decision_id),
        earlier=visit.ask(decision.on_item, found.item_id) if lead else [],
        lead=lead,
        line=visit.house.ask(ledger.line_of, "decision.made", decision_id),
    )
