"""A link that hides in a picture as a QR code is read out and compared like one that was typed.

Codes are found turned, mirrored, small, light on dark, on transparent ground, and in the first
frames of an animation. What was not looked at is said: a picture that does not open failed, and
later frames were skipped. Nothing that a code leads to is fetched.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import zxingcpp
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from evenhand.banks import Snapshot
from evenhand.detection.faults import DECODING_FAULTS, SAID_CHARS_MAX, said
from evenhand.detection.model import (
    Answer,
    Finding,
    ImageContent,
    ItemContent,
    LinkContent,
    Reading,
    TextContent,
)
from evenhand.detection.signals.links import NotALink, host_of
from evenhand.kit.luma import LumaFrame, luma_frames

CODES_MAX: Final = 16  # per picture: a sheet of codes is known for what it is by then
CODE_CHARS_MAX: Final = 4_296  # the most a QR code holds (ISO/IEC 18004, version 40-L)
FRAMES_MAX: Final = 8
SIDE_MIN: Final = 1_200
"""Pixels the shorter side keeps: a code a twentieth as wide as a camera's photo stays readable."""
ENLARGED_BELOW: Final = 1_000  # pixels of the longer side: smaller pictures are read at 2 x too
ENLARGED_TO: Final = 3_000

_FORMATS: Final = zxingcpp.BarcodeFormats(
    (
        zxingcpp.BarcodeFormat.QRCode,
        zxingcpp.BarcodeFormat.MicroQRCode,
        zxingcpp.BarcodeFormat.RMQRCode,
    )
)
_SHARPENED: Final = ImageFilter.UnsharpMask(radius=4, percent=300, threshold=0)


class QrCodes:
    """Reads the QR codes of every picture."""

    name: Final = "qr_codes"
    version: Final = "1"

    def read(self, content: ItemContent, bank: Snapshot) -> Reading:  # noqa: ARG002 - it is quick
        """Return the links and texts of every code, and for each picture what came of it."""
        if not content.images:
            return Reading(findings=(Finding(Answer.SKIPPED, "The item has no picture."),))
        texts: list[TextContent] = []
        links: list[LinkContent] = []
        findings: list[Finding] = []
        for image in content.images:
            seen = _looked_at(image)
            for says in seen.codes:
                if _is_link(says):
                    links.append(LinkContent(image.field, says, image.media_id))
                else:
                    texts.append(TextContent(image.field, says, image.media_id))
            findings += _findings(image, seen)
        return Reading(tuple(texts), tuple(links), tuple(findings))


@dataclass(slots=True)
class _Seen:
    """What has been seen of one picture so far; `codes` in the order they were found."""

    codes: dict[str, None] = field(default_factory=dict)
    bytes_only: bool = False  # a code holds bytes, and no text
    damaged: bool = False  # a code is there that cannot be read
    number: int = 0
    frames: int = 0
    fault: BaseException | None = None


def _looked_at(image: ImageContent) -> _Seen:
    """Read frame after frame; a fault ends it, and what was read before stays."""
    seen = _Seen()
    try:
        frames = luma_frames(image.load(), declared=None, frames_max=FRAMES_MAX, side_min=SIDE_MIN)
        for frame in frames:
            for plane in _planes(frame):
                _take(seen, plane)
            seen.number, seen.frames = frame.number, frame.frames
            if len(seen.codes) >= CODES_MAX:
                break
    except DECODING_FAULTS as fault:
        seen.fault = fault
    return seen


def _planes(frame: LumaFrame) -> Iterator[NDArray[np.uint8]]:
    """Yield a frame as it is and as it is seen on a page."""
    for plane in (frame.plane, *frame.on_pages):
        yield plane.samples


def _take(seen: _Seen, samples: NDArray[np.uint8]) -> None:
    """Read the codes of a plane; what is small, or seen and not read, is looked at enlarged."""
    found = _codes(samples)
    if not _any_read(found) and (found or max(samples.shape) < ENLARGED_BELOW):
        found = _codes(_enlarged(samples, sharpened=bool(found))) or found
    for code in found:
        says = code.text.strip()
        if not code.valid:
            seen.damaged = True
        elif code.content_type == zxingcpp.ContentType.Binary or not says:
            seen.bytes_only = True
        elif len(seen.codes) < CODES_MAX:
            seen.codes[says[:CODE_CHARS_MAX]] = None


def _codes(samples: NDArray[np.uint8]) -> list[zxingcpp.Barcode]:
    return zxingcpp.read_barcodes(
        samples, formats=_FORMATS, text_mode=zxingcpp.TextMode.Plain, return_errors=True
    )


def _any_read(found: list[zxingcpp.Barcode]) -> bool:
    return any(code.valid for code in found)


def _enlarged(samples: NDArray[np.uint8], *, sharpened: bool) -> NDArray[np.uint8]:
    """Give twice the size, and for a code that is seen but blurred its edges back."""
    image = Image.fromarray(samples)
    scale = min(2.0, ENLARGED_TO / max(image.size))
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    larger = image.resize(size, Image.Resampling.BICUBIC)
    return np.asarray(larger.filter(_SHARPENED) if sharpened else larger)


def _findings(image: ImageContent, seen: _Seen) -> Iterator[Finding]:
    if seen.codes:
        yield Finding(
            Answer.FOUND,
            _says(seen),
            image.field,
            image.media_id,
            evidence={"codes": [says[:SAID_CHARS_MAX] for says in seen.codes]},
        )
    if seen.fault is not None:
        yield Finding(
            Answer.FAILED,
            said("No QR code could be read", seen.fault),
            image.field,
            image.media_id,
        )
        return
    if seen.bytes_only:
        says = "A QR code in it holds bytes that are no text; they were not looked at."
        yield Finding(Answer.SKIPPED, says, image.field, image.media_id)
    if seen.damaged and not seen.codes:
        says = "There is a QR code in it that cannot be read; where it leads is not known."
        yield Finding(Answer.FAILED, says, image.field, image.media_id)
    elif not seen.codes and not seen.bytes_only:
        yield Finding(Answer.NOT_FOUND, "No QR code was seen in it.", image.field, image.media_id)
    if seen.number < seen.frames:
        says = f"Frames {seen.number + 1} to {seen.frames} of the animation were not looked at."
        yield Finding(Answer.SKIPPED, says, image.field, image.media_id)


def _says(seen: _Seen) -> str:
    """Say in a sentence what the codes hold, and where those that are links lead."""
    hosts = sorted({host_of(says) for says in seen.codes if _is_link(says)})
    many = "A QR code was" if len(seen.codes) == 1 else f"{len(seen.codes)} QR codes were"
    leads = f" Leads to {', '.join(hosts)}." if hosts else ""
    return f"{many} read out of it.{leads}"


def _is_link(says: str) -> bool:
    if not says.lower().startswith(("http:", "https:")):
        return False
    try:
        host_of(says)
    except NotALink:
        return False
    return True
