"""The list of a ZIP archive is read entry by entry, in bounded memory, and believed in nothing.

Only the central directory is read (APPNOTE 6.3.10, 4.3.12 to 4.3.16, with ZIP64). Members are
opened later, by whoever looks at them, at the place it names. What an archive claims is held
against its own length: members that together take more room than there is lie on one another, which
is how small archives are made to unpack to petabytes.
"""

from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final

STORED, DEFLATED = 0, 8
_END: Final = struct.Struct("<4s4H2LH")
_END_MARK: Final = b"PK\x05\x06"
_LOCATOR: Final = struct.Struct("<4sLQL")
_LOCATOR_MARK: Final = b"PK\x06\x07"
_END64: Final = struct.Struct("<4sQ2H2L4Q")
_END64_MARK: Final = b"PK\x06\x06"
_ENTRY: Final = struct.Struct("<4s6H3L5H2L")
_ENTRY_MARK: Final = b"PK\x01\x02"
_LOCAL: Final = struct.Struct("<4s5H3L2H")
_LOCAL_MARK: Final = b"PK\x03\x04"
_COMMENT_BYTES_MAX: Final = 0xFFFF
_FULL16, _FULL32 = 0xFFFF, 0xFFFFFFFF
_ENCRYPTED: Final = 0x1
_UTF8: Final = 0x800
_ZIP64_FIELD: Final = 1
_UNIX: Final = 3
_UNPACK_BYTES: Final = 1 << 16


class DamagedArchive(ValueError):
    """The archive is not what its own list says; the sentence says how."""


@dataclass(frozen=True, slots=True)
class Member:
    """One entry of the list. Sizes are in bytes; `at` is where its local header begins."""

    name: bytes
    method: int
    crc: int
    packed: int
    size: int
    at: int
    encrypted: bool
    mode: int | None

    @property
    def is_folder(self) -> bool:
        """Tell whether it only names a folder."""
        return self.name.endswith(b"/") and not self.size


def members(file: BinaryIO, *, entries_max: int) -> Iterator[Member]:
    """Read the list of an archive, entry by entry. Raises DamagedArchive, OSError."""
    length = file.seek(0, os.SEEK_END)
    count, at, size, ahead = _directory(file, length)
    if count > entries_max:
        raise DamagedArchive(f"it lists {count:,} entries, and the limit is {entries_max:,}")
    room = length
    for _ in range(count):
        file.seek(at)
        head = file.read(_ENTRY.size)
        if len(head) != _ENTRY.size or not head.startswith(_ENTRY_MARK):
            raise DamagedArchive("its list breaks off")
        member, used = _member(head, file, ahead)
        room -= member.packed + _LOCAL.size
        if room < 0:
            raise DamagedArchive("its members lie on one another")
        size -= used
        at += used
        if size < 0:
            raise DamagedArchive("its list is longer than it says")
        yield member


def unpacked(
    file: BinaryIO, *, at: int, packed: int, size: int, method: int, crc: int
) -> Iterator[bytes]:
    """Unpack one member, part by part, and never more than its `size`.

    Raises DamagedArchive when it is not what the list says, OSError.
    """
    file.seek(at)
    head = file.read(_LOCAL.size)
    if len(head) != _LOCAL.size or not head.startswith(_LOCAL_MARK):
        raise DamagedArchive("it is not where the list says")
    *_, name, extra = _LOCAL.unpack(head)
    file.seek(name + extra, os.SEEK_CUR)
    parts = _plain(file, packed) if method == STORED else _inflated(file, packed)
    left, summed = size, 0
    for part in parts:
        left -= len(part)
        if left < 0:
            raise DamagedArchive("it is longer than the list says")
        summed = zlib.crc32(part, summed)
        yield part
    if left or summed != crc:
        raise DamagedArchive("it is not the file that was packed")


def _plain(file: BinaryIO, packed: int) -> Iterator[bytes]:
    while packed > 0:
        part = file.read(min(packed, _UNPACK_BYTES))
        if not part:
            raise DamagedArchive("it is cut short")
        packed -= len(part)
        yield part


