"""A film is gone through from its beginning: its key frames alone, or a frame for each second.

Times are the film's own, counted from its first frame. They are claims, so what is looked at never
rests on them alone. What was not looked at is said: `stopped` names a limit, and DamagedFilm at the
end what could not be opened; the frames before it were given all the same.
"""

from __future__ import annotations

import io
import math
from collections.abc import Callable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from evenhand.kit.films.budget import FilmLimits, Readable, Watched
from evenhand.kit.films.clock import FilmClock, Grid
from evenhand.kit.films.errors import (
    DamagedFilm,
    FilmsNotInstalled,
    FilmTooLarge,
    FilmTooSlow,
    FilmTypeLies,
)
from evenhand.kit.films.frames import FilmFrame
from evenhand.kit.films.opening import installed, opened, refusing_damage
from evenhand.kit.films.structure import FilmStructure, read_structure

if TYPE_CHECKING:
    from av.packet import Packet
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

DEFAULT_LIMITS: Final = FilmLimits()
KEYS_APART: Final = 1.0  # seconds; a film of nothing but key frames is not decoded whole
_LOST_SHARE_MAX: Final = 0.02
_LOST_MAX: Final = 2
_TIMES_KEPT: Final = 256  # of packets whose frames have not come out of the decoder yet
_SAYS_NOTHING: Final = frozenset(("", "application/octet-stream", "binary/octet-stream"))
_ALIASES: Final = {
    "video/m4v": "video/mp4",
    "video/x-m4v": "video/mp4",
    "video/3gpp": "video/mp4",
    "video/3gpp2": "video/mp4",
    "video/quicktime": "video/mp4",
    "video/webm": "video/x-matroska",
    "video/matroska": "video/x-matroska",
    "video/avi": "video/x-msvideo",
    "video/msvideo": "video/x-msvideo",
    "video/mpegts": "video/mp2t",
}

Wanted = Callable[["Packet[Any]", float], bool]
Skipping = Literal["ALL", "NONKEY", "NONREF"]


@dataclass(frozen=True, slots=True)
class FilmFacts:
    """What a film is: its type, its frames' size in pixels, frames a second, tracks of pictures.

    `whole` is False when the file stops before its own end.
    """

    media_type: str
    width: int
    height: int
    rate: float
    tracks: int
    whole: bool


@dataclass(frozen=True, slots=True)
class Stretch:
    """From one key frame to the next: when it begins and ends, in seconds of the film."""

    start: float
    end: float

    @property
    def seconds(self) -> float:
        """Return how long it is."""
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class _Step:
    """A packet on its way: of which stretch it is, and when its frame is shown."""

    stream: VideoStream
    packet: Packet[Any]
    stretch: int
    seconds: float


class Film:
    """An open film. Every way of going through it begins at its beginning, within one budget."""

    def __init__(self, watched: Watched, structure: FilmStructure, limits: FilmLimits) -> None:
        """Open it once, to see what it is. Raises a subclass of FilmRefused."""
        self._watched, self._structure, self._limits = watched, structure, limits
        with opened(watched, structure, limits) as (_, stream, tracks):
            rate = float(stream.average_rate or 0)
            self.facts = FilmFacts(
                media_type=structure.media_type,
                width=stream.width,
                height=stream.height,
                rate=rate if 1.0 <= rate <= 240.0 else 30.0,
                tracks=tracks,
                whole=structure.whole,
            )
        self.stretches: tuple[Stretch, ...] = ()
        self.until = 0.0
        self.stopped: str | None = None
        self.fed = self.given = 0
        self._fault: DamagedFilm | None = None

    def measured(self) -> tuple[Stretch, ...]:
        """Go through it without decoding; give its stretches. Raises DamagedFilm."""
        packets = sum(1 for _ in self._steps("ALL"))
        self._say_what_is_missing(packets, lost=0)
        return self.stretches

    def key_frames(self, *, apart: float = KEYS_APART) -> Iterator[FilmFrame]:
        """Decode key frames, at most one each `apart` seconds, and measure the stretches.

        `fed` and `given` then say how many went into the decoder and came out: when some did not,
        they were no key frames, whatever the file says. Raises DamagedFilm at the end.
        """
        last = -math.inf

        def wanted(packet: Packet[Any], seconds: float) -> bool:
            nonlocal last
            if not packet.is_keyframe or 0 <= seconds - last < apart:
                return False
            last = seconds
            return True

        yield from self._decoded("NONKEY", wanted, None)

    def every(
        self, seconds: float = 1.0, *, within: AbstractSet[int] | None = None
    ) -> Iterator[FilmFrame]:
        """Decode on and give a frame for each so many seconds, perhaps of some stretches only.

        Frames that no other frame rests on are passed over. Raises DamagedFilm at the end.
        """
        grid = Grid(seconds, self.facts.rate)
        for frame in self._decoded("NONREF", None, within):
            if grid.takes(frame.seconds):
                yield frame

    def _decoded(
        self, skipping: Skipping, wanted: Wanted | None, within: AbstractSet[int] | None
    ) -> Iterator[FilmFrame]:
        """Feed the decoder with what is wanted, and give what comes out of it."""
        self.fed = self.given = 0
        decoder = _Decoder(self.facts.rate, self._limits)
        for step in self._steps(skipping):
            if within is not None and step.stretch not in within:
                yield from self._counted(decoder.drained())
            elif wanted is None or wanted(step.packet, step.seconds):
                self.fed += 1
                yield from self._counted(decoder.fed(step))
        yield from self._counted(decoder.drained())
        self._say_what_is_missing(self.fed, lost=self.fed if not self.given else decoder.lost)

    def _counted(self, frames: Iterator[FilmFrame]) -> Iterator[FilmFrame]:
        for frame in frames:
            self.given += 1
            yield frame

    def _say_what_is_missing(self, packets: int, *, lost: int) -> None:
        """Raise DamagedFilm for what could not be opened, unless a limit came first."""
        if self.stopped is not None:
            return
        if self._fault is not None:
            raise self._fault
        if not self.facts.whole:
            raise DamagedFilm("the file stops before its own end")
        if not self.stretches:
            raise DamagedFilm("it holds no frame")
        if lost and (lost == packets or lost > max(_LOST_MAX, _LOST_SHARE_MAX * packets)):
            raise DamagedFilm(f"{lost} of {packets} frames could not be decoded")

    def _steps(self, skipping: Skipping) -> Iterator[_Step]:
        """Take the film apart, packet by packet, until its end or a limit."""
        self.stopped, self._fault = None, None
        begins: list[float] = []
        with opened(self._watched, self._structure, self._limits) as (container, stream, _):
            stream.codec_context.skip_frame = skipping
            clock = FilmClock(stream.time_base, self.facts.rate)
            packets = container.demux(stream)
            for count in range(self._limits.frames_max + 1):
                packet = self._next(packets)
                if packet is None:
                    break
                seconds = clock.at(packet.dts if packet.pts is None else packet.pts)
                if seconds > self._limits.seconds_max:
                    self.stopped = "it is longer than is looked at"
                elif count == self._limits.frames_max:
                    self.stopped = "it has more frames than are looked at"
                if self.stopped is not None:
                    break
                if packet.is_keyframe or not begins:
                    begins.append(seconds)
                self.until = clock.end
                yield _Step(stream, packet, len(begins) - 1, seconds)
            self.until = min(clock.end, self._limits.seconds_max)
        ends = [*begins[1:], self.until]
        self.stretches = tuple(map(Stretch, begins, ends))

    def _next(self, packets: Iterator[Packet[Any]]) -> Packet[Any] | None:
        """Return the next packet; None at the end, at a fault, or when the time is over."""
        try:
            self._watched.next_step()
            with refusing_damage():
                packet = next(packets, None)
        except FilmTooSlow as why:
            self.stopped = str(why)
            return None
        except DamagedFilm as why:
            self._fault = why
            return None
        return None if packet is None or not packet.size else packet


