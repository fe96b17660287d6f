"""The appeal desk: judge blind, then see the first decision, explain, and answer.

Until the second judgement is on record nothing here shows what was decided first, nor the
account's history, which would give it away.
"""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter, Response

from evenhand import appeal
from evenhand.console.desk import Draft, bench_of, form_of, mend, typed_in, with_measures
from evenhand.console.frame import ConsoleRoute, SignedIn, Visit
from evenhand.console.queues import go_to_next
from evenhand.console.refusals import REFUSED
from evenhand.console.verdict_form import QUIET, Typed, to_verdict
from evenhand.decision import Outcome
from evenhand.pages import N_

router = APIRouter(route_class=ConsoleRoute)

UNEXPLAINED: Final = N_("Explain the answer in a sentence or two: whoever appealed reads it.")

#: A second look has to come to an answer; passing it on is what `skip` is for.
ANSWERS: Final = tuple(
    choice
    for choice in QUIET
    if choice[0] in {Outcome.NO_VIOLATION, Outcome.NOT_ENOUGH_INFORMATION}
)


def show(
    visit: Visit, task_id: str, draft: Draft, *, status: int = 200, explanation: str = ""
) -> Response:
    """Draw the appeal desk in the stage it is in: blind, or with the first decision shown."""
    bench = bench_of(visit, task_id)
    return visit.page(
        "appeal_desk.html",
        at="queue:appeals",
        status=status,
        **bench,
        **form_of(visit, bench, draft) | {"quiet": ANSWERS, "banks": []},
        desk=visit.ask(appeal.desk, task_id),
        explanation=explanation,
    )


@router.post("/tasks/{task_id}/judge")
def judge(visit: SignedIn, task_id: str) -> Response:
    """Record the blind judgement, after which the first decision is shown."""
    typed = typed_in(visit)
    verdict, problems = to_verdict(typed)
    if verdict is None:
        return show(visit, task_id, Draft(typed, problems), status=422)
    try:
        visit.do(appeal.judge, task_id, verdict)
    except REFUSED as why:
        typed = with_measures(visit, task_id, typed)
        return show(visit, task_id, Draft(typed, mend(why)), status=422)
    return visit.to(f"/tasks/{task_id}")


@router.post("/tasks/{task_id}/conclude")
def conclude(visit: SignedIn, task_id: str) -> Response:
    """Answer the appeal with an explanation; what follows is undone by the room."""
    explanation = visit.text("explanation")
    try:
        visit.do(appeal.conclude, task_id, explanation=explanation)
    except REFUSED as why:
        problems = (UNEXPLAINED,) if isinstance(why, appeal.TooShort) else mend(why)
        draft = Draft(Typed(), problems)
        return show(visit, task_id, draft, status=422, explanation=explanation)
    return go_to_next(visit, visit.text("queue") or None)
