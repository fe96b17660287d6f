"""A file that kills whoever looks at it is found by looking at it alone, and is then failed.

Nothing is given up because a worker died: what it had in hand is done again, file by file. Only a
file that was alone with a worker that died, twice, answers for it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from evenhand.detection import Answer
from evenhand.sweep.model import Outcome, Partition, Sort
from evenhand.sweep.ports import Result

DEATHS_MAX: Final = 2


@dataclass
class Pieces:
    """A partition that is done again file by file, and what came of its files so far."""

    whole: Partition
    done: dict[tuple[bytes, int], Result] = field(default_factory=dict)

    def result(self) -> list[Result] | None:
        """Return the outcomes of all its files in their order, or None while some are missing."""
        found = [self.done.get((file.name, file.nth)) for file in self.whole.files]
        return [each for each in found if each is not None] if all(found) else None


@dataclass
class Blame:
    """Which partitions are done again, and which files were alone with a worker that died."""

    pieces: dict[int, Pieces] = field(default_factory=dict)
    deaths: dict[tuple[int, bytes, int], int] = field(default_factory=dict)

    def died(self, partition: Partition, why: str) -> list[Partition]:
        """Return what to do again after the worker that had a partition in hand died.

        A file that has had its last chance is failed; `finished` then may give its partition back.
        """
        if len(partition.files) > 1:
            return self._apart(partition)
        pieces = self.pieces.setdefault(partition.number, Pieces(partition))
        (file,) = partition.files
        key = (partition.number, file.name, file.nth)
        self.deaths[key] = self.deaths.get(key, 0) + 1
        if self.deaths[key] < DEATHS_MAX:
            return [partition]
        says = f"Looking at it failed: {why}."
        pieces.done[file.name, file.nth] = Outcome(
            file.name,
            file.nth,
            Sort.OTHER,
            Answer.FAILED,
            says[:300],
            looked="died",
            digests={},
            size=file.size,
            again=True,
        )
        return []

    def took(self, partition: Partition, outcomes: list[Result]) -> None:
        """Take what came of a partition, or of a piece of one."""
        pieces = self.pieces.setdefault(partition.number, Pieces(partition))
        pieces.done |= {(one.name, one.nth): one for one in outcomes}

    def finished(self, number: int) -> tuple[Partition, list[Result]] | None:
        """Give a partition back once every file of it has an outcome."""
        pieces = self.pieces.get(number)
        result = pieces.result() if pieces else None
        if pieces is None or result is None:
            return None
        del self.pieces[number]
        return pieces.whole, result

    def _apart(self, partition: Partition) -> list[Partition]:
        self.pieces.setdefault(partition.number, Pieces(partition))
        return [Partition(partition.number, (file,)) for file in partition.files]
