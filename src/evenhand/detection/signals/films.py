"""Which listed films a film is like, where in it, and how much of each.

Frames are compared as pictures are, turned and mirrored too, within 31 of 256 bits. How much of a
film matches says little when a short clip lies in a long one, so beside both shares stands the
longest passage: consecutive frames that are all like the same listed film.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from evenhand.banks import (
    EntryRefused,
    FrameHash,
    FrameLike,
    FrameRun,
    FramesAlike,
    LiveEntry,
    read_frames,
    runs_of,
    vpdq_lines,
)
from evenhand.detection.signals.interface import Near, NotAValue
from evenhand.detection.signals.pdq import DISTANCE_MATCH_MAX
from evenhand.detection.signals.pdq_fast import Orientation
from evenhand.detection.signals.pdq_looks import Look

RING_TWO_MAX: Final = 63
"""So far apart, two frames are worth a second look, and no match."""

ENTRIES_MAX: Final = 100
"""A title card that a thousand listed films begin with says no more than a hundred of them."""

_BLOCK: Final = 4_096


@dataclass(frozen=True, slots=True)
class SeenFrame:
    """A frame of a film that is looked at: its hash, and every way in which it is compared."""

    hash: FrameHash
    looks: tuple[Look, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class SeenRun:
    """Consecutive frames that look the same: the first stands for all, which are counted."""

    head: SeenFrame
    start: float
    end: float
    frames: int


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of a film, in seconds, whose frames are all like one listed film.

    `distance` is the nearest any of them came, and how it was turned then. `listed_start` and
    `listed_end` are where in the listed film they lie.
    """

    start: float
    end: float
    frames: int
    distance: int
    orientation: Orientation
    trimmed: bool
    listed_start: float
    listed_end: float


@dataclass(frozen=True, slots=True)
class FilmMatch:
    """An entry that a film is like: shares from 0 to 1, and the passages, in order of time."""

    entry: LiveEntry
    of_film: float
    of_listed: float
    passages: tuple[Passage, ...]

    @property
    def distance(self) -> int:
        """Return the nearest that any frame came."""
        return min(one.distance for one in self.passages)

    @property
    def longest(self) -> Passage:
        """Return the longest passage, the earliest of several."""
        return max(self.passages, key=lambda one: (one.frames, one.end - one.start, -one.start))


@dataclass(frozen=True, slots=True)
class Hit:
    """The nearest that a run came to an entry, and which of the entry's runs are near at all."""

    distance: int
    look: Look
    orientation: Orientation
    runs: frozenset[int]


def runs_seen(frames: Iterable[SeenFrame]) -> tuple[SeenRun, ...]:
    """Put together consecutive usable frames that hardly differ; others are passed over."""
    usable = [one for one in frames if one.hash.usable]
    seen: list[SeenRun] = []
    at = 0
    for run in runs_of(one.hash for one in usable):
        seen.append(SeenRun(usable[at], run.start, run.end, run.frames))
        at += run.frames
    return tuple(seen)


def hashes_of(runs: Iterable[SeenRun]) -> Iterator[tuple[int, Look, Orientation, str]]:
    """Give every hash that is compared: of which run, by which look, turned how."""
    for number, run in enumerate(runs):
        for look in run.head.looks:
            for orientation, bits in zip(Orientation, look.bits, strict=True):
                yield number, look, orientation, bits.tobytes().hex()


def hits_among(
    asked: Sequence[tuple[int, Look, Orientation, str]], found: Sequence[Sequence[FrameLike]]
) -> dict[LiveEntry, dict[int, Hit]]:
    """Sort what was found by entry and run; of each run the nearest counts, the plainest first."""
    hits: dict[LiveEntry, dict[int, Hit]] = {}
    for (number, look, orientation, _), near in zip(asked, found, strict=True):
        for like in near:
            mine = hits.setdefault(like.entry, {})
            before = mine.get(number)
            runs = (before.runs if before else frozenset()) | {like.run}
            if before is None or like.distance < before.distance:
                mine[number] = Hit(like.distance, look, orientation, runs)
            else:
                mine[number] = Hit(before.distance, before.look, before.orientation, runs)
    return hits


def matches(
    runs: Sequence[SeenRun],
    hits: Mapping[LiveEntry, Mapping[int, Hit]],
    listed: Mapping[str, Sequence[FrameRun]],
) -> list[FilmMatch]:
    """Say of each entry how much of both films matches, and where; the longest passage first."""
    seconds = sum(run.frames for run in runs)
    made = []
    for entry, mine in hits.items():
        theirs = listed.get(entry.id, ())
        near = frozenset[int]().union(*(hit.runs for hit in mine.values()))
        of_listed = sum(theirs[at].frames for at in near if at < len(theirs))
        made.append(
            FilmMatch(
                entry,
                of_film=sum(runs[at].frames for at in mine) / max(1, seconds),
                of_listed=of_listed / max(1, sum(run.frames for run in theirs)),
                passages=tuple(_passages(runs, mine, theirs)),
            )
        )
    return sorted(made, key=lambda one: (-one.longest.frames, one.distance, one.entry.id))


