"""The parts of a playlist are gone through as the one film they are.

Parts that share their beginning are read as one stretch of bytes, so that what goes on from one
into the next is decoded as a viewer's player does. A part that is gone is said at the end.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from evenhand.kit.films.budget import FilmLimits
from evenhand.kit.films.errors import DamagedFilm, FilmRefused, FilmTooLarge, PlaylistRefused
from evenhand.kit.films.film import Film, FilmFacts, Stretch, open_film
from evenhand.kit.films.frames import FilmFrame
from evenhand.kit.films.playlists import Part, Playlist, open_inside, read_playlist

_READ_BYTES_MAX: Final = 1 << 20
_GROUPS_MAX: Final = 500  # as many times may a playlist begin anew

_Way = Callable[[Film, int], Iterator[FilmFrame]]


@dataclass(frozen=True, slots=True)
class _Piece:
    """A stretch of bytes of a file, where it lies in the whole."""

    part: Part
    begin: int
    offset: int
    length: int


class Pieces:
    """Files of one folder, read as if they were one; the file in use is the only one open."""

    def __init__(self, folder: Path, parts: Sequence[Part]) -> None:
        """Measure the parts. Those that cannot be opened are left out, and counted."""
        self._folder = folder
        self._pieces: list[_Piece] = []
        self.size = self.missing = 0
        for part in parts:
            try:
                opened = open_inside(folder, part.name)
            except PlaylistRefused:
                self.missing += 1
                continue
            there = os.fstat(opened).st_size
            os.close(opened)
            rest = max(0, there - part.offset)
            length = rest if part.length is None else part.length
            self.missing += length > rest
            piece = _Piece(part, self.size, part.offset, min(length, rest))
            self._pieces.append(piece)
            self.size += piece.length
        self._at = 0
        self._number = 0
        self._open: tuple[int, int] | None = None

    def read(self, count: int = -1, /) -> bytes:
        """Read on, within one file at a time."""
        wanted = min(self.size - self._at, count if count >= 0 else self.size, _READ_BYTES_MAX)
        out = b""
        while len(out) < wanted:
            piece = self._piece()
            inside = self._at - piece.begin
            most = min(wanted - len(out), piece.length - inside)
            got = os.pread(self._descriptor(), most, piece.offset + inside)
            if not got:  # it became shorter while it was read
                break
            out += got
            self._at += len(got)
        return out

    def seek(self, offset: int, whence: int = 0, /) -> int:
        """Go to a place."""
        base = {0: 0, 1: self._at, 2: self.size}[whence]
        self._at = max(0, base + offset)
        return self._at

    def tell(self) -> int:
        """Return the place."""
        return self._at

    def close(self) -> None:
        """Close the file in use."""
        if self._open is not None:
            os.close(self._open[1])
            self._open = None

    def _piece(self) -> _Piece:
        """Find the file in which the place lies."""
        self._number = min(self._number, len(self._pieces) - 1)
        while self._at < self._pieces[self._number].begin:
            self._number -= 1
        while self._at >= self._pieces[self._number].begin + self._pieces[self._number].length:
            self._number += 1
        return self._pieces[self._number]

    def _descriptor(self) -> int:
        if self._open is None or self._open[0] != self._number:
            self.close()
            name = self._pieces[self._number].part.name
            self._open = self._number, open_inside(self._folder, name)
        return self._open[1]


class JoinedFilm:
    """Several films that follow on one another, gone through as one."""

    def __init__(self, films: Sequence[tuple[float, Film]], *, missing: int, others: int) -> None:
        """Join films, each with the second at which it begins; so many parts are missing.

        `others` is how many other variants of the film there are, which are not looked at.
        """
        self._films = films
        self._missing = missing
        self.others = others
        first = films[0][1].facts
        whole = not missing and all(film.facts.whole for _, film in films)
        self.facts: FilmFacts = replace(first, whole=whole)
        self.stretches: tuple[Stretch, ...] = ()
        self.until = 0.0
        self.stopped: str | None = None
        self.fed = self.given = 0

    def key_frames(self, *, apart: float = 1.0) -> Iterator[FilmFrame]:
        """Go through the key frames, as `Film.key_frames` does."""
        yield from self._each(lambda film, _: film.key_frames(apart=apart))

    def every(
        self, seconds: float = 1.0, *, within: AbstractSet[int] | None = None
    ) -> Iterator[FilmFrame]:
        """Go through the seconds, as `Film.every` does."""

        def way(film: Film, before: int) -> Iterator[FilmFrame]:
            mine = None if within is None else {each - before for each in within if each >= before}
            return film.every(seconds, within=mine)

        yield from self._each(way)

    def _each(self, way: _Way) -> Iterator[FilmFrame]:
        self.fed = self.given = 0
        self.stopped = None
        stretches: list[Stretch] = []
        fault = DamagedFilm(f"{self._missing} parts are missing") if self._missing else None
        for base, film in self._films:
            try:
                for frame in way(film, len(stretches)):
                    seconds = base + frame.seconds
                    number = frame.number + round(base * film.facts.rate)
                    yield replace(frame, seconds=seconds, number=number)
            except DamagedFilm as why:
                fault = fault or why
            self.fed, self.given = self.fed + film.fed, self.given + film.given
            self.until = base + film.until
            stretches += (Stretch(base + s.start, base + s.end) for s in film.stretches)
            self.stopped = film.stopped
            if self.stopped is not None:
                break
        self.stretches = tuple(stretches)
        if fault is not None and self.stopped is None:
            raise fault


@contextmanager
def open_playlist(path: Path, *, limits: FilmLimits) -> Iterator[JoinedFilm]:
    """Open the film that a playlist on disk lists. Raises a subclass of FilmRefused."""
    found = read_playlist(path)
    with ExitStack() as open_files:
        films: list[tuple[float, Film]] = []
        missing, size, base = 0, 0, 0.0
        fault: FilmRefused | None = None
        for group in _groups(found):
            pieces = Pieces(found.folder, group)
            open_files.callback(pieces.close)
            missing += pieces.missing
            size += pieces.size
            if size > limits.bytes_max:
                raise FilmTooLarge(size, limits.bytes_max)
            if not pieces.size:
                continue
            try:
                films.append((base, open_files.enter_context(open_film(pieces, limits=limits))))
            except FilmRefused as why:
                fault = fault or why
                missing += 1
            base += sum(part.seconds for part in group)
        if not films:
            raise fault or DamagedFilm("none of its parts can be opened")
        yield JoinedFilm(films, missing=missing, others=found.others)


def _groups(found: Playlist) -> Iterator[list[Part]]:
    """Put together the parts that are read as one, each group with what it begins with."""
    begun = itertools.count(1)
    key = 0

    def together(part: Part) -> tuple[int, Part | None]:
        nonlocal key
        key = next(begun) if part.anew else key
        return key, part.init

    groups = itertools.groupby(found.parts, together)
    for number, ((_, init), parts) in enumerate(groups):
        if number >= _GROUPS_MAX:
            raise PlaylistRefused(f"the playlist begins anew more than {_GROUPS_MAX} times")
        yield [*([init] if init is not None else []), *parts]
