"""Detection's tables: what each detector said, and the hashes of what it looked at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from evenhand.db import ReadTx, Tx, UtcTime, metadata
from evenhand.detection.model import Answer, AssessmentView, MediaHash

assessments = sa.Table(
    "assessments",
    metadata,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("item_id", sa.String(36), nullable=False),
    sa.Column("run", sa.String(36), nullable=False),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("media_id", sa.String(36)),
    sa.Column("field", sa.Text),
    sa.Column("detector", sa.Text, nullable=False),
    sa.Column("detector_version", sa.Text, nullable=False),
    sa.Column("answer", sa.Text, nullable=False),
    sa.Column("entry_id", sa.String(36)),
    sa.Column("evidence", sa.JSON, nullable=False),
    sa.Column("why", sa.Text, nullable=False),
    sa.Column("at", UtcTime, nullable=False),
    sa.Index("ix_assessments_item_id", "item_id"),
    sa.Index("ix_assessments_entry_id", "entry_id"),
)

media_hashes = sa.Table(
    "media_hashes",
    metadata,
    sa.Column("media_id", sa.String(36), primary_key=True),
    sa.Column("sha256", sa.String(64), nullable=False),
    sa.Column("pdq", sa.String(64)),
    sa.Column("quality", sa.Integer),
    sa.Index("ix_media_hashes_sha256", "sha256"),
)


def save_assessments(tx: Tx, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write what the detectors said."""
    tx.insert_all(assessments, [dict(row) for row in rows])


def save_hash(tx: Tx, made: MediaHash) -> None:
    """Write a picture's hashes, in place of earlier ones."""
    values = {"sha256": made.sha256, "pdq": made.pdq, "quality": made.quality}
    same = media_hashes.c.media_id == made.media_id
    if not tx.run(media_hashes.update().where(same).values(**values)):
        tx.insert(media_hashes, media_id=made.media_id, **values)


def load_hash(tx: ReadTx, media_id: str) -> MediaHash | None:
    """Return a picture's hashes, or None when they were never made."""
    row = tx.row(sa.select(media_hashes).where(media_hashes.c.media_id == media_id))
    return None if row is None else MediaHash(**row)


def latest_run(tx: ReadTx, item_id: str) -> str | None:
    """Return the last examination of an item, or None before the first."""
    wanted = sa.select(assessments.c.run).where(assessments.c.item_id == item_id)
    newest = wanted.order_by(assessments.c.at.desc(), assessments.c.run.desc())
    found = tx.value(newest.limit(1))
    return None if found is None else str(found)


def assessments_of_run(tx: ReadTx, run: str) -> list[AssessmentView]:
    """Return what one examination left, in the order it was left."""
    wanted = sa.select(assessments).where(assessments.c.run == run).order_by("position")
    return [_view(row) for row in tx.rows(wanted)]


def assessments_of_item(tx: ReadTx, item_id: str) -> list[AssessmentView]:
    """Return what every examination of an item left, oldest first."""
    same = assessments.c.item_id == item_id
    in_order = (assessments.c.at, assessments.c.run, assessments.c.position)
    return [_view(row) for row in tx.rows(sa.select(assessments).where(same).order_by(*in_order))]


def items_found_by(tx: ReadTx, entry_id: str) -> list[str]:
    """Return the items in which an entry was ever found, oldest first."""
    found = sa.and_(assessments.c.entry_id == entry_id, assessments.c.answer == Answer.FOUND.value)
    wanted = sa.select(assessments.c.item_id).where(found).group_by(assessments.c.item_id)
    return [row["item_id"] for row in tx.rows(wanted.order_by(assessments.c.item_id))]


def _view(row: sa.RowMapping) -> AssessmentView:
    return AssessmentView(
        id=row["id"],
        item_id=row["item_id"],
        run=row["run"],
        field=row["field"],
        media_id=row["media_id"],
        detector=row["detector"],
        detector_version=row["detector_version"],
        answer=Answer(row["answer"]),
        entry_id=row["entry_id"],
        evidence=row["evidence"],
        why=row["why"],
        at=row["at"],
    )
