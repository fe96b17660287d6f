"""A task's own address: the desk it is shown at, and what may be done to it besides deciding."""

from __future__ import annotations

from fastapi import APIRouter, Response

from evenhand import queue, review
from evenhand.console import appeals, second_looks
from evenhand.console.desk import Draft, mend, show_desk, typed_in, with_measures
from evenhand.console.frame import ConsoleRoute, SignedIn, Visit
from evenhand.console.queues import go_to_next
from evenhand.console.refusals import REFUSED
from evenhand.console.verdict_form import Typed
from evenhand.queue import TaskKind

router = APIRouter(route_class=ConsoleRoute)


@router.get("/tasks/{task_id}")
def show(visit: SignedIn, task_id: str) -> Response:
    """Show a task at the desk of its kind."""
    return _at_its_desk(visit, task_id, Draft(Typed()))


@router.get("/tasks/{task_id}/draft")
@router.get("/tasks/{task_id}/decide")
@router.get("/tasks/{task_id}/retake")
@router.get("/tasks/{task_id}/judge")
@router.get("/tasks/{task_id}/conclude")
@router.get("/tasks/{task_id}/label")
@router.get("/tasks/{task_id}/settle")
def back_to_task(visit: SignedIn, task_id: str) -> Response:
    """Lead whoever reloads the answer to a form back to the task."""
    return visit.to(f"/tasks/{task_id}")


@router.post("/tasks/{task_id}/draft")
def redraw(visit: SignedIn, task_id: str) -> Response:
    """Draw the page again with what is typed, and the measures of the clause now chosen."""
    return _at_its_desk(visit, task_id, Draft(with_measures(visit, task_id, typed_in(visit))))


@router.post("/tasks/{task_id}/claim")
def take(visit: SignedIn, task_id: str) -> Response:
    """Claim one particular task."""
    visit.do(review.claim, task_id)
    return visit.to(f"/tasks/{task_id}")


@router.post("/tasks/{task_id}/retake")
def take_again(visit: SignedIn, task_id: str) -> Response:
    """Claim a task again after its lease ended, with what was typed still in the form."""
    typed = typed_in(visit)
    try:
        visit.do(review.claim, task_id)
    except REFUSED as why:
        return _at_its_desk(visit, task_id, Draft(typed, mend(why)), status=422)
    return _at_its_desk(visit, task_id, Draft(with_measures(visit, task_id, typed)))


@router.post("/tasks/{task_id}/skip")
def skip(visit: SignedIn, task_id: str) -> Response:
    """Pass the task on for good and go to the next."""
    visit.do(review.skip, task_id, reason=visit.text("reason"))
    return go_to_next(visit, visit.text("queue") or None)


@router.post("/tasks/{task_id}/release")
def release(visit: SignedIn, task_id: str) -> Response:
    """Put the task back for anybody."""
    visit.do(review.release, task_id)
    return visit.to("")


@router.post("/tasks/{task_id}/notes")
def write_note(visit: SignedIn, task_id: str) -> Response:
    """Keep an internal note on the task."""
    visit.do(review.write_note, task_id, text=visit.text("text"))
    return visit.to(f"/tasks/{task_id}#notes")


@router.post("/tasks/{task_id}/beat")
def beat(visit: SignedIn, task_id: str) -> Response:
    """Keep the lease while the desk is open."""
    visit.do(review.beat, task_id)
    return Response(status_code=204)


def _at_its_desk(visit: Visit, task_id: str, draft: Draft, *, status: int = 200) -> Response:
    kind = visit.ask(queue.task, task_id).kind
    if kind is TaskKind.APPEAL:
        return appeals.show(visit, task_id, draft, status=status)
    if kind in {TaskKind.AUDIT, TaskKind.EXERCISE}:
        return second_looks.show_label(visit, task_id, draft, status=status)
    if kind is TaskKind.DISPUTE:
        return second_looks.show_dispute(visit, task_id, draft, status=status)
    return show_desk(visit, task_id, draft, status=status)
