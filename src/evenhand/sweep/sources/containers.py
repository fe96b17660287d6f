"""Archives are listed where they lie: nothing is unpacked to disk, and nothing without an end.

An archive may hold archives, to a depth. What cannot be looked into is said under its own name and
counts as failed: somebody who wants to hide a picture would put it there.
"""

from __future__ import annotations

import io
import itertools
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import BinaryIO, Final

from evenhand.detection import Answer
from evenhand.sweep.model import INSIDE, Inline, InPlace, InZip, Listed, Noted
from evenhand.sweep.sources import tarred, zipped
from evenhand.sweep.sources.guarded import FREE_BYTES, RATIO_MAX

ENTRIES_MAX: Final = 5_000_000
DEPTH_MAX: Final = 3
INLINE_BYTES_MAX: Final = 100_000_000
"""What is held in memory of one member: the longest picture that is opened."""

_ZIP: Final = (b".zip", b".cbz")
_TAR: Final = (
    b".tar",
    b".cbt",
    b".tgz",
    b".tbz2",
    b".tbz",
    b".txz",
    b".tar.gz",
    b".tar.bz2",
    b".tar.xz",
)
_CLOSED: Final = (
    b".7z",
    b".rar",
    b".cbr",
    b".cb7",
    b".tar.zst",
    b".tzst",
    b".ace",
    b".cab",
    b".lzh",
    b".arj",
)

_UNPACKABLE: Final = frozenset({zipped.STORED, zipped.DEFLATED})


class Beyond(Exception):
    """One of the limits of an archive was met; the sentence says which."""


@dataclass(frozen=True)
class Archive:
    """An archive to list: what it is called, how long it is, how it is opened, and how deep it is.

    `path` is where it lies on disk, None when it is held in memory. `outer` is the name of the
    archive that holds all others, whose stamp its members have.
    """

    name: bytes
    size: int
    open: Callable[[], BinaryIO]
    path: bytes | None
    stamp: str
    outer: bytes = b""
    depth: int = 1
    numbers: Iterator[int] = field(default_factory=itertools.count)

    def __post_init__(self) -> None:
        """An archive that lies in no other is its own outer one."""
        if not self.outer:
            object.__setattr__(self, "outer", self.name)

    def noted(self, name: bytes, answer: Answer, why: str) -> Noted:
        """Say of a member, or of the archive itself, what came of it without a look."""
        nth = 0 if name == self.name else self._number()
        return Noted(name, answer, why, nth=nth, container=self.outer)

    def failed(self, why: str) -> Noted:
        """Say that the archive could not be listed, or not to its end."""
        return self.noted(self.name, Answer.FAILED, f"The archive could not be read: {why}.")

    def listed(self, name: bytes, size: int, where: InZip | InPlace | Inline) -> Listed:
        """List a member."""
        return Listed(name, size, self.stamp, where, nth=self._number(), container=self.outer)

    def member(self, name: bytes) -> bytes:
        """Write a member's whole name."""
        return self.name + INSIDE + name

    def _number(self) -> int:
        number = next(self.numbers)
        if number >= ENTRIES_MAX:
            raise Beyond(f"it holds more than {ENTRIES_MAX:,} entries")
        return number + 1


def is_archive(name: bytes) -> bool:
    """Tell by its name whether a file is an archive, one that is opened here or not."""
    return name.lower().endswith((*_ZIP, *_TAR, *_CLOSED))


def expand(archive: Archive) -> Iterator[Listed | Noted]:
    """List what is in an archive, and what is in archives in it; whatever is wrong is noted."""
    name = archive.name.lower()
    try:
        if name.endswith(_CLOSED):
            yield archive.failed("archives of this kind are not opened here, so unpack it first")
        elif archive.depth > DEPTH_MAX:
            yield archive.failed(f"it lies more than {DEPTH_MAX} archives deep")
        else:
            yield from _members(archive, _zipped if name.endswith(_ZIP) else _tarred)
    except Beyond as why:
        if archive.depth > 1:
            raise
        yield Noted(
            archive.name,
            Answer.FAILED,
            f"The archive could not be read: {why}.",
            container=archive.outer,
        )


