"""What a reviewer sees of a film: stills on one sheet, each with its time, under the same veil.

Nothing plays and nothing sounds. A sheet shows the whole film or a part of it, and stills are as
grey and as blurred as a picture is at the same rung of the ladder.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from evenhand.kit.films.budget import FilmLimits
from evenhand.kit.films.errors import DamagedFilm
from evenhand.kit.films.film import Film, open_film
from evenhand.kit.films.frames import FilmFrame
from evenhand.kit.images import Veil, under_veil

STILLS_MAX: Final = 12
_ACROSS: Final = 4
_SHEET_PIXELS: Final = {Veil.OUTLINE: 640, Veil.GREY: 960, Veil.FULL: 1_600}
_GAP: Final = 6
_CAPTION: Final = 18
_PAGE, _INK = 24, 232  # grey levels
_LIMITS: Final = FilmLimits(bytes_max=200_000_000, wall_seconds_max=20.0)
_KEYS_ENOUGH: Final = 4.0  # seconds between stills; nearer ones are not found among key frames
_LEAST: Final = 3.0  # seconds that are shown around a moment


@dataclass(frozen=True, slots=True)
class Span:
    """A part of a film, in seconds."""

    start: float
    end: float


def veiled_sheet(
    data: bytes, level: Veil, *, span: Span | None = None, limits: FilmLimits = _LIMITS
) -> bytes:
    """Make the sheet a reviewer may see at this rung, as a JPEG that carries no metadata.

    Raises a subclass of FilmRefused.
    """
    side = (_SHEET_PIXELS[level] - _GAP * (_ACROSS + 1)) // _ACROSS
    with open_film(data, limits=limits) as film:
        stills = list(_stills(film, span, side))
    if not stills:
        raise DamagedFilm("no frame of it can be opened")
    count = min(len(stills), STILLS_MAX)
    shown = [
        (seconds, under_veil(Image.fromarray(pixels), level, side_max=side))
        for seconds, pixels in (stills[at * len(stills) // count] for at in range(count))
    ]
    out = io.BytesIO()
    _sheet(shown, grey=level is not Veil.FULL).save(out, format="JPEG", quality=88)
    return out.getvalue()


def film_time(seconds: float) -> str:
    """Write a place in a film as people read it: minutes and seconds, or hours before them."""
    minutes, left = divmod(int(seconds), 60)
    hours, rest = divmod(minutes, 60)
    return f"{hours}:{rest:02}:{left:02}" if hours else f"{minutes}:{left:02}"


def _stills(film: Film, span: Span | None, side: int) -> Iterator[tuple[float, NDArray[np.uint8]]]:
    """Give small stills that stand evenly over a part of a film; damage ends them early."""
    with suppress(DamagedFilm):
        film.measured()
    start, end = (0.0, film.until) if span is None else (span.start, span.end)
    if span is not None:
        around = max(0.0, (_LEAST - (end - start)) / 2)
        start, end = start - around, end + around
    apart = max(end - start, 0.0) / STILLS_MAX
    stretches = enumerate(film.stretches)
    within = {at for at, one in stretches if one.end >= start and one.start <= end}
    frames: Iterator[FilmFrame]
    if apart >= _KEYS_ENOUGH:
        frames = film.key_frames(apart=apart)
    else:
        frames = film.every(max(apart, 0.04), within=within)
    with suppress(DamagedFilm):
        for frame in frames:
            if start <= frame.seconds <= end:
                yield frame.seconds, frame.picture(side)


def _sheet(stills: list[tuple[float, Image.Image]], *, grey: bool) -> Image.Image:
    """Lay stills out in rows, each with its time above it."""
    wide = max(still.width for _, still in stills)
    tall = max(still.height for _, still in stills)
    across = min(_ACROSS, len(stills))
    rows = -(-len(stills) // across)
    size = (_GAP + across * (wide + _GAP), _GAP + rows * (tall + _CAPTION + _GAP))
    page = Image.new("L" if grey else "RGB", size, _PAGE if grey else (_PAGE,) * 3)
    pen = ImageDraw.Draw(page)
    font = ImageFont.load_default(size=13)
    for at, (seconds, still) in enumerate(stills):
        left = _GAP + at % across * (wide + _GAP)
        top = _GAP + at // across * (tall + _CAPTION + _GAP)
        pen.text((left, top), film_time(seconds), fill=_INK if grey else (_INK,) * 3, font=font)
        page.paste(still, (left, top + _CAPTION))
    return page
