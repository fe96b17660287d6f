"""The outbox: what must leave the house, written in the transaction that decided it.

Two kinds leave: an `effect` (a measure applied or lifted on the host) and a `message` (words to a
person). What only the receiver may read (an address, a receipt) is sealed in its row.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from evenhand.db import ReadTx, Tx, metadata
from evenhand.kit.canonical import canonical
from evenhand.ledger import leases
from evenhand.ledger.leases import Work

table = sa.Table(
    "outbox",
    metadata,
    *leases.lease_columns(),
    sa.Column("after", sa.String(36)),
    sa.Index("ix_outbox_subject", "subject"),
    sa.Index("ix_outbox_after", "after"),
    *leases.lease_indexes("outbox"),
)

LEASE_SECONDS = 60
PURPOSE = "outbox"
KINDS = ("effect.host", "message.host", "message.mail")


def put(
    tx: Tx,
    kind: str,
    payload: dict[str, Any],
    *,
    subject: str,
    secret: dict[str, Any] | None = None,
    run_at: datetime | None = None,
    dedupe: str | None = None,
    after: str | None = None,
) -> str | None:
    """Add something to send. `secret` is sealed to the row. Returns its id: the idempotency key.

    `subject` is the id of what it is about (a decision, a report, an appeal). Returns None when
    something with the same dedupe key was already put. `after` is the dedupe key of what must be
    delivered, or given up, first: a lift never overtakes the measure it lifts.
    """
    if kind not in KINDS:
        raise ValueError(f"{kind!r} is not one of {KINDS}")
    work_id = tx.new_id()
    sealed = None
    if secret is not None:
        sealed = tx.resources.keys.seal(
            canonical(secret).encode(), purpose=PURPOSE, context=work_id
        )
    put_id = leases.put(
        tx,
        table,
        kind=kind,
        subject=subject,
        payload=payload,
        run_at=run_at,
        dedupe=dedupe,
        work_id=work_id,
        sealed=sealed,
    )
    if put_id is not None and after is not None:
        first = tx.value(sa.select(table.c.id).where(table.c.dedupe == after))
        tx.change(table, put_id, after=first)
    return put_id


def secret_of(tx: ReadTx, work: Work) -> dict[str, Any]:
    """Open what was sealed to a row; empty when nothing was. For sending it, and nothing else."""
    if work.sealed is None:
        return {}
    plain = tx.resources.keys.open(work.sealed, purpose=PURPOSE, context=work.id)
    return dict(json.loads(plain))


def any_due(tx: ReadTx) -> bool:
    """Tell whether anything is due to be sent, were it to wait for nothing that goes first."""
    return leases.any_due(tx, table)


def claim(tx: Tx, who: str, *, limit: int) -> list[Work]:
    """Take what is due to be sent, leaving what must wait for something else to go first."""
    first = table.alias("first")
    waiting = sa.exists(
        sa.select(first.c.id).where(
            first.c.id == table.c.after, first.c.state.in_((leases.READY, leases.RUNNING))
        )
    )
    return leases.claim(tx, table, who, limit=limit, lease_seconds=LEASE_SECONDS, unless=waiting)


def acknowledge(tx: Tx, work: Work) -> None:
    """Mark as delivered. Raises LeaseLost."""
    leases.finish(tx, table, work)


def fail(tx: Tx, work: Work, error: str, *, for_good: bool = False) -> bool:
    """Record a failed attempt. Returns True when it is now a dead letter."""
    return leases.fail(tx, table, work, error, for_good=for_good)


def resend(tx: Tx, work_id: str) -> bool:
    """Send a dead letter again from the start.

    False when it is not a dead letter, or when something that lifts it was put since.
    """
    if tx.value(sa.select(table.c.id).where(table.c.after == work_id).limit(1)):
        return False
    return leases.revive(tx, table, work_id)


def about(tx: ReadTx, subjects: Sequence[str]) -> list[sa.RowMapping]:
    """Return what was put for these subjects, oldest first, without what is sealed."""
    columns = [c for c in table.c if c.name != "sealed"]
    return tx.rows(
        sa.select(*columns).where(table.c.subject.in_(subjects)).order_by(table.c.made_at)
    )


def in_state(tx: ReadTx, state: str, *, limit: int) -> list[sa.RowMapping]:
    """Return what is in one state, oldest first, without what is sealed."""
    columns = [c for c in table.c if c.name != "sealed"]
    found = sa.select(*columns).where(table.c.state == state).order_by(table.c.made_at)
    return tx.rows(found.limit(limit))


def counts(tx: ReadTx) -> dict[tuple[str, str], int]:
    """Count rows by (kind, state)."""
    found = sa.select(table.c.kind, table.c.state, sa.func.count().label("n"))
    rows = tx.rows(found.group_by(table.c.kind, table.c.state))
    return {(row["kind"], row["state"]): row["n"] for row in rows}
