"""The gate that keeps nothing: what would become of an item, asked before it is published.

It is a look and not a measure: nothing is stored, nobody waits for it, and no line is left. A host
that refuses something on this answer sends the item as well, so that the person affected gets a
statement of reasons and can object.
"""

from typing import Any

from fastapi import APIRouter
from starlette.responses import JSONResponse

from evenhand import intake
from evenhand.api import answers, documents, openapi, shown
from evenhand.api.doorway import Here, ItemDocument, ItemSender
from evenhand.api.items import fields_of
from evenhand.api.nearest import nearest_named

routes = APIRouter(tags=["items"])

_NOT_FOUND: dict[str, Any] = {
    "detector": "known_phrases",
    "version": "1",
    "answer": "not_found",
    "field": "text",
    "says": "None of 12 listed phrases stands in it.",
}
_ALLOWED: dict[str, Any] = {
    "verdict": "allow",
    "reasons": [],
    "assessments": [_NOT_FOUND],
    "looked_at": True,
}


@routes.post(
    "/assess",
    operation_id="assess_item",
    summary="Ask what would become of an item",
    response_model=None,
    responses=openapi.responses(
        (200, "What would become of it", answers.Assessment, _ALLOWED), errors=openapi.WITH_LOOK
    ),
    openapi_extra=openapi.body(
        documents.ITEM, post=("A post of a community", documents.ITEM_EXAMPLE)
    ),
)
def assess_item(here: Here, actor: ItemSender, document: ItemDocument) -> JSONResponse:
    """Let detectors and rules look at an item as they would if it were sent, and keep nothing.

    No item, no task and no line of the record comes of it. This is a look, not a measure: if you
    refuse something because of it, send the item to `/items` too, so that whoever made it gets a
    statement of reasons and can object.
    """
    house = here.house
    kinds = house.ask(intake.kinds)
    with nearest_named(documents.ITEM, fields_of(kinds.get(str(document.value.get("kind"))))):
        checked = intake.check_item(document.value, kinds)
    return JSONResponse(house.ask(shown.assessed, actor, checked))
