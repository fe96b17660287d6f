"""An entry leaves a bank: withdrawn with a reason, taken back by whoever gave it, or run out.

The path goes on to what rested on it (charter, promise 9).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from evenhand import people
from evenhand.banks import store
from evenhand.banks.errors import (
    EntryAlreadyWithdrawn,
    EntryRefused,
    NoSuchBank,
)
from evenhand.banks.model import bank_name, entry_value, kind_of, reason_of, source_of
from evenhand.db import Tx
from evenhand.ledger import jobs
from evenhand.ledger.append import append

EXPIRED_AT_ONCE: Final = 1_000  # a portion is one transaction, and others wait for it
_EXPIRED: Final = "its time had run out"


def withdraw_entry(tx: Tx, actor: people.Actor, entry_id: str, *, why: str) -> None:
    """Withdraw an entry; the path goes on to what rested on it (charter, promise 9).

    Raises NotAllowed, NoSuchEntry, EntryRefused without a reason, or EntryAlreadyWithdrawn.
    """
    people.require(actor, people.Permission.MANAGE_BANKS)
    why = reason_of(why, "why")
    found = store.load_entry(tx, entry_id)
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


def retract_entries(
    tx: Tx,
    actor: people.Actor,
    *,
    bank: str,
    kind: str,
    values: Sequence[str],
    source: str,
    why: str,
) -> int:
    """Withdraw what a partner takes back, one line each; return how many stood.

    Only what came from this source is theirs to take back: what stands for another reason stays.
    Raises NotAllowed, NoSuchBank, EntryRefused.
    """
    people.require(actor, people.Permission.MANAGE_BANKS)
    found = store.find_bank(tx, bank_name(bank))
    if found is None:
        raise NoSuchBank
    entry_kind, source = kind_of(kind), source_of(source)
    written = []
    for text in values:
        try:
            written.append(entry_value(entry_kind, text, signal=found.signal))
        except EntryRefused:  # what cannot be an entry never was one
            continue
    tx.lock(f"bank:{found.name}")
    standing = store.standing_values(tx, found.id, entry_kind, written)
    theirs = [
        entry.id
        for entry in store.entries_with_ids(tx, list(standing.values())).values()
        if entry.source == source
    ]
    for entry_id in sorted(theirs):
        withdraw_entry(tx, actor, entry_id, why=why)
    return len(theirs)


def retire_expired(tx: Tx, actor: people.Actor, bank_id: str) -> int:
    """Close the entries of a bank whose time has run out; return how many.

    They match nothing since that instant anyway. Raises NotAllowed.
    """
    people.require(actor, people.Permission.MANAGE_BANKS)
    ids = store.expired(tx, bank_id, limit=EXPIRED_AT_ONCE)
    close_expired(tx, actor, bank_id, ids)
    if len(ids) == EXPIRED_AT_ONCE:
        jobs.enqueue(tx, "bank.expiry", {"subject": bank_id})
    return len(ids)


def close_expired(tx: Tx, actor: people.Actor, bank_id: str, ids: Sequence[str]) -> None:
    """Close what has run out, so that the same may be listed anew. Part of the caller's command."""
    if not ids:
        return
    store.retire(tx, ids, by=people.SYSTEM.ref, why=_EXPIRED)
    append(
        tx,
        "entries.expired",
        subject=ids[0],
        actor=actor.ref,
        public={"bank": bank_id, "count": len(ids)},
    )
