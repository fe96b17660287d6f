"""What can be swept: each kind of source in a file of its own, told apart by how it is named."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

from evenhand.sweep.errors import NoSuchSource, SourceUnreadable
from evenhand.sweep.model import Entry, Listed, OnDisk
from evenhand.sweep.ports import Source, Unchanged
from evenhand.sweep.sources.bucket import BucketSource, is_bucket
from evenhand.sweep.sources.containers import is_archive
from evenhand.sweep.sources.export import ExportSource, is_export
from evenhand.sweep.sources.folder import FolderSource, inside, opened, stamp_of
from evenhand.sweep.sources.parquet import FOUND_BY_LOOKING, Columns, ParquetFile, is_parquet

__all__ = ["Columns", "OneFile", "open_source"]


def open_source(given: str, columns: Columns = FOUND_BY_LOOKING) -> Source:
    """Find out what was named: a bucket, a folder, an export, an archive, or one file.

    Raises NoSuchSource, SourceUnreadable.
    """
    if is_bucket(given):
        return BucketSource(given)
    try:
        found = Path(given).stat()
    except (OSError, ValueError) as why:
        raise NoSuchSource(f"There is nothing at {given!r}. Check the path.") from why
    if stat.S_ISDIR(found.st_mode):
        return FolderSource(given, columns)
    if not stat.S_ISREG(found.st_mode):
        raise SourceUnreadable(f"{given!r} is neither a folder nor an ordinary file.")
    return ExportSource(given) if is_export(given) else OneFile(given, columns)


class OneFile:
    """One ordinary file: an archive and what is in it, or a file to look at."""

    def __init__(self, given: str, columns: Columns = FOUND_BY_LOOKING) -> None:
        """Take a file as it was named; the name itself may be a link."""
        self._columns = columns
        named = os.fsencode(given)
        _, self._name = os.path.split(named)
        real = os.path.realpath(named)
        folder, last = os.path.split(real)
        self._where = OnDisk(folder or b"/", (last,))
        self.place = f"file:{os.fsdecode(real)}"
        self.label = named[: len(named) - len(self._name)]

    def entries(self, unchanged: Unchanged) -> Iterator[Entry]:
        """List the file, or what is in it. Raises SourceUnreadable."""
        try:
            with opened(self._where.root, self._where.way) as file:
                found = os.fstat(file.fileno())
        except OSError as why:
            says = f"{os.fsdecode(self._name)!r} cannot be read: {why.strerror or why}."
            raise SourceUnreadable(says) from why
        size, stamp = found.st_size, stamp_of(found)
        if is_archive(self._name) or is_parquet(self._name):
            yield from inside(self._name, self._where, size, stamp, unchanged, self._columns)
        else:
            yield Listed(self._name, size, stamp, self._where)

    def count(self, stop: Callable[[], bool]) -> int | None:
        """Count the rows of a Parquet file; archives tell only when they are listed."""
        if is_parquet(self._name) and not stop():
            where = self._where
            file = ParquetFile(
                self._name, lambda: opened(where.root, where.way), 0, "", b"", self._columns
            )
            return file.count()
        return None if is_archive(self._name) else 1
