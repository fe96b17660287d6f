"""Which files make up the index, in one small file that is only ever replaced whole.

Two lines: a JSON object, and the SHA-256 of the first line. The object names `magic`, `version`,
`line` (the index holds what the ledger told before this line), `mark` (the hash of the last line
that told of an entry, so that an index of another database is noticed), `segments` (name and
header's SHA-256 of each) and `withdrawn` (ids of entries that no longer stand, as hex).
Files are written and flushed before the manifest that names them takes its place.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from evenhand.banks.index.errors import IndexDamaged

NAME: Final = "manifest"
LOCK: Final = ".lock"
SEGMENT_SUFFIX: Final = ".hashes"
_OURS: Final = re.compile(rf"[0-9a-f]{{12,}}-[0-9a-f]{{8}}(?:{re.escape(SEGMENT_SUFFIX)}|\.fresh)")
_MAGIC: Final = "evenhand-index"
_VERSION: Final = 1

Stamp = tuple[int, int, int]


@dataclass(frozen=True)
class Manifest:
    """What was published: up to which line, which segments, and what was withdrawn from them."""

    line: int
    mark: str
    segments: tuple[tuple[str, str], ...] = ()
    withdrawn: tuple[bytes, ...] = ()

    def text(self) -> bytes:
        """Write both lines."""
        said = {
            "magic": _MAGIC,
            "version": _VERSION,
            "line": self.line,
            "mark": self.mark,
            "segments": [{"file": file, "seal": seal} for file, seal in self.segments],
            "withdrawn": b"".join(self.withdrawn).hex(),
        }
        first = json.dumps(said, separators=(",", ":")).encode()
        return first + b"\n" + hashlib.sha256(first).hexdigest().encode() + b"\n"

    @classmethod
    def of(cls, content: bytes) -> Manifest:
        """Read both lines. Raises IndexDamaged unless they are just as they were written."""
        try:
            said: Any = json.loads(content.partition(b"\n")[0])
            gone = bytes.fromhex(said["withdrawn"])
            found = cls(
                line=int(said["line"]),
                mark=str(said["mark"]),
                segments=tuple((str(one["file"]), str(one["seal"])) for one in said["segments"]),
                withdrawn=tuple(gone[at : at + 16] for at in range(0, len(gone), 16)),
            )
        except (ValueError, KeyError, TypeError, RecursionError) as why:
            raise IndexDamaged(NAME, "it cannot be read") from why
        if found.text() != content:
            raise IndexDamaged(NAME, "it is not one of this version, or is damaged")
        return found


def stamp(folder: Path) -> Stamp | None:
    """Return what changes whenever a manifest takes its place; None when there is none."""
    try:
        found = (folder / NAME).stat()
    except FileNotFoundError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size


def load(folder: Path) -> Manifest | None:
    """Read the manifest that stands, or None. Raises IndexDamaged."""
    try:
        return Manifest.of((folder / NAME).read_bytes())
    except FileNotFoundError:
        return None


def publish(folder: Path, manifest: Manifest) -> None:
    """Let a manifest take its place, durably, and drop the segments that none names any more.

    The caller holds the lock. Who has a dropped file open keeps reading it. Whatever is no segment
    stays: a folder that was named by mistake loses nothing.
    """
    fresh = folder / f"{NAME}.fresh"
    with fresh.open("wb") as file:
        file.write(manifest.text())
        file.flush()
        os.fsync(file.fileno())
    _flush(folder)
    fresh.replace(folder / NAME)
    _flush(folder)
    named = {file for file, _ in manifest.segments}
    for each in folder.iterdir():
        if _OURS.fullmatch(each.name) and each.name not in named:
            each.unlink(missing_ok=True)


@contextlib.contextmanager
def locked(folder: Path, *, wait: bool) -> Iterator[bool]:
    """Keep other processes from publishing. Gives False when one does and we do not wait."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (folder / LOCK).open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            yield False
            return
        yield True


def _flush(folder: Path) -> None:
    """Make the names in a folder durable."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
