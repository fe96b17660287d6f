"""What each day came to, counted once: the log only grows, so what was counted stays counted.

A process remembers the tally of every day, and up to which line of the log it has counted. Whoever
asks again has only the lines read that came since, and each goes to the day whose time it bears,
though that day has long passed: nothing rests on days being over. Where the last line counted is
no longer the one it was (a backup was restored), everything is counted anew.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from evenhand import ledger
from evenhand.db import ReadTx
from evenhand.transparency.catalogue import COUNTED_EVENTS
from evenhand.transparency.tables import Tally, count_days, together

_KEPT: Final = "transparency.days"
#: So many lines are read at once; they themselves are not kept, only what they came to.
PORTION_LINES: Final = 200_000


@dataclass
class _Days:
    """The days that were counted, up to a line and its hash. One thread at a time keeps it up."""

    size: int = 0
    last: str | None = None
    tallies: dict[date, Tally] = field(default_factory=dict)
    turn: threading.Lock = field(default_factory=threading.Lock)

    def keep_up(self, tx: ReadTx) -> Mapping[date, Tally]:
        """Count the lines that came since, and return every day.

        A day that gets more lines gets a new tally, so that nobody's changes while they read it.
        Whoever's view of the log is a moment older than another's is given what that one saw.
        """
        size = ledger.size(tx)
        with self.turn:
            if 0 < self.size <= size and ledger.leaf_at(tx, self.size - 1) != self.last:
                self.size, self.last, self.tallies = 0, None, {}
            for lines in portions(self.size, size):
                found = ledger.events(tx, COUNTED_EVENTS, lines=lines)
                for day, later in count_days(found).items():
                    self.tallies[day] = together([self.tallies.get(day, Tally()), later])
            if size > self.size:
                self.size, self.last = size, ledger.leaf_at(tx, size - 1)
            return dict(self.tallies)


def by_day(tx: ReadTx) -> Mapping[date, Tally]:
    """Return what each day came to for which there are lines, in UTC, as the log stands."""
    kept: _Days = tx.resources.memory.setdefault(_KEPT, _Days())
    return kept.keep_up(tx)


def portions(first: int, end: int, each: int = PORTION_LINES) -> Iterator[range]:
    """Cut the lines from one until before another into portions, in their order."""
    for begin in range(first, end, each):
        yield range(begin, min(begin + each, end))
