"""How a film is looked at: key frames first, and every second where that is not enough.

Decoding is what costs, and key frames are a small part of it. They are enough when they are close
together and none of them is anywhere near something listed. Otherwise the film is gone through
again with a frame for each second: only where key frames are far apart, or all of it when one came
near. What was not looked at, and why, is part of the answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import islice
from typing import Final

from evenhand.banks import FrameHash, FrameLike, FrameRun, FramesOneByOne, Snapshot
from evenhand.detection.signals.films import (
    RING_TWO_MAX,
    FilmMatch,
    SeenFrame,
    SeenRun,
    compared_with,
    hashes_of,
    hits_among,
    matches,
    runs_seen,
)
from evenhand.detection.signals.pdq import DISTANCE_MATCH_MAX, NoPdqHash
from evenhand.detection.signals.pdq_fast import pdq_of
from evenhand.detection.signals.pdq_kept import kept
from evenhand.detection.signals.pdq_looks import looks_at
from evenhand.kit.films import Film, FilmFacts, FilmFrame, FilmRefused, JoinedFilm
from evenhand.kit.luma import SIDE_MIN, LumaFrame, LumaPlane

STRETCH_SECONDS_MAX: Final = 4.0
"""Key frames further apart than this leave room for a scene that none of them shows."""

LOOKS_KEPT_MAX: Final = 600
"""Of 128 bytes each: ten minutes of which every second shows something else take 77 kB."""

_NO_HASH: Final = "0" * 64


class Sampling(StrEnum):
    """Which frames of a film were looked at."""

    KEY_FRAMES = "key_frames"
    EVERY_SECOND = "every_second"


class Closer(StrEnum):
    """Why key frames were not enough."""

    NO_KEY_FRAMES = "what it calls key frames are none"
    FAR_APART = "its key frames are far apart"
    NEAR = "a frame came near something listed"
    ASKED = "it was asked for"


@dataclass(frozen=True, slots=True)
class HashedFilm:
    """A film's frames, one for each second. `stopped` and `fault` say what is missing."""

    facts: FilmFacts
    frames: tuple[FrameHash, ...]
    until: float
    stopped: str | None = None
    fault: FilmRefused | None = None


@dataclass(frozen=True, slots=True)
class FilmLook:
    """What looking at a film came to.

    `films` and `stills` are the listed films and pictures it is like. `until` is how far it was
    looked at, in seconds; `stopped` names the limit that ended it there, `fault` what could not be
    opened, `others` how many other variants of it there are. `kept` are the hashes of the scenes
    that were seen, as `signals.pdq_kept` writes them, for what is listed later.
    """

    facts: FilmFacts
    sampling: Sampling
    closer: Closer | None
    frames: tuple[FrameHash, ...]
    films: tuple[FilmMatch, ...]
    stills: tuple[FilmMatch, ...]
    until: float
    stopped: str | None = None
    fault: FilmRefused | None = None
    others: int = 0
    kept: bytes = field(default=b"", repr=False)

    @property
    def compared(self) -> bool:
        """Tell whether any frame had enough in it to be compared."""
        return any(frame.usable for frame in self.frames)


def hash_film(film: Film | JoinedFilm) -> HashedFilm:
    """Hash a frame for each second, as a bank lists a film (vPDQ)."""
    frames: list[FrameHash] = []
    fault = None
    try:
        for frame in film.every():
            frames.append(_hashed(frame, frame.luma()))
    except FilmRefused as why:
        fault = why
    return HashedFilm(film.facts, tuple(frames), film.until, film.stopped, fault)


def look_at_film(
    film: Film | JoinedFilm,
    bank: Snapshot,
    *,
    deep: bool = False,
    watch: Callable[[float], None] | None = None,
) -> FilmLook:
    """Compare a film with every listed film and picture; `deep` looks at every second at once.

    `watch` is told how far the look has come, in seconds of the film.
    """
    return _Looking(film, bank, watch or _ignored).look(deep=deep)


