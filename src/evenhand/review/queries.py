"""The desk: what a reviewer sees of a task. Who reported is not part of it."""

from __future__ import annotations

from dataclasses import replace

from evenhand import detection, intake, people, queue, rules
from evenhand.db import ReadTx
from evenhand.policy import Harm
from evenhand.queue import TaskState, TaskView
from evenhand.review import store
from evenhand.review.model import DeadEnd, Desk, Note, fold


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
        assessments=_shown(tx, actor, task),
        reports=fold(reports),
        notes=() if unseen and task.state is TaskState.CLOSED else notes(tx, actor, task_id),
        proposals=tuple(rules.proposals_of(tx, actor, task.item_id)),
        first_decision_hidden=queue.is_blind(tx, task_id),
        known=rules.known_media(tx, actor, task.item_id),
    )


def dead_ends(tx: ReadTx, actor: people.Actor) -> tuple[DeadEnd, ...]:
    """Return the kinds of harm that nobody here may work on, with how many tasks wait for them.

    They are told before anything waits, too. Raises NotAllowed.
    """
    people.require(actor, people.Permission.SEE_QUEUE)
    harms = people.certificates_nobody_holds(tx)
    waiting = queue.waiting_of(tx, harms)
    return tuple(DeadEnd(Harm(harm), waiting.get(harm, 0)) for harm in sorted(harms))


def _shown(tx: ReadTx, actor: people.Actor, task: TaskView) -> tuple[detection.AssessmentView, ...]:
    """Return what detectors said, without what would tell a reviewer how to answer.

    Classifiers learn from the answer. So until it is given, the desk shows what one says only where
    that is why the item is here; and not where the item was chosen to learn from.
    """
    said = detection.assessments(tx, actor, task.item_id)
    if task.state is TaskState.CLOSED:
        return tuple(said)
    asked = any(
        one.rule == rules.ASK_FOR_LABELS.id for one in rules.proposals_of(tx, actor, task.item_id)
    )
    return tuple(
        one
        for one in said
        if one.detector != detection.LEARNED_DETECTOR
        or "scores" not in one.evidence
        or (one.answer is detection.Answer.FOUND and not asked)
    )


def notes(tx: ReadTx, actor: people.Actor, task_id: str) -> tuple[Note, ...]:
    """Return the internal notes on a task, oldest first."""
    people.require(actor, people.Permission.SEE_QUEUE)
    return store.notes_on(tx, task_id)
