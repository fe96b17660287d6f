"""How often something is so in a whole, from a random sample of each of its parts.

The interval is Wilson's (1927), carried over to strata: it holds every rate that a score test does
not refuse, where each stratum's own rate is the likeliest under that rate (restricted maximum
likelihood: Miettinen and Nurminen 1985). With one stratum it is Wilson's interval exactly. What was
counted in full adds no doubt (finite population correction: Cochran 1977, §2.6). Pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, sqrt
from typing import Final

import numpy as np
import numpy.typing as npt

from evenhand.kit.intervals import Z_95, Share

Floats = npt.NDArray[np.float64]

_DOUBLINGS: Final = 80
_HALVINGS: Final = 60


@dataclass(frozen=True, slots=True)
class Cell:
    """One stratum: how many it holds in all, how many of them were looked at, how many hit.

    `size` may be an estimate: of a part of a stratum, it is the stratum's size in proportion.
    """

    size: float
    of: int
    hits: int


@dataclass(frozen=True, slots=True)
class Ratio:
    """How many times as often; `high` None: without end, because the other may be nil."""

    value: float
    low: float
    high: float | None


def estimate(cells: Sequence[Cell]) -> Share | None:
    """Return the share of the whole with its 95 % interval; None when nothing was looked at.

    `hits` and `of` are plain counts; `value` weighs every stratum by its size. Raises ValueError
    for counts that no sample has.
    """
    for cell in cells:
        if not 0 <= cell.hits <= cell.of or cell.of > cell.size + 0.5:
            raise ValueError(f"{cell} is no stratum")
    seen = [cell for cell in cells if cell.of]
    if not seen:
        return None
    hits = np.array([[cell.hits for cell in seen]], dtype=np.float64)
    of = np.array([cell.of for cell in seen], dtype=np.float64)
    sizes = np.array([cell.size for cell in seen], dtype=np.float64)
    value, low, high = stratified_wilson(hits, of, sizes)
    counted = int(hits.sum()), int(of.sum())
    return Share(*counted, float(value[0]), float(low[0]), float(high[0]))


def stratified_wilson(hits: Floats, of: Floats, sizes: Floats) -> tuple[Floats, Floats, Floats]:
    """Return (share, low, high) for many samples at once: `hits` has a row for each sample.

    `of` and `sizes` have a number for each stratum, and every stratum was looked at.
    """
    weights = sizes / sizes.sum()
    left = np.clip((sizes - of) / np.maximum(sizes - 1, 1), 0.0, 1.0)
    share = np.asarray((weights * hits / of).sum(axis=1))
    problem = _Problem(hits, of, weights, left, share)
    return share, problem.bound(1.0), problem.bound(-1.0)


@dataclass(frozen=True)
class _Problem:
    """The bounds lie on one line of rates, told apart by how hard the rates are pulled."""

    hits: Floats
    of: Floats
    weights: Floats
    left: Floats
    share: Floats

    def bound(self, side: float) -> Floats:
        """Return the lowest (1) or the highest (-1) rate of the whole that is not refused."""
        inner = np.zeros_like(self.share)
        outer = np.ones_like(self.share)
        for _ in range(_DOUBLINGS):
            within = self._within(side * outer)
            if not within.any():
                break
            outer = np.where(within, outer * 2, outer)
        for _ in range(_HALVINGS):
            middle = (inner + outer) / 2
            within = self._within(side * middle)
            inner, outer = np.where(within, middle, inner), np.where(within, outer, middle)
        bound: Floats = (self.weights * self._rates(side * inner)).sum(axis=1)
        return bound.clip(0.0, 1.0)

    def _within(self, pull: Floats) -> npt.NDArray[np.bool_]:
        """Tell which pulls give a rate that the score test does not refuse."""
        rates = self._rates(pull)
        off = self.share - (self.weights * rates).sum(axis=1)
        spread = (self.weights**2 * self.left * rates * (1 - rates) / self.of).sum(axis=1)
        allowed: npt.NDArray[np.bool_] = off**2 <= Z_95**2 * spread
        return allowed

    def _rates(self, pull: Floats) -> Floats:
        """Return the likeliest rates under a pull: roots of x/p - (n - x)/(1 - p) = pull·w.

        A stratum that was counted in full is not pulled: its rate is known.
        """
        pulled = pull[:, None] * np.where(self.left > 0, self.weights, 0.0)
        total = self.of + pulled
        root = np.sqrt(np.maximum(total**2 - 4 * pulled * self.hits, 0.0))
        plus = np.where(total > 0, total + root, 1.0)
        below = np.where(pulled != 0, 2 * pulled, 1.0)
        rates = np.where(total > 0, 2 * self.hits / plus, (total - root) / below)
        return np.clip(rates, 0.0, 1.0)


def ratio(one: Share, other: Share) -> Ratio | None:
    """Say how many times as often one is as the other, with a 95 % interval; None without either.

    The interval is recovered from both intervals (MOVER: Donner and Zou 2012), so that each may
    come from strata or not. None when the other was never seen, which leaves nothing to divide by.
    """
    if other.value == 0:
        return None
    p, q = one.value, other.value
    both = (p * q) ** 2
    under = other.high * (2 * q - other.high)
    low = (p * q - sqrt(max(both - one.low * (2 * p - one.low) * under, 0.0))) / under
    above = other.low * (2 * q - other.low)
    high = inf
    if above > 0:
        high = (p * q + sqrt(max(both - one.high * (2 * p - one.high) * above, 0.0))) / above
    return Ratio(p / q, max(0.0, low), None if high == inf else high)
