"""A list comes in, a portion at a time: each portion is one transaction and one line."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

from evenhand import people
from evenhand.banks import film_store, store
from evenhand.banks.commands.adding import watch_expiry
from evenhand.banks.commands.withdrawing import close_expired
from evenhand.banks.errors import EntryRefused, NoSuchBank
from evenhand.banks.films import read_frames
from evenhand.banks.model import (
    KINDS_OF,
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
from evenhand.banks.views import BankView, Imported, Incoming
from evenhand.db import Tx
from evenhand.ledger.append import append

Row = dict[str, Any]


def import_entries(
    tx: Tx,
    actor: people.Actor,
    *,
    bank: str,
    kind: str,
    values: Sequence[tuple[int, str] | Incoming],
    source: str,
    reason: str,
) -> Imported:
    """Add many entries of one kind, each with its number in the file, in one line of the ledger.

    What stands already is known, and what cannot be an entry is refused; neither keeps the rest
    out. Give portions of a few thousand. The recent past is searched for what joined. Raises
    NotAllowed, NoSuchBank, or EntryRefused for the kind, source or reason.
    """
    people.require(actor, people.Permission.MANAGE_BANKS)
    found = store.find_bank(tx, bank_name(bank))
    if found is None:
        raise NoSuchBank
    entry_kind = kind_of(kind)
    if entry_kind not in KINDS_OF[found.signal]:
        entry_value(entry_kind, "", signal=found.signal)
    same = {"source": source_of(source), "reason": reason_of(reason)}
    wanted: dict[str, Row] = {}
    given_as: dict[str, str] = {}
    written: dict[int, str] = {}
    refused: list[tuple[int, str]] = []
    for given in values:
        line = given if isinstance(given, Incoming) else Incoming(*given)
        try:
            row = _row(tx, found, entry_kind, line, same)
        except EntryRefused as why:
            refused.append((line.line, why.why))
        else:
            written[line.line] = row["value"]
            wanted.setdefault(row["value"], row)
            given_as.setdefault(row["value"], line.value)
    tx.lock(f"bank:{found.name}")
    standing = store.standing_values(tx, found.id, entry_kind, list(wanted))
    over = frozenset(store.expired_among(tx, list(standing.values())))
    close_expired(tx, actor, found.id, sorted(over))
    there = {value: entry_id for value, entry_id in standing.items() if entry_id not in over}
    fresh = [row for value, row in wanted.items() if value not in there]
    if fresh:
        ids = _add_together(tx, actor, found, entry_kind, fresh, same)
        there |= dict(zip((row["value"] for row in fresh), ids, strict=True))
        if entry_kind is EntryKind.VIDEO:
            films = [read_frames(given_as[row["value"]]) for row in fresh]
            film_store.save_films(tx, list(zip(ids, films, strict=True)))
    known = len(values) - len(refused) - len(fresh)
    named = {line: there[value] for line, value in written.items()}
    return Imported(added=len(fresh), known=known, refused=tuple(refused), ids=named)


def _row(tx: Tx, bank: BankView, kind: EntryKind, line: Incoming, same: Row) -> Row:
    """Bring a line into its one written form. Raises EntryRefused."""
    value = entry_value(kind, line.value, signal=bank.signal)
    own = None if line.confidence is None else confidence_of(line.confidence)
    check_confidence(bank.signal, own or bank.confidence)
    return {
        "value": value,
        "source": same["source"] if line.source is None else source_of(line.source),
        "reason": same["reason"] if line.reason is None else reason_of(line.reason),
        "labels": list(labels_of(line.labels)),
        "confidence": None if own is None else own.value,
        "expires_at": expiry_of(line.expires, now=tx.now),
    }


def _add_together(
    tx: Tx,
    actor: people.Actor,
    bank: BankView,
    kind: EntryKind,
    fresh: Sequence[Row],
    same: Row,
) -> list[str]:
    """Write the rows and their one line, which names the first and the last by id; return ids."""
    ids = sorted(tx.new_id() for _ in fresh)
    about = {"bank_id": bank.id, "kind": kind.value, "added_by": actor.ref, "added_at": tx.now}
    rows = [{"id": entry_id, **row, **about} for entry_id, row in zip(ids, fresh, strict=True)]
    store.save_entries(tx, rows)
    digest = hashlib.sha256("\n".join(row["value"] for row in fresh).encode()).hexdigest()
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
        private={"values_sha256": digest, **same},
    )
    for expires in {row["expires_at"] for row in fresh}:
        watch_expiry(tx, bank.id, expires)
    return ids
