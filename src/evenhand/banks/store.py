"""The banks' tables. One value stands at most once in a bank; rows that ended stay for ever."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa

from evenhand.banks.errors import NoSuchEntry
from evenhand.banks.model import Confidence, EntryKind, Signal
from evenhand.banks.states import EntryState, Polarity
from evenhand.banks.views import BankView, EntryView
from evenhand.db import ReadTx, Tx, UtcTime, metadata, statements_of
from evenhand.kit.ids import is_id

banks = sa.Table(
    "banks",
    metadata,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("name", sa.Text, nullable=False, unique=True),
    sa.Column("signal", sa.Text, nullable=False),
    sa.Column("confidence", sa.Text, nullable=False),
    sa.Column("clause_key", sa.Text),
    sa.Column("created_at", UtcTime, nullable=False),
    sa.Column("polarity", sa.Text, nullable=False, server_default=Polarity.HARM.value),
    sa.Column("rollout", sa.Integer, nullable=False, server_default="100"),
    sa.Column("enabled", sa.Boolean, nullable=False, server_default="1"),
    sa.Column("flood_max", sa.Integer),
)

_STANDS = sa.text("withdrawn_at is null")
_EXPIRES = sa.text("withdrawn_at is null and expires_at is not null")
_DISABLED = sa.text("withdrawn_at is null and disabled_until is not null")
_QUARANTINED = sa.text("withdrawn_at is null and quarantined_at is not null")
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
    sa.Column("labels", sa.JSON, nullable=False, server_default="[]"),
    sa.Column("confidence", sa.Text),
    sa.Column("expires_at", UtcTime),
    sa.Column("disabled_until", UtcTime),
    sa.Column("disabled_by", sa.Text),
    sa.Column("disabled_why", sa.Text),
    sa.Column("quarantined_at", UtcTime),
    sa.Column("released_at", UtcTime),
    sa.Index(
        "ix_bank_entries_standing",
        "bank_id",
        "kind",
        "value",
        unique=True,
        sqlite_where=_STANDS,
        postgresql_where=_STANDS,
    ),
    sa.Index("ix_bank_entries_bank_id", "bank_id", "id"),
    sa.Index("ix_bank_entries_origin_decision", "origin_decision"),
    sa.Index(
        "ix_bank_entries_expires_at",
        "expires_at",
        sqlite_where=_EXPIRES,
        postgresql_where=_EXPIRES,
    ),
    sa.Index(
        "ix_bank_entries_disabled_until",
        "disabled_until",
        sqlite_where=_DISABLED,
        postgresql_where=_DISABLED,
    ),
    sa.Index(
        "ix_bank_entries_quarantined_at",
        "quarantined_at",
        sqlite_where=_QUARANTINED,
        postgresql_where=_QUARANTINED,
    ),
)

stands: Final = entries.c.withdrawn_at.is_(None)


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
        polarity=bank.polarity.value,
        rollout=bank.rollout,
        enabled=bank.enabled,
        flood_max=bank.flood_max,
    )


def change_bank(tx: Tx, bank_id: str, **values: Any) -> None:
    """Change how a bank is used."""
    tx.change(banks, bank_id, **values)


def find_bank(tx: ReadTx, name: str) -> BankView | None:
    """Return the bank of this name, or None. Its entries are not counted: that takes a while."""
    row = tx.row(sa.select(banks).where(banks.c.name == name))
    return None if row is None else _bank(row)


def load_banks(tx: ReadTx, where: sa.ColumnElement[bool] | None = None) -> list[BankView]:
    """Return banks by name, with the numbers of entries that stand and are quarantined in each."""
    mine = sa.and_(entries.c.bank_id == banks.c.id, stands)
    live = sa.select(sa.func.count()).where(mine).scalar_subquery()
    held = sa.and_(mine, entries.c.quarantined_at.is_not(None))
    quarantined = sa.select(sa.func.count()).where(held).scalar_subquery()
    wanted = sa.select(banks, live.label("live"), quarantined.label("quarantined"))
    if where is not None:
        wanted = wanted.where(where)
    return [
        _bank(row, live=row["live"], quarantined=row["quarantined"])
        for row in tx.rows(wanted.order_by(banks.c.name))
    ]


def save_entry(tx: Tx, entry: Mapping[str, Any]) -> None:
    """Write one entry."""
    tx.insert(entries, **entry)


def save_entries(tx: Tx, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write many entries."""
    tx.insert_all(entries, rows)


def standing(tx: ReadTx, bank_id: str, kind: EntryKind, value: str) -> str | None:
    """Return the id of the entry that holds this value in this bank and stands, or None."""
    same = sa.and_(entries.c.bank_id == bank_id, entries.c.kind == kind.value)
    found = tx.value(sa.select(entries.c.id).where(same, entries.c.value == value, stands))
    return None if found is None else str(found)


