"""Work in a table is held by one worker at a time, and outlives any worker.

A lease ends; whoever comes next takes the work over. Every claim raises `attempt`, and a result
is accepted only from the holder of the latest claim (fencing), so a worker that was thought dead
cannot overwrite the one that took over.
"""

from __future__ import annotations

import functools
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from evenhand.db import Asked, ReadTx, Tx, UtcTime, changing, kept
from evenhand.ledger.errors import LeaseLost

READY, RUNNING, DONE, DEAD = "ready", "running", "done", "dead"

#: Waits after each failed attempt, in seconds; together a little over five days.
BACKOFF_SECONDS = (2, 5, 15, 60, 300, 900, 3600, 3 * 3600, 6 * 3600, 12 * 3600) + (24 * 3600,) * 4
BACKOFF_JITTER = 0.2


@dataclass(frozen=True)
class Work:
    """One claimed row: what to do, and the proof that it is ours to do."""

    id: str
    kind: str
    subject: str
    payload: dict[str, Any]
    sealed: bytes | None
    attempt: int
    lease_by: str


def lease_columns() -> list[sa.Column[Any]]:
    """Make the columns every table of leased work has."""
    return [
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("payload", sa.JSON, nullable=False),
        sa.Column("sealed", sa.LargeBinary),
        sa.Column("dedupe", sa.Text, unique=True),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("run_at", UtcTime, nullable=False),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("lease_by", sa.Text),
        sa.Column("lease_until", UtcTime),
        sa.Column("error", sa.Text),
        sa.Column("made_at", UtcTime, nullable=False),
        sa.Column("done_at", UtcTime),
    ]


def lease_indexes(table: str) -> list[sa.Index]:
    """Make the partial indexes without which a claim reads the whole table."""
    ready, running = sa.text("state = 'ready'"), sa.text("state = 'running'")
    return [
        sa.Index(f"ix_{table}_ready", "run_at", sqlite_where=ready, postgresql_where=ready),
        sa.Index(
            f"ix_{table}_running", "lease_until", sqlite_where=running, postgresql_where=running
        ),
    ]


def put(
    tx: Tx,
    table: sa.Table,
    *,
    kind: str,
    subject: str,
    payload: dict[str, Any],
    run_at: datetime | None = None,
    dedupe: str | None = None,
    work_id: str | None = None,
    sealed: bytes | None = None,
) -> str | None:
    """Add work in the caller's transaction. Returns its id, or None if its dedupe key exists."""
    if dedupe is not None and tx.value(sa.select(table.c.id).where(table.c.dedupe == dedupe)):
        return None
    work_id = work_id or tx.new_id()
    tx.insert(
        table,
        id=work_id,
        kind=kind,
        subject=subject,
        payload=payload,
        sealed=sealed,
        dedupe=dedupe,
        state=READY,
        run_at=run_at or tx.now,
        attempt=0,
        made_at=tx.now,
    )
    return work_id


def any_due(tx: ReadTx, table: sa.Table) -> bool:
    """Tell whether there is anything to claim, so that whoever waits need not write to ask."""
    return bool(tx.value(_look(table)(tx.now)))


@functools.cache  # asked many times a second
def _look(table: sa.Table) -> Callable[[datetime], Asked]:
    @kept
    def look(now: datetime) -> sa.Select[tuple[bool]]:
        return sa.select(sa.or_(*(sa.exists().where(each) for each in _due(table, now))))

    return look


def _due(table: sa.Table, now: datetime) -> tuple[sa.ColumnElement[bool], sa.ColumnElement[bool]]:
    """Say in SQL that work is ready by now, and that its holder has gone quiet."""
    ready = sa.and_(table.c.state == sa.literal_column("'ready'"), table.c.run_at <= now)
    stale = sa.and_(table.c.state == sa.literal_column("'running'"), table.c.lease_until < now)
    return ready, stale


def claim(
    tx: Tx,
    table: sa.Table,
    who: str,
    *,
    limit: int,
    lease_seconds: int,
    only: str | None = None,
    unless: sa.ColumnElement[bool] | None = None,
) -> list[Work]:
    """Take work that is due, or whose holder has gone quiet, for `lease_seconds`.

    `only` narrows the claim to one row by id, for a door that wants its answer at once; rows
    for which `unless` holds are left alone.
    """
    ids: list[str] = []
    for due, order in zip(_due(table, tx.now), (table.c.run_at, table.c.lease_until), strict=True):
        if len(ids) < limit:
            wanted = sa.select(table.c.id).where(due).order_by(order, table.c.id)
            if only is not None:
                wanted = wanted.where(table.c.id == only)
            if unless is not None:
                wanted = wanted.where(sa.not_(unless))
            wanted = wanted.limit(limit - len(ids)).with_for_update(skip_locked=True, of=table)
            ids += [row["id"] for row in tx.rows(wanted)]
    if not ids:
        return []
    tx.run(
        table.update()
        .where(table.c.id.in_(ids))
        .values(
            state=RUNNING,
            lease_by=who,
            lease_until=tx.now + timedelta(seconds=lease_seconds),
            attempt=table.c.attempt + 1,
        )
    )
    rows = {row["id"]: row for row in tx.rows(sa.select(table).where(table.c.id.in_(ids)))}
    return [
        Work(
            id=one,
            kind=rows[one]["kind"],
            subject=rows[one]["subject"],
            payload=rows[one]["payload"],
            sealed=rows[one]["sealed"],
            attempt=rows[one]["attempt"],
            lease_by=who,
        )
        for one in ids
    ]


def _update_held(tx: Tx, table: sa.Table, work: Work, **values: Any) -> None:
    hold = {"id": work.id, "lease_by": work.lease_by, "attempt": work.attempt}
    if not tx.run(changing(table, {"state": RUNNING, **hold}, values)):
        raise LeaseLost(f"{work.kind} {work.id} is no longer held by {work.lease_by}")


def heartbeat(tx: Tx, table: sa.Table, work: Work, *, lease_seconds: int) -> None:
    """Extend a lease. Raises LeaseLost when it is no longer ours."""
    _update_held(tx, table, work, lease_until=tx.now + timedelta(seconds=lease_seconds))


def finish(tx: Tx, table: sa.Table, work: Work) -> None:
    """Mark work done. Raises LeaseLost when it is no longer ours."""
    _update_held(tx, table, work, state=DONE, done_at=tx.now, lease_until=None, error=None)


def wait_seconds(attempt: int) -> float | None:
    """Return the wait after the nth failed attempt, jittered, or None when there is no next."""
    if attempt > len(BACKOFF_SECONDS):
        return None
    spread = 1 + random.uniform(-BACKOFF_JITTER, BACKOFF_JITTER)  # noqa: S311 - not a secret
    return BACKOFF_SECONDS[attempt - 1] * spread


def fail(tx: Tx, table: sa.Table, work: Work, error: str, *, for_good: bool = False) -> bool:
    """Record a failed attempt and set the next one. Returns True when it is now a dead letter."""
    wait = None if for_good else wait_seconds(work.attempt)
    if wait is None:
        _update_held(tx, table, work, state=DEAD, error=error, lease_until=None)
        return True
    run_at = tx.now + timedelta(seconds=wait)
    _update_held(tx, table, work, state=READY, error=error, lease_until=None, run_at=run_at)
    return False


def revive(tx: Tx, table: sa.Table, work_id: str) -> bool:
    """Make a dead letter ready again, with its attempts counted anew. False if it is not dead."""
    return bool(
        tx.run(
            table.update()
            .where(table.c.id == work_id, table.c.state == DEAD)
            .values(state=READY, run_at=tx.now, attempt=0)
        )
    )
