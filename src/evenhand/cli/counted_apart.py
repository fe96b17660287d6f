"""A long log is counted in portions, by as many processes as there are cores.

What a line says never changes and lines only come behind others, so each process may read its
portions in a view of its own; put together in their order they are what one process would count.
"""

from __future__ import annotations

import multiprocessing
import os
from concurrent.futures import ProcessPoolExecutor
from datetime import datetime
from functools import partial
from typing import Final

from evenhand import transparency
from evenhand.cli.shell import opened

#: A process takes a second to start, in which it would have counted some fifty thousand lines.
PROCESSES_MAX: Final = 8


def count(
    size: int, *, since: datetime, until: datetime, each: int = transparency.PORTION_LINES
) -> transparency.Tally:
    """Count the first so many lines that lie between two times, the latter exclusive.

    Each process takes a portion of `each` lines after another.
    """
    portions = list(transparency.portions(0, size, each))
    processes = max(1, min(len(portions), os.cpu_count() or 1, PROCESSES_MAX))
    counting = partial(_portion, since=since, until=until)
    starting = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, mp_context=starting) as pool:
        return transparency.together(pool.map(counting, portions))


def _portion(lines: range, *, since: datetime, until: datetime) -> transparency.Tally:
    with opened() as house:
        return house.ask(transparency.count, since=since, until=until, lines=lines)
