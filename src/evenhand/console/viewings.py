"""Looking at media by steps: each opening is recorded first, and only its viewer gets the pixels.

What leaves is the copy made for that step, never the original file, and how long it stays open is
counted.
"""

from __future__ import annotations

from urllib.parse import urlencode

from fastapi import APIRouter, Response

from evenhand import evidence, review
from evenhand.console.frame import ConsoleRoute, SignedIn, Visit
from evenhand.kit.images import ImageRefused, Veil, veiled

router = APIRouter(route_class=ConsoleRoute)


@router.post("/tasks/{task_id}/media/{media_id}")
def raise_veil(visit: SignedIn, task_id: str, media_id: str) -> Response:
    """Raise the veil from one picture to a level, on record."""
    try:
        level = review.Level(visit.text("level"))
    except ValueError as why:
        raise review.NoSuchMedia("There is no such level: choose outline, grey or full.") from why
    viewing_id = visit.do(review.open_media, task_id, media_id=media_id, level=level)
    return _back(visit, task_id, seen=viewing_id)


@router.post("/tasks/{task_id}/veil")
def cover(visit: SignedIn, task_id: str) -> Response:
    """Cover what is open of a task again, and stop counting."""
    visit.do(evidence.close_viewings, task_id)
    return _back(visit, task_id)


@router.get("/viewings/{viewing_id}/image")
def image(visit: SignedIn, viewing_id: str) -> Response:
    """Send the copy of a picture for one open viewing, to its viewer alone."""
    viewing = visit.ask(evidence.viewing, viewing_id)
    content, _media_type = visit.house.ask(evidence.read_object, viewing.object_id)
    try:
        shown = veiled(content, Veil(viewing.level))
    except ImageRefused:
        return Response("This picture cannot be opened safely, so it is not shown.", 422)
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


def _back(visit: Visit, task_id: str, *, seen: str = "") -> Response:
    told = {"seen": seen, "queue": visit.text("queue")}
    query = urlencode({name: value for name, value in told.items() if value})
    return visit.to(f"/tasks/{task_id}?{query}" if query else f"/tasks/{task_id}")
