"""Untrusted pictures are opened here and nowhere else, so one set of limits guards every door.

A file is refused, with a typed reason, before its pixels are decoded whenever its own header
already shows that it is too big, cut short, or not what it was said to be. What is opened is
upright pixels and a handful of facts; names, places, profiles and trailing bytes are left behind.
A refusal means "not looked at", and never "clean".

    ImageRefused
    ├── NotAnImage
    ├── UnsupportedImage
    ├── MediaTypeLies
    ├── TruncatedImage
    ├── ImageTooLarge
    ├── TooManyPixels
    ├── TooManyScans
    └── TooManyFrames
"""

import io
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image, ImageFile, ImageFilter

from evenhand.kit.image_structure import (
    DamagedStructure,
    Structure,
    claimed_size,
    media_type_of,
    read_structure,
)

_PILLOW_GUARD_PIXELS = 89_478_485
"""Pillow's own decompression-bomb limit; staying under it keeps that guard in force behind ours."""

BACKDROP = 128
"""Transparent pictures are shown on mid grey: white and black drawings are both visible on it."""

FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/gif": "GIF", "image/webp": "WEBP"}
_ALIASES = {"image/jpg": "image/jpeg", "image/pjpeg": "image/jpeg", "image/x-png": "image/png"}
_SAYS_NOTHING = {"", "application/octet-stream", "binary/octet-stream"}

UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

_BROKEN_FILE = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    LookupError,
    TypeError,
    ArithmeticError,
    AssertionError,  # Pillow's own, such as that a palette is there
    AttributeError,
    RuntimeError,
    struct.error,
    zlib.error,
    DamagedStructure,
    Image.DecompressionBombError,  # only when the pixels contradict the header already checked
    Image.DecompressionBombWarning,
    UserWarning,  # raised only where warnings are errors
)
"""What readers raise on damaged bytes."""


class ImageRefused(Exception):
    """The bytes were not opened as a picture; the subclass says why."""


class NotAnImage(ImageRefused):
    """The bytes start like no picture format known here, or the picture has no pixels."""


class UnsupportedImage(ImageRefused):
    """The bytes are a picture in a format that is not opened here."""

    def __init__(self, found: str) -> None:
        super().__init__(f"{found} is not one of {', '.join(sorted(FORMATS))}")
        self.found = found


class MediaTypeLies(ImageRefused):
    """The sender declared one media type and the bytes are another."""

    def __init__(self, declared: str, found: str) -> None:
        super().__init__(f"declared as {declared[:100]}, but the bytes are {found}")
        self.declared = declared
        self.found = found


class TruncatedImage(ImageRefused):
    """The file ends, or breaks, before its own end mark or before its last pixel."""


class ImageTooLarge(ImageRefused):
    """The file, or the compressed text inside it, takes more bytes than the limit."""

    def __init__(self, bytes_found: int, bytes_max: int) -> None:
        super().__init__(f"at least {bytes_found} bytes, the limit is {bytes_max}")
        self.bytes_found = bytes_found
        self.bytes_max = bytes_max


class TooManyPixels(ImageRefused):
    """The header claims more pixels, or a longer side, than the limits let decode."""

    def __init__(self, width: int, height: int) -> None:
        super().__init__(f"{width} x {height} pixels is over the limit")
        self.width = width
        self.height = height


class TooManyScans(ImageRefused):
    """Its scans, each of which goes over the whole picture, would take too long to decode."""

    def __init__(self, scans: int) -> None:
        super().__init__(f"{scans} scans are too many for a picture of this size")
        self.scans = scans


class TooManyFrames(ImageRefused):
    """The animation has more frames than the limit."""

    def __init__(self, frames_max: int) -> None:
        super().__init__(f"more than {frames_max} frames")
        self.frames_max = frames_max


@dataclass(frozen=True, slots=True)
class ImageLimits:
    """How much of a picture is read; every limit is inclusive.

    Raises ValueError when a limit is under 1, or pixels_max is above Pillow's own guard.
    """

    bytes_max: int = 12_000_000
    pixels_max: int = 50_000_000
    side_max: int = 20_000
    frames_max: int = 1_000
    text_bytes_max: int = 1_000_000
    scan_pixels_max: int = 1_500_000_000  # a JPEG is gone over once for each of its scans

    def __post_init__(self) -> None:
        """Refuse limits that would switch a guard off."""
        each = (self.bytes_max, self.pixels_max, self.side_max, self.frames_max)
        if min(*each, self.text_bytes_max, self.scan_pixels_max) < 1:
            message = "every image limit is at least 1"
            raise ValueError(message)
        if self.pixels_max > _PILLOW_GUARD_PIXELS:
            message = f"pixels_max is at most {_PILLOW_GUARD_PIXELS}, Pillow's own guard"
            raise ValueError(message)


