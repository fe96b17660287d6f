"""The grey planes of an untrusted picture, frame by frame, decoded no larger than they are needed.

A JPEG is decoded straight to its brightness, at a half, a quarter or an eighth where that leaves
enough: most of its pixels are never made. That is simplejpeg's work where the file is whole and
plain, and Pillow's where it is not, with the same samples. The plane says how its samples lie on
the picture's own pixels, so that whoever measures it can measure the picture. All limits and
refusals are those of `evenhand.kit.images`.
"""

from __future__ import annotations

import io
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
import simplejpeg
from numpy.typing import NDArray
from PIL import Image
from PIL.JpegImagePlugin import JpegImageFile

from evenhand.kit.image_structure import Structure
from evenhand.kit.images import (
    DEFAULT_LIMITS,
    FORMATS,
    UPRIGHT,
    ImageLimits,
    check_file,
    check_size,
    counted_frames,
    flattened,
    orientation_of,
    refusing_damage,
)

SIDE_MIN: Final = 256
"""Samples the shorter side keeps, where it has them: four for each one a likeness is made of.

Of photographs decoded so, the hash is at most 4 bits from that of all their pixels."""

FRAMES_MAX: Final = 32
FRAME_PIXELS_MAX: Final = 100_000_000  # of all frames looked at together
SECONDS_MAX: Final = 3.0

_WITH_BRIGHTNESS: Final = frozenset({"YCbCr", "Gray", "GRAY"})  # as simplejpeg names them
_BACKDROPS: Final = (255, 0)  # the pages that transparent pictures are shown on
_STEPS: Final = (8, 4, 2, 1)  # that a JPEG is decoded in, as Pillow chooses among them
_ON_ITS_SIDE: Final = 5  # EXIF orientations from here on exchange width and height


@dataclass(frozen=True, slots=True, eq=False)
class LumaPlane:
    """Brightness from 0 to 255, upright, with the picture's own size in pixels.

    Each sample is the mean of `step` x `step` pixels. The first row and column may lack some of
    theirs, which lie before the picture: `rows_ahead` and `columns_ahead` pixels.
    """

    samples: NDArray[np.uint8] = field(repr=False)
    width: int
    height: int
    step: int = 1
    columns_ahead: int = 0
    rows_ahead: int = 0

    def cut(self, top: int, bottom: int, left: int, right: int) -> LumaPlane:
        """Give the plane between these samples; bottom and right are not in it."""
        above, below = self._pixel(top, self.rows_ahead), self._pixel(bottom, self.rows_ahead)
        before, behind = (
            self._pixel(left, self.columns_ahead),
            self._pixel(right, self.columns_ahead),
        )
        return LumaPlane(
            np.ascontiguousarray(self.samples[top:bottom, left:right]),
            width=min(behind, self.width) - before,
            height=min(below, self.height) - above,
            step=self.step,
            columns_ahead=0 if left else self.columns_ahead,
            rows_ahead=0 if top else self.rows_ahead,
        )

    def _pixel(self, sample: int, ahead: int) -> int:
        return max(0, sample * self.step - ahead)


@dataclass(frozen=True, slots=True, eq=False)
class LumaFrame:
    """One frame: its number from 1, how many there are, and its plane.

    In `plane` transparency is dropped and hidden colours count, as the PDQ reference has it.
    `on_pages` is what a person sees of a transparent frame, on white and on black.
    """

    number: int
    frames: int
    media_type: str
    plane: LumaPlane
    on_pages: tuple[LumaPlane, ...] = ()


def luma_frames(
    data: bytes,
    *,
    declared: str | None,
    limits: ImageLimits = DEFAULT_LIMITS,
    frames_max: int = FRAMES_MAX,
    seconds_max: float = SECONDS_MAX,
    side_min: int = SIDE_MIN,
) -> Iterator[LumaFrame]:
    """Decode frame after frame, at least one, until there are no more or a limit is reached.

    When the last number that comes is less than `frames`, the others were not looked at. Raises a
    subclass of ImageRefused, also for a frame that is damaged after some that were not.
    """
    until = time.perf_counter() + seconds_max
    media_type, structure = check_file(data, declared=declared, limits=limits)
    samples = _plain_brightness(data, structure, side_min) if structure.plain else None
    if samples is not None:
        yield LumaFrame(1, 1, media_type, samples)
        return
    with refusing_damage():
        with _opened(data, media_type, limits) as image:
            frames = counted_frames(image, limits, seen=structure.frames)
            yield LumaFrame(1, frames, media_type, *_first_planes(image, data, side_min))
        affordable = FRAME_PIXELS_MAX // max(1, structure.width * structure.height)
        if frames == 1:
            return
        with _opened(data, media_type, limits) as image:  # anew: the first was decoded to scale
            for number in range(2, min(frames, frames_max, affordable) + 1):
                if time.perf_counter() > until:
                    return
                image.seek(number - 1)
                check_size(image.width, image.height, limits)
                yield LumaFrame(number, frames, media_type, *_planes(image))


