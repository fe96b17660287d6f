"""An entry joins a bank, with where it comes from and why it is there."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from evenhand import people
from evenhand.banks import film_store, store
from evenhand.banks.commands.withdrawing import close_expired
from evenhand.banks.errors import EntryExists, NoSuchBank
from evenhand.banks.films import read_frames
from evenhand.banks.model import (
    EntryKind,
    bank_name,
    check_confidence,
    confidence_of,
    entry_value,
    expiry_of,
    kind_of,
    labels_of,
    reason_of,
    source_of,
)
from evenhand.db import Tx
from evenhand.ledger import jobs
from evenhand.ledger.append import append


def add_entry(
    tx: Tx,
    actor: people.Actor,
    *,
    bank: str,
    kind: str,
    value: str,
    source: str,
    reason: str,
    labels: Sequence[str] = (),
    confidence: str | None = None,
    expires_at: datetime | None = None,
    origin_decision: str | None = None,
) -> str:
    """Add an entry to the bank of this name; return its id. The recent past is searched for it.

    Without a confidence of its own it has the bank's. Raises NotAllowed, NoSuchBank, EntryRefused,
    or EntryExists when the bank holds it already.
    """
    people.require(actor, people.Permission.MANAGE_BANKS)
    found = store.find_bank(tx, bank_name(bank))
    if found is None:
        raise NoSuchBank
    entry_kind = kind_of(kind)
    own = None if confidence is None else confidence_of(confidence)
    check_confidence(found.signal, own or found.confidence)
    row: dict[str, Any] = {
        "bank_id": found.id,
        "kind": entry_kind.value,
        "value": entry_value(entry_kind, value, signal=found.signal),
        "source": source_of(source),
        "reason": reason_of(reason),
        "labels": list(labels_of(labels)),
        "confidence": None if own is None else own.value,
        "expires_at": expiry_of(expires_at, now=tx.now),
    }
    tx.lock(f"bank:{found.name}")
    _make_room(tx, actor, found.id, entry_kind, row["value"])
    row |= {"id": tx.new_id(), "added_by": actor.ref, "added_at": tx.now}
    store.save_entry(tx, row | {"origin_decision": origin_decision})
    if entry_kind is EntryKind.VIDEO:
        film_store.save_films(tx, [(row["id"], read_frames(value))])
    append(
        tx,
        "entry.added",
        subject=row["id"],
        actor=actor.ref,
        public={
            "bank": found.id,
            "kind": entry_kind.value,
            "decision": origin_decision,
            "confidence": row["confidence"] or found.confidence.value,
            "expires": expires_at.isoformat() if expires_at else None,
        },
        private={key: row[key] for key in ("value", "source", "reason", "labels")},
    )
    watch_expiry(tx, found.id, expires_at)
    return str(row["id"])


def _make_room(tx: Tx, actor: people.Actor, bank_id: str, kind: EntryKind, value: str) -> None:
    """Close what ran out and has this value. Raises EntryExists for what still stands."""
    standing = store.standing(tx, bank_id, kind, value)
    if standing is None:
        return
    if not store.expired_among(tx, [standing]):
        raise EntryExists(standing)
    close_expired(tx, actor, bank_id, [standing])


def watch_expiry(tx: Tx, bank_id: str, at: datetime | None) -> None:
    """See to it that entries of a bank are closed when their time has run out."""
    if at is not None:
        key = f"bank.expiry:{bank_id}:{at.isoformat()}"
        jobs.enqueue(tx, "bank.expiry", {"subject": bank_id}, run_at=at, dedupe=key)
