"""What matches now, read from the database: entries that stand, have not expired, are not disabled.

Time passes without anybody writing, so each read says itself which entries count at its instant.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa

from evenhand.banks.model import Confidence, EntryKind
from evenhand.banks.snapshot import LOOKED_UP
from evenhand.banks.states import Polarity
from evenhand.banks.store import PORTION_ROWS, banks, entries, joined, stands
from evenhand.banks.views import LiveEntry
from evenhand.db import ReadTx, kept, statements_of

_WHOLE: Final = [
    kind.value for kind in EntryKind if kind not in LOOKED_UP | {EntryKind.PDQ, EntryKind.VIDEO}
]


@dataclass(frozen=True)
class Current:
    """All there is at an instant, but for hashes, and until when that stays so by itself."""

    entries: tuple[LiveEntry, ...]
    held: frozenset[EntryKind]
    fine: bool
    until: datetime | None


def current(tx: ReadTx) -> Current:
    """Read what matches now: everything but hashes, and of those only whether there are any."""
    return Current(
        entries=every_standing(tx, kinds=_WHOLE),
        held=frozenset(kind for kind in EntryKind if any_standing(tx, kind)),
        fine=tx.value(sa.select(banks.c.id).where(_is_fine).limit(1)) is not None,
        until=_changes_next(tx),
    )


def every_standing(tx: ReadTx, *, kinds: Iterable[str] = tuple(EntryKind)) -> tuple[LiveEntry, ...]:
    """Return every entry of some kinds that matches now, oldest first."""
    wanted = joined().where(_now(tx), entries.c.kind.in_(list(kinds))).order_by(entries.c.id)
    return tuple(_live(row) for row in tx.rows(wanted))


def standing_with_ids(tx: ReadTx, ids: Sequence[str]) -> dict[str, LiveEntry]:
    """Return those of some entries that match now, by id."""
    found: dict[str, LiveEntry] = {}
    for some in statements_of(ids):
        wanted = joined().where(entries.c.id.in_(some), _now(tx))
        found |= {row["id"]: _live(row) for row in tx.rows(wanted)}
    return found


def with_values(tx: ReadTx, kind: EntryKind, values: Sequence[str]) -> list[LiveEntry]:
    """Return every entry of a kind that has one of these values and matches now, oldest first."""
    # The index begins with the bank; without this both databases would read all entries.
    somewhere = entries.c.bank_id.in_(sa.select(banks.c.id))
    same = sa.and_(somewhere, entries.c.kind == kind.value)
    found = [
        _live(row)
        for some in statements_of(values)
        for row in tx.rows(joined().where(same, entries.c.value.in_(some), _now(tx)))
    ]
    return sorted(found, key=lambda entry: entry.id)


def fine_with_ids(tx: ReadTx, ids: Sequence[str]) -> dict[str, LiveEntry]:
    """Return those of some entries that match now and say that something is fine."""
    found: dict[str, LiveEntry] = {}
    for some in statements_of(ids):
        wanted = joined().where(entries.c.id.in_(some), _now(tx), _is_fine)
        found |= {row["id"]: _live(row) for row in tx.rows(wanted)}
    return found


def between(
    tx: ReadTx, bank_id: str, first: str, last: str, *, kinds: Iterable[EntryKind], limit: int
) -> tuple[LiveEntry, ...]:
    """Return entries of a bank by their ids, both ends among them, that match now."""
    some = sa.and_(entries.c.bank_id == bank_id, entries.c.id.between(first, last))
    some = sa.and_(some, entries.c.kind.in_([kind.value for kind in kinds]), _now(tx))
    wanted = joined().where(some).order_by(entries.c.id).limit(limit)
    return tuple(_live(row) for row in tx.rows(wanted))


def any_standing(tx: ReadTx, kind: EntryKind) -> bool:
    """Tell whether an entry of a kind matches now in any bank."""
    return tx.value(_any_standing(kind.value, tx.now)) is not None


@kept
def _any_standing(kind: str, now: datetime) -> sa.Select[Any]:
    same = sa.and_(entries.c.bank_id == banks.c.id, entries.c.kind == kind)
    there = sa.exists().where(same, _open(now))
    return sa.select(banks.c.id).where(banks.c.enabled, there).limit(1)


def values_in_portions(tx: ReadTx, kind: EntryKind) -> Iterator[list[tuple[str, str]]]:
    """Read the id and value of every entry of a kind that stands, a portion at a time."""
    wanted = sa.select(entries.c.id, entries.c.value).where(entries.c.kind == kind.value, stands)
    for portion in tx.portions(wanted, PORTION_ROWS):
        yield [(str(row[0]), str(row[1])) for row in portion]


def values_of_bank(tx: ReadTx, bank_id: str, kind: EntryKind) -> list[tuple[str, str]]:
    """Return the id and value of every entry of a kind in a bank that stands, oldest first."""
    wanted = sa.select(entries.c.id, entries.c.value).where(
        entries.c.bank_id == bank_id, entries.c.kind == kind.value, stands
    )
    return [(row["id"], row["value"]) for row in tx.rows(wanted.order_by(entries.c.id))]


def values_now(
    tx: ReadTx, kind: EntryKind, ids: Sequence[str]
) -> tuple[list[tuple[str, str]], list[str]]:
    """Return the entries of a kind among some: those that stand (id, value), and those gone."""
    columns = (entries.c.id, entries.c.value, entries.c.withdrawn_at)
    rows = [
        row
        for some in statements_of(ids)
        for row in tx.rows(
            sa.select(*columns).where(entries.c.kind == kind.value, entries.c.id.in_(some))
        )
    ]
    standing = [(row["id"], row["value"]) for row in rows if row["withdrawn_at"] is None]
    return standing, [row["id"] for row in rows if row["withdrawn_at"] is not None]


def ids_between(tx: ReadTx, bank_id: str, first: str, last: str) -> list[str]:
    """Return the entries of a bank whose ids lie between two, both among them."""
    wanted = sa.select(entries.c.id).where(
        entries.c.bank_id == bank_id, entries.c.id.between(first, last)
    )
    return [row["id"] for row in tx.rows(wanted)]


_is_fine: Final = banks.c.polarity == Polarity.FINE.value


def _open(now: datetime) -> sa.ColumnElement[bool]:
    """Say in SQL that an entry stands, has not expired and is not disabled."""
    expires, disabled = entries.c.expires_at, entries.c.disabled_until
    return sa.and_(
        stands,
        sa.or_(expires.is_(None), expires > now),
        sa.or_(disabled.is_(None), disabled <= now),
    )


def _now(tx: ReadTx) -> sa.ColumnElement[bool]:
    return sa.and_(_open(tx.now), banks.c.enabled)


def _changes_next(tx: ReadTx) -> datetime | None:
    """Return when an entry that stands next expires or is disabled no more, or None."""
    found = []
    for column in (entries.c.expires_at, entries.c.disabled_until):
        ahead = sa.select(column).where(stands, column > tx.now).order_by(column).limit(1)
        row = tx.row(ahead)
        found += [row[column.name]] if row is not None else []
    return min(found, default=None)


def _live(row: sa.RowMapping) -> LiveEntry:
    return LiveEntry(
        id=row["id"],
        bank_id=row["bank_id"],
        bank=row["name"],
        confidence=Confidence(row["confidence"] or row["bank_confidence"]),
        clause_key=row["clause_key"],
        kind=EntryKind(row["kind"]),
        value=row["value"],
        polarity=Polarity(row["polarity"]),
    )
