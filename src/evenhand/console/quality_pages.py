"""Quality: what came of one's own decisions, audits and how far they are, and what each found."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby
from typing import Final

from fastapi import APIRouter, Response

from evenhand import people, quality
from evenhand.console.frame import ConsoleRoute, SignedIn, Visit
from evenhand.console.refusals import REFUSED
from evenhand.console.second_looks import titles
from evenhand.pages import N_
from evenhand.people import Permission
from evenhand.sentences import sentence

router = APIRouter(route_class=ConsoleRoute)

UNREADABLE: Final = N_("Write the days as 2026-01-31, and the numbers in digits.")


@router.get("/quality")
def overview(visit: SignedIn) -> Response:
    """Show a reviewer what came of their own decisions; and the audits, to who sees numbers."""
    return _overview(visit)


@router.post("/quality")
def draw(visit: SignedIn) -> Response:
    """Draw an audit."""
    people.require(visit.actor, Permission.MANAGE_QUALITY)
    try:
        since, until = (date.fromisoformat(visit.text(name)) for name in ("since", "until"))
        sample, least = (int(visit.text(name)) for name in ("sample", "least"))
    except ValueError:
        return _overview(visit, problem=UNREADABLE)
    try:
        audit_id = visit.do(
            quality.draw,
            since=_midnight(since),
            until=_midnight(until) + timedelta(days=1),
            sample=sample,
            least=max(least, 1),
        )
    except REFUSED as why:
        return _overview(visit, problem=sentence(why))
    return visit.to(f"/quality/{audit_id}")


@router.get("/quality/{audit_id}")
def one(visit: SignedIn, audit_id: str) -> Response:
    """Show how far an audit is and, a week after it ended, what it found."""
    report = visit.ask(quality.report, audit_id)
    return visit.page(
        "audit.html",
        at="quality",
        report=report,
        audit=report.audit,
        tables=[(of, list(rates)) for of, rates in groupby(report.rates, key=lambda one: one.of)],
        clauses=titles(visit),
        answers_min=quality.ANSWERS_MIN,
        people_min=quality.PEOPLE_MIN,
    )


@router.post("/quality/{audit_id}/close")
def close(visit: SignedIn, audit_id: str) -> Response:
    """End an audit; what waits is taken back from the queue."""
    visit.do(quality.close, audit_id)
    return visit.to(f"/quality/{audit_id}")


def _overview(visit: Visit, *, problem: str = "") -> Response:
    reviews, numbers = visit.may(Permission.REVIEW), visit.may(Permission.SEE_NUMBERS)
    return visit.page(
        "quality.html",
        at="quality",
        status=422 if problem else 200,
        mine=visit.ask(quality.mine) if reviews else None,
        audits=visit.ask(quality.audits) if numbers else None,
        clauses=titles(visit),
        days_first=quality.SEEN_FIRST.days,
        yesterday=visit.house.clock.now().date() - timedelta(days=1),
        problems=[problem] if problem else [],
        form=visit.form,
    )


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=UTC)
