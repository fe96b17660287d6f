"""How 256 bits are cut into keys so that no near hash can be missed.

With distance d = m*r + a over m chunks, either one of the first a+1 chunks differs in r bits at
most, or one of the others in r-1 at most (Norouzi, Punjani and Fleet 2014): otherwise the
distance would be at least d+1. Looking up every such neighbour of each chunk is therefore exact.
A fixed permutation of the bits comes first, because neighbouring bits of natural hashes are
correlated, and so that no list of hashes can be made to fall into a few buckets.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from typing import Final

import numpy as np
from numpy.typing import NDArray

BITS: Final = 256
BYTES: Final = 32
WORDS: Final = 4
DISTANCE_EXACT_MAX: Final = 31  # above it, tables would be slower than reading everything
DISTANCE_MAX: Final = 63
SCANNED_MAX: Final = 4_096  # a short list is read through as fast as any table answers

#: From how many hashes on which number of chunks: about one hash for each value of a chunk.
_CHUNKS: Final = ((5_000_000, 11), (2_500_000, 12), (300_000, 13), (SCANNED_MAX + 1, 16))


def chunks_for(count: int) -> int:
    """Return into how many chunks hashes are cut when there are so many; 0 means no tables."""
    return next((chunks for least, chunks in _CHUNKS if count >= least), 0)


@dataclass(frozen=True)
class Plan:
    """The chunks of a segment: where each begins, its width in bits, and its table's place."""

    chunks: int
    first: NDArray[np.int64]
    width: NDArray[np.int64]
    table: NDArray[np.int64]

    @property
    def cells(self) -> int:
        """Return how many cells all tables have together."""
        return int((2**self.width + 1).sum())


@dataclass(frozen=True)
class Probes:
    """Which bit flips of each chunk to look up: those of chunk t are `masks[at[t]:at[t + 1]]`."""

    masks: NDArray[np.uint32]
    at: NDArray[np.int64]


@lru_cache(maxsize=64)
def plan(chunks: int) -> Plan:
    """Cut the bits into so many chunks, the narrow ones first: those get the wider radius."""
    narrow, wide = BITS // chunks, BITS % chunks
    width = np.array([narrow] * (chunks - wide) + [narrow + 1] * wide, np.int64)
    first = np.concatenate(([0], np.cumsum(width)[:-1])).astype(np.int64)
    table = np.concatenate(([0], np.cumsum(2**width + 1)[:-1])).astype(np.int64)
    return Plan(chunks, first, width, table)


@lru_cache(maxsize=256)
def probes(chunks: int, distance: int) -> Probes:
    """Return the flips to look up so that everything within the distance is met."""
    radius, over = divmod(distance, chunks)
    width = plan(chunks).width
    flips = [_flips(int(width[at]), radius if at <= over else radius - 1) for at in range(chunks)]
    ends = np.concatenate(([0], np.cumsum([len(each) for each in flips]))).astype(np.int64)
    return Probes(np.concatenate(flips).astype(np.uint32), ends)


@lru_cache(maxsize=64)
def _flips(width: int, radius: int) -> NDArray[np.uint32]:
    """List every pattern of at most so many bits, fewest first; none below a radius of 0."""
    masks = [
        sum(1 << bit for bit in bits)
        for ones in range(radius + 1)
        for bits in combinations(range(width), ones)
    ]
    return np.array(masks, np.uint32)


@lru_cache(maxsize=1)
def shuffle() -> NDArray[np.uint64]:
    """Return the permutation as a table: what each value of each byte adds to the four words.

    The order is that of the SHA-256 of the bits' numbers. It is part of the file format.
    """
    order = sorted(range(BITS), key=lambda bit: hashlib.sha256(b"evenhand bit %d" % bit).digest())
    table = np.zeros((BYTES, 256, WORDS), np.uint64)
    values = np.arange(256, dtype=np.uint64)
    for bit, place in enumerate(order):
        byte, within = divmod(bit, 8)
        ones = (values >> np.uint64(within)) & np.uint64(1)
        table[byte, :, place // 64] |= ones << np.uint64(place % 64)
    return table
