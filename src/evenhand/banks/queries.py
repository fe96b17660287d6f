"""Reading the banks: for staff who keep them, and whole, as detectors need them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from evenhand import people, policy
from evenhand.banks import clusters as grouping
from evenhand.banks import film_store, matching, store
from evenhand.banks import history as recorded
from evenhand.banks.errors import EntryRefused, NoSuchBank
from evenhand.banks.film_alike import FrameLike
from evenhand.banks.film_looking import FollowingFilms, IndexedFrames, frames_caught_up
from evenhand.banks.films import FrameHash, vpdq_json
from evenhand.banks.history import Batch, Happened
from evenhand.banks.index import LiveIndex
from evenhand.banks.looking import Following, Indexed, LookedUp, caught_up, current
from evenhand.banks.model import Confidence, EntryKind, bank_name
from evenhand.banks.snapshot import Like, Snapshot
from evenhand.banks.states import EntryState
from evenhand.banks.views import HASHED, BankView, EntryView, IndexHealth, LiveEntry, Loaded
from evenhand.db import ReadTx
from evenhand.kit.ids import is_id

ENTRIES_MAX = 500


def banks(tx: ReadTx, actor: people.Actor) -> list[BankView]:
    """Return every bank by name, for anyone who may read them. Raises NotAllowed."""
    people.require(actor, people.Permission.READ_BANKS)
    return store.load_banks(tx)


def child_safety_lists(tx: ReadTx, actor: people.Actor) -> Loaded:
    """Count the confirmed banks of hashes under a child-safety clause in force that hold any.

    Raises NotAllowed.
    """
    people.require(actor, people.Permission.READ_BANKS)
    keys = {one.key for one in policy.clauses(tx) if one.harm is policy.Harm.CHILD_SAFETY}
    live = [
        one.live
        for one in store.load_banks(tx)
        if one.clause_key in keys
        and one.confidence is Confidence.CONFIRMED
        and one.signal.value in HASHED
        and one.live
    ]
    return Loaded(len(live), sum(live))


def bank(tx: ReadTx, name: str) -> BankView:
    """Return the bank of this name. For other rooms. Raises NoSuchBank."""
    return _one(store.load_banks(tx, store.banks.c.id == _named(tx, name).id))


def bank_with_id(tx: ReadTx, bank_id: str) -> BankView:
    """Return the bank with this id. For other rooms and doors. Raises NoSuchBank."""
    if not is_id(bank_id):
        raise NoSuchBank
    return _one(store.load_banks(tx, store.banks.c.id == bank_id))


def entries(
    tx: ReadTx,
    actor: people.Actor,
    name: str,
    *,
    limit: int = ENTRIES_MAX,
    state: EntryState | None = None,
    text: str = "",
    before: str | None = None,
) -> list[EntryView]:
    """Return a bank's entries, newest first, withdrawn ones among them.

    Narrowed to a state as it is now, to those with a text in value, source, reason or labels, and
    to what is older than an entry. Raises NotAllowed, NoSuchBank.
    """
    people.require(actor, people.Permission.MANAGE_BANKS)
    return store.entries_of_bank(
        tx,
        _named(tx, name).id,
        limit=min(limit, ENTRIES_MAX),
        state=state,
        text=text.strip(),
        before=before,
    )


def state_counts(tx: ReadTx, actor: people.Actor, name: str) -> dict[EntryState, int]:
    """Count a bank's entries by how they stand now. Raises NotAllowed, NoSuchBank."""
    people.require(actor, people.Permission.READ_BANKS)
    return store.state_counts(tx, _named(tx, name).id)


def entry(tx: ReadTx, actor: people.Actor, entry_id: str) -> EntryView:
    """Return one entry, however it stands. Raises NotAllowed, NoSuchEntry."""
    people.require(actor, people.Permission.MANAGE_BANKS)
    return store.load_entry(tx, entry_id)


