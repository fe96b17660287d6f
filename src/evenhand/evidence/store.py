"""The tables of the vault: kept objects, sealed identities, and who saw what for how long."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from evenhand.db import ReadTx, Tx, UtcTime, metadata
from evenhand.evidence.errors import ObjectNotKept, ObjectShredded, ObjectUnknown
from evenhand.evidence.model import Viewing
from evenhand.kit.images import Veil

#: `sealed_key` is null once shredded; `swept_at` says when the blob was deleted after that.
#: With `unkept_why` there never was a blob: the policy said not to keep it.
objects = sa.Table(
    "evidence_objects",
    metadata,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("blob", sa.Text, nullable=False, unique=True),
    sa.Column("media_type", sa.Text, nullable=False),
    sa.Column("bytes", sa.BigInteger, nullable=False),
    sa.Column("sealed_key", sa.LargeBinary),
    sa.Column("kept_at", UtcTime, nullable=False),
    sa.Column("shredded_at", UtcTime),
    sa.Column("swept_at", UtcTime),
    sa.Column("unkept_why", sa.Text),
    sa.Index(
        "ix_evidence_objects_orphans",
        "shredded_at",
        sqlite_where=sa.text("shredded_at IS NOT NULL AND swept_at IS NULL"),
        postgresql_where=sa.text("shredded_at IS NOT NULL AND swept_at IS NULL"),
    ),
)

#: Both columns of content are null once erased.
identities = sa.Table(
    "sealed_identities",
    metadata,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("sealed", sa.LargeBinary),
    sa.Column("sealed_key", sa.LargeBinary),
    sa.Column("made_at", UtcTime, nullable=False),
    sa.Column("erased_at", UtcTime),
)

viewings = sa.Table(
    "viewings",
    metadata,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("staff_id", sa.String(36), nullable=False),
    sa.Column("task_id", sa.String(36), nullable=False, index=True),
    sa.Column("item_id", sa.String(36), nullable=False, index=True),
    sa.Column("object_id", sa.String(36), sa.ForeignKey("evidence_objects.id"), nullable=False),
    sa.Column("level", sa.String(8), nullable=False),
    sa.Column("opened_at", UtcTime, nullable=False),
    sa.Column("beat_at", UtcTime, nullable=False),
    sa.Column("seconds", sa.Float, nullable=False),
    sa.Column("closed_at", UtcTime),
    sa.Index("ix_viewings_staff_id_opened_at", "staff_id", "opened_at"),
)


def object_row(tx: ReadTx, object_id: str) -> sa.RowMapping | None:
    """Return what is known of a kept object, or None."""
    return tx.by_id(objects, object_id)


def openable_row(tx: ReadTx, object_id: str) -> sa.RowMapping:
    """Return an object whose bytes can be opened.

    Raises ObjectUnknown, ObjectNotKept, ObjectShredded.
    """
    row = object_row(tx, object_id)
    if row is None:
        raise ObjectUnknown
    if row["unkept_why"] is not None:
        raise ObjectNotKept(row["unkept_why"])
    if row["sealed_key"] is None:
        raise ObjectShredded
    return row


def identity_row(tx: ReadTx, identity_id: str) -> sa.RowMapping | None:
    """Return a sealed identity, or None."""
    return tx.by_id(identities, identity_id)


def viewings_where(tx: ReadTx, *conditions: sa.ColumnElement[bool]) -> list[Viewing]:
    """Return the viewings that meet every condition, oldest first."""
    wanted = sa.select(viewings).where(*conditions)
    rows = tx.rows(wanted.order_by(viewings.c.opened_at, viewings.c.id))
    return [Viewing(**{**row, "level": Veil(row["level"])}) for row in rows]


def viewing_by_id(tx: ReadTx, viewing_id: str) -> Viewing | None:
    """Return one viewing, or None."""
    return next(iter(viewings_where(tx, viewings.c.id == viewing_id)), None)


def open_viewings(
    tx: ReadTx, *, task_id: str, staff_id: str | None, object_id: str | None = None
) -> Sequence[Viewing]:
    """Return the viewings of a task that are not closed, of one person or of all."""
    conditions = [viewings.c.task_id == task_id, viewings.c.closed_at.is_(None)]
    if staff_id is not None:
        conditions.append(viewings.c.staff_id == staff_id)
    if object_id is not None:
        conditions.append(viewings.c.object_id == object_id)
    return viewings_where(tx, *conditions)


def update_viewing(tx: Tx, viewing_id: str, **values: Any) -> None:
    """Change columns of one viewing."""
    tx.change(viewings, viewing_id, **values)
