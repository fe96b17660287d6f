"""A folder is walked by those who may have filled it with traps, so nothing in it is followed.

Each folder is opened from the one above it and listed as it is read, so that names of any length,
any number of them and any depth up to a limit take no more memory than the way down. Links are not
followed, so there are no loops; what is no ordinary file is never opened, because a pipe would wait
for ever. What changed between listing and opening is refused by the opening.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from evenhand.detection import Answer
from evenhand.sweep.errors import SourceUnreadable
from evenhand.sweep.model import Ended, Entry, Listed, Noted, OnDisk, Unopened
from evenhand.sweep.ports import Unchanged
from evenhand.sweep.sources.containers import Archive, expand, is_archive
from evenhand.sweep.sources.parquet import FOUND_BY_LOOKING, Columns, ParquetFile, is_parquet

DEPTH_MAX: Final = 100  # folders; each on the way holds two handles
_FOLDER: Final = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_GONE: Final = frozenset({errno.ENOENT, errno.ENOTDIR})
_NOT_ORDINARY: Final = "It is not an ordinary file."


def opened(root: bytes, way: tuple[bytes, ...]) -> BinaryIO:
    """Open the ordinary file at the end of a way that leads down from a folder and nowhere else.

    Raises OSError, also when a part of the way is a link by now.
    """
    folder = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        for part in way[:-1]:
            below = os.open(part, _FOLDER, dir_fd=folder)
            os.close(folder)
            folder = below
        return ordinary(os.open(way[-1], _FILE, dir_fd=folder))
    finally:
        os.close(folder)


def ordinary(handle: int) -> BinaryIO:
    """Wrap an open handle, if it is that of an ordinary file. Raises OSError."""
    if stat.S_ISREG(os.fstat(handle).st_mode):
        return os.fdopen(handle, "rb", buffering=0)
    os.close(handle)
    raise OSError(errno.EINVAL, "it is not an ordinary file")


def stamp_of(found: os.stat_result) -> str:
    """Return what changes whenever a file does. Whoever sets a time back changes the other."""
    return f"{found.st_size}:{found.st_mtime_ns}:{found.st_ctime_ns}:{found.st_ino}"


@dataclass(frozen=True)
class _Level:
    """One folder on the way down, open."""

    handle: int
    entries: Iterator[os.DirEntry[str]]
    close: Callable[[], None]
    way: tuple[bytes, ...]


class FolderSource:
    """Everything under a folder, archives looked into."""

    def __init__(self, given: str, columns: Columns = FOUND_BY_LOOKING) -> None:
        """Take a folder as it was named; the name itself may be a link."""
        self._columns = columns
        self._given = os.fsencode(given)
        self._root = os.path.realpath(self._given)
        self.place = f"folder:{os.fsdecode(self._root)}"
        self.label = self._given.rstrip(b"/") + b"/"

    def entries(self, unchanged: Unchanged) -> Iterator[Entry]:
        """List all that is under the folder. Raises SourceUnreadable when it cannot be opened."""
        for way, entry in self._walked():
            if isinstance(entry, Noted):
                yield entry
            else:
                yield from self._entry(way, entry, unchanged)

    def count(self, stop: Callable[[], bool]) -> int | None:
        """Count what is under the folder, archives as one."""
        count = 0
        for _ in self._walked():
            count += 1
            if not count % 1_000 and stop():
                return None
        return count

    def _walked(self) -> Iterator[tuple[tuple[bytes, ...], os.DirEntry[str] | Noted]]:
        """Yield everything but folders, with the way to it."""
        try:
            levels = [_opened_level(os.open(self._root, _FOLDER), ())]
        except OSError as why:
            raise SourceUnreadable(f"{self._said()} cannot be read: {why.strerror}.") from why
        try:
            while levels:
                level = levels[-1]
                try:
                    entry = next(level.entries)
                except StopIteration:
                    levels.pop().close()
                    continue
                except OSError as why:
                    levels.pop().close()
                    yield level.way, _unlisted(level.way, why)
                    continue
                way = (*level.way, os.fsencode(entry.name))
                if not entry.is_dir(follow_symlinks=False):
                    yield way, entry
                    continue
                below = _below(level, way)
                if isinstance(below, Noted):
                    yield way, below
                elif below is not None:
                    levels.append(below)
        finally:
            for level in levels:
                level.close()

    def _entry(
        self, way: tuple[bytes, ...], entry: os.DirEntry[str], unchanged: Unchanged
    ) -> Iterator[Entry]:
        name = b"/".join(way)
        if entry.is_symlink():
            yield Noted(name, Answer.SKIPPED, "It is a link, and links are not followed.")
            return
        try:
            found = entry.stat(follow_symlinks=False)
        except OSError as why:
            if why.errno not in _GONE:
                yield Noted(name, Answer.FAILED, f"It cannot be read: {why.strerror}.")
            return
        if not stat.S_ISREG(found.st_mode):
            yield Noted(name, Answer.SKIPPED, _NOT_ORDINARY)
            return
        where, stamp = OnDisk(self._root, way), stamp_of(found)
        if is_archive(name) or is_parquet(name):
            yield from inside(name, where, found.st_size, stamp, unchanged, self._columns)
        else:
            yield Listed(name, found.st_size, stamp, where)

    def _said(self) -> str:
        return self._given.decode("utf-8", "backslashreplace")


def inside(
    name: bytes,
    where: OnDisk,
    size: int,
    stamp: str,
    unchanged: Unchanged,
    columns: Columns = FOUND_BY_LOOKING,
) -> Iterator[Entry]:
    """List what is in an archive on disk, unless it is what it was when it was listed whole."""
    if unchanged(name, stamp):
        yield Unopened(name)
        return

    def open_it() -> BinaryIO:
        return opened(where.root, where.way)

    path = b"/".join((where.root, *where.way))
    if is_parquet(name):
        folder, _ = os.path.split(path)
        listing = ParquetFile(name, open_it, size, stamp, folder, columns).entries()
    else:
        listing = expand(Archive(name, size, open_it, path, stamp))
    whole = True
    for entry in listing:
        whole = whole and not (isinstance(entry, Noted) and entry.name == name)
        yield entry
    if whole:
        yield Ended(name, stamp)


def _opened_level(handle: int, way: tuple[bytes, ...]) -> _Level:
    try:
        entries = os.scandir(handle)
    except OSError:
        os.close(handle)
        raise

    def close() -> None:
        entries.close()
        os.close(handle)

    return _Level(handle, entries, close, way)


def _below(level: _Level, way: tuple[bytes, ...]) -> _Level | Noted | None:
    """Open a folder from the one above it; None when it is gone by now."""
    if len(way) >= DEPTH_MAX:
        says = f"The folder lies {DEPTH_MAX} folders deep, and was not opened."
        return Noted(b"/".join(way) + b"/", Answer.FAILED, says)
    try:
        return _opened_level(os.open(way[-1], _FOLDER, dir_fd=level.handle), way)
    except OSError as why:
        return None if why.errno in _GONE else _unlisted(way, why)


def _unlisted(way: tuple[bytes, ...], why: OSError) -> Noted:
    says = f"The folder cannot be read: {why.strerror}."
    return Noted(b"/".join(way) + b"/", Answer.FAILED, says)


def is_folder(given: str) -> bool:
    """Tell whether a name leads to a folder."""
    return Path(given).is_dir()
