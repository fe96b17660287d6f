"""The recent past is searched for what a bank lists anew: over kept hashes, and over texts.

This only chooses what is looked at again. Every item chosen goes through the ordinary path, so
that nothing is held, told or put before a person on anything but a fresh assessment. One portion is
short, so that a worker does other things between two of them and goes on where it was killed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np

from evenhand import banks, intake
from evenhand.banks import Batch, EntryKind, FrameLike, Like, LiveEntry, Signal
from evenhand.db import ReadTx
from evenhand.detection import store
from evenhand.detection.detectors import ON_TEXTS
from evenhand.detection.faults import DECODING_FAULTS
from evenhand.detection.model import Answer, Detector, ItemContent, MediaHash, Portion
from evenhand.detection.queries import content_of
from evenhand.detection.signals.pdq_kept import (
    HASH_BYTES,
    KEPT_BYTES,
    every_orientation,
    kept_hashes,
    transposed,
)

MEDIA_AT_ONCE: Final = 10_000
LOOKS_BYTES_AT_ONCE: Final = 16_000_000  # those of 10,000 pictures are 4 MB, of 200 long films 15
ORIENTATIONS: Final = 8
TEXTS_AT_ONCE: Final = 200
FEW: Final = 2_048
"""Up to so many listed hashes, reading all of them is faster than asking the index."""

_ON_MEDIA: Final = frozenset({Signal.IMAGE, Signal.VIDEO})
_OF_MEDIA: Final = banks.KINDS_OF[Signal.IMAGE] | banks.KINDS_OF[Signal.VIDEO]


def search_portion(tx: ReadTx, search_id: str) -> Portion:
    """Search the next portion of the recent past. Slow: in a read view."""
    search = store.load_search(tx, search_id)
    if search is None or search.ended_at is not None:
        return Portion(search_id, 0, ended=True)
    batch = Batch(search.bank_id, search.first_id, search.last_id)
    bank = banks.bank_with_id(tx, search.bank_id)
    look = _media if bank.signal in _ON_MEDIA else _texts
    items, cursor, looked = look(tx, batch, search.cursor)
    return Portion(
        search_id,
        search.step,
        tuple(items),
        cursor,
        looked,
        clause_key=bank.clause_key,
        ended=cursor == search.cursor,
    )


def _media(tx: ReadTx, batch: Batch, after: str) -> tuple[list[str], str, int]:
    """Compare kept hashes of pictures and films with a batch of either.

    Returns the items, where it ended, and how many were compared.
    """
    kept = store.hashes_after(tx, after, limit=MEDIA_AT_ONCE, bytes_max=LOOKS_BYTES_AT_ONCE)
    if not kept:
        return [], after, 0
    found = _same(tx, batch, kept) | _alike(tx, batch, kept)
    items = intake.items_of_media(tx, sorted(found))
    return sorted(set(items.values())), kept[-1].media_id, len(kept)


def _same(tx: ReadTx, batch: Batch, kept: Sequence[MediaHash]) -> set[str]:
    """Return the media whose exact hash is in the batch."""
    listed = banks.snapshot(tx).exact
    found: set[str] = set()
    for kind, values in (
        (EntryKind.SHA256, {one.media_id: one.sha256 for one in kept}),
        (EntryKind.MD5, {one.media_id: one.md5 for one in kept if one.md5}),
    ):
        entries = listed.match(kind, sorted(set(values.values())))
        known = {entry.value for entry in entries if _in(batch, entry)}
        found |= {media_id for media_id, value in values.items() if value in known}
    return found


def _alike(tx: ReadTx, batch: Batch, kept: Sequence[MediaHash]) -> set[str]:
    """Return the media of which any look is like an entry of the batch, in any orientation.

    Of a film, like any of its frames.
    """
    values, many = _listed(tx, batch)
    if not values:
        return set()
    whole = [(one.media_id, one.looks) for one in kept if one.looks]
    upright = [(one.media_id, one.pdq) for one in kept if one.pdq and not one.looks]
    looks = b"".join(looks for _, looks in whole)
    if not many:
        each = KEPT_BYTES // HASH_BYTES
        listed = banks.Scanned(values + [transposed(value) for value in values])
        near = listed.near_any(kept_hashes(looks), banks.DISTANCE_EXACT_MAX)
        found = _owners(whole, near, each)
        flat = bytes.fromhex("".join(bits for _, bits in upright))
        alone = np.frombuffer(flat, np.uint8).reshape(-1, HASH_BYTES)
        near = banks.Scanned(values).near_any(alone, banks.DISTANCE_EXACT_MAX)
        return found | {upright[at][0] for at in near}
    asked = [one.tobytes().hex() for one in every_orientation(looks)]
    asked += [bits for _, bits in upright]
    near = _near_batch(tx, batch, asked)
    turned = len(asked) - len(upright)
    found = _owners(whole, [at for at in near if at < turned], ORIENTATIONS)
    return found | {upright[at - turned][0] for at in near if at >= turned}


def _listed(tx: ReadTx, batch: Batch) -> tuple[list[str], bool]:
    """Return the hashes of a batch, and whether there are too many to read them all.

    Of a film, one for each of its scenes.
    """
    few = banks.live_between(tx, batch, [EntryKind.PDQ, EntryKind.VIDEO], limit=FEW + 1)
    frames = banks.snapshot(tx).frames
    values: list[str] = []
    for entry in few:
        if entry.kind is EntryKind.PDQ:
            values.append(entry.value)
        elif frames is not None:
            values += [run.bits for run in frames.runs(entry.id)]
        if len(values) > FEW:
            return values, True
    return values, False


def _near_batch(tx: ReadTx, batch: Batch, asked: Sequence[str]) -> list[int]:
    """Ask the indexes; return which hashes are near anything of the batch."""
    bank = banks.snapshot(tx)
    near = set()
    for alike in (bank.index, bank.frames):
        if alike is None or not alike.held:
            continue
        likes: Sequence[Sequence[Like | FrameLike]] = alike.match(asked, banks.DISTANCE_EXACT_MAX)
        near |= {at for at, hits in enumerate(likes) if any(_in(batch, one.entry) for one in hits)}
    return sorted(near)


def _owners(whole: Sequence[tuple[str, bytes]], near: Sequence[int], hashes_each: int) -> set[str]:
    """Return whose looks these are, by their places when all hashes are put one after another."""
    if not near:
        return set()
    counts = [hashes_each * len(looks) // KEPT_BYTES for _, looks in whole]
    ends = np.cumsum(counts)
    return {whole[at][0] for at in np.searchsorted(ends, near, side="right").tolist()}


def _in(batch: Batch, entry: LiveEntry) -> bool:
    return entry.bank_id == batch.bank_id and batch.first <= entry.id <= batch.last


def _texts(tx: ReadTx, batch: Batch, after: str) -> tuple[list[str], str, int]:
    """Compare the texts and links of items with the batch."""
    ids = intake.items_after(tx, after, limit=TEXTS_AT_ONCE)
    entries = tuple(
        entry
        for entry in banks.snapshot(tx).entries
        if _in(batch, entry) and entry.kind not in _OF_MEDIA
    )
    if not ids or not entries:
        return [], after, 0
    listed = banks.Snapshot(entries)
    found = [one for one in ids if _stands_in(content_of(tx, one), listed, ON_TEXTS)]
    return found, ids[-1], len(ids)


def _stands_in(content: ItemContent, listed: banks.Snapshot, detectors: Iterable[Detector]) -> bool:
    """Tell whether a listed text or link may stand in an item: what failed is looked at again."""
    words = ItemContent(
        content.item_id,
        content.texts,
        content.links,
        kind=content.kind,
        account_name=content.account_name,
    )
    for detector in detectors:
        try:
            findings = detector.examine(words, listed)
        except DECODING_FAULTS:
            return True
        if any(one.answer in {Answer.FOUND, Answer.FAILED} for one in findings):
            return True
    return False
