"""What a file is, its first bytes say, and its name only where bytes say nothing.

A picture under any name is a picture. A name that promises a picture or a film over bytes that are
none is a failure, because a damaged file is not a clean one. Text has no mark of its own, so it is
what is named so and is text in UTF-8 or UTF-16.
"""

from __future__ import annotations

import codecs
import mimetypes
from typing import Final

from evenhand.kit.image_structure import media_type_of
from evenhand.sweep.model import Sort

_BOX: Final = b"ftyp"  # ISO 14496-12; still pictures in such boxes are told apart before
_FILM_STARTS: Final = (
    b"\x1aE\xdf\xa3",  # Matroska and WebM
    b"FLV\x01",
    b"\x00\x00\x01\xba",  # MPEG program stream
    b"\x00\x00\x01\xb3",
    b"0&\xb2u\x8ef\xcf\x11",  # ASF
    b"OggS",
)
_TS_PACKET: Final = 188
_TEXT_NAMES: Final = (".txt", ".text", ".md", ".log")
_PROMISES: Final = {
    Sort.PICTURE: (".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".gif", ".webp"),
    Sort.FILM: (".mp4", ".m4v", ".mov", ".mkv", ".webm", ".avi", ".wmv", ".flv", ".mpg", ".mpeg"),
}
_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def sort_of(start: bytes, name: bytes) -> Sort:
    """Tell a file's sort by its first bytes, else by its name."""
    if media_type_of(start) is not None:
        return Sort.PICTURE
    if _is_film(start):
        return Sort.FILM
    return Sort.TEXT if _ending(name) in _TEXT_NAMES else Sort.OTHER


def promised(name: bytes) -> Sort | None:
    """Tell what a name promises that its bytes must show: a picture, a film, or nothing."""
    ending = _ending(name)
    return next((sort for sort, names in _PROMISES.items() if ending in names), None)


def film_type(name: bytes) -> str:
    """Return a film's media type, as far as its name tells."""
    guessed, _ = mimetypes.guess_type("film" + _ending(name))
    return guessed if guessed and guessed.startswith("video/") else "video/mp4"


def text_of(data: bytes) -> str | None:
    """Read text in UTF-8, or in UTF-16 with its mark; None for anything else."""
    encoding = next((each for mark, each in _BOMS if data.startswith(mark)), "utf-8")
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return None


def _is_film(start: bytes) -> bool:
    if start[4:8] == _BOX or start.startswith(_FILM_STARTS):
        return True
    if start.startswith(b"RIFF") and start[8:12] == b"AVI ":
        return True
    packets = start[: 4 * _TS_PACKET : _TS_PACKET]
    return len(packets) == 4 and packets == b"GGGG"


def _ending(name: bytes) -> str:
    last = name.rpartition(b"/")[2].lower()
    return "." + last.rpartition(b".")[2].decode("ascii", "replace") if b"." in last else ""
