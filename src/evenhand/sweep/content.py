"""A file's bytes, from wherever they lie, read once: hashed whole, and held when not too long.

What a file says of its length is not believed: reading ends at the limits here. A film of several
gigabytes is hashed on its way past and held by nobody.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Generator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from typing import BinaryIO, Final

from evenhand.sweep.model import InBucket, Inline, InPlace, InZip, OnDisk, Where
from evenhand.sweep.sources import bucket, folder, zipped

HELD_BYTES_MAX: Final = 1_000_000_000
HASHED_BYTES_MAX: Final = 100_000_000_000  # past that, nobody waits for an answer
START_BYTES: Final = 4_096
_STEP: Final = 1 << 20


class Unread(Exception):
    """The bytes could not be had; the sentence says why. `again`: the next time they may be."""

    def __init__(self, why: str, *, again: bool) -> None:
        """Keep both."""
        super().__init__(why)
        self.again = again


@dataclass(frozen=True)
class Content:
    """What was read: the bytes, or None when there are too many to hold, and their hashes."""

    size: int
    digests: Mapping[str, str]
    data: bytes | None = field(repr=False)
    start: bytes = field(repr=False)


def read(where: Where, *, digests: tuple[str, ...], held_max: Callable[[bytes], int]) -> Content:
    """Read a file whole. `held_max` is told its first bytes and says how many may be held.

    Raises Unread.
    """
    summed = {name: hashlib.new(name, usedforsecurity=False) for name in digests}
    held: list[bytes] = []
    size, most, start = 0, -1, b""
    try:
        with closing(_parts(where)) as parts:
            for part in parts:
                size += len(part)
                if size > HASHED_BYTES_MAX:
                    raise Unread(f"It has more than {HASHED_BYTES_MAX:,} bytes.", again=False)
                for each in summed.values():
                    each.update(part)
                if most < 0:
                    start += part[: START_BYTES - len(start)]
                    most = held_max(start) if len(start) >= START_BYTES else most
                if most < 0 or size <= most:
                    held.append(part)
                else:
                    held.clear()
    except (zipped.DamagedArchive, OSError, ValueError) as why:
        said = why.strerror if isinstance(why, OSError) and why.strerror else str(why)
        again = isinstance(why, OSError)
        raise Unread(f"It could not be read: {said}.", again=again) from why
    most = held_max(start) if most < 0 else most
    data = b"".join(held) if size <= most else None
    return Content(size, {name: each.hexdigest() for name, each in summed.items()}, data, start)


def _parts(where: Where) -> Generator[bytes, None, None]:
    match where:
        case Inline(content):
            yield content
        case OnDisk(root, way):
            with folder.opened(root, way) as file:
                while part := file.read(_STEP):
                    yield part
        case InPlace(archive, at, size):
            with _archive(archive) as file:
                file.seek(at)
                while size and (part := file.read(min(size, _STEP))):
                    size -= len(part)
                    yield part
            if size:
                raise ValueError("it is cut short")
        case InZip(archive, at, packed, size, method, crc):
            with _archive(archive) as file:
                yield from zipped.unpacked(
                    file, at=at, packed=packed, size=size, method=method, crc=crc
                )
        case InBucket():
            yield from bucket.fetched(where)


def _archive(path: bytes) -> BinaryIO:
    inside, last = os.path.split(path)
    return folder.opened(inside or b"/", (last,))
