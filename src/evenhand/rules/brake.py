"""When a rule fires far more than it did on the past, or people overturn it, it does less.

Both are judged by what was measured before, and neither is silent: whoever keeps the rules sees
what tripped and which items to look at again. Pure: counts in, a reason out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

HITS_MIN: Final = 20
"""So few hits in an hour never trip it: a quiet rule may have a busy hour."""
TIMES_BUSY_HOUR: Final = 10
TIMES_MEAN: Final = 50
UNKNOWN_HITS_MAX: Final = 100
"""What an hour may have when the past has told nothing."""
SETTLED_MIN: Final = 20
OVERTURNED_MAX: Final = 0.3


@dataclass(frozen=True, slots=True)
class Tripped:
    """What tripped: as a code for the record, and in words."""

    code: str
    says: str


def hits_max(baseline: dict[str, Any] | None) -> int:
    """Return how many hits an hour may have, from the last trial on the past.

    Ten times its busiest hours (the 99.9th percentile), but never fewer than twenty.
    """
    if not baseline or not baseline.get("hours"):
        return UNKNOWN_HITS_MAX
    busy = TIMES_BUSY_HOUR * float(baseline["hits_in_busy_hour"])
    mean = TIMES_MEAN * float(baseline["hits_per_hour"])
    return int(max(HITS_MIN, min(busy, mean) if busy and mean else max(busy, mean)))


def fires_too_much(hits: int, baseline: dict[str, Any] | None) -> Tripped | None:
    """Say so when an hour has more hits than it may."""
    most = hits_max(baseline)
    if hits <= most:
        return None
    return Tripped("too_many_hits", f"it fired {hits} times within an hour; {most} were expected")


def is_overturned(settled: int, overturned: int) -> Tripped | None:
    """Say so when people overturn too large a share of what it did."""
    if settled < SETTLED_MIN or overturned <= OVERTURNED_MAX * settled:
        return None
    says = f"people overturned {overturned} of the last {settled} things it did"
    return Tripped("overturned", says)
