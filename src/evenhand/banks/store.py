"""The banks' tables. One value stands at most once in a bank; withdrawn rows stay for ever."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import sqlalchemy as sa

from evenhand.banks.model import (
    BankView,
    Confidence,
    EntryKind,
    EntryView,
    LiveEntry,
    Signal,
)
from evenhand.db import ReadTx, Tx, UtcTime, metadata

banks = sa.Table(
    "banks",
    metadata,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("name", sa.Text, nullable=False, unique=True),
    sa.Column("signal", sa.Text, nullable=False),
    sa.Column("confidence", sa.Text, nullable=False),
    sa.Column("clause_key", sa.Text, nullable=False),
    sa.Column("created_at", UtcTime, nullable=False),
)

_STANDS = sa.text("withdrawn_at is null")
VALUES_MAX: Final = 10_000  # in one statement: SQLite takes 32,766 and PostgreSQL 65,535
PORTION_ROWS: Final = 20_000

entries = sa.Table(
    "bank_entries",
    metadata,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("bank_id", sa.String(36), sa.ForeignKey("banks.id"), nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("value", sa.Text, nullable=False),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("added_by", sa.Text, nullable=False),
    sa.Column("added_at", UtcTime, nullable=False),
    sa.Column("origin_decision", sa.String(36)),
    sa.Column("withdrawn_at", UtcTime),
    sa.Column("withdrawn_by", sa.Text),
    sa.Column("withdrawn_why", sa.Text),
    sa.Index(
        "ix_bank_entries_standing",
        "bank_id",
        "kind",
        "value",
        unique=True,
        sqlite_where=_STANDS,
        postgresql_where=_STANDS,
    ),
    sa.Index("ix_bank_entries_origin_decision", "origin_decision"),
)


def save_bank(tx: Tx, bank: BankView) -> None:
    """Write one bank."""
    tx.insert(
        banks,
        id=bank.id,
        name=bank.name,
        signal=bank.signal.value,
        confidence=bank.confidence.value,
        clause_key=bank.clause_key,
        created_at=bank.created_at,
    )


def load_bank(tx: ReadTx, name: str) -> BankView | None:
    """Return the bank of this name, or None."""
    found = load_banks(tx, banks.c.name == name)
    return found[0] if found else None


def load_banks(tx: ReadTx, where: sa.ColumnElement[bool] | None = None) -> list[BankView]:
    """Return banks by name, each with the number of entries that stand in it."""
    live = (
        sa.select(entries.c.bank_id, sa.func.count().label("live"))
        .where(entries.c.withdrawn_at.is_(None))
        .group_by(entries.c.bank_id)
        .subquery()
    )
    wanted = sa.select(banks, sa.func.coalesce(live.c.live, 0).label("live")).outerjoin(
        live, live.c.bank_id == banks.c.id
    )
    if where is not None:
        wanted = wanted.where(where)
    return [_bank(row) for row in tx.rows(wanted.order_by(banks.c.name))]


def save_entry(tx: Tx, entry: Mapping[str, Any]) -> None:
    """Write one entry."""
    tx.insert(entries, **entry)


def standing(tx: ReadTx, bank_id: str, kind: EntryKind, value: str) -> str | None:
    """Return the id of the entry that holds this value in this bank and stands, or None."""
    found = tx.value(
        sa.select(entries.c.id).where(
            entries.c.bank_id == bank_id,
            entries.c.kind == kind.value,
            entries.c.value == value,
            entries.c.withdrawn_at.is_(None),
        )
    )
    return None if found is None else str(found)


def mark_withdrawn(tx: Tx, entry_id: str, *, by: str, why: str) -> bool:
    """Withdraw an entry that stands. False when it stood no more."""
    stands = sa.and_(entries.c.id == entry_id, entries.c.withdrawn_at.is_(None))
    values = {"withdrawn_at": tx.now, "withdrawn_by": by, "withdrawn_why": why}
    return bool(tx.run(entries.update().where(stands).values(**values)))


def entries_of_bank(tx: ReadTx, bank_id: str, *, limit: int) -> list[EntryView]:
    """Return a bank's entries, newest first, withdrawn ones among them."""
    wanted = _joined().where(entries.c.bank_id == bank_id).order_by(entries.c.id.desc())
    return [_entry(row) for row in tx.rows(wanted.limit(limit))]


def entries_with_ids(tx: ReadTx, ids: Sequence[str]) -> dict[str, EntryView]:
    """Return entries by id, withdrawn ones among them."""
    wanted = _joined().where(entries.c.id.in_(ids))
    return {row["id"]: _entry(row) for row in tx.rows(wanted)}


def entries_from_decision(tx: ReadTx, decision_id: str) -> list[EntryView]:
    """Return the entries a decision added."""
    wanted = _joined().where(entries.c.origin_decision == decision_id).order_by(entries.c.id)
    return [_entry(row) for row in tx.rows(wanted)]


