"""A text as its runs of two to five characters, each known by a number alone.

Nothing of a text can be read back from the numbers: they are hashes, and a classifier keeps only
those that several items share. The same text gives the same numbers on every machine. Pure.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

RUN_MIN: Final = 2
RUN_MAX: Final = 5
CHARS_MAX: Final = 20_000
"""What stands beyond this in a text is not read, and the detector says so."""

BITS: Final = 22
"""Four million numbers: of 30,000 runs that are kept, under 1 % share theirs with another."""

_ODD: Final = np.uint64(0x9E3779B97F4A7C15)  # 2^64 divided by the golden ratio
_MIX: Final = np.uint64(0xBF58476D1CE4E5B9)  # splitmix64's first multiplier


@dataclass(frozen=True, slots=True)
class Letters:
    """The runs of one text: their numbers, ascending and once each, and how often each stands."""

    ids: NDArray[np.uint32]
    counts: NDArray[np.int64]


def plain(text: str) -> str:
    """Write a text without its case and its white space, as all that is learned here sees it."""
    return " ".join(text.casefold().split())


def letters_of(text: str) -> Letters:
    """Count the runs of a text, white space at both its ends among them."""
    said = f" {plain(text[:CHARS_MAX])} "
    codes = np.frombuffer(said.encode("utf-32-le", "replace"), dtype="<u4").astype(np.uint64)
    codes = codes + np.uint64(1)
    rolling, found = codes, []
    for length in range(2, min(RUN_MAX, len(codes)) + 1):
        rolling = rolling[:-1] * _ODD + codes[length - 1 :]
        if length >= RUN_MIN:
            found.append(_bucket(rolling))
    ids, counts = np.unique(np.concatenate(found), return_counts=True)
    return Letters(ids, counts)


def _bucket(rolling: NDArray[np.uint64]) -> NDArray[np.uint32]:
    mixed = (rolling ^ (rolling >> np.uint64(31))) * _MIX
    mixed ^= mixed >> np.uint64(27)
    return (mixed >> np.uint64(64 - BITS)).astype(np.uint32)
