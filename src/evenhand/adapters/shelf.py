"""Signed checkpoints, kept in a folder of their own that the database knows nothing of."""

from __future__ import annotations

import fcntl
from pathlib import Path
from typing import Final

STAMP: Final = ".tsr"  # what a time-stamp response is called on disk


class FolderShelf:
    """Keeps the last checkpoint and the published ones; several processes may share the folder."""

    def __init__(self, folder: Path) -> None:
        """Use a folder, made if it is missing. Put it on another disk to make it worth more."""
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._file = folder / "latest.checkpoint"
        self._lock = folder / ".lock"

    def latest(self) -> str | None:
        """Return the last kept checkpoint note, or None before the first."""
        try:
            return _text(self._file)
        except FileNotFoundError:
            return None

    def size(self) -> int:
        """Return the size of the tree that the kept checkpoint signs; 0 before the first."""
        kept = self.latest()
        return 0 if kept is None else _size(kept)

    def set_aside(self, *, beyond: int) -> int:
        """Put aside what signs more lines than that, under its size; none is written over."""
        with self._lock.open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            size = self.size()
            for file in [self._file, *self._published()]:
                signed = _size(_text(file)) if file.exists() else 0
                if signed > beyond:
                    aside = _unused(file.with_name(f"set-aside-{signed}-{{}}.checkpoint"))
                    for token in self._tokens(file):
                        token.rename(_unused(aside.with_name(f"{aside.stem}-{{}}{STAMP}")))
                    file.rename(aside)
            return size

    def publish(self, note: str, *, size: int) -> None:
        """Keep a published checkpoint for good; the same one twice is one."""
        with self._lock.open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if note not in (text for _, text in self.published()):
                file = _unused(self._file.with_name(f"published-{size}-{{}}.checkpoint"))
                file.write_text(note, encoding="utf-8")

    def published(self) -> list[tuple[str, str]]:
        """Return the published checkpoints that were kept, each with its file's name."""
        return [(file.name, _text(file)) for file in self._published()]

    def stamp(self, note: str, token: bytes) -> None:
        """Keep a time stamp beside the published checkpoint of the same text."""
        with self._lock.open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            for file in self._published():
                if _text(file) == note:
                    _unused(file.with_name(f"{file.stem}-{{}}{STAMP}")).write_bytes(token)

    def stamps(self) -> list[tuple[str, str, bytes]]:
        """Return the time stamps that were kept: each with its file's name and the note's text."""
        return [
            (token.name, _text(file), token.read_bytes())
            for file in self._published()
            for token in self._tokens(file)
        ]

    @staticmethod
    def _tokens(file: Path) -> list[Path]:
        return sorted(file.parent.glob(f"{file.stem}-*{STAMP}"))

    def _published(self) -> list[Path]:
        return sorted(self._file.parent.glob("published-*.checkpoint"))

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


def _text(file: Path) -> str:
    """Read a note; what is no text in it stays visible as such, and fits no signature."""
    return file.read_text(encoding="utf-8", errors="replace")


def _unused(pattern: Path) -> Path:
    """Return the first path of a pattern with a number in it that is no file yet."""
    number = 0
    while (path := pattern.with_name(pattern.name.format(number))).exists():
        number += 1
    return path


def _size(note: str) -> int:
    """Read the size off a note; a damaged one counts as empty so that it is replaced."""
    try:
        return int(note.split("\n")[1])
    except (IndexError, ValueError):
        return 0
