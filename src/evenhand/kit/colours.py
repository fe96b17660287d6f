"""An untrusted picture in colour, frame by frame, decoded no larger than whoever looks needs it.

It is what a person would see: upright, and transparency shown on mid grey. All limits and refusals
are those of `evenhand.kit.images`; how many frames there are is said, so that a caller can say
which were not looked at.
"""

from __future__ import annotations

import io
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from PIL import Image
from PIL.JpegImagePlugin import JpegImageFile

from evenhand.kit.images import (
    BACKDROP,
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

FRAMES_MAX: Final = 8
SECONDS_MAX: Final = 3.0


@dataclass(frozen=True, slots=True, eq=False)
class ColourFrame:
    """One frame: its number from 1, how many there are, and the size its file gives it.

    `picture` is RGB and upright; it may be smaller than the file's `width` and `height`.
    """

    number: int
    frames: int
    width: int
    height: int
    picture: Image.Image = field(repr=False)


def colour_frames(
    data: bytes,
    *,
    side_min: int,
    limits: ImageLimits = DEFAULT_LIMITS,
    frames_max: int = FRAMES_MAX,
    seconds_max: float = SECONDS_MAX,
) -> Iterator[ColourFrame]:
    """Decode frame after frame, at least one, until there are no more or a limit is reached.

    A JPEG is decoded at a half, a quarter or an eighth while its shorter side keeps `side_min`
    pixels. Raises a subclass of ImageRefused, also for a frame damaged after some that were not.
    """
    until = time.perf_counter() + seconds_max
    media_type, structure = check_file(data, declared=None, limits=limits)
    with refusing_damage(), Image.open(io.BytesIO(data), formats=[FORMATS[media_type]]) as image:
        check_size(image.width, image.height, limits)
        frames = counted_frames(image, limits, seen=structure.frames)
        width, height = image.size
        if isinstance(image, JpegImageFile) and image.mode in {"L", "RGB"}:
            scale = side_min / min(width, height)
            image.draft(image.mode, (int(width * scale), int(height * scale)))
        for number in range(1, min(frames, frames_max) + 1):
            if number > 1:
                if time.perf_counter() > until:
                    return
                image.seek(number - 1)
                check_size(image.width, image.height, limits)
                width, height = image.size
            yield ColourFrame(number, frames, width, height, _seen(image))


def _seen(image: Image.Image) -> Image.Image:
    """Give the frame an image stands at as a person sees it."""
    image.load()
    turn = UPRIGHT.get(orientation_of(image))
    flat = flattened(image)
    if flat.mode == "RGBA":
        page = Image.new("RGBA", flat.size, (BACKDROP, BACKDROP, BACKDROP, 255))
        flat = Image.alpha_composite(page, flat).convert("RGB")
    return flat if turn is None else flat.transpose(turn)