def _opened(data: bytes, media_type: str, limits: ImageLimits) -> Image.Image:
    """Open a file that was checked, and check what Pillow reads of its size."""
    image = Image.open(io.BytesIO(data), formats=[FORMATS[media_type]])
    check_size(image.width, image.height, limits)
    return image


def _plain_brightness(data: bytes, structure: Structure, side_min: int) -> LumaPlane | None:
    """Decode a JPEG that has nothing but pixels, as `_first_planes` does; None: see there."""
    size = structure.width, structure.height
    step = next(each for each in _STEPS if each == 1 or min(size) // side_min >= each)
    samples = _brightness(data, size, step)
    return None if samples is None else LumaPlane(samples, *size, step)


def _first_planes(
    image: Image.Image, data: bytes, side_min: int
) -> tuple[LumaPlane, tuple[LumaPlane, ...]]:
    """Decode the first frame, no larger than need be."""
    size, step = image.size, 1
    if image.mode in {"L", "RGB"} and isinstance(image, JpegImageFile):
        drafted = image.draft("L", (side_min, side_min))
        step = 1 if drafted is None else -(-size[0] // image.width)
        samples = _brightness(data, size, step) if type(image) is JpegImageFile else None
        if samples is not None:
            return _upright(samples, size, step, orientation_of(image)), ()
    return _planes(image, size, step)


def _brightness(data: bytes, size: tuple[int, int], step: int) -> NDArray[np.uint8] | None:
    """Decode a JPEG's own brightness, a sample for each step x step pixels.

    None where anything about the file is out of the ordinary: then Pillow says what it is.
    """
    width, height = (-(-side // step) for side in size)
    try:
        down, across, colours, _ = simplejpeg.decode_jpeg_header(data)
        if (across, down) != size or colours not in _WITH_BRIGHTNESS:
            return None
        grey = simplejpeg.decode_jpeg(data, "GRAY", min_height=height, min_width=width)
    except ValueError:
        return None
    samples: NDArray[np.uint8] = grey[:, :, 0]
    return np.ascontiguousarray(samples) if samples.shape == (height, width) else None


def _planes(
    image: Image.Image, size: tuple[int, int] | None = None, step: int = 1
) -> tuple[LumaPlane, tuple[LumaPlane, ...]]:
    """Decode the frame an image stands at; its own size when it was set to be decoded smaller."""
    width, height = size or image.size
    image.load()
    turn = orientation_of(image)
    if image.mode == "L" and not image.has_transparency_data:
        return _upright(np.asarray(image), (width, height), step, turn), ()
    flat = flattened(image, copy=False)
    grey = flat.convert("L")
    plane = _upright(np.asarray(grey), (width, height), step, turn)
    if flat.mode != "RGBA" or flat.getchannel("A").getextrema() == (255, 255):
        return plane, ()
    alpha = flat.getchannel("A")
    pages = (Image.composite(grey, Image.new("L", grey.size, page), alpha) for page in _BACKDROPS)
    return plane, tuple(replace(plane, samples=_turned(np.asarray(page), turn)) for page in pages)


def _upright(samples: NDArray[np.uint8], size: tuple[int, int], step: int, turn: int) -> LumaPlane:
    """Turn samples as EXIF says; the pixels that the last block lacks may come to the front."""
    width, height = size
    columns_behind = samples.shape[1] * step - width
    rows_behind = samples.shape[0] * step - height
    columns_ahead = columns_behind if turn in {2, 3} else 0
    rows_ahead = rows_behind if turn in {3, 4} else 0
    if turn >= _ON_ITS_SIDE and turn in UPRIGHT:
        width, height = height, width
        columns_ahead = rows_behind if turn in {6, 7} else 0
        rows_ahead = columns_behind if turn in {7, 8} else 0
    return LumaPlane(_turned(samples, turn), width, height, step, columns_ahead, rows_ahead)


def _turned(samples: NDArray[np.uint8], turn: int) -> NDArray[np.uint8]:
    """Apply an EXIF orientation (CIPA DC-008, 4.6.4): what it says is undone."""
    if turn >= _ON_ITS_SIDE and turn in UPRIGHT:
        samples = samples.T
    if turn in {2, 3, 6, 7}:
        samples = samples[:, ::-1]
    if turn in {3, 4, 7, 8}:
        samples = samples[::-1]
    return np.ascontiguousarray(samples)
