"""A stream that unpacks itself is read forward only, within limits, and can look one step back.

Whoever reads an archive asks for whatever its headers claim. Here no single read is longer than a
header may be, all reads together are no longer than the packed bytes can honestly hold, and a
step back of one byte does not start the unpacking anew.
"""

from __future__ import annotations

import os
from typing import BinaryIO, Final

READ_BYTES_MAX: Final = 16_000_000
RATIO_MAX: Final = 200
"""Ordinary text packs ten to one, and logs fifty to one; pictures and films hardly at all."""
FREE_BYTES: Final = 64_000_000  # however little it was packed into
_STEP: Final = 1 << 18


class Bomb(ValueError):
    """What is packed unpacks to far more than it should; the sentence says so."""


class Guarded:
    """A file to read, in place of one that could be asked for anything."""

    def __init__(self, file: BinaryIO, *, packed: int | None = None) -> None:
        """Read a file. `packed` is how many bytes it comes from, when it is unpacked on the way."""
        self._file, self._at = file, 0
        self._behind = b""  # the byte before where the file stands
        self._back = 0
        self._most = None if packed is None else RATIO_MAX * packed + FREE_BYTES
        self.last = b""

    def tell(self) -> int:
        """Return where it stands."""
        return self._at - self._back

    def seek(self, to: int, whence: int = os.SEEK_SET) -> int:
        """Go on to a place: forward, or one byte back. Raises Bomb, ValueError."""
        if whence != os.SEEK_SET:
            raise ValueError("only places from the start are known here")
        if self._most is None:
            self._at, self._back = self._file.seek(to), 0
            return to
        if to == self._at - 1 and self._behind:
            self._back = 1
            return to
        if to < self._at:
            raise ValueError("this stream goes forward only")
        self._back = 0
        while self._at < to and self._take(min(to - self._at, _STEP)):
            pass
        return self._at

    def read(self, size: int = -1) -> bytes:
        """Read so many bytes, fewer at the end. Raises Bomb."""
        if not 0 <= size <= READ_BYTES_MAX:
            raise Bomb(f"one of its headers claims to be {size:,} bytes long")
        parts = [self._behind] if self._back and size else []
        wanted = size - self._back if size else 0
        if size:
            self._back = 0
        while wanted > 0 and (part := self._take(min(wanted, _STEP))):
            parts.append(part)
            wanted -= len(part)
        self.last = b"".join(parts)
        return self.last

    def _take(self, size: int) -> bytes:
        part = self._file.read(size)
        self._at += len(part)
        if part:
            self._behind = part[-1:]
        if self._most is not None and self._at > self._most:
            raise Bomb(f"it unpacks to more than {RATIO_MAX} times its size")
        return part