def _inflated(file: BinaryIO, packed: int) -> Iterator[bytes]:
    unpacker = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        for part in _plain(file, packed):
            waiting = part
            while waiting and not unpacker.eof:
                yield unpacker.decompress(waiting, _UNPACK_BYTES)
                waiting = unpacker.unconsumed_tail
        while not unpacker.eof:
            rest = unpacker.decompress(b"", _UNPACK_BYTES)
            if not rest:
                raise DamagedArchive("it is cut short")
            yield rest
    except zlib.error as why:
        raise DamagedArchive("it cannot be unpacked") from why


def _directory(file: BinaryIO, length: int) -> tuple[int, int, int, int]:
    """Find the list: how many entries, where, how long, and how much stands before the archive."""
    reach = min(length, _END.size + _COMMENT_BYTES_MAX)
    file.seek(length - reach)
    tail = file.read(reach)
    found = tail.rfind(_END_MARK)
    if found < 0 or len(tail) - found < _END.size:
        raise DamagedArchive("it has no list of what is in it")
    _, disk, first, _, count, size, at, _ = _END.unpack_from(tail, found)
    end = length - reach + found
    if (disk or first) and (disk, first) != (_FULL16, _FULL16):
        raise DamagedArchive("it is one part of several")
    if end >= _LOCATOR.size:
        file.seek(end - _LOCATOR.size)
        mark, _, where, _ = _LOCATOR.unpack(file.read(_LOCATOR.size))
        if mark == _LOCATOR_MARK:
            count, size, at, end = _directory64(file, end - _LOCATOR.size, where)
    ahead = end - size - at
    if ahead < 0 or size > end:
        raise DamagedArchive("its list is not where it says")
    return count, at + ahead, size, ahead


def _directory64(file: BinaryIO, before: int, where: int) -> tuple[int, int, int, int]:
    """Read the long form of the end: what it says, and where it stands."""
    for place in dict.fromkeys((where, before - _END64.size)):
        if not 0 <= place <= before - _END64.size:
            continue
        file.seek(place)
        head = file.read(_END64.size)
        if len(head) == _END64.size and head.startswith(_END64_MARK):
            *_, count, size, at = _END64.unpack(head)
            return count, size, at, place
    raise DamagedArchive("its list is not where it says")


def _member(head: bytes, file: BinaryIO, ahead: int) -> tuple[Member, int]:
    """Read what follows the head of an entry; return it and how many bytes it took."""
    fields = _ENTRY.unpack(head)
    made_by, flags, method, crc = fields[1], fields[3], fields[4], fields[7]
    packed, size, name_length, extra_length, comment_length = fields[8:13]
    outside, at = fields[15], fields[16]
    name = file.read(name_length)
    extra = file.read(extra_length)
    if len(name) != name_length or len(extra) != extra_length:
        raise DamagedArchive("its list breaks off")
    size, packed, at = _long(extra, size, packed, at)
    mode = outside >> 16 if made_by >> 8 == _UNIX and outside >> 16 else None
    if not flags & _UTF8:
        name = name.decode("cp437").encode() if not _is_utf8(name) else name
    used = _ENTRY.size + name_length + extra_length + comment_length
    made = Member(name, method, crc, packed, size, at + ahead, bool(flags & _ENCRYPTED), mode)
    return made, used


def _long(extra: bytes, size: int, packed: int, at: int) -> tuple[int, int, int]:
    """Take the numbers that did not fit into 32 bits from the extra field."""
    while len(extra) >= struct.calcsize("<2H"):
        which, length = struct.unpack_from("<2H", extra)
        body, extra = extra[4 : 4 + length], extra[4 + length :]
        if which != _ZIP64_FIELD:
            continue
        values = [body[place : place + 8] for place in range(0, len(body), 8)]
        try:
            if size == _FULL32:
                size = struct.unpack("<Q", values.pop(0))[0]
            if packed == _FULL32:
                packed = struct.unpack("<Q", values.pop(0))[0]
            if at == _FULL32:
                at = struct.unpack("<Q", values.pop(0))[0]
        except (IndexError, struct.error) as why:
            raise DamagedArchive("its list breaks off") from why
    return size, packed, at


def _is_utf8(name: bytes) -> bool:
    try:
        name.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
