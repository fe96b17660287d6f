"""One state of the index that never changes: segments, what came since, and what was withdrawn.

Searches hold a view for as long as they run, so that nothing published meanwhile can tear one.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from evenhand.banks.index import layout
from evenhand.banks.index.manifest import Stamp
from evenhand.banks.index.segment import Hashes, Ids, Segment

_HITS: Final = 1_024
_DELTA: Final = 1_024

Hit = tuple[bytes, int]
"""The id of an entry, and how many bits it is away."""


def permuted(hashes: Sequence[str]) -> Hashes:
    """Bring hashes written as 64 hexadecimal characters into the index's own form.

    Raises ValueError for anything else.
    """
    if any(len(each) != 2 * layout.BYTES for each in hashes):
        raise ValueError("a hash is written as 64 hexadecimal characters")
    return permuted_bytes(
        np.frombuffer(bytes.fromhex("".join(hashes)), np.uint8).reshape(-1, layout.BYTES)
    )


def permuted_bytes(raw: NDArray[np.uint8]) -> Hashes:
    """Bring hashes of 32 bytes each into the index's own form."""
    from evenhand.banks.index import kernels

    made = np.empty((len(raw), layout.WORDS), np.uint64)
    kernels.shuffled(np.ascontiguousarray(raw), layout.shuffle(), made)
    return made


def ids_of(entries: Iterable[str]) -> Ids:
    """Bring ids of entries into the index's own form."""
    return np.frombuffer(b"".join(UUID(each).bytes for each in entries), "S16")


@dataclass(frozen=True, eq=False)
class Delta:
    """What came since the last publication, read through by every search.

    Later deltas share the arrays of earlier ones and only ever write behind their ends.
    """

    count: int = 0
    hashes: Hashes = field(default_factory=lambda: np.empty((_DELTA, layout.WORDS), np.uint64))
    ids: Ids = field(default_factory=lambda: np.empty(_DELTA, "S16"))
    known: frozenset[bytes] = frozenset()

    def plus(self, hashes: Hashes, ids: Ids) -> Delta:
        """Return a delta with more hashes."""
        count = self.count + len(ids)
        all_hashes, all_ids = self.hashes, self.ids
        if count > len(all_ids):
            room = max(count, 2 * len(all_ids))
            all_hashes, all_ids = np.empty((room, layout.WORDS), np.uint64), np.empty(room, "S16")
            all_hashes[: self.count], all_ids[: self.count] = self.live()
        all_hashes[self.count : count], all_ids[self.count : count] = hashes, ids
        return Delta(count, all_hashes, all_ids, self.known | set(sixteens(ids)))

    def live(self) -> tuple[Hashes, Ids]:
        """Return the hashes and ids there are."""
        return self.hashes[: self.count], self.ids[: self.count]


@dataclass(frozen=True, eq=False)
class View:
    """A whole state of the index, up to a line of the ledger."""

    line: int
    mark: str
    stamp: Stamp | None = None
    segments: tuple[Segment, ...] = ()
    delta: Delta = field(default_factory=Delta)
    gone: frozenset[bytes] = frozenset()

    def later(
        self,
        *,
        line: int,
        mark: str,
        standing: Sequence[tuple[str, str]],
        withdrawn: Iterable[str],
    ) -> View:
        """Return the view after some entries (id, hash) came and some went; twice does no harm."""
        fresh = {UUID(each).bytes: value for each, value in standing}
        fresh = {each: value for each, value in fresh.items() if each not in self.delta.known}
        delta = self.delta
        if fresh:
            ids = np.frombuffer(b"".join(fresh), "S16")
            delta = delta.plus(permuted(list(fresh.values())), ids)
        gone = {UUID(each).bytes for each in withdrawn}
        if not self.segments:
            gone &= delta.known
        return dataclasses.replace(self, line=line, mark=mark, delta=delta, gone=self.gone | gone)

    @property
    def empty(self) -> bool:
        """Tell whether it never held anything."""
        return not self.segments and not self.delta.count

    def standing(self) -> tuple[Hashes, Ids]:
        """Put all hashes together with their ids, but for those withdrawn."""
        parts = [*((each.hashes, each.ids) for each in self.segments), self.delta.live()]
        hashes = np.concatenate([each for each, _ in parts])
        ids = np.concatenate([each for _, each in parts])
        stand = ~dead(ids, self.gone)
        return hashes[stand], ids[stand]

    def find(self, asked: Hashes, distance: int) -> list[list[Hit]]:
        """Return for each query what is near and stands, nearest first. Raises IndexDamaged."""
        found: list[list[Hit]] = [[] for _ in range(len(asked))]
        for segment in self.segments:
            self._collect(segment, asked, distance, found)
        if self.delta.count:
            self._collect(_Scanned(*self.delta.live()), asked, distance, found)
        return [_in_order(each) if each else each for each in found]

    def _collect(
        self, part: Segment | _Scanned, asked: Hashes, distance: int, into: list[list[Hit]]
    ) -> None:
        room = _HITS
        while True:
            hits = tuple(np.empty(room, np.int64) for _ in range(3))
            count = part.find(asked, distance, hits)
            if count <= room:
                break
            room = count
        if not count:
            return
        query, row, far = (each[:count] for each in hits)
        ids = sixteens(part.ids[row])
        for each, entry, apart in zip(query.tolist(), ids, far.tolist(), strict=True):
            if entry not in self.gone:
                into[each].append((entry, apart))


@dataclass(frozen=True, eq=False)
class _Scanned:
    """Hashes without tables."""

    hashes: Hashes
    ids: Ids

    def find(self, asked: Hashes, distance: int, hits: tuple[NDArray[np.int64], ...]) -> int:
        """Find every near hash by reading all."""
        from evenhand.banks.index import kernels

        return kernels.scanned(self.hashes, asked, distance, hits)  # type: ignore[arg-type]


def sixteens(ids: Ids) -> list[bytes]:
    """Return ids as bytes, zeros at their ends included, which numpy would leave off."""
    flat = ids.tobytes()
    return [flat[at : at + 16] for at in range(0, len(flat), 16)]


def dead(ids: Ids, gone: frozenset[bytes]) -> NDArray[np.bool_]:
    """Tell of each id whether it was withdrawn."""
    if not gone:
        return np.zeros(len(ids), np.bool_)
    return np.isin(ids, np.array(sorted(gone), "S16"))


def _in_order(hits: list[Hit]) -> list[Hit]:
    """Leave out what several tables found; nearest first, then by id."""
    return hits if len(hits) == 1 else sorted(set(hits), key=lambda hit: (hit[1], hit[0]))
