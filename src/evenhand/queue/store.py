"""The tasks, and who must not have which of them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from evenhand.db import ReadTx, Row, Tx, UtcTime, kept, metadata
from evenhand.intake import ItemView
from evenhand.kit.ids import short
from evenhand.policy import Harm
from evenhand.queue.errors import NoSuchTask
from evenhand.queue.model import (
    APART,
    SEVERITY,
    ClockView,
    OpenTask,
    Origin,
    Part,
    TaskKind,
    TaskState,
    TaskView,
    total,
)

_open = sa.text("state <> 'closed'")
tasks = sa.Table(
    "tasks",
    metadata,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("item_id", sa.String(36), nullable=False),
    sa.Column("account_id", sa.String(36)),
    sa.Column("appeal_id", sa.String(36)),
    sa.Column("queue", sa.Text, nullable=False),
    sa.Column("harm", sa.Text, nullable=False),
    sa.Column("severity", sa.Integer, nullable=False),
    sa.Column("state", sa.String(8), nullable=False),
    sa.Column("priority", sa.Integer, nullable=False),
    sa.Column("why", sa.JSON, nullable=False),
    sa.Column("origin", sa.Text, nullable=False),
    sa.Column("known", sa.Boolean, nullable=False),
    sa.Column("blind", sa.Boolean, nullable=False),
    sa.Column("exercise", sa.Boolean),
    sa.Column("only_for", sa.String(36)),
    sa.Column("clock", sa.Text),
    sa.Column("law", sa.Text),
    sa.Column("due_at", UtcTime),
    sa.Column("reports", sa.Integer, nullable=False),
    sa.Column("opened_at", UtcTime, nullable=False),
    sa.Column("closed_at", UtcTime),
    sa.Column("claimed_by", sa.String(36)),
    sa.Column("claim_number", sa.Integer, nullable=False),
    sa.Column("lease_until", UtcTime),
    sa.Index("ix_tasks_open", "queue", "priority", sqlite_where=_open, postgresql_where=_open),
    sa.Index("ix_tasks_item", "item_id"),
)

exclusions = sa.Table(
    "task_exclusions",
    metadata,
    sa.Column("task_id", sa.String(36), primary_key=True),
    sa.Column("staff_id", sa.String(36), primary_key=True),
    sa.Column("why", sa.Text, nullable=False),
)


def view(row: Row) -> TaskView:
    """Make a task's view from its row."""
    clock = None
    if row["due_at"] is not None:
        clock = ClockView(row["clock"], row["law"], row["due_at"])
    return TaskView(
        id=row["id"],
        short=short(row["id"]),
        kind=TaskKind(row["kind"]),
        item_id=row["item_id"],
        account_id=row["account_id"],
        appeal_id=row["appeal_id"],
        queue=row["queue"],
        harm=Harm(row["harm"]),
        severity=row["severity"],
        state=TaskState(row["state"]),
        priority=row["priority"],
        why=tuple(Part(part["points"], part["says"]) for part in row["why"]),
        origin=Origin(row["origin"]),
        clock=clock,
        reports=row["reports"],
        opened_at=row["opened_at"],
        closed_at=row["closed_at"],
        claimed_by=row["claimed_by"],
        claim_number=row["claim_number"],
        lease_until=row["lease_until"],
    )


def load(tx: ReadTx, task_id: str) -> TaskView:
    """Read one task. Raises NoSuchTask."""
    row = tx.by_id(tasks, task_id)
    if row is None:
        raise NoSuchTask(task_id)
    return view(row)


def load_locked(tx: Tx, task_id: str) -> TaskView:
    """Read one task and let nobody else change it until the commit. Raises NoSuchTask."""
    row = tx.row(sa.select(tasks).where(tasks.c.id == task_id).with_for_update())
    if row is None:
        raise NoSuchTask(task_id)
    return view(row)


def open_task_of(tx: ReadTx, item_id: str) -> TaskView | None:
    """Return the item's open first-look task; appeals and second looks by lot stand apart."""
    row = tx.row(_open_task_of(item_id))
    return None if row is None else view(row)


