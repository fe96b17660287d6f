"""Reading the banks: for staff who keep them, and whole, as detectors need them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from evenhand import people
from evenhand.banks import store
from evenhand.banks.errors import EntryRefused, NoSuchBank
from evenhand.banks.looking import Following, Indexed, caught_up
from evenhand.banks.model import (
    BankView,
    EntryKind,
    EntryView,
    IndexHealth,
    Like,
    Snapshot,
    bank_name,
)
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
    """Return every entry that stands now, for detectors: pictures' hashes through the index."""
    return Snapshot(store.every_standing(tx, but=EntryKind.PDQ), Indexed(tx))


def match(
    tx: ReadTx, actor: people.Actor, name: str, hashes: Sequence[str], *, distance: int
) -> list[list[Like]]:
    """Return for each PDQ hash every entry of a bank within the distance, nearest first.

    Raises NotAllowed, NoSuchBank, or EntryRefused for a hash or a distance (63 at most) that is
    none.
    """
    people.require(actor, people.Permission.SEE_QUEUE)
    bank_id = bank(tx, name).id
    try:
        found = Indexed(tx).match(hashes, distance)
    except ValueError as why:
        raise EntryRefused("value", f"{str(why)[:1].upper()}{str(why)[1:]}.") from why
    return [[like for like in each if like.entry.bank_id == bank_id] for each in found]


def exported(tx: ReadTx, actor: people.Actor, name: str) -> Iterator[tuple[str, EntryKind, str]]:
    """Yield the id, kind and value of every entry of a bank that stands.

    Raises NotAllowed, NoSuchBank.
    """
    people.require(actor, people.Permission.MANAGE_BANKS)
    bank_id = bank(tx, name).id
    for kind in EntryKind:
        for portion in store.values_in_portions(tx, kind, bank_id=bank_id):
            for entry_id, value in portion:
                yield entry_id, kind, value


def index_health(tx: ReadTx, actor: people.Actor, *, whole: bool) -> IndexHealth:
    """Say how large the index is; with `whole`, read all of it and compare it with the database.

    What is found damaged is made anew at the next look. Raises NotAllowed.
    """
    people.require(actor, people.Permission.MANAGE_BANKS)
    index = caught_up(tx)
    damaged = tuple(index.verify()) if whole else ()
    missing, over = index.differences(Following(tx)) if whole and not damaged else (0, 0)
    stats = index.stats()
    return IndexHealth(
        damaged=damaged,
        missing=missing,
        over=over,
        hashes=sum(stats.segments) + stats.beside,
        segments=len(stats.segments),
        beside=stats.beside,
        withdrawn=stats.withdrawn,
        bytes=stats.bytes,
    )


def tend_index(tx: ReadTx) -> None:
    """Catch up, and read what was not verified in this process yet. For the worker, now and then.

    What is found damaged is made anew before this returns.
    """
    index = caught_up(tx)
    if index.verify(again=False):
        caught_up(tx)


def rebuild_index(tx: ReadTx, actor: people.Actor) -> None:
    """Make the index anew from the entries. Raises NotAllowed."""
    people.require(actor, people.Permission.MANAGE_BANKS)
    caught_up(tx).rebuild(Following(tx))
