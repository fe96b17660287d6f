"""How far people agree beyond chance: Krippendorff's alpha for names without an order.

Any number of people may answer any part of the units: what somebody left out is None. Krippendorff,
"Computing Krippendorff's Alpha-Reliability" (2011); the worked examples there are tests. Pure.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Agreement:
    """Alpha (1: all agree, 0: as chance would have it, below: worse), and what it rests on.

    `units` counts those that two people or more answered; `differ` those where not all agree.
    """

    alpha: float | None
    units: int
    differ: int


def agreement(units: Sequence[Sequence[Hashable | None]]) -> Agreement:
    """Return the agreement over units, each a list of answers; a unit answered once says nothing.

    Alpha is None when nothing can be compared, and when everybody always said the same: then
    nobody can know whether they would tell apart what differs.
    """
    answered = [[each for each in unit if each is not None] for unit in units]
    pairable = [unit for unit in answered if len(unit) > 1]
    named = Counter(each for unit in pairable for each in unit)
    total = named.total()
    differ = sum(len(set(unit)) > 1 for unit in pairable)
    # Pairs of different answers: within units, each person once; and over all, as chance has it.
    observed = sum(
        (len(unit) ** 2 - sum(n * n for n in Counter(unit).values())) / (len(unit) - 1)
        for unit in pairable
    )
    expected = total * total - sum(n * n for n in named.values())
    if expected == 0:
        return Agreement(None, len(pairable), differ)
    return Agreement(1 - (total - 1) * observed / expected, len(pairable), differ)
