"""A key may ask what it is, so that a misconfigured host finds out before it matters."""

from fastapi import APIRouter
from starlette.responses import JSONResponse

from evenhand import people
from evenhand.api import answers, openapi
from evenhand.api.doorway import Caller

routes = APIRouter(tags=["key"])

_ME = {
    "key_id": "01936f0e-6d80-7c4e-9d2a-6f0f5a6d7c16",
    "name": "community backend",
    "scopes": ["items:write", "reports:write"],
}


@routes.get(
    "/me",
    operation_id="read_key",
    summary="Read what this key may do",
    response_model=None,
    responses=openapi.responses((200, "The key", answers.Me, _ME)),
)
def read_key(actor: Caller) -> JSONResponse:
    """Return which key this is, and its scopes."""
    scopes = [name for name, permission in people.SCOPES.items() if people.may(actor, permission)]
    answer = answers.Me(key_id=actor.id, name=actor.name, scopes=scopes)
    return JSONResponse(answer.model_dump(mode="json"))
