"""Keeping the banks: a bank is made, an entry joins it, an entry is withdrawn with a reason."""

from __future__ import annotations

from evenhand import people, policy
from evenhand.banks import store
from evenhand.banks.errors import (
    BankTaken,
    EntryAlreadyWithdrawn,
    EntryExists,
    NoSuchBank,
    NoSuchEntry,
)
from evenhand.banks.model import (
    BankView,
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
