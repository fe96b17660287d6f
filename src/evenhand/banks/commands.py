"""Keeping the banks: a bank is made, an entry joins it, an entry is withdrawn with a reason."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from evenhand import people, policy
from evenhand.banks import store
from evenhand.banks.errors import (
    BankTaken,
    EntryAlreadyWithdrawn,
    EntryExists,
    EntryRefused,
    NoSuchBank,
    NoSuchEntry,
)
from evenhand.banks.model import (
    KINDS_OF,
    BankView,
    EntryKind,
    Imported,
    bank_name,
    confidence_of,
    entry_value,
    kind_of,
    reason_of,
    signal_of,
    source_of,
)
from evenhand.db import Tx
from evenhand.kit.ids import is_id
from evenhand.ledger.append import append


def create_bank(
    tx: Tx,
    actor: people.Actor,
    *,
    name: str,
    signal: str,
    confidence: str,
    clause_key: str,
) -> str:
    """Make an empty bank under a clause in force; return its id.

    Raises NotAllowed, EntryRefused, BankTaken, or policy's NoSuchClause.
    """
    people.require(actor, people.Permission.MANAGE_BANKS)
    name = bank_name(name)
    clause = policy.clause(tx, clause_key)
    tx.lock(f"bank:{name}")
    if store.load_bank(tx, name) is not None:
        raise BankTaken
    bank = BankView(
        id=tx.new_id(),
        name=name,
        signal=signal_of(signal),
        confidence=confidence_of(confidence),
        clause_key=clause.key,
        created_at=tx.now,
    )
    store.save_bank(tx, bank)
    append(
        tx,
        "bank.created",
        subject=bank.id,
        actor=actor.ref,
        public={
            "signal": bank.signal.value,
            "confidence": bank.confidence.value,
            "clause": bank.clause_key,
        },
        private={"name": name},
    )
    return bank.id


def add_entry(
    tx: Tx,
    actor: people.Actor,
    *,
    bank: str,
    kind: str,
    value: str,
    source: str,
    reason: str,
    origin_decision: str | None = None,
) -> str:
    """Add an entry to the bank of this name; return its id.

    Raises NotAllowed, NoSuchBank, EntryRefused, or EntryExists when the bank holds it already.
    """
    people.require(actor, people.Permission.MANAGE_BANKS)
    found = store.load_bank(tx, bank_name(bank))
    if found is None:
        raise NoSuchBank
    entry_kind = kind_of(kind)
    value = entry_value(entry_kind, value, signal=found.signal)
    source, reason = source_of(source), reason_of(reason)
    tx.lock(f"bank:{found.name}")
    standing = store.standing(tx, found.id, entry_kind, value)
    if standing is not None:
        raise EntryExists(standing)
    entry_id = tx.new_id()
    store.save_entry(
        tx,
        {
            "id": entry_id,
            "bank_id": found.id,
            "kind": entry_kind.value,
            "value": value,
            "source": source,
            "reason": reason,
            "added_by": actor.ref,
            "added_at": tx.now,
            "origin_decision": origin_decision,
        },
    )
    append(
        tx,
        "entry.added",
        subject=entry_id,
        actor=actor.ref,
        public={"bank": found.id, "kind": entry_kind.value, "decision": origin_decision},
        private={"value": value, "source": source, "reason": reason},
    )
    return entry_id


def import_entries(
    tx: Tx,
    actor: people.Actor,
    *,
    bank: str,
    kind: str,
    values: Sequence[tuple[int, str]],
    source: str,
    reason: str,
) -> Imported:
    """Add many entries of one kind, each with its number in the file, in one line of the ledger.

    What stands already is known, and what cannot be an entry is refused; neither keeps the rest
    out. Give portions of a few thousand. Raises NotAllowed, NoSuchBank, or EntryRefused for the
    kind, source or reason.
    """
    people.require(actor, people.Permission.MANAGE_BANKS)
    found = store.load_bank(tx, bank_name(bank))
    if found is None:
        raise NoSuchBank
    entry_kind = kind_of(kind)
    if entry_kind not in KINDS_OF[found.signal]:
        entry_value(entry_kind, "", signal=found.signal)
    source, reason = source_of(source), reason_of(reason)
    wanted: dict[str, None] = {}
    refused: list[tuple[int, str]] = []
    for number, text in values:
        try:
            wanted[entry_value(entry_kind, text, signal=found.signal)] = None
        except EntryRefused as why:
            refused.append((number, why.why))
    tx.lock(f"bank:{found.name}")
    standing = store.standing_values(tx, found.id, entry_kind, list(wanted))
    fresh = [value for value in wanted if value not in standing]
    if fresh:
        _add_together(tx, actor, found, entry_kind, values=fresh, source=source, reason=reason)
    known = len(values) - len(refused) - len(fresh)
    return Imported(added=len(fresh), known=known, refused=tuple(refused))


def _add_together(
    tx: Tx,
    actor: people.Actor,
    bank: BankView,
    kind: EntryKind,
    *,
    values: Sequence[str],
    source: str,
    reason: str,
) -> None:
    """Write the rows and their one line, which names the first and the last by id."""
    ids = sorted(tx.new_id() for _ in values)
    same = {"bank_id": bank.id, "kind": kind.value, "source": source, "reason": reason}
    same["added_by"] = actor.ref
    rows = [
        {"id": entry_id, "value": value, "added_at": tx.now, **same}
        for entry_id, value in zip(ids, values, strict=True)
    ]
    store.save_entries(tx, rows)
    digest = hashlib.sha256("\n".join(values).encode()).hexdigest()
    append(
        tx,
        "entries.imported",
        subject=ids[0],
        actor=actor.ref,
        public={
            "bank": bank.id,
            "kind": kind.value,
            "count": len(ids),
            "first": ids[0],
            "last": ids[-1],
        },
        private={"values_sha256": digest, "source": source, "reason": reason},
    )


def withdraw_entry(tx: Tx, actor: people.Actor, entry_id: str, *, why: str) -> None:
    """Withdraw an entry; the path goes on to what rested on it (charter, promise 9).

    Raises NotAllowed, NoSuchEntry, EntryRefused without a reason, or EntryAlreadyWithdrawn.
    """
    people.require(actor, people.Permission.MANAGE_BANKS)
    why = reason_of(why, "why")
    found = store.entries_with_ids(tx, [entry_id]).get(entry_id) if is_id(entry_id) else None
    if found is None:
        raise NoSuchEntry
    if not store.mark_withdrawn(tx, entry_id, by=actor.ref, why=why):
        raise EntryAlreadyWithdrawn
    append(
        tx,
        "entry.withdrawn",
        subject=entry_id,
        actor=actor.ref,
        public={"bank": found.bank_id, "kind": found.kind.value},
        private={"why": why},
    )
