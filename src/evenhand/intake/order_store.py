"""The table of orders from authorities: what each says, and how far it was answered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from evenhand.db import ReadTx, Tx, UtcTime, metadata
from evenhand.intake.orders import OrderEffect, OrderKind, OrderView
from evenhand.policy import Harm

orders = sa.Table(
    "orders",
    metadata,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("authority", sa.Text, nullable=False),
    sa.Column("member_state", sa.Text, nullable=False),
    sa.Column("reference", sa.Text),
    sa.Column("harm", sa.Text, nullable=False),
    sa.Column("category", sa.Text, nullable=False),
    sa.Column("keyword", sa.Text),
    sa.Column("items", sa.Integer, nullable=False),
    sa.Column("report_ids", sa.JSON, nullable=False),
    sa.Column("elements", sa.JSON, nullable=False),
    sa.Column("received_at", UtcTime, nullable=False),
    sa.Column("confirmed_at", UtcTime),
    sa.Column("answered_at", UtcTime),
    sa.Column("effect", sa.Text),
    sa.Column("effect_at", UtcTime),
    sa.Column("reason", sa.Text),
    sa.Index("ix_orders_reference", "reference"),
)


def insert(tx: Tx, values: Mapping[str, Any]) -> None:
    """Write an order that was received."""
    tx.insert(orders, **values)


def change(tx: Tx, order_id: str, **values: Any) -> None:
    """Write how far an order was answered."""
    tx.change(orders, order_id, **values)


def load(tx: ReadTx, order_id: str) -> OrderView | None:
    """Return one order, or None."""
    row = tx.by_id(orders, order_id)
    return None if row is None else _view(row)


def id_of_reference(tx: ReadTx, authority: str, reference: str) -> str | None:
    """Return the id of the order an authority calls so, or None."""
    same = sa.and_(orders.c.authority == authority, orders.c.reference == reference)
    found = tx.value(sa.select(orders.c.id).where(same))
    return None if found is None else str(found)


def recent(tx: ReadTx, *, unanswered: bool, limit: int) -> list[OrderView]:
    """Return orders, the newest first."""
    wanted = sa.select(orders).order_by(orders.c.received_at.desc(), orders.c.id.desc())
    if unanswered:
        wanted = wanted.where(orders.c.answered_at.is_(None))
    return [_view(row) for row in tx.rows(wanted.limit(limit))]


def _view(row: sa.RowMapping) -> OrderView:
    same = ("id", "authority", "member_state", "reference", "category", "keyword", "items")
    times = ("received_at", "confirmed_at", "answered_at", "effect_at")
    return OrderView(
        **{name: row[name] for name in (*same, *times)},
        kind=OrderKind(row["kind"]),
        harm=Harm(row["harm"]),
        report_ids=tuple(row["report_ids"]),
        elements=row["elements"],
        effect=None if row["effect"] is None else OrderEffect(row["effect"]),
        reason=row["reason"],
    )
