"""The table of what counters saw, which is the truth wherever they are counted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from evenhand.db import ReadTx, Row, Tx, UtcTime, metadata

counts = sa.Table(
    "rule_counts",
    metadata,
    sa.Column("event_id", sa.String(36), primary_key=True),
    sa.Column("counter", sa.Text, primary_key=True),
    sa.Column("key", sa.Text, nullable=False),
    sa.Column("value", sa.Text),
    sa.Column("at", UtcTime, nullable=False),
    sa.Index("ix_rule_counts_counter_key_at", "counter", "key", "at"),
)


def count(
    tx: ReadTx, counter: str, key: str, since: datetime, *, distinct: bool
) -> tuple[int, datetime | None]:
    """Count what a counter has seen of a key after an instant; say when it saw the last of it."""
    columns = counts.c
    what = sa.func.count(sa.distinct(columns.value)) if distinct else sa.func.count()
    wanted = sa.select(what.label("seen"), sa.func.max(columns.at).label("last")).where(
        columns.counter == counter, columns.key == key, columns.at > since
    )
    row = tx.row(wanted)
    return (0, None) if row is None else (row["seen"], row["last"])


def last_counted(tx: ReadTx, counter: str, key: str) -> tuple[datetime | None, list[str]]:
    """Return when a counter saw a key for the last time, and the events it saw then."""
    columns = counts.c
    mine = sa.and_(columns.counter == counter, columns.key == key)
    last = sa.select(sa.func.max(columns.at)).where(mine).scalar_subquery()
    rows = tx.rows(sa.select(columns.event_id, columns.at).where(mine, columns.at == last))
    return (rows[0]["at"] if rows else None), sorted(row["event_id"] for row in rows)


def counted_since(tx: ReadTx, counter: str, key: str, since: datetime) -> list[Row]:
    """Return what a counter has seen of a key after an instant, oldest first."""
    columns = counts.c
    wanted = sa.select(columns.event_id, columns.value, columns.at).where(
        columns.counter == counter, columns.key == key, columns.at > since
    )
    return tx.rows(wanted.order_by(columns.at))


def is_counted(tx: ReadTx, counter: str, key: str, value: str, since: datetime) -> bool:
    """Tell whether a counter has seen a value of a key after an instant."""
    wanted = sa.select(counts.c.event_id).where(
        counts.c.counter == counter,
        counts.c.key == key,
        counts.c.value == value,
        counts.c.at > since,
    )
    return tx.row(wanted.limit(1)) is not None


def save(tx: Tx, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write what counters saw."""
    tx.insert_all(counts, rows)


def forget(tx: Tx, counter: str) -> None:
    """Forget what a counter saw, so that it can be counted anew."""
    tx.run(counts.delete().where(counts.c.counter == counter))