class _Decoder:
    """Takes packets in and gives frames out, with the time of the packet each came from."""

    def __init__(self, rate: float, limits: FilmLimits) -> None:
        self._rate, self._limits = rate, limits
        self._times: dict[int, float] = {}
        self._last = 0.0
        self._stream: VideoStream | None = None
        self._begun = False
        self.lost = 0

    def fed(self, step: _Step) -> Iterator[FilmFrame]:
        """Decode one packet. One that does not open is counted, once any other did."""
        if step.packet.pts is not None:
            self._times[step.packet.pts] = step.seconds
            if len(self._times) > _TIMES_KEPT:
                self._times.pop(next(iter(self._times)))
        self._stream = step.stream
        yield from self._framed(step.packet, step.seconds)

    def drained(self) -> Iterator[FilmFrame]:
        """Give the frames that are still inside, and make ready for a packet from elsewhere."""
        if self._stream is None:
            return
        stream, self._stream = self._stream, None
        yield from self._framed(None, self._last, stream)
        with refusing_damage():
            stream.codec_context.flush_buffers()
        self._times.clear()

    def _framed(
        self, packet: Packet[Any] | None, seconds: float, stream: VideoStream | None = None
    ) -> Iterator[FilmFrame]:
        context = (stream or self._stream).codec_context  # type: ignore[union-attr]  # one is set
        try:
            with refusing_damage():
                frames: Sequence[VideoFrame] = context.decode(packet)
        except DamagedFilm:
            self.lost += self._begun
            return
        for frame in frames:
            self._limits.check_size(frame.width, frame.height)
            self._begun = True
            self.lost += frame.is_corrupt
            at = self._times.pop(frame.pts, seconds) if frame.pts is not None else seconds
            self._last = max(self._last, at)
            yield FilmFrame(self._last, round(self._last * self._rate), frame)


@contextmanager
def open_film(
    source: bytes | Readable, *, declared: str | None = None, limits: FilmLimits = DEFAULT_LIMITS
) -> Iterator[Film]:
    """Open a film: bytes, or an ordinary file that can be gone back in. The time begins now.

    The media type comes from the bytes; a declared type must agree with it, and None or
    `application/octet-stream` declares nothing. Raises a subclass of FilmRefused.
    """
    file = io.BytesIO(source) if isinstance(source, bytes) else source
    size = file.seek(0, io.SEEK_END)
    watched = Watched(file, size, limits)
    structure = _read(file, size, declared)
    if not installed():
        raise FilmsNotInstalled
    yield Film(watched, structure, limits)


def check_film(
    data: bytes, *, declared: str | None = None, limits: FilmLimits = DEFAULT_LIMITS
) -> FilmStructure:
    """Read what a film says of itself, and refuse one that is not whole; nothing is decoded.

    Raises a subclass of FilmRefused.
    """
    if len(data) > limits.bytes_max:
        raise FilmTooLarge(len(data), limits.bytes_max)
    structure = _read(io.BytesIO(data), len(data), declared)
    if not structure.whole:
        raise DamagedFilm("the file stops before its own end")
    return structure


def _read(file: Readable, size: int, declared: str | None) -> FilmStructure:
    structure = read_structure(file, size)
    said = (declared or "").partition(";")[0].strip().lower()
    found = structure.media_type
    if said not in _SAYS_NOTHING and _ALIASES.get(said, said) != _ALIASES.get(found, found):
        raise FilmTypeLies(declared or "", found)
    return structure
