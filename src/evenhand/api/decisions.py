"""What was decided, for the host: each decision with the statement of reasons it must give."""

from datetime import timedelta
from itertools import takewhile
from typing import Annotated, Final

from fastapi import APIRouter, Path, Query
from starlette.responses import JSONResponse

from evenhand import decision
from evenhand.api import answers, openapi, shown
from evenhand.api.doorway import DecisionReader, Here, known_id
from evenhand.api.problems import DocumentRefused
from evenhand.api.strict_json import Problem
from evenhand.kit.ids import is_id

routes = APIRouter(tags=["decisions"])

PAGE_MAX: Final = 200
#: Ids sort by when a transaction began; far longer than one takes, lock and retries included.
SETTLE: Final = timedelta(seconds=10)
_ID = "01936f0e-6d80-7c4e-9d2a-6f0f5a6d7c14"
_DECISION = {
    "decision_id": _ID,
    "item_id": "01936f0e-6d80-7c4e-9d2a-6f0f5a6d7c11",
    "outcome": "violation",
    "clause": {"key": "fraud", "number": "3.1", "version": 1, "title": "No scams"},
    "measures": [
        {
            "measure": "hide",
            "target": "item",
            "label": None,
            "starts": "2026-11-21T09:05:00Z",
            "ends": None,
            "lifted_at": None,
        }
    ],
    "statement": {"issued_on": "2026-11-21", "facts": "…"},
    "automated": False,
    "provisional": False,
    "made_at": "2026-11-21T09:05:00Z",
    "reversed_at": None,
    "superseded_by": None,
}
_PAGE = {"decisions": [_DECISION], "next": _ID, "more": False}


@routes.get(
    "/decisions/{decision_id}",
    operation_id="read_decision",
    summary="Read a decision",
    response_model=None,
    responses=openapi.responses(
        (200, "The decision", answers.Decision, _DECISION), errors=("not_found",)
    ),
)
def read_decision(
    here: Here, actor: DecisionReader, decision_id: Annotated[str, Path(examples=[_ID])]
) -> JSONResponse:
    """Return a decision with its statement of reasons (DSA Art. 17). Who decided is not in it."""
    view = here.house.ask(decision.decision, actor, known_id(decision_id))
    return JSONResponse(shown.decided(view))


@routes.get(
    "/decisions",
    operation_id="list_decisions",
    summary="Read decisions in the order they were made",
    response_model=None,
    responses=openapi.responses(
        (200, "A page of decisions", answers.DecisionPage, _PAGE),
    ),
)
def list_decisions(
    here: Here,
    actor: DecisionReader,
    after: Annotated[
        str | None, Query(description="The `next` of the page before.", examples=[_ID])
    ] = None,
    limit: Annotated[int, Query(ge=1, le=PAGE_MAX, description="How many at most.")] = 50,
) -> JSONResponse:
    """Return decisions, oldest first, after the last one you have seen.

    Keep the last `next` you were given: asking again with it gives what was decided since. A
    decision is listed ten seconds after it was made, so that none is passed over that was still
    being written when a later one was read. Webhooks do not wait.
    """
    if after is not None and not is_id(after):
        raise DocumentRefused(Problem("query.after", "Send the `next` of the page before."))
    listed = here.house.ask(decision.after, actor, cursor=after, limit=limit)
    settled = here.house.clock.now() - SETTLE
    found = list(takewhile(lambda view: view.made_at <= settled, listed))
    return JSONResponse(
        {
            "decisions": [shown.decided(view) for view in found],
            "next": found[-1].id if found else after,
            "more": len(found) == limit,
        }
    )