def standing_values(
    tx: ReadTx, bank_id: str, kind: EntryKind, values: Sequence[str]
) -> dict[str, str]:
    """Return those of some values that stand in a bank, each with the id of its entry."""
    same = sa.and_(entries.c.bank_id == bank_id, entries.c.kind == kind.value, stands)
    columns = (entries.c.value, entries.c.id)
    return {
        row["value"]: row["id"]
        for some in statements_of(values)
        for row in tx.rows(sa.select(*columns).where(same, entries.c.value.in_(some)))
    }


def mark_withdrawn(tx: Tx, entry_id: str, *, by: str, why: str) -> bool:
    """Withdraw an entry that stands. False when it stood no more."""
    one = sa.and_(entries.c.id == entry_id, stands)
    values = {"withdrawn_at": tx.now, "withdrawn_by": by, "withdrawn_why": why}
    return bool(tx.run(entries.update().where(one).values(**values)))


def change_entry(tx: Tx, entry_id: str, **values: Any) -> None:
    """Change how an entry stands; what it is never changes."""
    tx.run(entries.update().where(entries.c.id == entry_id, stands).values(**values))


def quarantine(tx: Tx, entry_id: str) -> bool:
    """Mark an entry that stands as quarantined. False when it is already, or stands no more."""
    free = sa.and_(entries.c.id == entry_id, stands, entries.c.quarantined_at.is_(None))
    return bool(tx.run(entries.update().where(free).values(quarantined_at=tx.now)))


def expired(tx: ReadTx, bank_id: str, *, limit: int) -> list[str]:
    """Return entries of a bank whose time has run out and whose rows are still open."""
    over = sa.and_(entries.c.bank_id == bank_id, stands, entries.c.expires_at <= tx.now)
    wanted = sa.select(entries.c.id).where(over).order_by(entries.c.id).limit(limit)
    return [row["id"] for row in tx.rows(wanted)]


def expired_among(tx: ReadTx, ids: Sequence[str]) -> list[str]:
    """Return those of some entries whose time has run out and whose rows are still open."""
    over = sa.and_(stands, entries.c.expires_at <= tx.now)
    return [
        row["id"]
        for some in statements_of(ids)
        for row in tx.rows(sa.select(entries.c.id).where(over, entries.c.id.in_(some)))
    ]


def retire(tx: Tx, ids: Sequence[str], *, by: str, why: str) -> None:
    """Withdraw many entries at one instant."""
    values = {"withdrawn_at": tx.now, "withdrawn_by": by, "withdrawn_why": why}
    for some in statements_of(ids):
        tx.run(entries.update().where(entries.c.id.in_(some), stands).values(**values))


def ids_ended_at(tx: ReadTx, bank_id: str, at: datetime) -> list[str]:
    """Return the entries of a bank that were withdrawn at an instant."""
    wanted = sa.select(entries.c.id).where(
        entries.c.bank_id == bank_id, entries.c.withdrawn_at == at
    )
    return [row["id"] for row in tx.rows(wanted)]


def entries_of_bank(
    tx: ReadTx,
    bank_id: str,
    *,
    limit: int,
    state: EntryState | None = None,
    text: str = "",
    before: str | None = None,
) -> list[EntryView]:
    """Return a bank's entries, newest first: all, or those in a state or with a text in them."""
    wanted = joined().where(entries.c.bank_id == bank_id).order_by(entries.c.id.desc())
    if state is not None:
        wanted = wanted.where(_is_in(state, tx.now))
    if text:
        wanted = wanted.where(_contains(text))
    if before is not None:
        wanted = wanted.where(entries.c.id < before)
    return [entry_view(row) for row in tx.rows(wanted.limit(limit))]


def state_counts(tx: ReadTx, bank_id: str) -> dict[EntryState, int]:
    """Count a bank's entries by how they stand now."""
    mine = entries.c.bank_id == bank_id
    counted = [
        sa.func.coalesce(sa.func.sum(sa.case((_is_in(state, tx.now), 1), else_=0)), 0)
        for state in EntryState
    ]
    named = (one.label(state.value) for state, one in zip(EntryState, counted, strict=True))
    row = tx.row(sa.select(*named).where(mine))
    assert row is not None, "a sum has a row"
    return {state: int(row[state.value]) for state in EntryState}


def entries_with_ids(tx: ReadTx, ids: Sequence[str]) -> dict[str, EntryView]:
    """Return entries by id, withdrawn ones among them."""
    return {
        row["id"]: entry_view(row)
        for some in statements_of(ids)
        for row in tx.rows(joined().where(entries.c.id.in_(some)))
    }


