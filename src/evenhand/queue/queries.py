"""Looking at the queue: how much waits where, in which order, and why."""

from __future__ import annotations

from collections.abc import Collection

from evenhand import people
from evenhand.db import ReadTx
from evenhand.queue import store
from evenhand.queue.model import QUEUE_TITLES, QueueCount, TaskKind, TaskView


def queues(tx: ReadTx, actor: people.Actor) -> list[QueueCount]:
    """Return every queue with what waits in it, in the order of the console's rail."""
    people.require(actor, people.Permission.SEE_QUEUE)
    rows = {row["queue"]: row for row in store.counts(tx, tx.now)}
    found = []
    for name, title in QUEUE_TITLES.items():
        row = rows.get(name)
        held = int(row["claimed"]) if row else 0
        waiting = int(row["open"]) - held if row else 0
        overdue = int(row["overdue"]) if row else 0
        oldest = row["oldest"] if row else None
        found.append(QueueCount(name, title, waiting, held, overdue, oldest))
    return found


def waiting(
    tx: ReadTx, actor: people.Actor, *, queue: str | None = None, limit: int = 50
) -> list[TaskView]:
    """Return open tasks, the next one first."""
    people.require(actor, people.Permission.SEE_QUEUE)
    return store.listed(tx, queue=queue, limit=limit)


def waiting_of(tx: ReadTx, harms: Collection[str]) -> dict[str, int]:
    """Count the open tasks of some kinds of harm, in whatever queue. For other rooms."""
    return store.count_of_harms(tx, harms) if harms else {}


def task(tx: ReadTx, actor: people.Actor, task_id: str) -> TaskView:
    """Return one task. Raises NoSuchTask."""
    people.require(actor, people.Permission.SEE_QUEUE)
    return store.load(tx, task_id)


def open_task(tx: ReadTx, item_id: str) -> TaskView | None:
    """Return the open first-look task of an item, for rooms and for the gate's answer."""
    return store.open_task_of(tx, item_id)


def next_task(
    tx: ReadTx,
    staff_id: str,
    *,
    queue: str | None = None,
    but: Collection[TaskKind] = (),
    but_harms: Collection[str] = (),
) -> str | None:
    """Return the id of the task somebody would be given next; some kinds and harms left out."""
    return store.next_for(tx, staff_id, queue=queue, now=tx.now, but=but, but_harms=but_harms)


def kept_from(tx: ReadTx, task_id: str, staff_id: str) -> str | None:
    """Return why a task is kept from somebody (`skipped`, `first_decider`), or None."""
    return store.excluded(tx, task_id, staff_id)


def hidden_items(tx: ReadTx, actor: people.Actor) -> frozenset[str]:
    """Return the items whose decisions the actor may not read: they may have to judge one anew.

    A second judgement is made before the first is seen (promise 3), so while an appeal waits its
    decision is hidden from everybody who could be given it.
    """
    if actor.kind != "staff" or not people.may(actor, people.Permission.JUDGE_APPEALS):
        return frozenset()
    return store.blind_items(tx, actor.id)


def is_blind(tx: ReadTx, task_id: str) -> bool:
    """Tell whether a task is to be judged blind and was not yet."""
    return store.is_blind(tx, task_id)


def is_exercise(tx: ReadTx, task_id: str) -> bool:
    """Tell whether nothing follows from a task, because its answer is settled or only compared."""
    return store.is_exercise(tx, task_id)


def held(tx: ReadTx, actor: people.Actor) -> list[TaskView]:
    """Return the tasks the actor holds now."""
    people.require(actor, people.Permission.SEE_QUEUE)
    return store.held_by(tx, actor.id, tx.now)


def count(tx: ReadTx) -> int:
    """Count all tasks there ever were."""
    return store.in_total(tx)