DEFAULT_LIMITS = ImageLimits()


@dataclass(frozen=True, slots=True, eq=False)
class OpenedImage:
    """A picture that was fully decoded and turned upright; only its first frame is held.

    `width` and `height` are in pixels, after turning. `frames` counts the frames in the file, so
    a caller can say that the others were not looked at.
    """

    width: int
    height: int
    media_type: str
    frames: int
    transparent: bool
    _decoded: Image.Image = field(repr=False)

    def pixels(self, *, backdrop: int | None = None) -> NDArray[np.uint8]:
        """Give height x width x 3 RGB samples, 0 to 255, as a read-only array.

        Without a backdrop, transparency is dropped and hidden colours count, as the PDQ reference
        does. With one (a grey level, 0 to 255) it is what a person sees on a page of that grey.
        """
        array = np.asarray(self.as_seen(backdrop))
        array.setflags(write=False)
        return array

    def luma(self, *, backdrop: int | None = None) -> NDArray[np.uint8]:
        """Give the height x width luma plane, (299 R + 587 G + 114 B) / 1000 (ITU-R BT.601)."""
        array = np.asarray(self.as_seen(backdrop).convert("L"))
        array.setflags(write=False)
        return array

    def as_seen(self, backdrop: int | None) -> Image.Image:
        """Give the RGB picture of pixels(); it is shared, so never change it in place."""
        if not self.transparent:
            return self._decoded
        if backdrop is None:
            return self._decoded.convert("RGB")
        page = Image.new("RGBA", self._decoded.size, (backdrop, backdrop, backdrop, 255))
        return Image.alpha_composite(page, self._decoded).convert("RGB")


class Veil(StrEnum):
    """The reveal ladder: how much of a picture a reviewer has asked to see."""

    OUTLINE = "outline"
    GREY = "grey"
    FULL = "full"


@dataclass(frozen=True, slots=True)
class _Rung:
    side_max: int
    grey: bool
    blur_share: float  # of the longer side, so that a large copy hides as much as a small one


_LADDER = {
    Veil.OUTLINE: _Rung(side_max=320, grey=True, blur_share=1 / 20),  # about 20 blobs across
    Veil.GREY: _Rung(side_max=800, grey=True, blur_share=1 / 200),  # shapes, but not faces' detail
    Veil.FULL: _Rung(side_max=1_600, grey=False, blur_share=0.0),
}


def open_image(
    data: bytes, *, declared: str | None, limits: ImageLimits = DEFAULT_LIMITS
) -> OpenedImage:
    """Open JPEG, PNG, GIF or WEBP bytes, or say why not.

    The media type comes from the bytes. A declared type must agree with it; None, or
    `application/octet-stream`, declares nothing. Size, frames and completeness are read from the
    file's own structure before any pixel is decoded. Raises a subclass of ImageRefused.
    """
    media_type, structure = check_file(data, declared=declared, limits=limits)
    with refusing_damage():
        decoded, frames = _decode(data, FORMATS[media_type], limits)
    return OpenedImage(
        width=decoded.width,
        height=decoded.height,
        media_type=media_type,
        frames=max(structure.frames, frames),
        transparent=decoded.mode == "RGBA",
        _decoded=decoded,
    )


def check_file(data: bytes, *, declared: str | None, limits: ImageLimits) -> tuple[str, Structure]:
    """Give a picture's media type and structure; no pixel is decoded.

    All that can be refused is refused here, but for what only its pixels tell. Raises a subclass
    of ImageRefused.
    """
    assert not ImageFile.LOAD_TRUNCATED_IMAGES, "something told Pillow to accept broken files"
    if len(data) > limits.bytes_max:
        raise ImageTooLarge(len(data), limits.bytes_max)
    media_type = _media_type(data)
    _check_declared(declared, media_type)
    with refusing_damage():
        check_size(*claimed_size(data, media_type), limits)
        structure = read_structure(data, media_type, text_bytes_max=limits.text_bytes_max)
        _check_structure(structure, limits)
    return media_type, structure


def veiled(data: bytes, level: Veil, *, limits: ImageLimits = DEFAULT_LIMITS) -> bytes:
    """Make the copy a reviewer may see at this rung, as a JPEG that carries no metadata.

    The outline is grey, at most 320 pixels long and blurred to blobs; grey is at most 800 pixels
    and softened; full is in colour and at most 1,600 pixels. Nothing is enlarged. Raises as
    open_image does.
    """
    opened = open_image(data, declared=None, limits=limits)
    shown = under_veil(opened.as_seen(BACKDROP), level)
    out = io.BytesIO()
    shown.save(out, format="JPEG", quality=88)
    return out.getvalue()


