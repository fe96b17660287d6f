"""What a file is known by: its exact hashes, and its likeness when it is a picture or a film.

Reading is the caller's; here bytes become hashes, and whatever is wrong with them becomes a
sentence. A blank picture is an answer: it was looked at, and has no likeness. A film's likeness is
that of its frames, one for each second.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from evenhand.banks import FrameHash
from evenhand.detection.faults import DECODING_FAULTS, SAID_CHARS_MAX, said
from evenhand.detection.film_looks import hash_film
from evenhand.detection.signals.pdq import PdqHash
from evenhand.detection.signals.pdq_fast import Orientation, pdq_of
from evenhand.detection.signals.pdq_looks import looks_at
from evenhand.kit.films import HEAD_BYTES, FilmLimits, FilmRefused, Readable, film_type, open_film
from evenhand.kit.images import ImageLimits, ImageRefused
from evenhand.kit.luma import luma_frames

#: Whoever hashes files of their own has larger ones than those that are sent in.
FILE_LIMITS: Final = ImageLimits(bytes_max=100_000_000)
FILM_FILE_LIMITS: Final = FilmLimits(bytes_max=8_000_000_000, wall_seconds_max=900.0)


@dataclass(frozen=True, slots=True)
class ContentHash:
    """The hashes of a content; `pdq` None and quality 0 of a picture without a usable likeness.

    `error` says why it could not be looked at; size and quality are None then, the exact hashes
    are not. Width and height are in pixels, upright. A film has `frames` in place of `pdq` and
    quality; when it could not be opened to its end it has those before that, and an error.
    """

    sha256: str
    md5: str
    pdq: str | None = None
    quality: int | None = None
    width: int | None = None
    height: int | None = None
    error: str | None = None
    frames: tuple[FrameHash, ...] | None = field(default=None, repr=False)


def hash_content(data: bytes, *, limits: ImageLimits = FILE_LIMITS) -> ContentHash:
    """Hash bytes, exactly and by likeness: of a picture the first frame, of a film every second.

    Damage becomes `error`.
    """
    sha256 = hashlib.sha256(data).hexdigest()
    md5 = hashlib.md5(data, usedforsecurity=False).hexdigest()
    if is_film(data):
        return hash_film_file(data, sha256=sha256, md5=md5)
    try:
        plane = next(luma_frames(data, declared=None, limits=limits, frames_max=1)).plane
        made = pdq_of(plane)
    except ImageRefused as refused:
        return ContentHash(sha256, md5, error=str(refused)[:SAID_CHARS_MAX])
    except DECODING_FAULTS as fault:
        return ContentHash(sha256, md5, error=said("The decoder failed", fault))
    bits, quality = (made.bits, made.quality) if isinstance(made, PdqHash) else (None, 0)
    return ContentHash(sha256, md5, bits, quality, plane.width, plane.height)


def is_film(head: bytes) -> bool:
    """Tell whether a file that begins so is a film, opened here or not."""
    return film_type(head[:HEAD_BYTES]) is not None


def hash_film_file(
    film: bytes | Readable, *, sha256: str, md5: str, limits: FilmLimits = FILM_FILE_LIMITS
) -> ContentHash:
    """Hash a film's frames, one for each second, beside its exact hashes. Damage is `error`."""
    try:
        with open_film(film, limits=limits) as opened:
            made = hash_film(opened)
    except FilmRefused as refused:
        return ContentHash(sha256, md5, error=str(refused)[:SAID_CHARS_MAX])
    says = made.fault or made.stopped
    return ContentHash(
        sha256,
        md5,
        width=made.facts.width,
        height=made.facts.height,
        error=None
        if says is None
        else f"Only its beginning was looked at: {says}."[:SAID_CHARS_MAX],
        frames=made.frames,
    )


@dataclass(frozen=True, slots=True)
class LookHash:
    """One hash of a picture, and what was done to the picture to come to it."""

    bits: str
    how: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ContentLooks:
    """Every hash that the detector of known pictures compares of a content, and its exact ones.

    `error` says why it could not be looked at, or not to its end; what was seen before stays.
    """

    sha256: str
    md5: str
    hashes: tuple[LookHash, ...] = ()
    error: str | None = None


def looks_of(data: bytes, *, limits: ImageLimits = FILE_LIMITS) -> ContentLooks:
    """Look at bytes as the detector does: in all orientations, without border, frame by frame."""
    sha256 = hashlib.sha256(data).hexdigest()
    md5 = hashlib.md5(data, usedforsecurity=False).hexdigest()
    hashes: list[LookHash] = []
    error = None
    try:
        for frame in luma_frames(data, declared=None, limits=limits):
            for look in looks_at(frame):
                done = {
                    "trimmed": look.trimmed,
                    "enlarged": look.enlarged,
                    "page": look.page,
                    "frame": look.frame,
                    "quality": look.quality,
                }
                hashes += (
                    LookHash(bits.tobytes().hex(), {"orientation": turned.value, **done})
                    for turned, bits in zip(Orientation, look.bits, strict=True)
                )
    except ImageRefused as refused:
        error = str(refused)[:SAID_CHARS_MAX]
    except DECODING_FAULTS as fault:
        error = said("The decoder failed", fault)
    if not hashes and error is None:
        error = "The picture has no usable likeness."
    return ContentLooks(sha256, md5, tuple(hashes), error)
