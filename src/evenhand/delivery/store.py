"""The attempt log: every try at delivering something, kept beside the outbox."""

from __future__ import annotations

import sqlalchemy as sa

from evenhand.db import ReadTx, Tx, UtcTime, metadata
from evenhand.delivery.model import Attempt, Status

deliveries = sa.Table(
    "deliveries",
    metadata,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("outbox_id", sa.String(36), sa.ForeignKey("outbox.id"), nullable=False),
    sa.Column("attempt", sa.Integer, nullable=False),
    sa.Column("at", UtcTime, nullable=False),
    sa.Column("status", sa.String(12), nullable=False),
    sa.Column("detail", sa.Text, nullable=False),
    sa.Index("ix_deliveries_outbox_id", "outbox_id"),
)


def write_attempt(tx: Tx, outbox_id: str, number: int, *, status: Status, detail: str) -> None:
    """Write down how one attempt went."""
    tx.insert(
        deliveries,
        id=tx.new_id(),
        outbox_id=outbox_id,
        attempt=number,
        at=tx.now,
        status=status.value,
        detail=detail,
    )


def attempts_of(tx: ReadTx, outbox_id: str) -> list[Attempt]:
    """Return every attempt at one delivery, oldest first."""
    wanted = sa.select(deliveries).where(deliveries.c.outbox_id == outbox_id)
    return [
        Attempt(row["attempt"], row["at"], Status(row["status"]), row["detail"])
        for row in tx.rows(wanted.order_by(deliveries.c.at, deliveries.c.id))
    ]
