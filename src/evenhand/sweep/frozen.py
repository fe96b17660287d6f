"""Frozen banks lie in folders named by what is in them, for as long as anybody compares with them.

The same banks are written once. Whoever sweeps for days keeps theirs; what nobody holds any more is
thrown away by the next one who comes.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final, TextIO

UNHELD_SECONDS: Final = 3_600


def frozen(shelf: Path, name: str, make: Callable[[Path], None]) -> Path:
    """Return the folder of this name on a shelf, made by `make` unless it is there."""
    found = shelf / name
    shelf.mkdir(parents=True, exist_ok=True, mode=0o700)
    _lock(found).close()  # so that nobody throws it away before it is held
    if found.is_dir():
        return found
    fresh = shelf / f"{name}.{os.getpid()}"
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(mode=0o700)
    make(fresh)
    with contextlib.suppress(OSError):  # another process was first, and made the same
        fresh.rename(found)
    shutil.rmtree(fresh, ignore_errors=True)
    return found


@contextlib.contextmanager
def held(folder: Path) -> Iterator[None]:
    """Keep a folder for as long as the block runs; others on the shelf may go.

    What nobody has held or asked for within an hour is thrown away.
    """
    with _lock(folder) as lock:
        fcntl.flock(lock, fcntl.LOCK_SH)
        now = os.fstat(lock.fileno()).st_mtime
        for other in folder.parent.iterdir():
            if other.is_dir() and other != folder:
                _drop(other, now - UNHELD_SECONDS)
        yield


def _drop(folder: Path, before: float) -> None:
    """Throw a folder away, if nobody holds it and nobody has asked for it since."""
    name = folder.with_name(f"{folder.name}.lock")
    if not name.exists():  # left by somebody who was killed while making it
        if folder.stat().st_mtime < before:
            shutil.rmtree(folder, ignore_errors=True)
        return
    with contextlib.suppress(FileNotFoundError, BlockingIOError), name.open("r+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.fstat(lock.fileno()).st_mtime < before:
            shutil.rmtree(folder, ignore_errors=True)
            name.unlink(missing_ok=True)


def _lock(folder: Path) -> TextIO:
    """Open the lock of a folder, touched now."""
    lock = folder.with_name(f"{folder.name}.lock").open("a")
    os.utime(lock.fileno())
    return lock
