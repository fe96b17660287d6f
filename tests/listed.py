"""A list of hashes that stands in for the database, and hashes drawn at a wanted distance."""

from __future__ import annotations

import random
import uuid
from collections.abc import Sequence

from evenhand.banks.index import Changes, Everything, LiveIndex

BITS = 256


def drawn(dice: random.Random) -> str:
    """Draw a hash."""
    return f"{dice.getrandbits(BITS):064x}"


def changed(dice: random.Random, value: str, bits: int) -> str:
    """Draw a hash that differs in so many bits."""
    number = int(value, 16)
    for bit in dice.sample(range(BITS), bits):
        number ^= 1 << bit
    return f"{number:064x}"


def apart(one: str, other: str) -> int:
    """Count the bits in which two hashes differ."""
    return (int(one, 16) ^ int(other, 16)).bit_count()


class Listed:
    """Entries and a log of them, as the index reads them: the naive reference beside it."""

    def __init__(self) -> None:
        self.standing: dict[str, str] = {}
        self.log: list[str] = []

    def add(self, value: str) -> str:
        """Add an entry and log it."""
        entry = str(uuid.uuid4())
        self.standing[entry] = value
        self.log.append(entry)
        return entry

    def withdraw(self, entry: str) -> None:
        """Withdraw an entry and log it."""
        del self.standing[entry]
        self.log.append(entry)

    def near(self, value: str, distance: int) -> list[tuple[int, str]]:
        """Compare with every entry that stands, one by one."""
        found = ((apart(value, one), entry) for entry, one in self.standing.items())
        return sorted(pair for pair in found if pair[0] <= distance)

    def confirms(self, line: int, mark: str) -> bool | None:
        """Know one's own log."""
        if line > len(self.log):
            return None
        return line == 0 or self.log[line - 1] == mark

    def changes(self, line: int) -> Changes | None:
        """Tell what the log says from a line on."""
        if line >= len(self.log):
            return None
        told = dict.fromkeys(self.log[line:])
        stands = [(one, self.standing[one]) for one in told if one in self.standing]
        gone = [one for one in told if one not in self.standing]
        return Changes(len(self.log), self.log[-1], stands, gone)

    def everything(self) -> Everything:
        """Give all that stands, in two portions."""
        rows = list(self.standing.items())
        half = len(rows) // 2
        portions = [part for part in (rows[:half], rows[half:]) if part]
        return Everything(len(self.log), self.log[-1] if self.log else "", portions)


def matched(index: LiveIndex, values: Sequence[str], distance: int) -> list[list[tuple[int, str]]]:
    """Ask the index and give its answer as the reference does."""
    found = index.match(values, distance)
    return [[(near.distance, near.entry_id) for near in each] for each in found]
