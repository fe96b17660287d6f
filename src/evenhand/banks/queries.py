"""Reading the banks: for staff who keep them, and whole, as detectors need them."""

from __future__ import annotations

from collections.abc import Sequence

from evenhand import people
from evenhand.banks import store
from evenhand.banks.errors import EntryRefused, NoSuchBank
from evenhand.banks.model import BankView, EntryView, Snapshot, bank_name
from evenhand.db import ReadTx

ENTRIES_MAX = 500


def banks(tx: ReadTx, actor: people.Actor) -> list[BankView]:
    """Return every bank by name, for anyone who sees the queue. Raises NotAllowed."""
    people.require(actor, people.Permission.SEE_QUEUE)
    return store.load_banks(tx)


def bank(tx: ReadTx, name: str) -> BankView:
    """Return the bank of this name. For other rooms. Raises NoSuchBank."""
    try:
        found = store.load_bank(tx, bank_name(name))
    except EntryRefused:  # no bank can have such a name
        found = None
    if found is None:
        raise NoSuchBank
    return found


def entries(
    tx: ReadTx, actor: people.Actor, name: str, *, limit: int = ENTRIES_MAX
) -> list[EntryView]:
    """Return a bank's entries, newest first, withdrawn ones among them.

    Raises NotAllowed, NoSuchBank.
    """
    people.require(actor, people.Permission.MANAGE_BANKS)
    return store.entries_of_bank(tx, bank(tx, name).id, limit=min(limit, ENTRIES_MAX))


def entries_by_id(tx: ReadTx, ids: Sequence[str]) -> dict[str, EntryView]:
    """Return entries by id, withdrawn ones among them. For other rooms."""
    return store.entries_with_ids(tx, ids)


def entries_of_decision(tx: ReadTx, decision_id: str) -> list[EntryView]:
    """Return the entries a decision added, withdrawn ones among them. For other rooms."""
    return store.entries_from_decision(tx, decision_id)


def snapshot(tx: ReadTx) -> Snapshot:
    """Return every entry that stands now, for detectors."""
    return Snapshot(store.every_standing(tx))
