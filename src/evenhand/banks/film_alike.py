"""What frames are compared with: every listed film that stands, by the runs of its frames.

Pure. The plain way is here; the index is tested against it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

from evenhand.banks.films import FrameHash, FrameRun, runs_of
from evenhand.banks.views import LiveEntry


@dataclass(frozen=True, slots=True)
class FrameLike:
    """A run of a listed film that a hash is like: how many bits apart, and which run of which."""

    distance: int
    entry: LiveEntry
    run: int


class FramesAlike(Protocol):
    """What frames are compared with: every listed film that stands."""

    @property
    def held(self) -> bool:
        """Tell whether any stands."""
        ...

    def match(self, hashes: Sequence[str], distance: int) -> list[list[FrameLike]]:
        """Return for each hash every run within the distance, nearest first."""
        ...

    def runs(self, entry_id: str) -> tuple[FrameRun, ...]:
        """Return the runs of a listed film; none when it is not there."""
        ...


@dataclass(frozen=True)
class FramesOneByOne:
    """Compares with each run in turn. Slow and plainly right: the index is tested against it."""

    films: tuple[tuple[LiveEntry, tuple[FrameHash, ...]], ...] = ()

    @property
    def held(self) -> bool:
        """Tell whether any stands."""
        return bool(self.films)

    def match(self, hashes: Sequence[str], distance: int) -> list[list[FrameLike]]:
        """Return for each hash every run within the distance, nearest first.

        Raises ValueError for a hash that is none.
        """
        return [self._near(int(each, 16), distance) for each in hashes]

    def runs(self, entry_id: str) -> tuple[FrameRun, ...]:
        """Return the runs of a listed film; none when it is not there."""
        return next((runs_of(frames) for one, frames in self.films if one.id == entry_id), ())

    @cached_property
    def _listed(self) -> list[tuple[int, LiveEntry, int]]:
        return [
            (int(run.bits, 16), entry, number)
            for entry, frames in self.films
            for number, run in enumerate(runs_of(frames))
        ]

    def _near(self, asked: int, distance: int) -> list[FrameLike]:
        near = [
            FrameLike(apart, entry, number)
            for bits, entry, number in self._listed
            if (apart := (asked ^ bits).bit_count()) <= distance
        ]
        return sorted(near, key=lambda like: (like.distance, like.entry.id, like.run))
