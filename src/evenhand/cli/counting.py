"""Shows how a long command gets on: on standard error, and only where somebody looks."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO


@contextmanager
def counted(what: str, *, total: int | None = None) -> Iterator[Callable[[int], None]]:
    """Give a function that is told how many are done by now; `total` where that is known."""
    if not sys.stderr.isatty():
        yield lambda _done: None
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    columns: tuple[Any, ...] = (TextColumn("{task.description}"), MofNCompleteColumn())
    if total is not None:
        columns = (*columns, BarColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(what, total=total)
        yield lambda done: progress.update(task, completed=done)


def lines_in(file: BinaryIO) -> int | None:
    """Guess how many entries a file has left by its length; None for what has none, as a pipe."""
    if not file.seekable():
        return None
    at = file.tell()
    head = file.read(1 << 16)
    end = file.seek(0, 2)
    file.seek(at)
    lines = head.count(b"\n")
    return None if lines == 0 else max(1, round(lines * (end - at) / len(head)))
