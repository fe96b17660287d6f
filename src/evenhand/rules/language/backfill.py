"""A new counter is counted over events of the past, to the same numbers as if it had been there.

Each sighting counts from where it stands in the order of arrival until its window is over, or
until the same value is sighted again; a counter is how many sightings stand open at an event.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Codes: TypeAlias = npt.NDArray[np.int64]
"""A number for each event, the same for the same value; -1 where it is missing."""


def clock_of(ts: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Return the log's clock at each event: the latest time so far."""
    return np.maximum.accumulate(ts) if len(ts) else ts


def counted(
    keys: Codes, clock: npt.NDArray[np.int64], within: int, values: Codes | None = None
) -> npt.NDArray[np.int64]:
    """Count for each event the events, or different values, of its key up to and with itself.

    Events stand in the order of arrival and are all of the counter's kinds; `clock` and `within`
    are in microseconds. -1 where the key is missing.
    """
    found = np.full(len(keys), -1, dtype=np.int64)
    order = np.argsort(keys, kind="stable")
    order = order[np.searchsorted(keys[order], 0) :]
    if not len(order):
        return found
    key = keys[order]
    ends = np.minimum(_over(key, clock[order], within), _ends_of(key))
    counts = np.ones(len(order), dtype=bool)
    if values is not None:
        value = values[order]
        counts = value >= 0
        ends = np.minimum(ends, _next_of(key, value))
    opened = np.zeros(len(order) + 1, dtype=np.int64)
    np.add.at(opened, np.flatnonzero(counts), 1)
    np.add.at(opened, ends[counts], -1)
    found[order] = np.cumsum(opened[:-1])
    return found


def codes_of(values: npt.NDArray[np.object_]) -> Codes:
    """Number values by their first coming; None gets -1."""
    numbers: dict[object, int] = {}
    return np.fromiter(
        (-1 if one is None else numbers.setdefault(one, len(numbers)) for one in values),
        dtype=np.int64,
        count=len(values),
    )


def _over(key: Codes, clock: npt.NDArray[np.int64], within: int) -> npt.NDArray[np.int64]:
    """Return for each sighting the first place in its key's run at which its window is over."""
    times, ranks = np.unique(clock, return_inverse=True)
    runs = np.cumsum(np.r_[0, key[1:] != key[:-1]])
    span = len(times) + 1
    standing = runs * span + ranks
    return np.searchsorted(standing, runs * span + np.searchsorted(times, clock + within), "left")


def _ends_of(key: Codes) -> npt.NDArray[np.int64]:
    """Return for each place where the run of its key ends."""
    return np.searchsorted(key, key, "right")


def _next_of(key: Codes, value: Codes) -> npt.NDArray[np.int64]:
    """Return for each place the next one of the same key and value, or a place past all."""
    order = np.lexsort((np.arange(len(key)), value, key))
    after = np.full(len(key), len(key), dtype=np.int64)
    same = (key[order][1:] == key[order][:-1]) & (value[order][1:] == value[order][:-1])
    after[order[:-1][same]] = order[1:][same]
    return after
