"""A listed film is the hashes of its frames: how they are written, kept small, and told apart.

Two written forms of the field are read (vPDQ): a line `frame,quality,hash,timestamp` for each
frame, and the JSON list of `hash,quality,timestamp` that exchanges use. Frames of too little
quality are kept and never compared. Consecutive frames that hardly differ are one run, which
counts for as many as it has. Pure: values in, values out.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from evenhand.banks.errors import EntryRefused

FRAMES_MAX: Final = 20_000  # five and a half hours at one frame a second
FRAME_QUALITY_MIN: Final = 50  # what exchange partners drop below
RUN_APART: Final = 4  # bits: what compression does to a picture that stands still
SECONDS_MAX: Final = 1_000_000.0
_BITS_SET: Final = range(32, 225)  # a hash of nearly nothing is near to every blank frame
_HASH: Final = re.compile(r"[0-9a-f]{64}")
_NUMBER_MAX: Final = 2**31 - 1
_ROW: Final = np.dtype(
    [("number", "<u4"), ("quality", "u1"), ("milliseconds", "<u4"), ("bits", "S32")]
)
_ASKED: Final = "Give a film's frames: lines of frame,quality,hash,timestamp, or their JSON list."


@dataclass(frozen=True, slots=True)
class FrameHash:
    """One frame: its number, its quality from 0 to 100, its PDQ hash, and when it is shown."""

    number: int
    quality: int
    bits: str
    seconds: float

    @property
    def usable(self) -> bool:
        """Tell whether it can be compared."""
        return self.quality >= FRAME_QUALITY_MIN and int(self.bits, 16).bit_count() in _BITS_SET


@dataclass(frozen=True, slots=True)
class FrameRun:
    """Consecutive usable frames that look the same; the first one's hash stands for them.

    `start` and `end` are when the first and the last of them are shown, in seconds.
    """

    bits: str
    start: float
    end: float
    frames: int


def read_frames(text: str) -> tuple[FrameHash, ...]:
    """Read a film's frames in either written form. Raises EntryRefused.

    A film of which no frame can be compared would match nothing, and is refused too.
    """
    plain = text.strip()
    rows = _json_rows(plain) if plain.startswith("[") else plain.splitlines()
    if len(rows) > FRAMES_MAX:
        raise EntryRefused("value", f"A film has {FRAMES_MAX} frames at most; take fewer a second.")
    frames = tuple(_frame(row, at) for at, row in enumerate(rows))
    if not any(frame.usable for frame in frames):
        raise EntryRefused("value", "None of these frames has enough in it to be compared.")
    return frames


def vpdq_lines(frames: Iterable[FrameHash]) -> str:
    """Write frames as vPDQ's own tools do: a line each."""
    return "".join(f"{vpdq_line(one)}\n" for one in frames)


def vpdq_line(frame: FrameHash) -> str:
    """Write one frame as vPDQ's own tools do."""
    return f"{frame.number},{frame.quality},{frame.bits},{frame.seconds:.3f}"


def vpdq_json(frames: Iterable[FrameHash]) -> str:
    """Write frames as exchanges do: a JSON list, without their numbers."""
    return json.dumps([f"{one.bits},{one.quality},{one.seconds:.3f}" for one in frames])


def film_digest(frames: Sequence[FrameHash]) -> str:
    """Give what a film is known by: SHA-256 of its hashes, qualities and times, in order."""
    return hashlib.sha256(vpdq_json(frames).encode()).hexdigest()


def packed(frames: Sequence[FrameHash]) -> bytes:
    """Bring frames into 41 bytes each."""
    rows = np.zeros(len(frames), _ROW)
    for at, one in enumerate(frames):
        milliseconds = round(one.seconds * 1_000)
        rows[at] = (one.number, one.quality, milliseconds, bytes.fromhex(one.bits))
    return rows.tobytes()


def unpacked(data: bytes) -> tuple[FrameHash, ...]:
    """Read what `packed` wrote."""
    rows = np.frombuffer(data, _ROW)
    hashes = rows["bits"].tobytes()
    return tuple(
        FrameHash(number, quality, hashes[32 * at : 32 * at + 32].hex(), milliseconds / 1_000)
        for at, (number, quality, milliseconds) in enumerate(
            zip(
                rows["number"].tolist(),
                rows["quality"].tolist(),
                rows["milliseconds"].tolist(),
                strict=True,
            )
        )
    )


def runs_of(frames: Iterable[FrameHash]) -> tuple[FrameRun, ...]:
    """Put together consecutive usable frames within RUN_APART bits of the first of them."""
    runs: list[FrameRun] = []
    head = 0
    for one in frames:
        if not one.usable:
            continue
        value = int(one.bits, 16)
        last = runs[-1] if runs else None
        if last is not None and (head ^ value).bit_count() <= RUN_APART:
            runs[-1] = FrameRun(last.bits, last.start, max(last.end, one.seconds), last.frames + 1)
        else:
            head = value
            runs.append(FrameRun(one.bits, one.seconds, one.seconds, 1))
    return tuple(runs)


def _json_rows(text: str) -> list[str]:
    try:
        rows = json.loads(text)
    except (ValueError, RecursionError) as why:
        raise EntryRefused("value", _ASKED) from why
    if not isinstance(rows, list) or not all(isinstance(row, str) for row in rows):
        raise EntryRefused("value", _ASKED)
    return rows


def _frame(row: str, at: int) -> FrameHash:
    """Read one frame; without a number it is counted."""
    parts = [part.strip() for part in row.split(",")]
    if len(parts) == 3:
        bits, quality, seconds = parts
        number = str(at)
    elif len(parts) == 4:
        number, quality, bits, seconds = parts
    else:
        raise EntryRefused("value", f"{_ASKED} Row {at + 1} is neither.")
    bits = bits.lower()
    told = _whole(quality, 100), _whole(number, _NUMBER_MAX), _seconds(seconds)
    if None in told or not _HASH.fullmatch(bits):
        raise EntryRefused("value", f"{_ASKED} Row {at + 1} is neither.")
    return FrameHash(told[1] or 0, told[0] or 0, bits, told[2] or 0.0)


def _whole(text: str, most: int) -> int | None:
    plain = text.isascii() and text.isdecimal() and len(text) <= 10
    return int(text) if plain and int(text) <= most else None


def _seconds(text: str) -> float | None:
    try:
        seconds = float(text)
    except ValueError:
        return None
    return round(seconds, 3) if 0.0 <= seconds <= SECONDS_MAX else None
