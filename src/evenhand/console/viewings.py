"""Looking at media by steps: each opening is recorded first, and only its viewer gets the pixels.

What leaves is the copy made for that step, never the original file, and how long it stays open is
counted. Of a film it is a sheet of stills: nothing plays, and nothing sounds.
"""

from __future__ import annotations

from urllib.parse import urlencode

from fastapi import APIRouter, Response

from evenhand import evidence, review
from evenhand.console.frame import ConsoleRoute, SignedIn, Visit
from evenhand.console.item_view import part_of, written_part
from evenhand.kit.films import FilmRefused, veiled_sheet
from evenhand.kit.images import ImageRefused, Veil, veiled

router = APIRouter(route_class=ConsoleRoute)


@router.post("/tasks/{task_id}/media/{media_id}")
def raise_veil(visit: SignedIn, task_id: str, media_id: str) -> Response:
    """Raise the veil from one picture or film to a level, on record."""
    level = _level(visit)
    viewing_id = visit.do(review.open_media, task_id, media_id=media_id, level=level)
    return _back(visit, task_id, seen=viewing_id)


@router.post("/tasks/{task_id}/known/{media_id}")
def open_known(visit: SignedIn, task_id: str, media_id: str) -> Response:
    """Open confirmed known material to a level, by who may and for the reason they give."""
    viewing_id = visit.do(
        review.open_known,
        task_id,
        media_id=media_id,
        level=_level(visit),
        reason=visit.text("reason"),
    )
    return _back(visit, task_id, seen=viewing_id)


@router.post("/tasks/{task_id}/veil")
def cover(visit: SignedIn, task_id: str) -> Response:
    """Cover what is open of a task again, and stop counting."""
    visit.do(evidence.close_viewings, task_id)
    return _back(visit, task_id)


@router.get("/viewings/{viewing_id}/image")
def image(visit: SignedIn, viewing_id: str) -> Response:
    """Send the copy for one open viewing, to its viewer alone: of a film a sheet of stills.

    `part` names the seconds of the film that are shown, such as 12.0-17.5; without it, all are.
    """
    viewing = visit.ask(evidence.viewing, viewing_id)
    content, media_type = visit.house.ask(evidence.read_object, viewing.object_id)
    level, part = Veil(viewing.level), part_of(visit.request.query_params.get("part", ""))
    try:
        if media_type.startswith("video/"):
            shown = veiled_sheet(content, level, span=part)
        else:
            shown = veiled(content, level)
    except ImageRefused:
        return Response("This picture cannot be opened safely, so it is not shown.", 422)
    except FilmRefused as why:
        return Response(f"This film is not shown: {why}.", 422)
    return Response(shown, media_type="image/jpeg")


@router.post("/viewings/{viewing_id}/beat")
def beat(visit: SignedIn, viewing_id: str) -> Response:
    """Count the seconds a picture has been in view since the last beat."""
    visit.do(evidence.beat_viewing, viewing_id)
    return Response(status_code=204)


@router.get("/exposure")
def my_exposure(visit: SignedIn) -> Response:
    """Show somebody how long they looked at media today; nobody else sees it here."""
    return visit.page("exposure.html", at="exposure", seen=visit.ask(evidence.exposure_today))


def _level(visit: Visit) -> review.Level:
    try:
        return review.Level(visit.text("level"))
    except ValueError as why:
        raise review.NoSuchMedia("There is no such level: choose outline, grey or full.") from why


def _back(visit: Visit, task_id: str, *, seen: str = "") -> Response:
    part = part_of(visit.text("part"))
    told = {"seen": seen, "queue": visit.text("queue"), "part": written_part(part) if part else ""}
    query = urlencode({name: value for name, value in told.items() if value})
    return visit.to(f"/tasks/{task_id}?{query}" if query else f"/tasks/{task_id}")