def in_quarantine(tx: ReadTx, actor: people.Actor) -> list[EntryView]:
    """Return every entry that waits in quarantine for a look. Raises NotAllowed."""
    people.require(actor, people.Permission.MANAGE_BANKS)
    return store.in_quarantine(tx)


def history(tx: ReadTx, actor: people.Actor, entry_id: str) -> list[Happened]:
    """Return who did what to an entry and why, oldest first. Raises NotAllowed, NoSuchEntry."""
    return recorded.of_entry(tx, entry(tx, actor, entry_id))


def bank_history(tx: ReadTx, actor: people.Actor, name: str) -> list[Happened]:
    """Return who made and changed a bank and why, oldest first. Raises NotAllowed, NoSuchBank."""
    people.require(actor, people.Permission.MANAGE_BANKS)
    return recorded.of_bank(tx, _named(tx, name))


def clusters(tx: ReadTx, actor: people.Actor, name: str) -> list[list[str]]:
    """Return the ids of entries of a bank that show the same picture, largest cluster first.

    Slow: about 50 µs an entry. Raises NotAllowed, NoSuchBank.
    """
    people.require(actor, people.Permission.MANAGE_BANKS)
    return grouping.clusters_in(tx, _named(tx, name).id)


def cluster_of(tx: ReadTx, actor: people.Actor, entry_id: str) -> list[EntryView]:
    """Return the other entries of its bank that show the same picture as an entry.

    Raises NotAllowed, NoSuchEntry.
    """
    return grouping.cluster_around(tx, entry(tx, actor, entry_id))


def entries_by_id(tx: ReadTx, ids: Sequence[str]) -> dict[str, EntryView]:
    """Return entries by id, withdrawn ones among them. For other rooms."""
    return store.entries_with_ids(tx, ids)


def entries_of_decision(tx: ReadTx, decision_id: str) -> list[EntryView]:
    """Return the entries a decision added, withdrawn ones among them. For other rooms."""
    return store.entries_from_decision(tx, decision_id)


def batch_of(tx: ReadTx, entry_id: str) -> Batch:
    """Return what joined a bank with an entry: an import, or the entry alone. For other rooms.

    Raises NoSuchEntry.
    """
    return recorded.batch_of(tx, store.load_entry(tx, entry_id))


def expired_with(tx: ReadTx, entry_id: str) -> list[str]:
    """Return the entries that were closed together with one that had run out. For other rooms.

    Raises NoSuchEntry.
    """
    found = store.load_entry(tx, entry_id)
    assert found.withdrawn_at is not None, "it was closed before this was asked"
    return store.ids_ended_at(tx, found.bank_id, found.withdrawn_at)


def live_between(
    tx: ReadTx, batch: Batch, kinds: Iterable[EntryKind], *, limit: int
) -> tuple[LiveEntry, ...]:
    """Return the entries of a batch that match now, oldest first. For other rooms."""
    return matching.between(tx, batch.bank_id, batch.first, batch.last, kinds=kinds, limit=limit)


def snapshot(tx: ReadTx) -> Snapshot:
    """Return every entry that matches now, for detectors: hashes through the index or a look-up."""
    return Snapshot(current(tx).entries, Indexed(tx), LookedUp(tx), IndexedFrames(tx))


def match(
    tx: ReadTx, actor: people.Actor, name: str, hashes: Sequence[str], *, distance: int
) -> list[list[Like]]:
    """Return for each PDQ hash every entry of a bank within the distance, nearest first.

    Raises NotAllowed, NoSuchBank, or EntryRefused for a hash or a distance (63 at most) that is
    none.
    """
    people.require(actor, people.Permission.READ_BANKS)
    bank_id = _named(tx, name).id
    try:
        found = Indexed(tx).match(hashes, distance)
    except ValueError as why:
        raise EntryRefused("value", f"{str(why)[:1].upper()}{str(why)[1:]}.") from why
    return [[like for like in each if like.entry.bank_id == bank_id] for each in found]


