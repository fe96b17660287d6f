"""The extracts that auditors asked for, and what was drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from evenhand.db import ReadTx, Row, Tx, UtcTime, metadata
from evenhand.quality.errors import NoSuchExtract

extracts = sa.Table(
    "extracts",
    metadata,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("since", UtcTime, nullable=False),
    sa.Column("until", UtcTime, nullable=False),
    sa.Column("sample", sa.Integer, nullable=False),
    sa.Column("asked_by", sa.String(36), nullable=False),
    sa.Column("asked_at", UtcTime, nullable=False),
    sa.Column("drawn", sa.JSON(none_as_null=True)),
)


@dataclass(frozen=True)
class Extract:
    """What an auditor asked for; `drawn` holds the decisions' ids once they are drawn."""

    id: str
    since: datetime
    until: datetime
    sample: int
    asked_by: str
    asked_at: datetime
    drawn: tuple[str, ...] | None


def insert(
    tx: Tx, extract_id: str, since: datetime, until: datetime, *, sample: int, by: str, at: datetime
) -> None:
    """Write down what was asked for."""
    tx.insert(
        extracts,
        id=extract_id,
        since=since,
        until=until,
        sample=sample,
        asked_by=by,
        asked_at=at,
    )


def set_drawn(tx: Tx, extract_id: str, drawn: Sequence[str]) -> None:
    """Write down what was drawn."""
    tx.change(extracts, extract_id, drawn=list(drawn))


def load(tx: ReadTx, extract_id: str) -> Extract:
    """Read one extract. Raises NoSuchExtract."""
    row = tx.by_id(extracts, extract_id)
    if row is None:
        raise NoSuchExtract(extract_id)
    return _extract(row)


def every(tx: ReadTx) -> list[Extract]:
    """Return all extracts, newest first."""
    rows = tx.rows(sa.select(extracts).order_by(extracts.c.asked_at.desc(), extracts.c.id.desc()))
    return [_extract(row) for row in rows]


def count(tx: ReadTx) -> int:
    """Count all extracts."""
    return int(str(tx.value(sa.select(sa.func.count()).select_from(extracts))))


def _extract(row: Row) -> Extract:
    drawn = None if row["drawn"] is None else tuple(row["drawn"])
    return Extract(**(dict(row) | {"drawn": drawn}))