def _passages(
    runs: Sequence[SeenRun], hits: Mapping[int, Hit], listed: Sequence[FrameRun]
) -> Iterator[Passage]:
    """Put together runs that follow on one another and are all near."""
    together: list[int] = []
    for number in (*sorted(hits), len(runs) + 1):
        if together and number != together[-1] + 1:
            nearest = min((hits[at] for at in together), key=lambda hit: hit.distance)
            theirs = [listed[at] for one in together for at in hits[one].runs if at < len(listed)]
            yield Passage(
                start=runs[together[0]].start,
                end=runs[together[-1]].end,
                frames=sum(runs[at].frames for at in together),
                distance=nearest.distance,
                orientation=nearest.orientation,
                trimmed=nearest.look.trimmed,
                listed_start=min((run.start for run in theirs), default=0.0),
                listed_end=max((run.end for run in theirs), default=0.0),
            )
            together = []
        together.append(number)


def compared_with(runs: Sequence[SeenRun], films: FramesAlike) -> list[FilmMatch]:
    """Compare a film with every listed one; of very many that are near, the nearest count.

    Raises ValueError when the look-up does.
    """
    asked = list(hashes_of(runs))
    hits = hits_among(asked, films.match([each[3] for each in asked], DISTANCE_MATCH_MAX))
    most = sorted(hits, key=lambda entry: (-len(hits[entry]), entry.id))[:ENTRIES_MAX]
    listed = {entry.id: films.runs(entry.id) for entry in most}
    return matches(runs, {entry: hits[entry] for entry in most}, listed)


class FilmSignal:
    """Compares a listed film, as vPDQ writes it, with the frames that were seen.

    The distance is that of the two nearest frames, in bits; beyond 31 there is no match.
    """

    name: Final = "video"
    version: Final = "1"

    def normalised(self, value: str) -> str:
        """Return a film's frames as lines of `frame,quality,hash,timestamp`. Raises NotAValue."""
        return vpdq_lines(_read(value))

    def distance(self, listed: str, seen: Sequence[FrameHash]) -> float | None:
        """Return how far apart the two nearest frames are. The plain reference."""
        theirs = [int(run.bits, 16) for run in runs_of(_read(listed))]
        mine = [int(run.bits, 16) for run in runs_of(seen)]
        least = min(((a ^ b).bit_count() for a in theirs for b in mine), default=None)
        return None if least is None or least > DISTANCE_MATCH_MAX else float(least)

    def among(self, listed: Mapping[str, str]) -> FilmLookup:
        """Make listed films, by id, ready for looking up. Raises NotAValue."""
        return FilmLookup({id_: runs_of(_read(value)) for id_, value in listed.items()})


class FilmLookup:
    """Listed films side by side in memory; banks that are too large for it have an index."""

    def __init__(self, listed: Mapping[str, Sequence[FrameRun]]) -> None:
        """Lay out the runs of every film."""
        self._ids = list(listed)
        self._owner = np.repeat(np.arange(len(listed)), [len(runs) for runs in listed.values()])
        self._words = _words(run.bits for runs in listed.values() for run in runs)

    def near(self, seen: Sequence[FrameHash]) -> list[Near]:
        """Return every listed film that was found, nearest first."""
        least = np.full(len(self._ids), 257, np.int64)
        mine = _words(run.bits for run in runs_of(seen))
        for at in range(0, len(self._words), _BLOCK):
            block = self._words[at : at + _BLOCK, None, :] ^ mine[None]
            apart = np.bitwise_count(block).sum(axis=2, dtype=np.int64)
            nearest = apart.min(axis=1, initial=257)
            np.minimum.at(least, self._owner[at : at + _BLOCK], nearest)
        near = np.flatnonzero(least <= DISTANCE_MATCH_MAX).tolist()
        return sorted(Near(float(least[at]), self._ids[at]) for at in near)


def _words(hashes: Iterable[str]) -> NDArray[np.uint64]:
    raw = bytes.fromhex("".join(hashes))
    return np.frombuffer(raw, np.uint64).reshape(-1, 4)


def _read(value: str) -> tuple[FrameHash, ...]:
    try:
        return read_frames(value)
    except EntryRefused as why:
        raise NotAValue(why.why) from why