class _Looking:
    """One look at one film."""

    def __init__(
        self, film: Film | JoinedFilm, bank: Snapshot, watch: Callable[[float], None]
    ) -> None:
        self._film = film
        self._watch = watch
        self._films = bank.frames or FramesOneByOne()
        self._stills = bank.index
        self._fault: FilmRefused | None = None

    def look(self, *, deep: bool) -> FilmLook:
        """Look as closely as is needed."""
        film = self._film
        seen = [] if deep else self._seen(film.key_frames())
        until, stopped = film.until, film.stopped
        sampling, closer = Sampling.KEY_FRAMES, Closer.ASKED if deep else None
        if closer is None and stopped is None:
            closer, seen = self._closer(seen)
        if closer is not None and closer is not Closer.FAR_APART:
            sampling = Sampling.EVERY_SECOND
            seen = _merged(seen, self._seen(film.every()))
            until, stopped = film.until, film.stopped
        runs = runs_seen(seen)
        return FilmLook(
            film.facts,
            sampling,
            closer,
            tuple(one.hash for one in seen),
            films=tuple(compared_with(runs, self._films)),
            stills=tuple(self._pictures(runs)),
            until=until,
            stopped=stopped,
            fault=self._fault,
            others=film.others if isinstance(film, JoinedFilm) else 0,
            kept=_kept(runs),
        )

    def _closer(self, seen: list[SeenFrame]) -> tuple[Closer | None, list[SeenFrame]]:
        """Say why to look at every second, if that is needed.

        Where only some key frames are far apart, what lies between those is looked at here.
        """
        film = self._film
        if not seen or film.given < film.fed:
            return Closer.NO_KEY_FRAMES, seen
        if self._near(seen):
            return Closer.NEAR, seen
        far = {at for at, one in enumerate(film.stretches) if one.seconds > STRETCH_SECONDS_MAX}
        if not far:
            return None, seen
        between = self._seen(film.every(within=far))
        both = _merged(seen, between)
        return (Closer.NEAR if self._near(between) else Closer.FAR_APART), both

    def _seen(self, frames: Iterable[FilmFrame]) -> list[SeenFrame]:
        """Hash frame after frame; what ends it is kept, and so is what was seen before."""
        seen: list[SeenFrame] = []
        try:
            for frame in frames:
                self._watch(frame.seconds)
                plane = frame.luma(side_min=SIDE_MIN)
                whole = LumaFrame(1, 1, self._film.facts.media_type, plane)
                seen.append(SeenFrame(_hashed(frame, plane), tuple(looks_at(whole))))
        except FilmRefused as why:
            self._fault = self._fault or why
        return seen

    def _near(self, seen: Sequence[SeenFrame]) -> bool:
        """Tell whether any frame is like something listed, or not far from it."""
        runs = runs_seen(seen)
        asked = [bits for *_, bits in hashes_of(runs)]
        plain = [run.head.hash.bits for run in runs]
        return any(
            found
            for hashes, distance in ((asked, DISTANCE_MATCH_MAX), (plain, RING_TWO_MAX))
            for alike in (self._films, self._stills)
            for found in alike.match(hashes, distance)
        )

    def _pictures(self, runs: Sequence[SeenRun]) -> list[FilmMatch]:
        """Compare frames with listed pictures: a still may be all that is known of a film."""
        asked = list(hashes_of(runs))
        found = self._stills.match([each[3] for each in asked], DISTANCE_MATCH_MAX)
        likes = [[FrameLike(one.distance, one.entry, 0) for one in each] for each in found]
        hits = hits_among(asked, likes)
        return matches(
            runs, hits, {entry.id: (FrameRun(entry.value, 0.0, 0.0, 1),) for entry in hits}
        )


def _hashed(frame: FilmFrame, plane: LumaPlane) -> FrameHash:
    made = pdq_of(plane)
    seconds = round(frame.seconds, 3)
    if isinstance(made, NoPdqHash):
        return FrameHash(frame.number, 0, _NO_HASH, seconds)
    return FrameHash(frame.number, made.quality, made.bits, seconds)


def _kept(runs: Sequence[SeenRun]) -> bytes:
    """Keep the plainest look of every scene, then the others, until it is enough."""
    ways = max((len(run.head.looks) for run in runs), default=0)
    looks = (
        run.head.looks[way] for way in range(ways) for run in runs if way < len(run.head.looks)
    )
    return b"".join(kept(look.bits) for look in islice(looks, LOOKS_KEPT_MAX))


def _merged(some: Iterable[SeenFrame], more: Iterable[SeenFrame]) -> list[SeenFrame]:
    """Put frames in the order in which they are shown, each place once."""
    at = {one.hash.seconds: one for one in (*more, *some)}
    return [at[seconds] for seconds in sorted(at)]


def _ignored(_seconds: float) -> None:
    """Nobody watches."""
