"""Auditors: what they look for, said before they see anything, and what they looked at."""

from __future__ import annotations

from fastapi import APIRouter, Response

from evenhand import people
from evenhand.console.frame import ConsoleRoute, SignedIn, Visit
from evenhand.people import Role
from evenhand.sentences import sentence

router = APIRouter(route_class=ConsoleRoute)


@router.get("/purpose")
def purpose(visit: SignedIn) -> Response:
    """Ask an auditor what they look for."""
    return _page(visit)


@router.post("/purpose")
def state(visit: SignedIn) -> Response:
    """Take down what an auditor looks for, and let them look."""
    days = visit.text("days")
    try:
        visit.do(
            people.state_purpose,
            purpose=visit.text("purpose"),
            days=int(days) if days.isascii() and days.isdigit() else 0,
        )
    except people.PurposeRefused as why:
        return _page(visit, problem=sentence(why))
    return visit.to("")


@router.get("/visits")
def visits(visit: SignedIn) -> Response:
    """Show the operator what auditors looked at, and what for."""
    return visit.page("visits.html", at="staff", views=visit.ask(people.views_on_record))


def _page(visit: Visit, *, problem: str = "") -> Response:
    if visit.actor.role is not Role.AUDITOR:
        return visit.to("")
    return visit.page(
        "purpose.html",
        at="purpose",
        status=422 if problem else 200,
        now_for=visit.ask(people.purpose_of),
        problems=[problem] if problem else [],
        form=visit.form,
    )
