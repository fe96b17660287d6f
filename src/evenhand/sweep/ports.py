"""What a sweep reads from, and what it runs on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Protocol

from evenhand.sweep.model import Entry, Job, Outcome, Partition, Same

Unchanged = Callable[[bytes, str], bool]
"""Told the name and stamp of an archive, says whether it need not be opened again."""

Result = Outcome | Same

Work = Callable[[Job, Partition], list[Result]]
"""Looks at every file of a partition and says of each what came of it. The same everywhere."""


class Source(Protocol):
    """A catalogue that can be listed. Names are bytes, as the source has them."""

    @property
    def place(self) -> str:
        """What tells this source from any other, whatever folder the command is run in."""
        ...

    @property
    def label(self) -> bytes:
        """What stands before each name when it is shown."""
        ...

    def entries(self, unchanged: Unchanged) -> Iterator[Entry]:
        """List everything, however much, in bounded memory. Raises SourceUnreadable."""
        ...

    def count(self, stop: Callable[[], bool]) -> int | None:
        """Count what `entries` will list; None when only listing tells, or when told to stop."""
        ...


class Engine(Protocol):
    """Runs partitions, several at once, each to its end exactly once as far as anybody can see."""

    @property
    def name(self) -> str:
        """What it is called."""
        ...

    @property
    def workers(self) -> int:
        """How many partitions it works on at once."""
        ...

    def run(
        self, job: Job, partitions: Iterator[Partition]
    ) -> Iterator[tuple[Partition, list[Result]]]:
        """Give each partition back with its outcomes, as they are done.

        A partition whose worker dies is done again; a file that kills every worker it meets is
        given back as failed. Raises EngineBroken.
        """
        ...

    def close(self) -> None:
        """Let go of the workers."""
        ...
