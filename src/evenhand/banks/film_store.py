"""The frames of listed films. A film's number is what the index knows it by, and never changes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import sqlalchemy as sa

from evenhand.banks.films import FrameHash, packed, unpacked
from evenhand.banks.model import EntryKind
from evenhand.banks.store import entries
from evenhand.db import ReadTx, Tx, metadata, statements_of

PORTION_FILMS: Final = 200

films = sa.Table(
    "bank_films",
    metadata,
    sa.Column("entry_id", sa.String(36), sa.ForeignKey("bank_entries.id"), primary_key=True),
    sa.Column("number", sa.Integer, nullable=False, unique=True),
    sa.Column("frames", sa.LargeBinary, nullable=False),
)


@dataclass(frozen=True, slots=True)
class StoredFilm:
    """A listed film as the index needs it: its number, and its frames."""

    number: int
    frames: tuple[FrameHash, ...]


def save_films(tx: Tx, made: Sequence[tuple[str, Sequence[FrameHash]]]) -> None:
    """Write the frames of new entries, by id."""
    if not made:
        return
    tx.lock("bank_films")
    highest = tx.value(sa.select(sa.func.max(films.c.number)))
    first = 1 + (highest if isinstance(highest, int) else 0)
    rows = [
        {"entry_id": entry_id, "number": first + at, "frames": packed(frames)}
        for at, (entry_id, frames) in enumerate(made)
    ]
    tx.insert_all(films, rows)


def load_film(tx: ReadTx, entry_id: str) -> tuple[FrameHash, ...]:
    """Return the frames of an entry; none when it is no film."""
    found = tx.value(sa.select(films.c.frames).where(films.c.entry_id == entry_id))
    return unpacked(found) if isinstance(found, bytes) else ()


def entries_numbered(tx: ReadTx, numbers: Sequence[int]) -> dict[int, str]:
    """Return the ids of entries by their films' numbers."""
    wanted = sa.select(films.c.number, films.c.entry_id)
    return {
        row["number"]: row["entry_id"]
        for some in statements_of(numbers)
        for row in tx.rows(wanted.where(films.c.number.in_(some)))
    }


def films_now(tx: ReadTx, ids: Sequence[str]) -> tuple[list[StoredFilm], list[StoredFilm]]:
    """Return the films among some entries: those that stand, and those gone."""
    columns = (films.c.number, films.c.frames, entries.c.withdrawn_at)
    wanted = sa.select(*columns).join(entries, entries.c.id == films.c.entry_id)
    standing: list[StoredFilm] = []
    gone: list[StoredFilm] = []
    for some in statements_of(ids):
        for row in tx.rows(wanted.where(films.c.entry_id.in_(some))):
            into = standing if row["withdrawn_at"] is None else gone
            into.append(StoredFilm(row["number"], unpacked(row["frames"])))
    return standing, gone


def films_in_portions(tx: ReadTx) -> Iterator[list[StoredFilm]]:
    """Read every film that stands, a portion at a time."""
    wanted = (
        sa.select(films.c.number, films.c.frames)
        .join(entries, entries.c.id == films.c.entry_id)
        .where(entries.c.kind == EntryKind.VIDEO.value, entries.c.withdrawn_at.is_(None))
    )
    for portion in tx.portions(wanted, PORTION_FILMS):
        yield [StoredFilm(int(row[0]), unpacked(bytes(row[1]))) for row in portion]
