"""Inner loops are compiled once on this machine and kept for every later process.

The compiled code lies in the cache folder of whoever runs Evenhand, so that an installation may
be read-only. Kept code is executed when it is read back: a folder that anybody else could write
to is not used, and then each process compiles for itself.
"""

from __future__ import annotations

import contextlib
import os
import stat
import sys
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, TypeVar, cast

Kernel = TypeVar("Kernel", bound=Callable[..., Any])

_OTHERS_MAY_WRITE: Final = stat.S_IWGRP | stat.S_IWOTH


def kernel(*signatures: str, fastmath: bool = False) -> Callable[[Kernel], Kernel]:
    """Compile a function for the given argument types, at once, to run without Python's lock.

    Import a module of kernels only when they are needed: the compiler takes half a second to load.
    """
    import numba

    kept = _kept_in()
    if kept is not None:
        numba.config.CACHE_DIR = str(kept)
    made = numba.njit(
        list(signatures), cache=kept is not None, nogil=True, fastmath=fastmath, error_model="numpy"
    )
    return cast("Callable[[Kernel], Kernel]", made)


@lru_cache(maxsize=1)
def _kept_in() -> Path | None:
    """Find the folder compiled code is kept in, or None when there is no safe one."""
    named = os.environ.get("NUMBA_CACHE_DIR")
    if named:  # whoever set it answers for it
        return Path(named)
    try:
        folder = _cache_home() / "evenhand" / "kernels"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not _only_ours(folder):
            return None
        _drop_torn(folder)
    except (OSError, RuntimeError):  # no home, or one that cannot be written
        return None
    return folder


def _cache_home() -> Path:
    if sys.platform == "win32" and os.environ.get("LOCALAPPDATA"):
        return Path(os.environ["LOCALAPPDATA"])
    set_to = Path(os.environ.get("XDG_CACHE_HOME") or "")
    return set_to if set_to.is_absolute() else Path.home() / ".cache"


def _only_ours(folder: Path) -> bool:
    """Tell whether nobody else can put code here, and whether we can."""
    if hasattr(os, "getuid"):
        found = folder.stat()
        if found.st_uid != os.getuid() or found.st_mode & _OTHERS_MAY_WRITE:
            return False
    return os.access(folder, os.R_OK | os.W_OK | os.X_OK)


def _drop_torn(folder: Path) -> None:
    """Drop what a power cut left empty; it would stop every process from starting."""
    for file in folder.rglob("*.nb[ci]"):
        with contextlib.suppress(FileNotFoundError):  # another process dropped it first
            if not file.stat().st_size:
                file.unlink()