@kept
def _open_task_of(item_id: str) -> sa.Select[Any]:
    return sa.select(tasks).where(
        tasks.c.item_id == item_id,
        tasks.c.state != "closed",
        tasks.c.kind.not_in([kind.value for kind in APART]),
        tasks.c.exercise.is_not(True),
    )


def insert(
    tx: Tx,
    task_id: str,
    kind: TaskKind,
    item: ItemView,
    *,
    harm: Harm,
    queue: str,
    parts: Sequence[Part],
    **values: Any,
) -> None:
    """Write a new task about an item, which waits from now on with the priority of its parts."""
    tx.insert(
        tasks,
        id=task_id,
        kind=kind.value,
        item_id=item.id,
        account_id=item.account.id if item.account else None,
        queue=queue,
        harm=harm.value,
        severity=SEVERITY[harm],
        state=TaskState.WAITING.value,
        priority=total(parts),
        why=[{"points": part.points, "says": part.says} for part in parts],
        opened_at=tx.now,
        claim_number=0,
        **values,
    )


def change(tx: Tx, task_id: str, **values: Any) -> None:
    """Change a task's columns."""
    tx.change(tasks, task_id, **values)


def is_known(tx: ReadTx, task_id: str) -> bool:
    """Tell whether a task's item matched known material."""
    return bool(tx.value(sa.select(tasks.c.known).where(tasks.c.id == task_id)))


def exclude(tx: Tx, task_id: str, staff_id: str, why: str) -> None:
    """Keep a task from one member of staff."""
    if excluded(tx, task_id, staff_id) is None:
        tx.insert(exclusions, task_id=task_id, staff_id=staff_id, why=why)


def excluded(tx: ReadTx, task_id: str, staff_id: str) -> str | None:
    """Return why a task is kept from somebody, or None when it is not."""
    only_for = tx.value(sa.select(tasks.c.only_for).where(tasks.c.id == task_id))
    if only_for not in {None, staff_id}:
        return "for_somebody_else"
    found = tx.value(
        sa.select(exclusions.c.why).where(
            exclusions.c.task_id == task_id, exclusions.c.staff_id == staff_id
        )
    )
    return None if found is None else str(found)


def blind_items(tx: ReadTx, staff_id: str) -> frozenset[str]:
    """Return the items of open tasks that somebody may still judge blind."""
    kept = sa.select(exclusions.c.task_id).where(exclusions.c.staff_id == staff_id)
    wanted = sa.select(tasks.c.item_id).where(
        tasks.c.blind.is_(True), tasks.c.state != "closed", tasks.c.id.not_in(kept), _for(staff_id)
    )
    return frozenset(row["item_id"] for row in tx.rows(wanted))


def is_exercise(tx: ReadTx, task_id: str) -> bool:
    """Tell whether nothing follows from a task, because its answer is settled or only compared."""
    return bool(tx.value(sa.select(tasks.c.exercise).where(tasks.c.id == task_id)))


def _for(staff_id: str) -> sa.ColumnElement[bool]:
    return sa.or_(tasks.c.only_for.is_(None), tasks.c.only_for == staff_id)


def is_blind(tx: ReadTx, task_id: str) -> bool:
    """Tell whether a task is to be judged blind and was not yet."""
    return bool(tx.value(sa.select(tasks.c.blind).where(tasks.c.id == task_id)))


def next_for(
    tx: ReadTx,
    staff_id: str,
    *,
    queue: str | None,
    now: datetime,
    but: Collection[TaskKind],
    but_harms: Collection[str],
) -> str | None:
    """Return the id of the next task for somebody: overdue first, then by priority and age."""
    wanted = _free(staff_id, now).where(_listed())
    if but:
        wanted = wanted.where(tasks.c.kind.not_in([kind.value for kind in but]))
    if but_harms:
        wanted = wanted.where(tasks.c.harm.not_in(sorted(but_harms)))
    if queue is not None:
        wanted = wanted.where(tasks.c.queue == queue)
    overdue = sa.case((sa.and_(tasks.c.due_at.is_not(None), tasks.c.due_at < now), 0), else_=1)
    order = (overdue, tasks.c.priority.desc(), tasks.c.opened_at, tasks.c.id)
    found = tx.value(wanted.order_by(*order).limit(1).with_for_update(skip_locked=True))
    return None if found is None else str(found)


