"""Hashes files at the shell: exactly, and by likeness when they are pictures or films.

It needs no house: no data folder, no keys, no database. Files are read as what they might be,
which is anything: only ordinary files are opened, and none beyond a limit is held in memory.
"""

from __future__ import annotations

import hashlib
import json as json_
import os
import stat
import sys
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO, Final

from cyclopts import Parameter
from cyclopts.validators import Number

from evenhand.cli.exits import Exit
from evenhand.cli.output import flag, visible

if TYPE_CHECKING:
    from evenhand.detection import ContentHash

WORKERS_MAX: Final = 64
DIGEST_BYTES_MAX: Final = 8_000_000_000  # a long film; past that, nobody waits for an answer
_READ_BYTES: Final = 1 << 20
_AHEAD_PER_WORKER: Final = 4

Line = tuple[dict[str, object], list[str]]
"""What is printed of a file, and of a film its frames as vPDQ writes them."""


def hash(  # noqa: A001 - the command's name
    file: Annotated[Path, Parameter(help="A file. Write -- before names that begin with -.")],
    /,
    *files: Annotated[Path, Parameter(help="More files.")],
    workers: Annotated[
        int | None,
        Parameter(
            validator=Number(gte=1, lte=WORKERS_MAX),
            help="How many files at once; else as many as there are processors.",
        ),
    ] = None,
    frames: Annotated[
        bool, flag("Print a film's frames as vPDQ does: frame,quality,hash,timestamp.")
    ] = False,
    json: Annotated[
        bool, flag("Print one JSON object a line, for programs.", name="--json")
    ] = False,
) -> Exit:
    """Hash files, exactly (SHA-256, MD5) and by the likeness of their picture (PDQ).

    One line a file, in the order they were named. A picture without edges has no usable likeness:
    that is an answer, with quality 0. Of a film, a frame for each second is hashed. Exits 1 when
    any file could not be looked at.
    """
    failed = False
    for line, vpdq in _hashed([file, *files], workers or processors()):
        failed = failed or line["error"] is not None
        if json:
            # Escaped to ASCII: a file's name may be no text at all, or act on a terminal.
            print(json_.dumps(line | {"vpdq": vpdq} if frames and "frames" in line else line))
        elif frames and vpdq:
            print("\n".join(vpdq))
        else:
            print(_written(line))
    sys.stdout.flush()
    return Exit.FOUND if failed else Exit.OK


def _hashed(paths: Iterable[Path], workers: int) -> Iterator[Line]:
    """Hash files in parallel and give their lines in order; few results wait in memory."""
    with ThreadPoolExecutor(workers) as pool:
        ahead: deque[Future[Line]] = deque()
        try:
            for path in paths:
                ahead.append(pool.submit(_line, path))
                if len(ahead) >= workers * _AHEAD_PER_WORKER:
                    yield ahead.popleft().result()
            while ahead:
                yield ahead.popleft().result()
        finally:
            for waiting in ahead:
                waiting.cancel()


def _line(path: Path) -> Line:
    """Hash one file; whatever is wrong with it is in its line."""
    try:
        found = _looked_at(path)
    except (OSError, ValueError) as why:  # ValueError: a name that no file can have
        said = why.strerror if isinstance(why, OSError) else None
        error = f"The file cannot be read: {said or why}."
        return {"path": str(path), **_NOTHING, "error": error}, []
    line: dict[str, object] = {
        "path": str(path),
        "sha256": found.sha256,
        "md5": found.md5,
        "pdq": found.pdq,
        "quality": found.quality,
        "width": found.width,
        "height": found.height,
        "error": found.error,
    }
    if found.frames is None:
        return line, []
    from evenhand.banks import vpdq_line

    return line | {"frames": len(found.frames)}, [vpdq_line(one) for one in found.frames]


def ordinary(path: str, _flags: int) -> int:
    """Open an ordinary file for reading, and nothing else: for `open`. Raises OSError.

    Opening a pipe must not wait for whoever writes into it.
    """
    opened = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    found = os.fstat(opened)
    wrong = None
    if stat.S_ISDIR(found.st_mode):
        wrong = "it is a folder, name the files in it"
    elif not stat.S_ISREG(found.st_mode):
        wrong = "it is not an ordinary file"
    elif found.st_size > DIGEST_BYTES_MAX:
        wrong = f"it has {found.st_size} bytes, and the limit is {DIGEST_BYTES_MAX}"
    if wrong is not None:
        os.close(opened)
        raise OSError(wrong)
    return opened


def _looked_at(path: Path) -> ContentHash:
    """Read and hash a file. Raises OSError when it is none that can be read."""
    from evenhand.detection import (
        FILE_LIMITS,
        ContentHash,
        hash_content,
        hash_film_file,
        is_film,
    )

    with open(path, "rb", buffering=0, opener=ordinary) as file:
        start = _read(file, FILE_LIMITS.bytes_max + 1)
        if len(start) <= FILE_LIMITS.bytes_max:
            return hash_content(start)
        sha256, md5 = _digests(start, file)
        if is_film(start):
            return hash_film_file(file, sha256=sha256, md5=md5)
        says = f"It has more than {FILE_LIMITS.bytes_max} bytes, too many to open as a picture."
        return ContentHash(sha256, md5, error=says)


def _read(file: BinaryIO, bytes_max: int) -> bytes:
    """Read up to so many bytes; what is read at once is small, whatever the file says it has."""
    parts, left = [], bytes_max
    while left > 0 and (part := file.read(min(left, _READ_BYTES))):
        parts.append(part)
        left -= len(part)
    return b"".join(parts)


def _digests(start: bytes, file: BinaryIO) -> tuple[str, str]:
    sha256, md5 = hashlib.sha256(start), hashlib.md5(start, usedforsecurity=False)
    left = DIGEST_BYTES_MAX - len(start)
    while part := file.read(_READ_BYTES):
        left -= len(part)
        if left < 0:
            raise OSError(f"It grew past {DIGEST_BYTES_MAX} bytes while it was read.")
        sha256.update(part)
        md5.update(part)
    return sha256.hexdigest(), md5.hexdigest()


def processors() -> int:
    """Return how many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return max(1, min(len(os.sched_getaffinity(0)), WORKERS_MAX))
    return max(1, min(os.cpu_count() or 1, WORKERS_MAX))


def _written(line: dict[str, object]) -> str:
    """Write a line for people: the likeness and its quality, or what was wrong."""
    name = visible(str(line["path"]))
    if line["error"] is not None:
        return f"{name}: {visible(line['error'])}"
    if "frames" in line:
        return f"{line['frames']} frames, one a second: {name}"
    return f"{line['pdq'] or 'no usable likeness':<64}  {line['quality']:>3}  {name}"


_NOTHING: Final = dict.fromkeys(("sha256", "md5", "pdq", "quality", "width", "height"))
