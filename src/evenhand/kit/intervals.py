"""How sure a share is that was counted in a sample."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import Final

Z_95: Final = 1.959963984540054
"""Standard deviations on either side that hold 95 of 100."""


@dataclass(frozen=True, slots=True)
class Share:
    """A share counted in a sample, with the interval that holds the true one 95 times of 100."""

    hits: int
    of: int
    value: float
    low: float
    high: float


def wilson(hits: int, of: int) -> Share | None:
    """Return Wilson's score interval of a share (Wilson 1927); None when nothing was counted.

    Raises ValueError for counts that no sample has.
    """
    if not 0 <= hits <= of:
        raise ValueError(f"{hits} of {of} is no share")
    if of == 0:
        return None
    share, square = hits / of, Z_95 * Z_95
    middle = (share + square / (2 * of)) / (1 + square / of)
    half = Z_95 / (1 + square / of) * sqrt(share * (1 - share) / of + square / (4 * of * of))
    low = 0.0 if hits == 0 else max(0.0, middle - half)
    high = 1.0 if hits == of else min(1.0, middle + half)
    return Share(hits, of, share, low, high)
