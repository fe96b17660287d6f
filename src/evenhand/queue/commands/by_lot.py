"""Opening what nobody waits for: second looks by lot, disputes about them, and exercises.

No line of a task says which item it is about, so that what is found stays between few people.
"""

from __future__ import annotations

from collections.abc import Sequence

from evenhand import intake, people
from evenhand.db import Tx
from evenhand.ledger.append import append
from evenhand.policy import Harm
from evenhand.queue import store
from evenhand.queue.errors import TaskClosed
from evenhand.queue.model import (
    BLIND,
    Facts,
    Origin,
    TaskKind,
    TaskState,
    opened_line,
    priority,
    queue_of,
    total,
)


def open_audit(tx: Tx, item_id: str, *, harm: Harm, not_for: Sequence[str]) -> str:
    """Open a second look by lot, kept from those who decided. No clock runs."""
    return _open(tx, TaskKind.AUDIT, item_id, harm=harm, not_for=not_for)


def open_dispute(tx: Tx, item_id: str, *, harm: Harm, not_for: Sequence[str]) -> str:
    """Open the task of saying which of two answers is right, kept from those who gave them."""
    return _open(tx, TaskKind.DISPUTE, item_id, harm=harm, not_for=not_for)


def open_exercise(tx: Tx, item_id: str, *, harm: Harm, only_for: str) -> str:
    """Open an exercise for one person: in training, or in a calibration session."""
    return _open(tx, TaskKind.EXERCISE, item_id, harm=harm, only_for=only_for)


def open_check(tx: Tx, item_id: str, *, harm: Harm, not_for: Sequence[str]) -> str:
    """Put an item whose answer is settled into the queue again, as if it were an ordinary task.

    Its line is that of any review, so that whoever holds it cannot look up what it is.
    """
    return _open(tx, TaskKind.REVIEW, item_id, harm=harm, not_for=not_for)


def take_back(tx: Tx, task_id: str) -> None:
    """Take such a task back, whoever holds it: it is not needed any more. Raises TaskClosed."""
    task = store.load_locked(tx, task_id)
    if task.state is TaskState.CLOSED:
        raise TaskClosed(task_id)
    store.change(tx, task_id, state=TaskState.CLOSED.value, closed_at=tx.now, lease_until=None)
    append(
        tx,
        "task.withdrawn",
        subject=task_id,
        actor=people.SYSTEM.ref,
        public={"kind": task.kind.value, "harm": task.harm.value},
    )


def _open(
    tx: Tx,
    kind: TaskKind,
    item_id: str,
    *,
    harm: Harm,
    not_for: Sequence[str] = (),
    only_for: str | None = None,
) -> str:
    task_id = tx.new_id()
    item = intake.item(tx, people.SYSTEM, item_id)
    exercise = kind in {TaskKind.EXERCISE, TaskKind.REVIEW}
    parts = priority(
        Facts(
            kind=kind,
            harm=harm,
            known_material=False,
            reporters=0,
            trusted=False,
            accurate_reporter=False,
            reach=item.reach or 0,
        )
    )
    where = queue_of(kind, harm)
    store.insert(
        tx,
        task_id,
        kind,
        item,
        harm=harm,
        queue=where,
        parts=parts,
        origin=Origin.OWN_INITIATIVE.value,
        known=False,
        blind=exercise or kind in BLIND,
        exercise=exercise,
        only_for=only_for,
        reports=0,
    )
    for staff_id in not_for:
        store.exclude(tx, task_id, staff_id, "first_decider")
    append(
        tx,
        "task.opened",
        subject=task_id,
        actor=people.SYSTEM.ref,
        public=opened_line(kind, harm, where, Origin.OWN_INITIATIVE, total(parts)),
        private={"item_id": item_id},
    )
    return task_id
