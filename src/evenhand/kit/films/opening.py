"""A film's bytes are handed to FFmpeg here, with everything it could reach beyond them shut off.

The demuxer is named, so that none of the three hundred others is tried; decoders are those on a
short list; no protocol, playlist or second file can be opened; only one thread decodes.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from evenhand.kit.films.budget import FilmLimits, Watched
from evenhand.kit.films.errors import (
    DamagedFilm,
    FilmRefused,
    FilmsNotInstalled,
    NoPictures,
    UnsupportedFilm,
)
from evenhand.kit.films.structure import DEMUXERS, TRANSPORT, FilmStructure

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.video.stream import VideoStream

CODECS: Final = (
    "h264",
    "hevc",
    "mpeg4",
    "mpeg1video",
    "mpeg2video",
    "mjpeg",
    "vp8",
    "vp9",
    "av1",
    "libdav1d",
    "h263",
    "msmpeg4v3",
)
_PROBE_BYTES: Final = 5_000_000
_PROBE_SECONDS: Final = 5
_SAID_CHARS_MAX: Final = 200
_ATTACHED_PICTURE: Final = 0x400  # AV_DISPOSITION_ATTACHED_PIC: a cover, not the film

_BROKEN: Final = (
    ArithmeticError,
    AssertionError,
    BufferError,
    EOFError,
    LookupError,
    MemoryError,
    OSError,
    RuntimeError,
    TypeError,
    ValueError,
)
"""What damaged bytes may raise beside FFmpeg's own errors."""


def installed() -> bool:
    """Tell whether films can be opened here at all."""
    return importlib.util.find_spec("av") is not None


@contextmanager
def refusing_damage() -> Iterator[None]:
    """Turn whatever FFmpeg raises on damaged bytes into DamagedFilm."""
    from av.error import FFmpegError

    try:
        yield
    except FilmRefused:
        raise
    except (FFmpegError, *_BROKEN) as damage:
        says = f"the film is cut short or damaged: {type(damage).__name__}: {damage}"
        raise DamagedFilm(says[:_SAID_CHARS_MAX]) from damage


@contextmanager
def opened(
    watched: Watched, structure: FilmStructure, limits: FilmLimits
) -> Iterator[tuple[InputContainer, VideoStream, int]]:
    """Open a film at its beginning; give the container, its first track of pictures, and how many.

    Raises FilmsNotInstalled, DamagedFilm, NoPictures, UnsupportedFilm, FilmTooManyPixels.
    """
    try:
        import av
    except ImportError as why:
        raise FilmsNotInstalled from why
    watched.seek(0)
    watched.next_step()
    container: Any = None
    try:
        with refusing_damage():
            container = av.open(
                watched,
                "r",
                format=DEMUXERS[structure.media_type],
                options=_options(structure, limits),
                metadata_errors="replace",
                io_open=_refused,
            )
            pictures = [one for one in container.streams.video if not _is_cover(one)]
            if not pictures:
                raise NoPictures("it has no track of pictures")
            _prepare(pictures[0], limits)
        yield container, pictures[0], len(pictures)
    finally:
        if container is not None:
            container.close()


def _options(structure: FilmStructure, limits: FilmLimits) -> dict[str, str]:
    exact = structure.media_type == TRANSPORT
    return {
        "codec_whitelist": ",".join(CODECS),
        "protocol_whitelist": "none",
        "probesize": str(_PROBE_BYTES),
        "analyzeduration": str(_PROBE_SECONDS * 1_000_000),
        "max_streams": str(structure.tracks if exact else 2 * structure.tracks),
        "max_pixels": str(limits.pixels_max),
        "ignore_editlist": "1",  # what an edit list leaves out is looked at all the same
        "advanced_editlist": "0",
    }


def _prepare(stream: VideoStream, limits: FilmLimits) -> None:
    """Set a decoder up, or say why this one is not used."""
    context = stream.codec_context
    if context is None or context.codec.name not in CODECS:
        raise UnsupportedFilm("a film without a known codec" if context is None else context.name)
    limits.check_size(stream.width, stream.height)
    context.options = {"max_pixels": str(limits.pixels_max)}
    context.thread_count = 1


def _is_cover(stream: VideoStream) -> bool:
    return bool(int(stream.disposition) & _ATTACHED_PICTURE)


def _refused(*_named: object) -> Any:
    """Refuse to open anything that a film names: it consists of its own bytes."""
    raise UnsupportedFilm("a film that names other files")
