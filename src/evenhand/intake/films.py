"""A film that passes here is one whose frames can be told apart, from its first to its last.

It is taken apart to its end and its first key frame is decoded; looking at the rest is detection's.
Where the package that opens films is not installed, a film is taken by what its own structure
says, and detection will say that nobody looked.
"""

from __future__ import annotations

import hashlib
from typing import Final

from evenhand.intake.model import (
    CheckedFilm,
)
from evenhand.intake.reading import Reader, join
from evenhand.kit import films

_PROBLEMS: Final[dict[type[films.FilmRefused], tuple[str, str]]] = {
    films.NotAFilm: ("not_a_film", "These bytes are not a film."),
    films.UnsupportedFilm: (
        "unsupported_film",
        "Send MP4, QuickTime, WebM, Matroska, an MPEG transport stream or AVI.",
    ),
    films.FilmTypeLies: ("media_type_lies", "The bytes are not of the media type given."),
    films.DamagedFilm: ("truncated_film", "The film is cut short or damaged. Send it again."),
    films.FilmTooLarge: ("too_large", "The film takes too many bytes."),
    films.FilmTooManyPixels: ("too_many_pixels", "The film's frames have too many pixels."),
    films.FilmTooManyParts: ("too_many_parts", "The film claims more parts than any film has."),
    films.FilmTooSlow: ("too_slow", "Opening the film took too long."),
    films.NoPictures: ("no_pictures", "There is no picture in the film."),
}
_UNOPENED: Final = "The film cannot be opened."


def read_film(
    reader: Reader,
    data: object,
    declared: str | None,
    path: str,
    *,
    place: tuple[str, int],
    limits: films.FilmLimits,
) -> CheckedFilm | None:
    """Read a film sent as base64; note what is wrong with it. Slow: never in a transaction."""
    content = reader.content(data, join(path, "data"), bytes_max=limits.bytes_max)
    if content is None:
        return None
    try:
        media_type, size, seconds = _opened(content, declared, limits)
    except films.FilmRefused as refused:
        code, says = _PROBLEMS.get(type(refused), ("not_a_film", _UNOPENED))
        reader.note(path, says, code)
        return None
    return CheckedFilm(
        field=place[0],
        position=place[1],
        content=content,
        sha256=hashlib.sha256(content).hexdigest(),
        media_type=media_type,
        width=size[0],
        height=size[1],
        seconds=seconds,
    )


def _opened(
    content: bytes, declared: str | None, limits: films.FilmLimits
) -> tuple[str, tuple[int, int], float | None]:
    """Take a film apart to its end, and decode one frame. Raises a subclass of FilmRefused."""
    structure = films.check_film(content, declared=declared, limits=limits)
    if not films.installed():
        return structure.media_type, (0, 0), None
    with films.open_film(content, declared=declared, limits=limits) as film:
        film.measured()
        if film.stopped is not None:
            raise films.FilmTooSlow(film.stopped)
        seconds = round(film.until, 3)
        frame = next(film.key_frames(), None) or next(film.every(), None)
        if frame is None:
            raise films.DamagedFilm("no frame of it can be opened")
    return structure.media_type, (film.facts.width, film.facts.height), seconds
