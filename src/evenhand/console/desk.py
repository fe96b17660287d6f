"""The desk: one task on one screen, decided with the keyboard, and then straight on to the next.

Whatever a room refuses comes back to the form with everything that was typed, and with what to
mend. The measures of a clause are drawn anew when the choice changes; the mildest that fits comes
chosen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from fastapi import APIRouter, Response

from evenhand import appeal, banks, decision, evidence, people, policy, quality, queue, review
from evenhand.console.frame import ConsoleRoute, SignedIn, Visit
from evenhand.console.item_view import pictures, shown_fields, title_of
from evenhand.console.queues import go_to_next
from evenhand.console.refusals import REFUSED
from evenhand.console.rules_items import hits_at_the_desk
from evenhand.console.verdict_form import (
    CLAUSE_KEYS,
    FIELDS,
    QUIET,
    Typed,
    clause_order,
    read_typed,
    to_verdict,
)
from evenhand.decision import Suggestion
from evenhand.detection import AssessmentView
from evenhand.intake import ItemView
from evenhand.kit.ids import is_id
from evenhand.people import Permission
from evenhand.policy import TIMED, Measure
from evenhand.queue import TaskState, TaskView
from evenhand.sentences import sentence

router = APIRouter(route_class=ConsoleRoute)

HISTORY_MAX: Final = 8


@dataclass(frozen=True)
class Draft:
    """What is typed so far, and what has to be mended in it."""

    typed: Typed
    problems: tuple[str, ...] = ()


@dataclass(frozen=True)
class Option:
    """One measure on the form: chosen or not, and whether the account behind it is known."""

    measure: Measure
    chosen: bool
    timed: bool
    possible: bool


@router.post("/tasks/{task_id}/decide")
def decide(visit: SignedIn, task_id: str) -> Response:
    """Decide the task and go on to the next; or come back with what to mend.

    A hidden check is told for what it was once it is answered.
    """
    typed = typed_in(visit)
    verdict, problems = to_verdict(typed)
    if verdict is None:
        return show_desk(visit, task_id, Draft(typed, problems), status=422)
    try:
        if visit.house.ask(quality.is_check, task_id):
            visit.do(quality.answer_check, task_id, verdict)
            return visit.to("/practice?checked=1#checks")
        decision_id = visit.do(decision.decide, task_id, verdict)
    except REFUSED as why:
        typed = with_measures(visit, task_id, typed)
        return show_desk(visit, task_id, Draft(typed, mend(why)), status=422)
    return go_to_next(visit, visit.text("queue") or None, after=decision_id)


def typed_in(visit: Visit) -> Typed:
    """Read the decide form as it was typed."""
    return read_typed({name: visit.text(name) for name in FIELDS}, visit.texts("measures"))


def mend(why: Exception) -> tuple[str, ...]:
    """Say what to mend: every sentence a room gave, or the one it raised."""
    missing = getattr(why, "missing", None)
    return missing if isinstance(missing, tuple) else (sentence(why),)


def with_measures(visit: Visit, task_id: str, typed: Typed) -> Typed:
    """Choose the mildest measures that fit when another clause was chosen than they were for."""
    key = typed.clause_key
    if key is None or visit.text("measures_for") == key:
        return typed
    rung = suggestion_for(visit, visit.ask(queue.task, task_id), key).rung
    chosen = tuple(measure.value for measure in rung.measures)
    days, label = str(rung.days or ""), rung.label or typed.label
    return replace(typed, measures=chosen, days=days, label=label)


def show_desk(visit: Visit, task_id: str, draft: Draft, *, status: int = 200) -> Response:
    """Draw the desk with a form as it was typed."""
    bench = bench_of(visit, task_id)
    task: TaskView = bench["task"]
    account = bench["item"].account
    return visit.page(
        "desk.html",
        at=f"queue:{task.queue}",
        status=status,
        **bench,
        **form_of(visit, bench, draft),
        **hits_at_the_desk(visit, task.item_id, decided=task.state is TaskState.CLOSED),
        history=visit.ask(decision.history, account.id)[:HISTORY_MAX] if account else [],
        active_strikes=decision.active_weight(
            visit.ask(decision.strikes, account.id) if account else (), visit.house.clock.now()
        ),
    )


def bench_of(visit: Visit, task_id: str) -> dict[str, Any]:
    """Collect what any desk shows of a task: the item, what was looked at, reports and notes."""
    desk = visit.ask(review.desk, task_id)
    task, item = desk.task, desk.item
    after = visit.request.query_params.get("after", "")
    return {
        "task": task,
        "item": item,
        "title": title_of(item),
        "mine": is_mine(visit, task),
        "holder": holder_of(visit, task),
        "fields": shown_fields(item, desk.assessments),
        "pictures": pictures(
            item,
            desk.assessments,
            opened=opened_now(visit, task, item),
            known=desk.known,
            part=visit.request.query_params.get("part", ""),
        ),
        "assessments": desk.assessments,
        "reports": desk.reports,
        "proposals": desk.proposals,
        "notes": desk.notes,
        "names": names_of(visit, [note.by for note in desk.notes]),
        "after": after if is_id(after) else "",
        "queue_name": visit.request.query_params.get("queue") or visit.text("queue"),
    }


def opened_now(visit: Visit, task: TaskView, item: ItemView) -> tuple[str, str, str] | None:
    """Return (media id, viewing id, level) of the picture that was just opened here, if any."""
    seen = visit.request.query_params.get("seen", "")
    if not is_id(seen):
        return None
    try:
        viewing = visit.ask(evidence.viewing, seen)
    except evidence.EvidenceError:
        return None
    for media in item.media:
        if viewing.task_id == task.id and media.object_id == viewing.object_id:
            return media.id, viewing.id, viewing.level.value
    return None


def form_of(visit: Visit, bench: dict[str, Any], draft: Draft) -> dict[str, Any]:
    """Collect what the decide form offers: clauses, measures, banks, and what was typed."""
    task: TaskView = bench["task"]
    proposed = [p.clause_key for p in bench["proposals"] if p.clause_key]
    clauses = clause_order(visit.house.ask(policy.clauses), task.harm.value, proposed)
    near = [c for c in clauses if c.key in proposed or c.harm == task.harm][: len(CLAUSE_KEYS)]
    key = draft.typed.clause_key
    known = any(clause.key == key for clause in clauses)
    suggestion = suggestion_for(visit, task, key) if key and known else None
    return {
        "typed": draft.typed,
        "problems": draft.problems,
        "near": list(zip(near, CLAUSE_KEYS, strict=False)),
        "far": [clause for clause in clauses if clause not in near],
        "proposed": proposed,
        "quiet": QUIET,
        "suggestion": suggestion,
        "options": options(draft.typed, account_known=bench["item"].account is not None),
        "above": is_above(draft.typed, suggestion),
        "labels": labels_for(visit, bench["assessments"]) if suggestion else [],
        "banks": banks_for(visit, key, bench["item"]) if suggestion else [],
    }


def suggestion_for(visit: Visit, task: TaskView, clause_key: str) -> Suggestion:
    """Ask for the mildest rung that fits. An appeal is judged as if its decision left no strike."""
    if task.appeal_id is None:
        return visit.ask(decision.suggestion, task.id, clause_key)
    filed = visit.ask(appeal.desk, task.id).appeal
    first = visit.house.ask(decision.current, filed.decision_id)
    clause = visit.house.ask(policy.clause, clause_key)
    return visit.house.ask(decision.suggest, clause, task.account_id, without=first.id)


def labels_for(visit: Visit, assessments: Sequence[AssessmentView]) -> list[tuple[str, str, bool]]:
    """List the labels (key, words, whether a detector suggests it), suggested ones first."""
    told = {(one.evidence or {}).get("suggests_label") for one in assessments}
    listed = [(one.key, one.says, one.key in told) for one in visit.house.ask(policy.labels)]
    return sorted(listed, key=lambda one: not one[2])


def banks_for(visit: Visit, clause_key: str | None, item: ItemView) -> list[str]:
    """Name the banks of pictures or films under a clause, where the item's own may be added."""
    held = {banks.Signal.VIDEO if one.is_film else banks.Signal.IMAGE for one in item.media}
    every = visit.ask(banks.banks) if held else []
    return [b.name for b in every if b.clause_key == clause_key and b.signal in held]


