"""A host's export is a file of lines, each an item as `POST /api/v1/items` takes it.

Lines are listed by their number and told from one another by their SHA-256, so an export that only
grew is looked at from where it grew. Lines longer than the API would take are noted, not read.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import zlib
from collections.abc import Callable, Iterator
from typing import BinaryIO, Final, cast

from evenhand.detection import Answer
from evenhand.sweep.errors import SourceUnreadable
from evenhand.sweep.item_lines import BYTES_MAX
from evenhand.sweep.model import INSIDE, Ended, Entry, Inline, Listed, Noted, Unopened
from evenhand.sweep.ports import Unchanged
from evenhand.sweep.sources.folder import opened, stamp_of
from evenhand.sweep.sources.guarded import Bomb, Guarded

_ENDINGS: Final = (".jsonl", ".jsonl.gz", ".ndjson", ".ndjson.gz")
_STEP: Final = 1 << 18
_DIGEST_CHARS: Final = 32


def is_export(given: str) -> bool:
    """Tell by its name whether a file is a host's export."""
    return given.lower().endswith(_ENDINGS)


class ExportSource:
    """The lines of one file."""

    def __init__(self, given: str) -> None:
        """Take a file as it was named."""
        self._given = os.fsencode(given)
        real = os.path.realpath(self._given)
        folder, self._last = os.path.split(real)
        self._folder = folder or b"/"
        self.place = f"export:{os.fsdecode(real)}"
        _, self._name = os.path.split(self._given)
        self.label = self._given[: len(self._given) - len(self._name)]

    def entries(self, unchanged: Unchanged) -> Iterator[Entry]:
        """List the lines that are not empty. Raises SourceUnreadable."""
        name = self._name
        try:
            with opened(self._folder, (self._last,)) as file:
                found = os.fstat(file.fileno())
                stamp = stamp_of(found)
                if unchanged(name, stamp):
                    yield Unopened(name)
                    return
                lines = _lines(_unpacking(file, self._given, found.st_size))
                for number, line in enumerate(lines, 1):
                    yield from _listed(name, number, line)
        except OSError as why:
            raise SourceUnreadable(f"{os.fsdecode(self._given)!r}: {why.strerror or why}.") from why
        except (EOFError, zlib.error, Bomb) as why:
            says = f"It could not be read to its end: {why}."
            yield Noted(name, Answer.FAILED, says, container=name)
            return
        yield Ended(name, stamp)

    def count(self, stop: Callable[[], bool]) -> int | None:
        """Count the lines of a file that is not compressed."""
        if self._given.endswith(b".gz"):
            return None
        count, behind = 0, b"\n"
        with opened(self._folder, (self._last,)) as file:
            while part := file.read(_STEP):
                count, behind = count + part.count(b"\n"), part[-1:]
                if stop():
                    return None
        return count + (behind != b"\n")


def _unpacking(file: BinaryIO, given: bytes, length: int) -> Guarded:
    if given.endswith(b".gz"):
        return Guarded(cast("BinaryIO", gzip.GzipFile(fileobj=file)), packed=length)
    return Guarded(file)


def _lines(file: Guarded) -> Iterator[bytes | None]:
    """Split a file into lines; None stands for one that is too long to be held."""
    held, too_long = b"", False
    while part := file.read(_STEP):
        first, *more = part.split(b"\n")
        for rest in more:
            yield None if too_long or len(held) + len(first) > BYTES_MAX else held + first
            held, too_long, first = b"", False, rest
        if too_long or len(held) + len(first) > BYTES_MAX:
            held, too_long = b"", True
        else:
            held += first
    if held or too_long:
        yield None if too_long else held


def _listed(name: bytes, number: int, line: bytes | None) -> Iterator[Listed | Noted]:
    inner = name + INSIDE + b"line %d" % number
    if line is None:
        says = f"The line is longer than {BYTES_MAX:,} bytes."
        yield Noted(inner, Answer.FAILED, says, nth=number, container=name)
    elif line.strip():
        stamp = hashlib.sha256(line).hexdigest()[:_DIGEST_CHARS]
        yield Listed(inner, len(line), stamp, Inline(line), nth=number, container=name, line=True)
