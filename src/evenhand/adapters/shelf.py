"""The last signed checkpoint, kept in a folder of its own that the database knows nothing of."""

from __future__ import annotations

import fcntl
from pathlib import Path


class FolderShelf:
    """Keeps one checkpoint file; several processes may keep through the same folder."""

    def __init__(self, folder: Path) -> None:
        """Use a folder, made if it is missing. Put it on another disk to make it worth more."""
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._file = folder / "latest.checkpoint"
        self._lock = folder / ".lock"

    def latest(self) -> str | None:
        """Return the last kept checkpoint note, or None before the first."""
        try:
            return self._file.read_text(encoding="utf-8")
        except FileNotFoundError:
            return None

    def size(self) -> int:
        """Return the size of the tree that the kept checkpoint signs; 0 before the first."""
        kept = self.latest()
        return 0 if kept is None else _size(kept)

    def set_aside(self) -> int:
        """Put the kept checkpoint aside under its size; it is never written over."""
        with self._lock.open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            size, number = self.size(), 0
            if self.latest() is None:
                return 0
            while (aside := self._aside(size, number)).exists():
                number += 1
            self._file.rename(aside)
            return size

    def _aside(self, size: int, number: int) -> Path:
        return self._file.with_name(f"set-aside-{size}-{number}.checkpoint")

    def keep(self, note: str, *, size: int) -> None:
        """Replace the kept checkpoint if this one signs a larger tree; atomic for readers."""
        with self._lock.open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            kept = self.latest()
            if kept is not None and _size(kept) >= size:
                return
            fresh = self._file.with_suffix(".fresh")
            fresh.write_text(note, encoding="utf-8")
            fresh.replace(self._file)


def _size(note: str) -> int:
    """Read the size off a note; a damaged one counts as empty so that it is replaced."""
    try:
        return int(note.split("\n")[1])
    except (IndexError, ValueError):
        return 0