def under_veil(picture: Image.Image, level: Veil, *, side_max: int | None = None) -> Image.Image:
    """Give what of a decoded picture may be seen at a rung, perhaps smaller than it allows.

    The blur is a share of the side, so that a small copy hides as much as a large one.
    """
    rung = _LADDER[level]
    shown = _fitted(picture, min(rung.side_max, side_max or rung.side_max))
    if rung.grey:
        shown = shown.convert("L")
    if rung.blur_share:
        shown = shown.filter(ImageFilter.GaussianBlur(max(shown.size) * rung.blur_share))
    return shown


def _fitted(image: Image.Image, side_max: int) -> Image.Image:
    scale = side_max / max(image.size)
    if scale >= 1:
        return image
    width, height = (max(1, round(side * scale)) for side in image.size)
    return image.resize((width, height), Image.Resampling.BICUBIC, reducing_gap=2.0)


@contextmanager
def refusing_damage() -> Iterator[None]:
    """Turn whatever a reader raises on damaged bytes into TruncatedImage."""
    try:
        yield
    except _BROKEN_FILE as damage:
        message = f"the file is cut short or damaged: {damage}"
        raise TruncatedImage(message[:200]) from damage


def _media_type(data: bytes) -> str:
    found = media_type_of(data)
    if found is None:
        message = "the bytes start like no picture known here" if data else "there are no bytes"
        raise NotAnImage(message)
    if found not in FORMATS:
        raise UnsupportedImage(found)
    return found


def _check_structure(structure: Structure, limits: ImageLimits) -> None:
    check_size(structure.width, structure.height, limits)
    if structure.width * structure.height * structure.scans > limits.scan_pixels_max:
        raise TooManyScans(structure.scans)
    if structure.frames > limits.frames_max:
        raise TooManyFrames(limits.frames_max)
    if structure.text_bytes > limits.text_bytes_max:
        raise ImageTooLarge(structure.text_bytes, limits.text_bytes_max)


def _check_declared(declared: str | None, found: str) -> None:
    said = (declared or "").partition(";")[0].strip().lower()
    if said not in _SAYS_NOTHING and _ALIASES.get(said, said) != found:
        raise MediaTypeLies(declared or "", found)


def check_size(width: int, height: int, limits: ImageLimits) -> None:
    """Raise TooManyPixels when the claimed size is over the limits."""
    if width * height > limits.pixels_max or max(width, height) > limits.side_max:
        raise TooManyPixels(width, height)


def counted_frames(image: Image.Image, limits: ImageLimits, *, seen: int = 1) -> int:
    """Return how many frames an opened picture has, at least those already seen in its structure.

    A GIF's are not counted again: that would decode them all. Raises TooManyFrames.
    """
    told = 1 if image.format == "GIF" else int(getattr(image, "n_frames", 1))
    frames = max(seen, told)
    if frames > limits.frames_max:
        raise TooManyFrames(limits.frames_max)
    return frames


def _decode(data: bytes, name: str, limits: ImageLimits) -> tuple[Image.Image, int]:
    with Image.open(io.BytesIO(data), formats=[name]) as image:
        check_size(image.width, image.height, limits)  # Pillow may read the header differently
        frames = counted_frames(image, limits)
        image.load()
        turn = UPRIGHT.get(orientation_of(image))
        flat = flattened(image)
        upright = flat if turn is None else flat.transpose(turn)
        upright.info = {}  # comments, profiles and places end here: Pillow would save them again
        return upright, frames


def orientation_of(image: Image.Image) -> int:
    """Read the EXIF orientation, 1 to 8; damaged EXIF turns nothing and refuses nothing."""
    try:
        value = image.getexif().get(ExifTags.Base.Orientation, 1)
    except _BROKEN_FILE:
        return 1
    return value if isinstance(value, int) else 1


def flattened(image: Image.Image, *, copy: bool = True) -> Image.Image:
    """Bring any mode to RGB, or RGBA where the file has transparency; 16-bit grey is scaled.

    Without `copy` an image that is so already is returned itself: it is not to be changed.
    """
    if image.mode.startswith("I"):
        high_bytes = (np.asarray(image).astype(np.uint32) >> 8).clip(0, 255).astype(np.uint8)
        return Image.fromarray(high_bytes).convert("RGB")
    mode = "RGBA" if image.has_transparency_data else "RGB"
    if image.mode != mode:
        return image.convert(mode)
    return image.copy() if copy else image
