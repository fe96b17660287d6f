"""Extracts: an auditor asks, a later checkpoint draws, and the file can be checked by anybody."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from fastapi import APIRouter, Response

from evenhand import quality
from evenhand.console.frame import ConsoleRoute, SignedIn, Visit
from evenhand.kit.canonical import canonical
from evenhand.pages import N_
from evenhand.people import Role
from evenhand.sentences import sentence

router = APIRouter(route_class=ConsoleRoute)

UNREADABLE: Final = N_("Write the days as 2026-01-31, and the number in digits.")


@router.get("/extracts")
def extracts(visit: SignedIn) -> Response:
    """List what auditors asked for, and let an auditor ask."""
    return _page(visit)


@router.post("/extracts")
def ask(visit: SignedIn) -> Response:
    """Ask for an extract."""
    try:
        since, until = (date.fromisoformat(visit.text(name)) for name in ("since", "until"))
        sample = int(visit.text("sample"))
    except ValueError:
        return _page(visit, problem=UNREADABLE)
    try:
        visit.do(
            quality.ask_extract,
            since=_midnight(since),
            until=_midnight(until) + timedelta(days=1),
            sample=sample,
        )
    except quality.QualityError as why:
        return _page(visit, problem=sentence(why))
    return visit.to("/extracts")


@router.post("/extracts/{extract_id}/draw")
def draw(visit: SignedIn, extract_id: str) -> Response:
    """Draw an extract, once a checkpoint was published after the asking."""
    try:
        visit.do(quality.draw_extract, extract_id)
    except quality.NoSuchExtract:
        raise
    except quality.QualityError as why:
        return _page(visit, problem=sentence(why))
    return visit.to("/extracts")


@router.get("/extracts/{extract_id}/file")
def file(visit: SignedIn, extract_id: str) -> Response:
    """Give what was drawn, as JSON lines."""

    def read(tx: Any) -> str:
        return "".join(f"{canonical(one)}\n" for one in quality.held(tx, visit.actor, extract_id))

    return Response(
        visit.house.ask(read),
        media_type="application/x-ndjson",
        headers={"content-disposition": f'attachment; filename="{extract_id}.jsonl"'},
    )


def _page(visit: Visit, *, problem: str = "") -> Response:
    return visit.page(
        "extracts.html",
        at="quality",
        status=422 if problem else 200,
        extracts=visit.ask(quality.extracts),
        asks=visit.actor.role is Role.AUDITOR,
        extract_max=quality.EXTRACT_MAX,
        problems=[problem] if problem else [],
        form=visit.form,
    )


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=UTC)
