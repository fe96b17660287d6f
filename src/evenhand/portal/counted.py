"""A period is counted once for each length of the log, however often its page is opened."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from evenhand import ledger, transparency
from evenhand.bootstrap import House

KEPT_NUMBERS_MAX: Final = 32


@dataclass
class CountedOnce:
    """Numbers already counted, by period and length of the log: the log only ever grows."""

    kept: dict[tuple[int, datetime, datetime], transparency.Numbers] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def numbers(self, house: House, since: datetime, until: datetime) -> transparency.Numbers:
        """Count the period, or give what was counted while the log was as long as it is now."""
        key = (house.ask(ledger.size), since, until)
        with self.lock:
            found = self.kept.get(key)
        if found is None:
            found = house.ask(transparency.numbers, since=since, until=until)
            with self.lock:
                while len(self.kept) >= KEPT_NUMBERS_MAX:
                    self.kept.pop(next(iter(self.kept)))
                self.kept[key] = found
        return found
