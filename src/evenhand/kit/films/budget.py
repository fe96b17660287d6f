"""What looking at a film may cost, and the only way its bytes reach a decoder.

Every read of a demuxer comes through here, so that neither its first search for tracks nor a
packet that claims to be endless can go on for longer, or take more memory, than was allowed.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Final, Protocol

from evenhand.kit.films.errors import FilmTooLarge, FilmTooManyParts, FilmTooManyPixels, FilmTooSlow

_STEP_BYTES_MAX: Final = 96_000_000  # between two packets: an index of 64 MB and one large frame
_READS_OF_ALL_MAX: Final = 8  # how often the whole file may be read over
_READS_AT_LEAST: Final = 64_000_000


class Readable(Protocol):
    """A file, or what reads like one: bytes that can be gone back in."""

    def read(self, count: int = -1, /) -> bytes:
        """Read on."""
        ...

    def seek(self, offset: int, whence: int = 0, /) -> int:
        """Go to a place and return it."""
        ...

    def tell(self) -> int:
        """Return the place."""
        ...


@dataclass(frozen=True, slots=True)
class FilmLimits:
    """How much of a film is looked at; every limit is inclusive.

    `seconds_max` is of the film, `wall_seconds_max` of whoever waits. Raises ValueError when a
    limit is not above 0.
    """

    bytes_max: int = 18_000_000
    pixels_max: int = 4_096 * 2_304  # of one frame
    side_max: int = 8_192
    frames_max: int = 500_000  # that are taken apart or decoded, in each pass over the film
    seconds_max: float = 6 * 3_600.0
    wall_seconds_max: float = 30.0

    def __post_init__(self) -> None:
        """Refuse limits that would switch a guard off."""
        each = (self.bytes_max, self.pixels_max, self.side_max, self.frames_max)
        if min(*each, self.seconds_max, self.wall_seconds_max) <= 0:
            raise ValueError("every limit of a film is above 0")

    def check_size(self, width: int, height: int) -> None:
        """Raise FilmTooManyPixels when a frame is over the limits."""
        if width * height > self.pixels_max or max(width, height) > self.side_max:
            raise FilmTooManyPixels(width, height)


class Watched:
    """A film's bytes as a demuxer reads them, counted and timed. Nothing else can be opened."""

    def __init__(self, file: Readable, size: int, limits: FilmLimits) -> None:
        """Watch a file of so many bytes. The time begins now. Raises FilmTooLarge."""
        if size > limits.bytes_max:
            raise FilmTooLarge(size, limits.bytes_max)
        self.size = size
        self._file = file
        self._until = time.perf_counter() + limits.wall_seconds_max
        self._left = max(_READS_AT_LEAST, _READS_OF_ALL_MAX * size)
        self._step = 0

    def read(self, count: int = -1) -> bytes:
        """Read on. Raises FilmTooSlow, FilmTooManyParts."""
        self.check()
        data = self._file.read(count)
        self._step += len(data)
        self._left -= len(data)
        if self._step > _STEP_BYTES_MAX:
            raise FilmTooManyParts("one part of it takes more bytes than any frame")
        if self._left < 0:
            raise FilmTooSlow("it was read over again and again")
        return data

    def seek(self, offset: int, whence: int = 0) -> int:
        """Go to a place in the file. Raises FilmTooSlow."""
        self.check()
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        """Return the place in the file."""
        return self._file.tell()

    def next_step(self) -> None:
        """Count anew: a packet was handed over. Raises FilmTooSlow."""
        self._step = 0
        self.check()

    def check(self) -> None:
        """Raise FilmTooSlow when the time is over."""
        if time.perf_counter() > self._until:
            raise FilmTooSlow("the time for looking at it was over")
