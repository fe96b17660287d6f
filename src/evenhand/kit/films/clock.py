"""When a frame comes, in seconds from the film's first, however its timestamps lie.

Timestamps are claims. Where they leap, as they do when streams are cut together, time goes on from
where it was; where they are missing, frames are counted. What is looked at in a second therefore
has a limit from both sides: a film cannot hide frames by saying that they take no time.
"""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Final

BACK_MAX: Final = 10.0  # seconds; frames are stored out of order, but never by that much
AHEAD_MAX: Final = 3_600.0  # the longest one picture may stand


class FilmClock:
    """Turns the timestamps of packets into seconds."""

    def __init__(self, time_base: Fraction | None, rate: float) -> None:
        """Count in this unit; without a timestamp, each packet takes one frame's time."""
        self._unit = float(time_base) if time_base else 0.0
        self._frame = 1.0 / rate
        self._first: float | None = None
        self._shift = 0.0
        self.last = 0.0

    def at(self, timestamp: int | None) -> float:
        """Return when a packet's frame is shown, 0 for the first, and never before."""
        if timestamp is None or not self._unit:
            seconds = 0.0 if self._first is None else self.last + self._frame
            self._first = self._first or 0.0
        else:
            claimed = timestamp * self._unit
            if self._first is None:
                self._first = claimed
            seconds = claimed - self._first + self._shift
            if not -BACK_MAX < seconds - self.last < AHEAD_MAX:
                self._shift += self.last + self._frame - seconds
                seconds = self.last + self._frame
        seconds = max(0.0, seconds)
        self.last = max(self.last, seconds)
        return seconds

    @property
    def end(self) -> float:
        """Return when the last frame so far is over."""
        return self.last + self._frame if self._first is not None else 0.0


class Grid:
    """Chooses one frame for each so many seconds, and no fewer than their number asks for."""

    def __init__(self, seconds: float, rate: float) -> None:
        """Choose by seconds, or by counting frames at one and a half times the claimed rate."""
        self._every = seconds
        self._frames_max = math.ceil(1.5 * max(1.0, min(rate, 120.0)) * seconds)
        self._next = 0.0
        self._since = 0

    def takes(self, seconds: float) -> bool:
        """Tell whether this frame, which follows those asked about before, is chosen."""
        self._since += 1
        if seconds < self._next and self._since < self._frames_max:
            return False
        self._next = (math.floor(seconds / self._every + 1e-6) + 1) * self._every
        self._since = 0
        return True
