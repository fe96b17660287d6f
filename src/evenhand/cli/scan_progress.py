"""How far a scan is, how fast it goes and how long it will take: on a terminal, and only there."""

from __future__ import annotations

import sys
import threading
from types import TracebackType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from evenhand import sweep

_EVERY = 16  # files: drawing each would cost more than looking at some


class Progress:
    """A bar on standard error, while standard output goes wherever it goes."""

    def __init__(self, source: sweep.Source, label: str, *, quiet: bool) -> None:
        """Show how far a source is. `quiet`: standard output is for a program."""
        self._source, self._label = source, label
        self._stop = threading.Event()
        self._bar: Any = None
        self._task: Any = None
        self._counting: threading.Thread | None = None
        self._waiting = 0
        self._quiet = quiet

    def __enter__(self) -> Progress:
        """Begin to show, if there is anybody to see it."""
        if not sys.stderr.isatty():
            return self
        from rich import progress
        from rich.console import Console

        together = not self._quiet and sys.stdout.isatty()
        self._bar = progress.Progress(
            progress.TextColumn("{task.description}", markup=False),
            progress.BarColumn(),
            progress.MofNCompleteColumn(),
            progress.TextColumn("{task.fields[rate]}", markup=False),
            progress.TimeRemainingColumn(),
            console=Console(stderr=True),
            redirect_stdout=together,
            redirect_stderr=together,
            transient=True,
        )
        self._task = self._bar.add_task(self._label[-40:], total=None, rate="counting …")
        self._bar.start()
        self._counting = threading.Thread(target=self._count, name="scan-count", daemon=True)
        self._counting.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        where: TracebackType | None,
    ) -> None:
        """Take the bar away."""
        self._stop.set()
        if self._counting is not None:
            self._counting.join()
        if self._bar is not None:
            self._bar.stop()

    def advance(self, *, fresh: bool) -> None:
        """One more file is done; `fresh` when it was looked at, and not known from before."""
        del fresh
        if self._bar is None:
            return
        self._waiting += 1
        if self._waiting >= _EVERY:
            self._bar.update(self._task, advance=self._waiting, rate=self._rate())
            self._waiting = 0

    def _rate(self) -> str:
        speed = self._bar.tasks[0].speed
        return "" if speed is None else f"{speed:,.0f} a second"

    def _count(self) -> None:
        from evenhand import sweep

        try:
            total = self._source.count(self._stop.is_set)
        except (OSError, sweep.SweepError):  # the listing says what is wrong
            total = None
        if total is not None:
            self._bar.update(self._task, total=total)
