"""The desk: what a reviewer sees of a task. Who reported is not part of it."""

from __future__ import annotations

from dataclasses import replace

from evenhand import detection, intake, people, queue, rules
from evenhand.db import ReadTx
from evenhand.queue import TaskState
from evenhand.review import store
from evenhand.review.model import Desk, Note, fold


def desk(tx: ReadTx, actor: people.Actor, task_id: str) -> Desk:
    """Return everything needed to decide a task. Raises NoSuchTask, NotAllowed.

    At an appeal's desk nothing tells how the reports were answered the first time; nor at the desk
    of another task on the same item, for whoever may have to judge the appeal.
    """
    task = queue.task(tx, actor, task_id)
    reports = intake.reports_of(tx, actor, task.item_id)
    unseen = task.item_id in queue.hidden_items(tx, actor)
    if unseen or queue.is_blind(tx, task_id):
        reports = [replace(r, outcome=None, decided_at=None) for r in reports]
    return Desk(
        task=task,
        item=intake.item(tx, actor, task.item_id),
        assessments=tuple(detection.assessments(tx, actor, task.item_id)),
        reports=fold(reports),
        notes=() if unseen and task.state is TaskState.CLOSED else notes(tx, actor, task_id),
        proposals=tuple(rules.proposals_of(tx, actor, task.item_id)),
        first_decision_hidden=queue.is_blind(tx, task_id),
    )


def notes(tx: ReadTx, actor: people.Actor, task_id: str) -> tuple[Note, ...]:
    """Return the internal notes on a task, oldest first."""
    people.require(actor, people.Permission.SEE_QUEUE)
    return store.notes_on(tx, task_id)
