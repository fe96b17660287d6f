"""A tar archive is read from its beginning to its end mark; one that ends otherwise is damaged.

The library stops at a damaged header as if that were the end. What comes after it would then pass
for clean, so the end mark is asked for. Archives that are not compressed are listed, and looked at
in place; from compressed ones each file is taken out on the way.
"""

from __future__ import annotations

import bz2
import gzip
import lzma
import tarfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final, cast

from evenhand.sweep.sources.guarded import Bomb, Guarded

BLOCK: Final = 512
_FAULTS: Final = (
    tarfile.TarError,
    EOFError,
    OSError,
    ValueError,
    IndexError,
    KeyError,
    OverflowError,
    zlib.error,
    lzma.LZMAError,
)
_MEMORY_MAX: Final = 256_000_000  # what unpacking xz may take: its headers can ask for gigabytes


class DamagedTar(ValueError):
    """The archive breaks off, or is none; the sentence says how."""


@dataclass(frozen=True, slots=True)
class TarMember:
    """One entry of the archive: where its bytes begin in the unpacked stream, and how many."""

    name: bytes
    size: int
    at: int
    ordinary: bool
    is_folder: bool
    sparse: bool


class Tar:
    """An archive, open for reading once."""

    def __init__(self, file: BinaryIO, length: int) -> None:
        """Open an archive of so many bytes, whatever it is compressed with."""
        start = file.read(6)
        file.seek(0)
        self.packed = True
        unpacking = _unpacking(file, start)
        if unpacking is None:
            self.packed, unpacking = False, file
        self._file = Guarded(unpacking, packed=length if self.packed else None)

    def members(self) -> Iterator[TarMember]:
        """List it, each member while it can be read. Raises DamagedTar."""
        seen = 0
        try:
            with tarfile.open(
                fileobj=cast("BinaryIO", self._file), mode="r:", errors="surrogateescape"
            ) as archive:
                while (info := archive.next()) is not None:
                    archive.members = []  # type: ignore[attr-defined]  # or a million would be held
                    seen += 1
                    yield _member(info)
        except Bomb as why:
            raise DamagedTar(str(why)) from why
        except _FAULTS as why:
            raise DamagedTar(f"it cannot be read past entry {seen}") from why
        if len(self._file.last) != BLOCK or self._file.last.strip(b"\0"):
            raise DamagedTar(f"it breaks off after entry {seen}, without an end mark")

    def content(self, member: TarMember) -> bytes:
        """Take out the member that was listed last. Raises DamagedTar."""
        parts, left = [], member.size
        try:
            self._file.seek(member.at)
            while left > 0 and (part := self._file.read(min(left, 1 << 20))):
                parts.append(part)
                left -= len(part)
        except (*_FAULTS, Bomb) as why:
            raise DamagedTar(f"{why}") from why
        if left:
            raise DamagedTar("it is cut short")
        return b"".join(parts)


def _unpacking(file: BinaryIO, start: bytes) -> BinaryIO | None:
    if start.startswith(b"\x1f\x8b"):
        return cast("BinaryIO", gzip.GzipFile(fileobj=file))
    if start.startswith(b"BZh"):
        return cast("BinaryIO", bz2.BZ2File(file))
    if start.startswith(b"\xfd7zXZ\0"):
        return cast("BinaryIO", _Xz(file))
    return None


class _Xz:
    """Unpacks xz within a limit of memory, which the standard file object does not know."""

    def __init__(self, file: BinaryIO) -> None:
        self._file, self._waiting = file, b""
        self._unpacker = lzma.LZMADecompressor(memlimit=_MEMORY_MAX)

    def read(self, size: int) -> bytes:
        """Read up to so many bytes."""
        while not self._waiting:
            if self._unpacker.eof:
                rest = self._unpacker.unused_data or self._file.read(1 << 16)
                rest = rest.lstrip(b"\0")
                if not rest:
                    return b""
                self._unpacker = lzma.LZMADecompressor(memlimit=_MEMORY_MAX)
                self._waiting = self._unpacker.decompress(rest, size)
            else:
                more = self._file.read(1 << 16) if self._unpacker.needs_input else b""
                if self._unpacker.needs_input and not more:
                    raise EOFError("the compressed stream is cut short")
                self._waiting = self._unpacker.decompress(more, size)
        part, self._waiting = self._waiting[:size], self._waiting[size:]
        return part


def _member(info: tarfile.TarInfo) -> TarMember:
    return TarMember(
        name=info.name.encode("utf-8", "surrogateescape"),
        size=info.size,
        at=info.offset_data,
        ordinary=info.isreg(),
        is_folder=info.isdir(),
        sparse=info.issparse(),
    )
