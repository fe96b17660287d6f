"""Items come in here, and the host is told in the same answer what to do with each.

What is slow (opening pictures, encrypting them) is done before the transaction; the path then
runs at once, so that the answer carries the verdict of detectors and rules.
"""

from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Path
from starlette.responses import JSONResponse

from evenhand import intake
from evenhand.api import answers, documents, openapi, shown
from evenhand.api.doorway import (
    Here,
    IdempotencyKey,
    ItemDocument,
    ItemSender,
    known_id,
    request_key,
)
from evenhand.api.nearest import nearest_named
from evenhand.api.once import answer_once
from evenhand.intake import ItemKind

routes = APIRouter(tags=["items"])

_ID = "01936f0e-6d80-7c4e-9d2a-6f0f5a6d7c11"
_STANDING: dict[str, Any] = {
    "verdict": "allow",
    "reasons": [],
    "assessments": [
        {
            "detector": "known_phrases",
            "version": "1",
            "answer": "not_found",
            "field": "text",
            "says": "None of 12 listed phrases stands in it.",
        }
    ],
    "task_id": None,
    "looked_at": True,
}
_RECEIVED = {"item_id": _ID, "created": True, **_STANDING}
_HELD = _RECEIVED | {
    "verdict": "hold",
    "reasons": [
        {"rule": "known-material@2", "says": "Confirmed known material: it matches partners."},
        {"detector": "known_images@5", "says": "It took longer than 5 seconds."},
    ],
    "looked_at": False,
    "task_id": "01936f0e-6d80-7c4e-9d2a-6f0f5a6d7c12",
}
_ITEM = {
    "item_id": _ID,
    "kind": "post",
    "id": "p-1001",
    "version": 1,
    "account": {"id": "a-17", "name": "Rosa from the harbour", "language": "en"},
    "url": "https://community.example/p/1001",
    "reach": 120,
    "fields": [{"name": "title", "type": "text", "value": "Boat for sale"}],
    "media": [],
    "created_at": "2026-11-21T08:30:00Z",
    "received_at": "2026-11-21T09:00:00Z",
    **_STANDING,
}


@routes.post(
    "/items",
    operation_id="send_item",
    summary="Send an item",
    status_code=201,
    response_model=None,
    responses=openapi.responses(
        (201, "Received, with the verdict", answers.ItemReceived, _HELD),
        (
            200,
            "This content was received before; where it stands",
            answers.ItemReceived,
            _RECEIVED | {"created": False},
        ),
        errors=openapi.WITH_BODY,
    ),
    openapi_extra=openapi.body(
        documents.ITEM, post=("A post of a community", documents.ITEM_EXAMPLE)
    ),
)
def send_item(
    here: Here, actor: ItemSender, document: ItemDocument, idempotency_key: IdempotencyKey = None
) -> JSONResponse:
    """Receive an item, let detectors and rules look at it at once, and answer with the verdict.

    The same `id` with the same content is the item that is here already; with other content it
    is its next version.
    """
    key = request_key(actor, "POST /items", idempotency_key, document)
    house = here.house
    kinds = house.ask(intake.kinds)
    with nearest_named(documents.ITEM, fields_of(kinds.get(str(document.value.get("kind"))))):
        received = intake.submit_item(
            house.do, house.resources, kinds, actor, document.value, key=key
        )
    complete = here.advance(received.item_id) is not False
    status = 201 if received.created else 200
    if key is None:
        answer = house.ask(shown.received, received, complete=complete)
        return JSONResponse(answer, status_code=status)
    return answer_once(
        house,
        replace(key, scope=f"{key.scope} verdict"),
        lambda tx: (status, shown.received(tx, received, complete=complete)),
    )


def fields_of(kind: ItemKind | None) -> dict[str, Any]:
    """Describe the fields of a kind, so that a mistyped one can be told from the nearest."""
    names: dict[str, Any] = {one.name: {} for one in kind.fields} if kind else {}
    return {"properties": {"fields": {"properties": names}}}


@routes.get(
    "/items/{item_id}",
    operation_id="read_item",
    summary="Read an item and where it stands",
    response_model=None,
    responses=openapi.responses((200, "The item", answers.Item, _ITEM), errors=("not_found",)),
)
def read_item(
    here: Here, actor: ItemSender, item_id: Annotated[str, Path(examples=[_ID])]
) -> JSONResponse:
    """Return one version of an item as it was received, with its verdict as it is now."""
    return JSONResponse(here.house.ask(shown.item, actor, known_id(item_id)))
