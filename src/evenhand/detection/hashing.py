"""What a file is known by: its exact hashes, and its likeness when it is a picture.

Reading is the caller's; here bytes become hashes, and whatever is wrong with them becomes a
sentence. A blank picture is an answer: it was looked at, and has no likeness.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Final

from evenhand.detection.detectors.known_images import DECODING_FAULTS
from evenhand.detection.signals.pdq import PdqHash
from evenhand.detection.signals.pdq_fast import pdq_of
from evenhand.kit.images import ImageLimits, ImageRefused
from evenhand.kit.luma import luma_frames

#: Whoever hashes files of their own has larger ones than those that are sent in.
FILE_LIMITS: Final = ImageLimits(bytes_max=100_000_000)
_SAID_CHARS_MAX: Final = 300


@dataclass(frozen=True, slots=True)
class ContentHash:
    """The hashes of a content; `pdq` None and quality 0 of a picture without a usable likeness.

    `error` says why it could not be looked at; size and quality are None then, the exact hashes
    are not. Width and height are in pixels, upright.
    """

    sha256: str
    md5: str
    pdq: str | None = None
    quality: int | None = None
    width: int | None = None
    height: int | None = None
    error: str | None = None


def hash_content(data: bytes, *, limits: ImageLimits = FILE_LIMITS) -> ContentHash:
    """Hash bytes, exactly and by the likeness of the first frame. Damage becomes `error`."""
    sha256 = hashlib.sha256(data).hexdigest()
    md5 = hashlib.md5(data, usedforsecurity=False).hexdigest()
    try:
        plane = next(luma_frames(data, declared=None, limits=limits, frames_max=1)).plane
        made = pdq_of(plane)
    except ImageRefused as refused:
        return ContentHash(sha256, md5, error=str(refused)[:_SAID_CHARS_MAX])
    except DECODING_FAULTS as fault:
        says = f"The decoder failed: {type(fault).__name__}: {fault}"
        return ContentHash(sha256, md5, error=says[:_SAID_CHARS_MAX])
    bits, quality = (made.bits, made.quality) if isinstance(made, PdqHash) else (None, 0)
    return ContentHash(sha256, md5, bits, quality, plane.width, plane.height)
