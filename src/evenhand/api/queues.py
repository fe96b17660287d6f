"""How much waits, for the host's own dashboards. What waits, only reviewers see."""

from fastapi import APIRouter
from starlette.responses import JSONResponse

from evenhand import people, queue
from evenhand.api import answers, openapi
from evenhand.api.doorway import DecisionReader, Here

routes = APIRouter(tags=["queues"])

_QUEUE = {"name": "urgent", "title": "Urgent", "waiting": 2, "claimed": 1, "overdue": 0}


@routes.get(
    "/queues",
    operation_id="count_queues",
    summary="Count what waits in each queue",
    response_model=None,
    responses=openapi.responses((200, "Every queue", answers.Queues, {"queues": [_QUEUE]})),
)
def count_queues(here: Here, _actor: DecisionReader) -> JSONResponse:
    """Return how many tasks wait in each queue, are at a desk, and are past their time."""
    found = here.house.ask(queue.queues, people.SYSTEM)
    answer = answers.Queues(
        queues=[
            answers.Queue(
                name=one.name,
                title=one.title,
                waiting=one.waiting,
                claimed=one.claimed,
                overdue=one.overdue,
            )
            for one in found
        ]
    )
    return JSONResponse(answer.model_dump(mode="json"))
