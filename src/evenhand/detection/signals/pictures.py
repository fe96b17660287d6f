"""The signal for pictures that look the same: PDQ hashes, a few bits apart.

This look-up compares with every listed hash and suits some thousands of them. A bank's millions
go through `evenhand.banks.LiveIndex`, which gives the same answers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from evenhand.detection.signals.interface import Near, NotAValue
from evenhand.detection.signals.pdq import DISTANCE_MATCH_MAX, distance, is_pdq


@dataclass(frozen=True, slots=True)
class PdqSignal:
    """Compares PDQ hashes; the distance is the number of bits, of 256, in which they differ."""

    reach: int = DISTANCE_MATCH_MAX
    name: str = "pdq"
    version: str = "1"

    def normalised(self, value: str) -> str:
        """Return the hash in lower case. Raises NotAValue."""
        written = value.strip().lower()
        if not is_pdq(written):
            raise NotAValue("A PDQ hash is written as 64 hexadecimal characters.")
        return written

    def distance(self, listed: str, seen: str) -> float | None:
        """Return in how many bits they differ. Raises NotAValue."""
        apart = distance(listed, self.normalised(seen))
        return float(apart) if apart <= self.reach else None

    def among(self, listed: Mapping[str, str]) -> PdqLookup:
        """Make hashes, by id, ready for looking up. Raises NotAValue."""
        rows = b"".join(bytes.fromhex(self.normalised(value)) for value in listed.values())
        return PdqLookup(self, tuple(listed), np.frombuffer(rows, np.uint64).reshape(-1, 4))


@dataclass(frozen=True, slots=True, eq=False)
class PdqLookup:
    """Many hashes, one a row."""

    signal: PdqSignal
    ids: tuple[str, ...]
    hashes: NDArray[np.uint64] = field(repr=False)

    def near(self, seen: str) -> list[Near]:
        """Return every listed hash within reach, nearest first. Raises NotAValue."""
        asked = np.frombuffer(bytes.fromhex(self.signal.normalised(seen)), np.uint64)
        apart = np.bitwise_count(self.hashes ^ asked).sum(axis=1)
        within = np.flatnonzero(apart <= self.signal.reach).tolist()
        return sorted(Near(float(apart[at]), self.ids[at]) for at in within)


PDQ: Final = PdqSignal()
