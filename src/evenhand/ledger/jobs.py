"""Jobs are the path's own next steps: enqueued with the event, run until they succeed."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from evenhand.db import ReadTx, Tx, metadata
from evenhand.ledger import leases
from evenhand.ledger.leases import Work

table = sa.Table(
    "jobs",
    metadata,
    *leases.lease_columns(),
    sa.Index("ix_jobs_subject", "subject"),
    *leases.lease_indexes("jobs"),
)

LEASE_SECONDS = 30


def enqueue(
    tx: Tx,
    kind: str,
    payload: dict[str, Any],
    *,
    run_at: datetime | None = None,
    dedupe: str | None = None,
) -> str | None:
    """Add a job that exists if and only if the caller's transaction commits."""
    subject = str(payload.get("subject", ""))
    return leases.put(
        tx, table, kind=kind, subject=subject, payload=payload, run_at=run_at, dedupe=dedupe
    )


def any_due(tx: ReadTx) -> bool:
    """Tell whether there is any job to claim."""
    return leases.any_due(tx, table)


def claim(
    tx: Tx,
    who: str,
    *,
    limit: int = 1,
    only: str | None = None,
    kinds: Collection[str] | None = None,
    but: Collection[str] = (),
) -> list[Work]:
    """Take jobs that are due: of some kinds, or of all but some."""
    unless = None
    if kinds is not None:
        unless = table.c.kind.not_in(kinds)
    elif but:
        unless = table.c.kind.in_(but)
    return leases.claim(
        tx, table, who, limit=limit, lease_seconds=LEASE_SECONDS, only=only, unless=unless
    )


def finish(tx: Tx, work: Work) -> None:
    """Mark a job done, in the transaction that did it. Raises LeaseLost."""
    leases.finish(tx, table, work)


def fail(tx: Tx, work: Work, error: str) -> bool:
    """Record a failed attempt. Returns True when the job is now a dead letter."""
    return leases.fail(tx, table, work, error)


def waiting_for(tx: ReadTx, subject: str, kind: str) -> str | None:
    """Return the id of the job of this kind that is ready for a subject, or None."""
    found = tx.value(
        sa.select(table.c.id)
        .where(table.c.subject == subject, table.c.kind == kind, table.c.state == "ready")
        .limit(1)
    )
    return None if found is None else str(found)


def unfinished_for(tx: ReadTx, subject: str) -> list[tuple[str, str]]:
    """Return (id, state) of the jobs that are not done for a subject, oldest first."""
    wanted = sa.select(table.c.id, table.c.state).where(
        table.c.subject == subject, table.c.state != leases.DONE
    )
    return [(row["id"], row["state"]) for row in tx.rows(wanted.order_by(table.c.id))]


def dead(tx: ReadTx, *, limit: int) -> list[sa.RowMapping]:
    """Return the jobs that were given up, oldest first."""
    found = sa.select(table).where(table.c.state == leases.DEAD).order_by(table.c.made_at)
    return tx.rows(found.limit(limit))


def revive(tx: Tx, work_id: str) -> bool:
    """Take up a job that was given up. False when it is not one."""
    return leases.revive(tx, table, work_id)


def unfinished(tx: ReadTx, *, due_by: datetime) -> int:
    """Count the jobs that are ready and due, or running."""
    due = sa.or_(
        sa.and_(table.c.state == "ready", table.c.run_at <= due_by), table.c.state == "running"
    )
    count = tx.value(sa.select(sa.func.count()).select_from(table).where(due))
    return int(str(count))