def _members(
    archive: Archive, members: Callable[[Archive, BinaryIO], Iterator[Listed | Noted]]
) -> Iterator[Listed | Noted]:
    """Open an archive and list its members; damage ends it, and what was listed stays."""
    try:
        file = archive.open()
    except OSError as why:
        yield archive.failed(why.strerror or str(why))
        return
    with file:
        try:
            yield from members(archive, file)
        except (zipped.DamagedArchive, tarred.DamagedTar, OSError) as why:
            yield archive.failed(str(why))


def _zipped(archive: Archive, file: BinaryIO) -> Iterator[Listed | Noted]:
    for one in zipped.members(file, entries_max=ENTRIES_MAX):
        if not one.is_folder:
            yield from _zip_member(archive, file, one)


def _zip_member(archive: Archive, file: BinaryIO, one: zipped.Member) -> Iterator[Listed | Noted]:
    name = archive.member(one.name)
    wrong = _wrong(one)
    if wrong is not None:
        yield archive.noted(name, *wrong)
        return
    nested = is_archive(one.name)
    if archive.path is not None and not nested:
        where = InZip(archive.path, one.at, one.packed, one.size, one.method, one.crc)
        yield archive.listed(name, one.size, where)
    elif one.size > INLINE_BYTES_MAX:
        yield archive.noted(name, Answer.FAILED, _TOO_LONG)
    else:
        try:
            parts = zipped.unpacked(
                file, at=one.at, packed=one.packed, size=one.size, method=one.method, crc=one.crc
            )
            content = b"".join(parts)
        except (zipped.DamagedArchive, OSError) as why:
            yield archive.noted(name, Answer.FAILED, f"It could not be unpacked: {why}.")
            return
        yield from _in_memory(archive, name, content)


def _wrong(one: zipped.Member) -> tuple[Answer, str] | None:
    """Say why a member is not opened, or None."""
    if one.mode is not None and stat.S_IFMT(one.mode) not in {0, stat.S_IFREG, stat.S_IFDIR}:
        return Answer.SKIPPED, _NOT_ORDINARY
    if one.encrypted:
        return Answer.FAILED, "It is encrypted."
    if one.method not in _UNPACKABLE:
        return Answer.FAILED, f"It is packed by a method that is not known here ({one.method})."
    if one.size > RATIO_MAX * one.packed + FREE_BYTES:
        return Answer.FAILED, f"It unpacks to more than {RATIO_MAX} times its size."
    return None


def _tarred(archive: Archive, file: BinaryIO) -> Iterator[Listed | Noted]:
    opened = tarred.Tar(file, archive.size)
    for one in opened.members():
        yield from _tar_member(archive, opened, one)


def _tar_member(
    archive: Archive, opened: tarred.Tar, one: tarred.TarMember
) -> Iterator[Listed | Noted]:
    name = archive.member(one.name)
    if one.is_folder:
        return
    if not one.ordinary:
        yield archive.noted(name, Answer.SKIPPED, _NOT_ORDINARY)
    elif one.sparse:
        yield archive.noted(
            name, Answer.FAILED, "It is stored with holes, which are not filled here."
        )
    elif archive.path is not None and not opened.packed and not is_archive(one.name):
        yield archive.listed(name, one.size, InPlace(archive.path, one.at, one.size))
    elif one.size > INLINE_BYTES_MAX:
        yield archive.noted(name, Answer.FAILED, _TOO_LONG)
    else:
        yield from _in_memory(archive, name, opened.content(one))


def _in_memory(archive: Archive, name: bytes, content: bytes) -> Iterator[Listed | Noted]:
    """List a member whose bytes had to be read, and what is in it when it is an archive."""
    if not is_archive(name):
        yield archive.listed(name, len(content), Inline(content))
        return
    yield from expand(
        replace(
            archive,
            name=name,
            size=len(content),
            open=lambda: io.BytesIO(content),
            path=None,
            depth=archive.depth + 1,
        )
    )


_NOT_ORDINARY: Final = "It is not an ordinary file."
_TOO_LONG: Final = (
    f"It has more than {INLINE_BYTES_MAX:,} bytes, and would have to be held in memory: unpack"
    " the archive first."
)
