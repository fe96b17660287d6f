"""The reviewers' internal notes."""

from __future__ import annotations

import sqlalchemy as sa

from evenhand.db import ReadTx, Tx, UtcTime, metadata
from evenhand.review.model import Note

notes = sa.Table(
    "review_notes",
    metadata,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("task_id", sa.String(36), nullable=False, index=True),
    sa.Column("item_id", sa.String(36), nullable=False, index=True),
    sa.Column("by", sa.String(36), nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("at", UtcTime, nullable=False),
)


def save_note(tx: Tx, note: Note, *, item_id: str) -> None:
    """Write a note."""
    tx.insert(
        notes,
        id=note.id,
        task_id=note.task_id,
        item_id=item_id,
        by=note.by,
        text=note.text,
        at=note.at,
    )


def notes_on(tx: ReadTx, task_id: str) -> tuple[Note, ...]:
    """Return the notes on a task, oldest first."""
    wanted = sa.select(notes).where(notes.c.task_id == task_id).order_by(notes.c.at, notes.c.id)
    return tuple(
        Note(row["id"], row["task_id"], row["by"], row["text"], row["at"])
        for row in tx.rows(wanted)
    )
