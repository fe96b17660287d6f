"""What each day came to, counted once: the log only grows, so what was counted stays counted.

A process remembers the tally of every day, and up to which line of the log it has counted. Whoever
asks again has only the lines read that came since, and each goes to the day whose time it bears,
though that day has long passed: nothing rests on days being over. Where the lines that were
counted are no longer those of the log (a backup was restored), everything is counted anew.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Final

from evenhand import ledger
from evenhand.db import ReadTx
from evenhand.kit.clock import midnight
from evenhand.transparency.catalogue import COUNTED_EVENTS
from evenhand.transparency.tables import Tally, count_days, together

_KEPT: Final = "transparency.days"
#: So many lines are read at once; they themselves are not kept, only what they came to.
PORTION_LINES: Final = 200_000
MARKS_MAX: Final = 256


@dataclass
class _Days:
    """The days that were counted, up to a line. One thread at a time keeps them up.

    `marks` are hashes of lines that were counted, by how many lines had been counted with them:
    by them a log is known again.
    """

    size: int = 0
    marks: dict[int, str | None] = field(default_factory=dict)
    tallies: dict[date, Tally] = field(default_factory=dict)
    turn: threading.Lock = field(default_factory=threading.Lock)

    def keep_up(self, tx: ReadTx) -> Mapping[date, Tally]:
        """Count the lines that came since, and return every day.

        A day that gets more lines gets a new tally, so that nobody's changes while they read it.
        Whoever's view of the log is a moment older than another's is given what that one saw.
        """
        size = ledger.size(tx)
        with self.turn:
            if self.size and not self._knows(tx, size):
                self.size, self.marks, self.tallies = 0, {}, {}
            for lines in portions(self.size, size):
                found = ledger.events(tx, COUNTED_EVENTS, lines=lines)
                for day, later in count_days(found).items():
                    self.tallies[day] = together([self.tallies.get(day, Tally()), later])
                self.size = lines.stop
                self.marks[self.size] = ledger.leaf_at(tx, self.size - 1)
            self.marks = dict(list(self.marks.items())[-MARKS_MAX:])
            return dict(self.tallies)

    def _knows(self, tx: ReadTx, size: int) -> bool:
        """Tell whether a view of so many lines is of the log that was counted."""
        mark = max((one for one in self.marks if one <= size), default=0)
        return mark > 0 and ledger.leaf_at(tx, mark - 1) == self.marks[mark]


def by_day(tx: ReadTx) -> Mapping[date, Tally]:
    """Return what each day came to for which there are lines, in UTC, as the log stands."""
    kept: _Days = tx.resources.memory.setdefault(_KEPT, _Days())
    return kept.keep_up(tx)


def of_days(tx: ReadTx, *, since: datetime, until: datetime) -> Tally | None:
    """Return what whole days came to, the last exclusive; None where a time is not midnight."""
    first, end = since.astimezone(UTC).date(), until.astimezone(UTC).date()
    if (midnight(first), midnight(end)) != (since, until):
        return None
    found = by_day(tx)
    return together(found[day] for day in sorted(found) if first <= day < end)


def portions(first: int, end: int, each: int = PORTION_LINES) -> Iterator[range]:
    """Cut the lines from one until before another into portions, in their order."""
    for begin in range(first, end, each):
        yield range(begin, min(begin + each, end))