def options(typed: Typed, *, account_known: bool) -> list[Option]:
    """List every measure, mildest first."""
    return [
        Option(
            measure,
            chosen=measure.value in typed.measures,
            timed=measure in TIMED,
            possible=account_known or measure.facts.target == "item",
        )
        for measure in Measure
    ]


def is_above(typed: Typed, suggestion: Suggestion | None) -> bool:
    """Say whether what is chosen is more than the mildest that fits, and so needs a sentence."""
    if suggestion is None:
        return False
    verdict, _ = to_verdict(typed)
    if verdict is None:
        return False
    return policy.above_ladder(verdict.measures, suggestion.rung, days=verdict.days)


def is_mine(visit: Visit, task: TaskView) -> bool:
    """Tell whether the task is in this reviewer's hands now."""
    held = task.state is TaskState.CLAIMED and task.claimed_by == visit.actor.id
    return held and task.lease_until is not None and task.lease_until >= visit.house.clock.now()


def holder_of(visit: Visit, task: TaskView) -> str:
    """Name the colleague who has the task in hand now, if somebody else has."""
    live = task.lease_until is not None and task.lease_until >= visit.house.clock.now()
    if task.state is not TaskState.CLAIMED or not live or task.claimed_by in (None, visit.actor.id):
        return ""
    return names_of(visit, [str(task.claimed_by)]).get(str(task.claimed_by), "")


def names_of(visit: Visit, ids: Sequence[str]) -> dict[str, str]:
    """Put names to colleagues, for those who see the queue."""
    people.require(visit.actor, Permission.SEE_QUEUE)
    return {one: visit.house.ask(people.staff_name, one) for one in set(ids)}