def match_exactly(
    tx: ReadTx, actor: people.Actor, name: str, kind: EntryKind, values: Sequence[str]
) -> list[LiveEntry]:
    """Return the entries of a bank that have one of these values. Raises NotAllowed, NoSuchBank."""
    people.require(actor, people.Permission.READ_BANKS)
    bank_id = _named(tx, name).id
    return [one for one in LookedUp(tx).match(kind, values) if one.bank_id == bank_id]


def match_frames(
    tx: ReadTx, actor: people.Actor, name: str, hashes: Sequence[str], *, distance: int
) -> list[list[FrameLike]]:
    """Return for each frame's hash every run of a bank's films within the distance, nearest first.

    Raises NotAllowed, NoSuchBank, ValueError.
    """
    people.require(actor, people.Permission.READ_BANKS)
    bank_id = _named(tx, name).id
    found = IndexedFrames(tx).match(hashes, distance)
    return [[like for like in each if like.entry.bank_id == bank_id] for each in found]


def frames_of(tx: ReadTx, actor: people.Actor, entry_id: str) -> tuple[FrameHash, ...]:
    """Return the frames of a listed film; none when the entry is no film. Raises NotAllowed."""
    people.require(actor, people.Permission.MANAGE_BANKS)
    return film_store.load_film(tx, entry_id)


def exported(tx: ReadTx, actor: people.Actor, name: str) -> Iterator[EntryView]:
    """Yield every entry of a bank that stands, oldest first. Raises NotAllowed, NoSuchBank."""
    people.require(actor, people.Permission.MANAGE_BANKS)
    for portion in store.standing_in_portions(tx, _named(tx, name).id):
        for one in portion:
            if one.kind is EntryKind.VIDEO:
                yield replace(one, value=vpdq_json(film_store.load_film(tx, one.id)))
            else:
                yield one


def index_health(tx: ReadTx, actor: people.Actor, *, whole: bool) -> IndexHealth:
    """Say how large the indexes are; with `whole`, read them and compare them with the database.

    What is found damaged is made anew at the next look. Raises NotAllowed.
    """
    people.require(actor, people.Permission.MANAGE_BANKS)
    pictures = _health(caught_up(tx), Following(tx), whole=whole)
    frames = _health(frames_caught_up(tx), FollowingFilms(tx), whole=whole)
    return IndexHealth(
        damaged=pictures.damaged + frames.damaged,
        missing=pictures.missing + frames.missing,
        over=pictures.over + frames.over,
        hashes=pictures.hashes + frames.hashes,
        segments=pictures.segments + frames.segments,
        beside=pictures.beside + frames.beside,
        withdrawn=pictures.withdrawn + frames.withdrawn,
        bytes=pictures.bytes + frames.bytes,
    )


def tend_index(tx: ReadTx) -> None:
    """Catch up, and read what was not verified in this process yet. For the worker, now and then.

    What is found damaged is made anew before this returns.
    """
    for caught in (caught_up, frames_caught_up):
        if caught(tx).verify(again=False):
            caught(tx)


def rebuild_index(tx: ReadTx, actor: people.Actor) -> None:
    """Make the indexes anew from the entries. Raises NotAllowed."""
    people.require(actor, people.Permission.MANAGE_BANKS)
    caught_up(tx).rebuild(Following(tx))
    frames_caught_up(tx).rebuild(FollowingFilms(tx))


def _health(index: LiveIndex, source: Following, *, whole: bool) -> IndexHealth:
    damaged = tuple(index.verify()) if whole else ()
    missing, over = index.differences(source) if whole and not damaged else (0, 0)
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


def _named(tx: ReadTx, name: str) -> BankView:
    """Find a bank without counting what is in it. Raises NoSuchBank."""
    try:
        found = store.find_bank(tx, bank_name(name))
    except EntryRefused:  # no bank can have such a name
        found = None
    return _one([found] if found else [])


def _one(found: Sequence[BankView]) -> BankView:
    if not found:
        raise NoSuchBank
    return found[0]
