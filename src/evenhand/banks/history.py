"""Who did what to an entry or a bank, when and why: read from the ledger, which nobody edits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from evenhand import ledger
from evenhand.banks.views import BankView, EntryView
from evenhand.db import ReadTx
from evenhand.kit.clock import read_stamp

_OF_ENTRY: Final = (
    "entry.added",
    "entry.disabled",
    "entry.enabled",
    "entry.quarantined",
    "entry.released",
    "entry.withdrawn",
)
_TOGETHER: Final = ("entries.imported", "entries.expired")
_OF_BANK: Final = ("bank.created", "bank.changed")


@dataclass(frozen=True)
class Happened:
    """One line of the ledger about an entry or a bank.

    `why` is None where nobody was asked for a reason, or it was erased.
    """

    line: int
    event: str
    at: datetime
    by: str
    why: str | None
    data: Mapping[str, Any]


@dataclass(frozen=True)
class Batch:
    """Entries that joined a bank together: those with ids between two, both among them."""

    bank_id: str
    first: str
    last: str


def of_entry(tx: ReadTx, entry: EntryView) -> list[Happened]:
    """Return what happened to an entry, oldest first."""
    found = list(_told(tx, ledger.events(tx, _OF_ENTRY, subject=entry.id)))
    found += _told(tx, (leaf for leaf in ledger.events(tx, _TOGETHER) if _concerns(leaf, entry)))
    return sorted(found, key=lambda one: one.line)


def of_bank(tx: ReadTx, bank: BankView) -> list[Happened]:
    """Return how a bank was made and changed, oldest first; not what joined it."""
    return list(_told(tx, ledger.events(tx, _OF_BANK, subject=bank.id)))


def batch_of(tx: ReadTx, entry: EntryView) -> Batch:
    """Return what joined with an entry whose id names an import, or the entry alone."""
    for leaf in ledger.events(tx, ("entries.imported",), subject=entry.id):
        return Batch(leaf["data"]["bank"], leaf["data"]["first"], leaf["data"]["last"])
    return Batch(entry.bank_id, entry.id, entry.id)


def _concerns(leaf: Mapping[str, Any], entry: EntryView) -> bool:
    data = leaf["data"]
    if data["bank"] != entry.bank_id:
        return False
    if leaf["type"] == "entries.imported":
        return bool(data["first"] <= entry.id <= data["last"])
    return read_stamp(leaf["at"]) == entry.withdrawn_at


def _told(tx: ReadTx, leaves: Iterator[dict[str, Any]]) -> Iterator[Happened]:
    for leaf in leaves:
        private = ledger.private_of(tx, leaf["n"]) or {}
        yield Happened(
            line=leaf["n"],
            event=leaf["type"],
            at=read_stamp(leaf["at"]),
            by=ledger.actor_of(tx, leaf),
            why=private.get("why") or private.get("reason"),
            data=leaf["data"],
        )
