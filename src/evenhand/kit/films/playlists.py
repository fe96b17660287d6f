"""A playlist on disk (HLS, RFC 8216) is read here, and only what lies in its own folder is opened.

FFmpeg never sees it: it would follow addresses. Every name is taken apart and each folder on the
way is opened by itself, so that no absolute path, no `..`, no address and no symbolic link leads
anywhere else.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final
from urllib.parse import unquote

from evenhand.kit.films.errors import PlaylistRefused

TEXT_BYTES_MAX: Final = 4_000_000
PARTS_MAX: Final = 50_000
VARIANTS_MAX: Final = 64
_HEIGHT_MIN: Final = 240  # lines; the smallest variant with at least these is looked at
_PART_SECONDS_MAX: Final = 3_600.0
_FIRST_LINE: Final = "#EXTM3U"
_ATTRIBUTE: Final = re.compile(r'([A-Z0-9-]+)=("[^"]*"|[^",]*)')
_ADDRESS: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")

Name = tuple[str, ...]
"""A path inside the playlist's folder, taken apart."""


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of bytes of a file; `length` None is all of it. `seconds` is what the list says."""

    name: Name
    seconds: float = 0.0
    offset: int = 0
    length: int | None = None
    init: Part | None = None
    anew: bool = False


@dataclass(frozen=True, slots=True)
class Playlist:
    """The parts in their order; how many other variants there are; whether more may follow."""

    folder: Path
    parts: tuple[Part, ...]
    others: int = 0
    ended: bool = True


def is_playlist(head: bytes) -> bool:
    """Tell whether bytes begin like a playlist."""
    return head.lstrip(b"\xef\xbb\xbf").startswith(_FIRST_LINE.encode())


def read_playlist(path: Path) -> Playlist:
    """Read a playlist from disk; of several variants, the smallest that is large enough.

    Raises PlaylistRefused.
    """
    folder = path.parent
    lines = _lines(folder, (path.name,))
    variants = list(_variants(lines))
    if not variants:
        return _listed(folder, lines, ())
    chosen = min(variants, key=lambda one: (one.height < _HEIGHT_MIN, one.bandwidth))
    found = _listed(folder, _lines(folder, chosen.name), chosen.name[:-1])
    return replace(found, others=len({one.name for one in variants}) - 1)


def open_inside(folder: Path, name: Name) -> int:
    """Open an ordinary file inside a folder for reading; return its descriptor.

    Raises PlaylistRefused for anything else, and for a symbolic link anywhere on the way.
    """
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
    at = -1
    try:
        at = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        for step in name[:-1]:
            inner = os.open(step, flags | os.O_DIRECTORY, dir_fd=at)
            os.close(at)
            at = inner
        opened = os.open(name[-1], flags, dir_fd=at)
    except (OSError, ValueError) as why:
        says = why.strerror if isinstance(why, OSError) else why
        raise PlaylistRefused(f"a part of the playlist cannot be opened: {says}") from why
    finally:
        if at >= 0:
            os.close(at)
    if not stat.S_ISREG(os.fstat(opened).st_mode):
        os.close(opened)
        raise PlaylistRefused("a part of the playlist is no ordinary file")
    return opened


@dataclass(frozen=True, slots=True)
class _Variant:
    name: Name
    bandwidth: int
    height: int


def _lines(folder: Path, name: Name) -> list[str]:
    """Read the text of a playlist. Raises PlaylistRefused."""
    with os.fdopen(open_inside(folder, name), "rb") as file:
        data = file.read(TEXT_BYTES_MAX + 1)
    if len(data) > TEXT_BYTES_MAX:
        raise PlaylistRefused(f"the playlist has more than {TEXT_BYTES_MAX} bytes")
    try:
        lines = [line.strip() for line in data.decode("utf-8-sig").splitlines()]
    except UnicodeDecodeError as why:
        raise PlaylistRefused("the playlist is not UTF-8") from why
    if not lines or lines[0] != _FIRST_LINE:
        raise PlaylistRefused(f"the playlist does not begin with {_FIRST_LINE}")
    return [line for line in lines if line]


def _variants(lines: Sequence[str]) -> Iterator[_Variant]:
    """Read what a master playlist offers."""
    told: dict[str, str] | None = None
    count = 0
    for line in lines:
        if line.startswith("#EXT-X-STREAM-INF:"):
            told = _attributes(line)
        elif told is not None and not line.startswith("#"):
            count += 1
            if count > VARIANTS_MAX:
                raise PlaylistRefused(f"the playlist offers more than {VARIANTS_MAX} variants")
            height = told.get("RESOLUTION", "").rpartition("x")[2]
            yield _Variant(_name(line, ()), _whole(told.get("BANDWIDTH", "")), _whole(height))
            told = None


def _listed(folder: Path, lines: Sequence[str], inside: Name) -> Playlist:
    """Read the parts of a media playlist."""
    parts: list[Part] = []
    draft = Part(())
    ends: dict[Name, int] = {}
    for line in lines:
        if line.startswith("#"):
            draft = _told(draft, line, inside)
            continue
        name = _name(line, inside)
        offset = ends.get(name, 0) if draft.offset < 0 else draft.offset
        parts.append(replace(draft, name=name, offset=offset))
        ends[name] = offset + (draft.length or 0)
        draft = Part((), init=draft.init)
        if len(parts) > PARTS_MAX:
            raise PlaylistRefused(f"the playlist has more than {PARTS_MAX} parts")
    if not parts:
        raise PlaylistRefused("the playlist has no parts")
    return Playlist(folder, tuple(parts), ended="#EXT-X-ENDLIST" in lines)


def _told(draft: Part, line: str, inside: Name) -> Part:
    """Take in what a line says about the part that comes next."""
    tag, _, said = line.partition(":")
    if tag == "#EXTINF":
        return replace(draft, seconds=_seconds(said.partition(",")[0]))
    if tag == "#EXT-X-BYTERANGE":
        return _ranged(draft, said)
    if tag == "#EXT-X-DISCONTINUITY":
        return replace(draft, anew=True)
    if tag == "#EXT-X-MAP":
        return replace(draft, init=_map(said, inside))
    if tag in {"#EXT-X-KEY", "#EXT-X-SESSION-KEY"} and _attributes(said).get("METHOD") != "NONE":
        raise PlaylistRefused("its parts are sealed, so they cannot be looked at")
    return draft


def _ranged(part: Part, said: str) -> Part:
    """Read `length@offset`; without the offset it follows on the range before."""
    length, at, offset = said.partition("@")
    return replace(part, length=_whole(length), offset=_whole(offset) if at else -1)


def _map(said: str, inside: Name) -> Part:
    told = _attributes(said)
    made = Part(_name(told.get("URI", ""), inside))
    return _ranged(made, told["BYTERANGE"]) if "@" in told.get("BYTERANGE", "") else made


def _name(said: str, inside: Name) -> Name:
    """Take a path apart. Raises PlaylistRefused for one that could lead outside."""
    plain = unquote(said.partition("?")[0].partition("#")[0])
    steps = tuple(step for step in plain.split("/") if step not in {"", "."})
    outside = plain.startswith("/") or "\\" in plain or "\0" in plain or _ADDRESS.match(plain)
    if outside or ".." in steps or not steps or not plain.isprintable():
        raise PlaylistRefused("the playlist names something outside its own folder")
    return (*inside, *steps)


def _attributes(line: str) -> dict[str, str]:
    return {name: value.strip('"') for name, value in _ATTRIBUTE.findall(line)}


def _whole(said: str) -> int:
    plain = said.strip()
    return int(plain) if plain.isascii() and plain.isdecimal() and len(plain) < 16 else 0


def _seconds(said: str) -> float:
    try:
        seconds = float(said)
    except ValueError:
        return 0.0
    return seconds if 0.0 < seconds <= _PART_SECONDS_MAX else 0.0