def every_standing(tx: ReadTx, *, but: EntryKind | None = None) -> tuple[LiveEntry, ...]:
    """Return every entry that stands, oldest first, perhaps but for those of one kind."""
    wanted = _joined().where(entries.c.withdrawn_at.is_(None)).order_by(entries.c.id)
    if but is not None:
        wanted = wanted.where(entries.c.kind != but.value)
    return tuple(_live(row) for row in tx.rows(wanted))


def standing_with_ids(tx: ReadTx, ids: Sequence[str]) -> dict[str, LiveEntry]:
    """Return those of some entries that stand, by id."""
    found: dict[str, LiveEntry] = {}
    for some in _portions(ids):
        wanted = _joined().where(entries.c.id.in_(some), entries.c.withdrawn_at.is_(None))
        found |= {row["id"]: _live(row) for row in tx.rows(wanted)}
    return found


def standing_values(
    tx: ReadTx, bank_id: str, kind: EntryKind, values: Sequence[str]
) -> frozenset[str]:
    """Return those of some values that stand in a bank."""
    same = sa.and_(entries.c.bank_id == bank_id, entries.c.kind == kind.value)
    stands = sa.and_(same, entries.c.withdrawn_at.is_(None))
    return frozenset(
        row["value"]
        for some in _portions(values)
        for row in tx.rows(sa.select(entries.c.value).where(stands, entries.c.value.in_(some)))
    )


def save_entries(tx: Tx, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write many entries."""
    tx.insert_all(entries, rows)


def any_standing(tx: ReadTx, kind: EntryKind) -> bool:
    """Tell whether an entry of a kind stands in any bank."""
    same = sa.and_(entries.c.bank_id == banks.c.id, entries.c.kind == kind.value)
    stands = sa.exists().where(same, entries.c.withdrawn_at.is_(None))
    return tx.value(sa.select(banks.c.id).where(stands).limit(1)) is not None


def values_in_portions(
    tx: ReadTx, kind: EntryKind, *, bank_id: str | None = None
) -> Iterator[list[tuple[str, str]]]:
    """Read the id and value of every entry of a kind that stands, a portion at a time."""
    wanted = sa.select(entries.c.id, entries.c.value).where(
        entries.c.kind == kind.value, entries.c.withdrawn_at.is_(None)
    )
    if bank_id is not None:
        wanted = wanted.where(entries.c.bank_id == bank_id)
    found = tx.conn.execution_options(stream_results=True).execute(wanted)
    for portion in found.partitions(PORTION_ROWS):
        yield [(str(row[0]), str(row[1])) for row in portion]


def values_now(
    tx: ReadTx, kind: EntryKind, ids: Sequence[str]
) -> tuple[list[tuple[str, str]], list[str]]:
    """Return the entries of a kind among some: those that stand (id, value), and those gone."""
    columns = (entries.c.id, entries.c.value, entries.c.withdrawn_at)
    rows = [
        row
        for some in _portions(ids)
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


def _portions(values: Sequence[str]) -> Iterator[Sequence[str]]:
    for at in range(0, len(values), VALUES_MAX):
        yield values[at : at + VALUES_MAX]


def _live(row: sa.RowMapping) -> LiveEntry:
    return LiveEntry(
        id=row["id"],
        bank_id=row["bank_id"],
        bank=row["name"],
        confidence=Confidence(row["confidence"]),
        clause_key=row["clause_key"],
        kind=EntryKind(row["kind"]),
        value=row["value"],
    )


def _joined() -> sa.Select[Any]:
    about_bank = (banks.c.name, banks.c.signal, banks.c.confidence, banks.c.clause_key)
    return sa.select(entries, *about_bank).join(banks, banks.c.id == entries.c.bank_id)


def _bank(row: sa.RowMapping) -> BankView:
    return BankView(
        id=row["id"],
        name=row["name"],
        signal=Signal(row["signal"]),
        confidence=Confidence(row["confidence"]),
        clause_key=row["clause_key"],
        created_at=row["created_at"],
        live=int(row["live"]),
    )


def _entry(row: sa.RowMapping) -> EntryView:
    return EntryView(
        id=row["id"],
        bank_id=row["bank_id"],
        bank=row["name"],
        signal=Signal(row["signal"]),
        confidence=Confidence(row["confidence"]),
        clause_key=row["clause_key"],
        kind=EntryKind(row["kind"]),
        value=row["value"],
        source=row["source"],
        reason=row["reason"],
        added_by=row["added_by"],
        added_at=row["added_at"],
        origin_decision=row["origin_decision"],
        withdrawn_at=row["withdrawn_at"],
        withdrawn_by=row["withdrawn_by"],
        withdrawn_why=row["withdrawn_why"],
    )
