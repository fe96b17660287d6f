"""Told cases: a reviewer tells one, a lead who did not tell it reads it and answers for it."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import APIRouter, Response

from evenhand import people, transparency
from evenhand.console.frame import ConsoleRoute, SignedIn, Visit
from evenhand.people import Permission
from evenhand.sentences import sentence

router = APIRouter(route_class=ConsoleRoute)


@router.get("/cases")
def cases(visit: SignedIn) -> Response:
    """List every case, and let a reviewer tell one; `decision` fills in which."""
    return _overview(visit)


@router.post("/cases")
def tell(visit: SignedIn) -> Response:
    """Tell a case."""
    people.require(visit.actor, Permission.REVIEW)
    try:
        case_id = visit.do(
            transparency.tell_case,
            visit.text("decision"),
            title=visit.text("title"),
            words=visit.text("words").replace("\r\n", "\n"),
        )
    except transparency.CaseNotToBeTold as why:
        return _overview(visit, problems=why.missing)
    return visit.to(f"/cases/{case_id}")


@router.get("/cases/{case_id}")
def one(visit: SignedIn, case_id: str) -> Response:
    """Show a case as everybody would read it, with what may be done about it."""
    return _one(visit, case_id)


@router.post("/cases/{case_id}/approve")
def approve(visit: SignedIn, case_id: str) -> Response:
    """Publish a case that somebody else told."""
    return _answered(visit, case_id, lambda: visit.do(transparency.approve_case, case_id))


@router.post("/cases/{case_id}/return")
def send_back(visit: SignedIn, case_id: str) -> Response:
    """Send a case back to whoever told it."""
    why = visit.text("why")
    return _answered(visit, case_id, lambda: visit.do(transparency.return_case, case_id, why=why))


@router.post("/cases/{case_id}/withdraw")
def withdraw(visit: SignedIn, case_id: str) -> Response:
    """Take a case back."""
    why = visit.text("why")
    return _answered(visit, case_id, lambda: visit.do(transparency.withdraw_case, case_id, why=why))


def _answered(visit: Visit, case_id: str, act: Callable[[], None]) -> Response:
    """Answer a case, and show it; or say there what is missing, or has changed."""
    try:
        act()
    except (transparency.CaseNotToBeTold, transparency.CaseChanged) as why:
        return _one(visit, case_id, problems=_problems(why))
    return visit.to(f"/cases/{case_id}")


def _problems(why: transparency.TransparencyError) -> tuple[str, ...]:
    return getattr(why, "missing", ()) or (sentence(why),)


def _overview(visit: Visit, *, problems: tuple[str, ...] = ()) -> Response:
    return visit.page(
        "cases.html",
        at="cases",
        status=422 if problems else 200,
        cases=visit.ask(transparency.cases),
        decision=visit.text("decision") or visit.request.query_params.get("decision", ""),
        problems=problems,
        form=visit.form,
    )


def _one(visit: Visit, case_id: str, *, problems: tuple[str, ...] = ()) -> Response:
    case = visit.ask(transparency.case, case_id)
    mine = case.told_by == visit.actor.id
    manages = visit.may(Permission.MANAGE_QUALITY)
    return visit.page(
        "told_case.html",
        at="cases",
        status=422 if problems else 200,
        case=case,
        facts=transparency.facts_said(case.facts),
        answers=visit.may(Permission.PUBLISH_CASES) and not mine,
        withdraws=manages or (mine and case.state is not transparency.CaseState.APPROVED),
        mine=mine,
        problems=problems,
    )
