"""Two desks: a second look by lot or an exercise, and saying which of two answers is right.

At the first, nothing shows what was decided, what a rule proposed, or how the account stands. At
the second both answers are shown side by side, without the names of those who gave them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from fastapi import APIRouter, Response

from evenhand import policy, quality, queue
from evenhand.console.desk import Draft, bench_of, mend, typed_in
from evenhand.console.frame import ConsoleRoute, SignedIn, Visit
from evenhand.console.queues import go_to_next
from evenhand.console.refusals import REFUSED
from evenhand.console.verdict_form import CLAUSE_KEYS, QUIET, Typed, clause_order
from evenhand.decision import Outcome
from evenhand.pages import N_
from evenhand.quality import Label, Right
from evenhand.queue import TaskKind

router = APIRouter(route_class=ConsoleRoute)

ANSWERS: Final = tuple(choice for choice in QUIET if choice[0] in quality.ANSWERS)
RIGHT: Final = (
    (Right.FIRST.value, N_("The decision is right")),
    (Right.SECOND.value, N_("The second look is right")),
    (Right.NEITHER.value, N_("Neither: it has to be decided anew")),
)
UNCHOSEN: Final = N_("Nothing is chosen yet: pick a clause that was broken, or an outcome.")
UNSETTLED: Final = N_("Nothing is chosen yet: say which of the two answers is right.")


@router.post("/tasks/{task_id}/label")
def label(visit: SignedIn, task_id: str) -> Response:
    """Record an answer, and go on; after an exercise, show the settled one."""
    typed = typed_in(visit)
    answer = _answer(typed)
    if answer is None:
        return show_label(visit, task_id, Draft(typed, (UNCHOSEN,)), status=422)
    try:
        if visit.ask(queue.task, task_id).kind is TaskKind.EXERCISE:
            session_id = visit.do(quality.practise, task_id, answer)
            return visit.to(f"/practice#s-{session_id}")
        visit.do(quality.label, task_id, answer)
    except REFUSED as why:
        return show_label(visit, task_id, Draft(typed, mend(why)), status=422)
    return go_to_next(visit, visit.text("queue") or None)


@router.post("/tasks/{task_id}/settle")
def settle(visit: SignedIn, task_id: str) -> Response:
    """Record which answer is right, and have put right what was wrong."""
    typed = typed_in(visit)
    try:
        right = Right(typed.choice)
    except ValueError:
        return show_dispute(visit, task_id, Draft(typed, (UNSETTLED,)), status=422)
    try:
        visit.do(quality.settle, task_id, right=right, why=typed.reasons)
    except REFUSED as why:
        return show_dispute(visit, task_id, Draft(typed, mend(why)), status=422)
    return go_to_next(visit, visit.text("queue") or None)


def show_label(visit: Visit, task_id: str, draft: Draft, *, status: int = 200) -> Response:
    """Draw the desk of a second look, with what is typed so far."""
    bench = bench_of(visit, task_id)
    clauses = clause_order(visit.house.ask(policy.clauses), bench["task"].harm.value, ())
    near = [one for one in clauses if one.harm == bench["task"].harm][: len(CLAUSE_KEYS)]
    return visit.page(
        "label_desk.html",
        at=f"queue:{bench['task'].queue}",
        status=status,
        **bench,
        typed=draft.typed,
        problems=draft.problems,
        near=list(zip(near, CLAUSE_KEYS, strict=False)),
        far=[one for one in clauses if one not in near],
        answers=ANSWERS,
    )


def show_dispute(visit: Visit, task_id: str, draft: Draft, *, status: int = 200) -> Response:
    """Draw the desk at which two answers are compared, with what is typed so far."""
    bench = bench_of(visit, task_id)
    return visit.page(
        "dispute_desk.html",
        at=f"queue:{bench['task'].queue}",
        status=status,
        **bench,
        typed=draft.typed,
        problems=draft.problems,
        dispute=visit.ask(quality.dispute, task_id),
        clauses=titles(visit),
        choices=RIGHT,
    )


def titles(visit: Visit) -> dict[str, str]:
    """Name every clause in force by its key."""
    found: Sequence[policy.Clause] = visit.house.ask(policy.clauses)
    return {one.key: f"{one.number} {one.title}" for one in found}


def _answer(typed: Typed) -> Label | None:
    if typed.clause_key:
        return Label(Outcome.VIOLATION, typed.clause_key, typed.note)
    try:
        return Label(Outcome(typed.choice), None, typed.note)
    except ValueError:
        return None
