"""Changes a file as damage and malice do, from a seed: the same seed gives the same file again."""

from __future__ import annotations

import random
import struct
import zlib
from collections.abc import Callable, Mapping, Sequence
from typing import Final

BYTES_MAX: Final = 200_000
_EDGES: Final = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)
_PNG: Final = b"\x89PNG\r\n\x1a\n"
_MARKERS: Final = (
    b"\xff\xd9",
    b"\xff\xda",
    b"\xff\xc0",
    b"\xff\xc2",
    b"\xff\xdd",
    b"IDAT",
    b"IEND",
)
_BEGIN: Final = 2_000  # headers are where a changed byte means most


def mutated(seed: int, files: Mapping[str, bytes], *, sound: str) -> tuple[str, bytes]:
    """Choose a file and change it one to six times; return its name and what became of it.

    Names that begin with `sound` are chosen more often: what is broken already is soon refused.
    """
    dice = random.Random(seed)  # noqa: S311 - a file that breaks something is made again from it
    names = sorted(files)
    whole = [name for name in names if name.startswith(sound)]
    name = dice.choice(whole if dice.random() < 0.75 else names)
    data = bytearray(files[name])
    for _ in range(dice.choice((1, 1, 1, 2, 2, 3, 6))):
        dice.choice(CHANGES)(dice, data, [files[one] for one in names])
        if not data:
            break
    if data.startswith(_PNG) and dice.random() < 0.7:  # or most would end at a wrong checksum
        _mend_checksums(data)
    return name, bytes(data[:BYTES_MAX])


def _place(dice: random.Random, data: bytearray, room: int = 1) -> int:
    """Choose a place with so much room, near the beginning more often than not."""
    last = max(0, len(data) - room)
    return dice.randint(0, min(last, _BEGIN) if dice.random() < 0.7 else last)


def _flip(dice: random.Random, data: bytearray, _files: Sequence[bytes]) -> None:
    for _ in range(dice.choice((1, 1, 2, 8))):
        data[_place(dice, data)] ^= 1 << dice.randrange(8)


def _overwrite(dice: random.Random, data: bytearray, _files: Sequence[bytes]) -> None:
    at = _place(dice, data)
    for place in range(at, min(len(data), at + dice.choice((1, 2, 4, 16, 64)))):
        data[place] = dice.randrange(256)


def _edge(dice: random.Random, data: bytearray, _files: Sequence[bytes]) -> None:
    """Put a number at the edge of its range where a length or a size may stand."""
    kind = dice.choice((">B", ">H", "<H", ">I", "<I"))
    size = struct.calcsize(kind)
    if len(data) < size:
        return
    at = _place(dice, data, size)
    data[at : at + size] = struct.pack(kind, dice.choice(_EDGES) & (256**size - 1))


def _count(dice: random.Random, data: bytearray, _files: Sequence[bytes]) -> None:
    """Make a number a little larger or smaller."""
    at = _place(dice, data)
    data[at] = (data[at] + dice.choice((-2, -1, 1, 2))) % 256


def _drop(dice: random.Random, data: bytearray, _files: Sequence[bytes]) -> None:
    at = _place(dice, data)
    del data[at : at + dice.choice((1, 2, 4, 40, 400))]


def _repeat(dice: random.Random, data: bytearray, _files: Sequence[bytes]) -> None:
    at = _place(dice, data)
    part = data[at : at + dice.choice((1, 8, 60, 600))]
    data[at:at] = bytes(part) * dice.choice((1, 2, 20))


def _swap(dice: random.Random, data: bytearray, _files: Sequence[bytes]) -> None:
    """Exchange two stretches."""
    size = dice.choice((2, 12, 100))
    one, other = sorted((_place(dice, data, size), _place(dice, data, size)))
    if one + size <= other and other + size <= len(data):
        data[one : one + size], data[other : other + size] = (
            data[other : other + size],
            data[one : one + size],
        )


def _splice(dice: random.Random, data: bytearray, files: Sequence[bytes]) -> None:
    """Go on as another file does."""
    other = dice.choice(files)
    data[_place(dice, data) :] = other[dice.randrange(max(1, len(other))) :]


def _insert(dice: random.Random, data: bytearray, files: Sequence[bytes]) -> None:
    """Put a stretch of another file, or a marker, in the middle."""
    other = dice.choice(files)
    begin = dice.randrange(max(1, len(other)))
    part = other[begin : begin + dice.choice((8, 60, 600))]
    at = _place(dice, data)
    data[at:at] = dice.choice((part, dice.choice(_MARKERS)))


def _cut(dice: random.Random, data: bytearray, _files: Sequence[bytes]) -> None:
    """End early, with the end mark of a format more often than not."""
    del data[dice.randrange(len(data)) :]
    data += dice.choice((b"", b"\xff\xd9", b"\x3b", b"\0\0\0\0IEND\xaeB`\x82"))


CHANGES: Final[tuple[Callable[[random.Random, bytearray, Sequence[bytes]], None], ...]] = (
    _flip,
    _overwrite,
    _edge,
    _edge,
    _count,
    _drop,
    _repeat,
    _swap,
    _splice,
    _insert,
    _cut,
)


def _mend_checksums(data: bytearray) -> None:
    """Make the checksum of every chunk right again."""
    at = len(_PNG)
    while at + 12 <= len(data):
        length = int(struct.unpack_from(">I", data, at)[0])
        end = at + 8 + length
        if end + 4 > len(data):
            return
        data[end : end + 4] = struct.pack(">I", zlib.crc32(bytes(data[at + 4 : end])))
        at = end + 4