def load_entry(tx: ReadTx, entry_id: str) -> EntryView:
    """Return an entry, however it stands. Raises NoSuchEntry."""
    found = entries_with_ids(tx, [entry_id]).get(entry_id) if is_id(entry_id) else None
    if found is None:
        raise NoSuchEntry
    return found


def entries_from_decision(tx: ReadTx, decision_id: str) -> list[EntryView]:
    """Return the entries a decision added."""
    wanted = joined().where(entries.c.origin_decision == decision_id).order_by(entries.c.id)
    return [entry_view(row) for row in tx.rows(wanted)]


def in_quarantine(tx: ReadTx) -> list[EntryView]:
    """Return every entry in quarantine, the latest first."""
    held = sa.and_(stands, entries.c.quarantined_at.is_not(None))
    latest = entries.c.quarantined_at.desc()
    return [entry_view(row) for row in tx.rows(joined().where(held).order_by(latest))]


def standing_in_portions(tx: ReadTx, bank_id: str) -> Iterator[list[EntryView]]:
    """Read every entry of a bank that stands, in order, a portion at a time."""
    after = ""
    while True:
        wanted = joined().where(entries.c.bank_id == bank_id, stands, entries.c.id > after)
        rows = tx.rows(wanted.order_by(entries.c.id).limit(PORTION_ROWS))
        if not rows:
            return
        yield [entry_view(row) for row in rows]
        after = rows[-1]["id"]


def joined() -> sa.Select[Any]:
    """Select entries with what their banks say of them."""
    about_bank = (
        banks.c.name,
        banks.c.signal,
        banks.c.confidence.label("bank_confidence"),
        banks.c.clause_key,
        banks.c.polarity,
        banks.c.rollout,
        banks.c.enabled,
        banks.c.flood_max,
    )
    return sa.select(entries, *about_bank).join(banks, banks.c.id == entries.c.bank_id)


def entry_view(row: sa.RowMapping) -> EntryView:
    """Make the view of a row of `joined`."""
    return EntryView(
        id=row["id"],
        bank_id=row["bank_id"],
        bank=row["name"],
        signal=Signal(row["signal"]),
        confidence=Confidence(row["confidence"] or row["bank_confidence"]),
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
        labels=tuple(row["labels"]),
        own_confidence=row["confidence"] is not None,
        expires_at=row["expires_at"],
        disabled_until=row["disabled_until"],
        disabled_by=row["disabled_by"],
        disabled_why=row["disabled_why"],
        quarantined_at=row["quarantined_at"],
        released_at=row["released_at"],
        polarity=Polarity(row["polarity"]),
        rollout=row["rollout"],
        enabled=row["enabled"],
        flood_max=row["flood_max"],
    )


def _bank(row: sa.RowMapping, *, live: int = 0, quarantined: int = 0) -> BankView:
    return BankView(
        id=row["id"],
        name=row["name"],
        signal=Signal(row["signal"]),
        confidence=Confidence(row["confidence"]),
        clause_key=row["clause_key"],
        created_at=row["created_at"],
        live=live,
        quarantined=quarantined,
        polarity=Polarity(row["polarity"]),
        rollout=row["rollout"],
        enabled=row["enabled"],
        flood_max=row["flood_max"],
    )


def _is_in(state: EntryState, now: datetime) -> sa.ColumnElement[bool]:
    """Say in SQL what `state_at` says."""
    over = sa.and_(entries.c.expires_at.is_not(None), entries.c.expires_at <= now)
    expired_before = sa.and_(over, sa.or_(stands, entries.c.expires_at <= entries.c.withdrawn_at))
    aside = sa.and_(entries.c.disabled_until.is_not(None), entries.c.disabled_until > now)
    held = entries.c.quarantined_at.is_not(None)
    open_ = sa.and_(stands, sa.not_(over))
    return {
        EntryState.EXPIRED: expired_before,
        EntryState.WITHDRAWN: sa.and_(sa.not_(stands), sa.not_(expired_before)),
        EntryState.DISABLED: sa.and_(open_, aside),
        EntryState.QUARANTINED: sa.and_(open_, sa.not_(aside), held),
        EntryState.STANDS: sa.and_(open_, sa.not_(aside), sa.not_(held)),
    }[state]


def _contains(text: str) -> sa.ColumnElement[bool]:
    """Find a text in the value, the source, the reason or the labels, in whatever case."""
    places = (
        entries.c.value,
        entries.c.source,
        entries.c.reason,
        sa.cast(entries.c.labels, sa.Text),
    )
    return sa.or_(*(place.icontains(text, autoescape=True) for place in places))