def _free(staff_id: str, now: datetime) -> sa.Select[tuple[str]]:
    """Select the ids of tasks nobody holds and this person is not kept from."""
    free = sa.or_(
        tasks.c.state == "waiting", sa.and_(tasks.c.state == "claimed", tasks.c.lease_until < now)
    )
    kept = sa.select(exclusions.c.task_id).where(exclusions.c.staff_id == staff_id)
    return sa.select(tasks.c.id).where(free, tasks.c.id.not_in(kept), _for(staff_id))


def _listed() -> sa.ColumnElement[bool]:
    """Leave out exercises: each is for one person, who finds it where they began it."""
    return tasks.c.kind != TaskKind.EXERCISE.value


def listed(tx: ReadTx, *, queue: str | None, limit: int) -> list[TaskView]:
    """Return open tasks in the order they will be worked on."""
    wanted = sa.select(tasks).where(tasks.c.state != "closed", _listed())
    if queue is not None:
        wanted = wanted.where(tasks.c.queue == queue)
    order = (tasks.c.priority.desc(), tasks.c.opened_at, tasks.c.id)
    return [view(row) for row in tx.rows(wanted.order_by(*order).limit(limit))]


def counts(tx: ReadTx, now: datetime) -> list[Row]:
    """Count open tasks by queue: all open, claimed, overdue; and when the oldest was opened."""
    held = sa.and_(tasks.c.state == "claimed", tasks.c.lease_until >= now)
    overdue = sa.and_(tasks.c.due_at.is_not(None), tasks.c.due_at < now)
    return tx.rows(
        sa.select(
            tasks.c.queue,
            sa.func.count().label("open"),
            sa.func.sum(sa.case((held, 1), else_=0)).label("claimed"),
            sa.func.sum(sa.case((overdue, 1), else_=0)).label("overdue"),
            sa.func.min(tasks.c.opened_at).label("oldest"),
        )
        .where(tasks.c.state != "closed", _listed())
        .group_by(tasks.c.queue)
    )


def every_open(tx: ReadTx, now: datetime) -> list[OpenTask]:
    """Return all open tasks but exercises, for counting."""
    held = sa.and_(tasks.c.state == "claimed", tasks.c.lease_until >= now)
    columns = (tasks.c.id, tasks.c.item_id, tasks.c.queue, tasks.c.opened_at, tasks.c.due_at)
    wanted = sa.select(*columns, sa.case((held, 1), else_=0).label("held"))
    return [
        OpenTask(
            id=row["id"],
            item_id=row["item_id"],
            queue=row["queue"],
            held=bool(row["held"]),
            opened_at=row["opened_at"],
            due_at=row["due_at"],
        )
        for row in tx.rows(wanted.where(tasks.c.state != "closed", _listed()))
    ]


def count_of_harms(tx: ReadTx, harms: Collection[str]) -> dict[str, int]:
    """Count the open tasks of some kinds of harm that the queues list."""
    wanted = sa.select(tasks.c.harm, sa.func.count().label("open")).where(
        tasks.c.state != "closed", _listed(), tasks.c.harm.in_(sorted(harms))
    )
    return {row["harm"]: int(row["open"]) for row in tx.rows(wanted.group_by(tasks.c.harm))}


def held_by(tx: ReadTx, staff_id: str, now: datetime) -> list[TaskView]:
    """Return the tasks somebody holds now."""
    wanted = sa.select(tasks).where(
        tasks.c.state == "claimed", tasks.c.claimed_by == staff_id, tasks.c.lease_until >= now
    )
    return [view(row) for row in tx.rows(wanted.order_by(tasks.c.lease_until))]


def open_for_appeal(tx: ReadTx, appeal_id: str) -> str | None:
    """Return the id of the task an appeal has, or None."""
    found = tx.value(sa.select(tasks.c.id).where(tasks.c.appeal_id == appeal_id))
    return None if found is None else str(found)


def in_total(tx: ReadTx) -> int:
    """Count all tasks there ever were."""
    return int(str(tx.value(sa.select(sa.func.count()).select_from(tasks))))
