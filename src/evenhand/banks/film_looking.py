"""Frames are found through an index of their own, which follows the ledger as pictures' does.

An entry's film has a number; a row of the index is known by that number and by which run of the
film it is. Whoever looks sees what stood when their view began, or later.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from evenhand.banks import film_store, matching
from evenhand.banks.film_alike import FrameLike
from evenhand.banks.film_store import StoredFilm
from evenhand.banks.films import FrameRun, runs_of
from evenhand.banks.index import IndexDamaged, LiveIndex, Near
from evenhand.banks.looking import Following
from evenhand.banks.model import EntryKind
from evenhand.db import ReadTx

FOLDER: Final = "frames-1"
"""Where the index lies; the number changes with what a run is."""

Rows = list[tuple[str, str]]


@dataclass(frozen=True)
class FollowingFilms(Following):
    """The database, as the index of frames needs it."""

    kind: ClassVar[EntryKind] = EntryKind.VIDEO

    def now(self, ids: Sequence[str]) -> tuple[Rows, list[str]]:
        """Return the runs of films that stand among some entries, and those gone."""
        standing, gone = film_store.films_now(self.tx, ids)
        rows = [row for film in standing for row in _rows(film)]
        return rows, [row for film in gone for row, _ in _rows(film)]

    def portions(self) -> Iterator[Rows]:
        """Return the runs of every film that stands."""
        for films in film_store.films_in_portions(self.tx):
            yield [row for film in films for row in _rows(film)]


@dataclass(frozen=True)
class IndexedFrames:
    """Compares frames' hashes with every listed film that stands, through the index."""

    tx: ReadTx

    @property
    def held(self) -> bool:
        """Tell whether any stands."""
        return matching.any_standing(self.tx, EntryKind.VIDEO)

    def match(self, hashes: Sequence[str], distance: int) -> list[list[FrameLike]]:
        """Return for each hash every run within the distance, nearest first.

        Raises ValueError for a hash that is none, or a distance above 63.
        """
        near = self._near(hashes, distance)
        numbers = {_number_of(one)[0] for found in near for one in found}
        ids = film_store.entries_numbered(self.tx, sorted(numbers))
        entries = matching.standing_with_ids(self.tx, list(ids.values())) if ids else {}
        return [
            sorted(
                (
                    FrameLike(one.distance, entries[ids[number]], run)
                    for one in found
                    for number, run in (_number_of(one),)
                    if ids.get(number) in entries
                ),
                key=lambda like: (like.distance, like.entry.id, like.run),
            )
            for found in near
        ]

    def runs(self, entry_id: str) -> tuple[FrameRun, ...]:
        """Return the runs of a listed film; none when it is not there."""
        return runs_of(film_store.load_film(self.tx, entry_id))

    def _near(self, hashes: Sequence[str], distance: int) -> list[list[Near]]:
        index = frames_caught_up(self.tx)
        try:
            return index.match(hashes, distance)
        except IndexDamaged:
            return frames_caught_up(self.tx).match(hashes, distance)  # it was made anew


def frames_caught_up(tx: ReadTx) -> LiveIndex:
    """Return this process's index of frames, brought to what the database says now."""
    index = tx.resources.frames
    assert isinstance(index, LiveIndex), "the house was opened without an index of frames"
    index.catch_up(FollowingFilms(tx))
    return index


def _rows(film: StoredFilm) -> Rows:
    """Give each run of a film its id in the index."""
    return [
        (f"{film.number:016x}{at:016x}", run.bits) for at, run in enumerate(runs_of(film.frames))
    ]


def _number_of(near: Near) -> tuple[int, int]:
    """Read the number of the film, and which run of it, out of a row's id."""
    plain = near.entry_id.replace("-", "")
    return int(plain[:16], 16), int(plain[16:], 16)
