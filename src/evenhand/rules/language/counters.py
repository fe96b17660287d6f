"""Counters are exact in the order in which events come, and include the event that is counted.

The clock of a counter is the log's own: the latest `ts` seen so far, so that it never runs back.
An event that comes late counts when it comes. What is counted lies within `(clock - within,
clock]`; what lies before is forgotten, so that memory holds one window and no more.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any, Final, TypeAlias

from evenhand.rules.language.ruleset import Counter, Counting

MICROSECOND: Final = timedelta(microseconds=1)

Hit: TypeAlias = Callable[[Any, Any, int], int]


class SlidingCount:
    """How many events of a key there were within a window of microseconds."""

    def __init__(self, within: int) -> None:
        """Begin with nothing."""
        self._within = within
        self._seen: deque[tuple[int, Any]] = deque()
        self._counts: dict[Any, int] = {}

    def hit(self, key: Any, _value: Any, at: int) -> int:
        """Count an event at a time that is no earlier than the last."""
        seen, counts, over = self._seen, self._counts, at - self._within
        while seen and seen[0][0] <= over:
            gone = seen.popleft()[1]
            if counts[gone] == 1:
                del counts[gone]
            else:
                counts[gone] -= 1
        seen.append((at, key))
        counts[key] = found = counts.get(key, 0) + 1
        return found

    def snapshot(self) -> list[list[Any]]:
        """Return what lies within the window, oldest first, as plain data."""
        return [[at, key, None] for at, key in self._seen]

    def restore(self, seen: Iterable[Sequence[Any]]) -> None:
        """Take up what a snapshot has."""
        for at, key, value in seen:
            self.hit(key, value, at)


class SlidingDistinct:
    """How many different values there were of a key within a window of microseconds."""

    def __init__(self, within: int) -> None:
        """Begin with nothing."""
        self._within = within
        self._last: OrderedDict[tuple[Any, Any], int] = OrderedDict()  # by last sighting
        self._counts: dict[Any, int] = {}
        self._oldest: int | None = None  # no sighting that is kept is earlier

    def hit(self, key: Any, value: Any, at: int) -> int:
        """Count a value at a time that is no earlier than the last; None is no value."""
        over = at - self._within
        if self._oldest is not None and self._oldest <= over:
            self._forget(over)
        counts = self._counts
        found = counts.get(key, 0)
        if value is None:
            return found
        last, sighted = self._last, (key, value)
        if sighted in last:
            last.move_to_end(sighted)
        else:
            counts[key] = found = found + 1
        last[sighted] = at
        if self._oldest is None:
            self._oldest = at
        return found

    def _forget(self, over: int) -> None:
        last, counts = self._last, self._counts
        while last:
            oldest = next(iter(last))
            if last[oldest] > over:
                self._oldest = last[oldest]
                return
            del last[oldest]
            left = counts[oldest[0]] - 1
            if left:
                counts[oldest[0]] = left
            else:
                del counts[oldest[0]]
        self._oldest = None

    def snapshot(self) -> list[list[Any]]:
        """Return what lies within the window, oldest first, as plain data."""
        return [[at, key, value] for (key, value), at in self._last.items()]

    def restore(self, seen: Iterable[Sequence[Any]]) -> None:
        """Take up what a snapshot has."""
        for at, key, value in seen:
            self.hit(key, value, at)


class Counters:
    """All counters of a rule set, in one order of arrival."""

    def __init__(self, counters: Sequence[Counter]) -> None:
        """Begin with nothing counted."""
        self._clock: int | None = None
        self._sliding: dict[str, SlidingCount | SlidingDistinct] = {}
        self._on_kind: dict[str, list[tuple[str, str, str, Hit]]] = {}
        for counter in counters:
            within = counter.within // MICROSECOND
            counts = counter.counting is Counting.COUNT
            sliding = SlidingCount(within) if counts else SlidingDistinct(within)
            self._sliding[counter.name] = sliding
            for kind in counter.kinds:
                counted = (counter.name, counter.by, counter.of or counter.by, sliding.hit)
                self._on_kind.setdefault(kind, []).append(counted)

    def arrive(self, kind: str, ts: int | None, fields: Mapping[str, Any]) -> dict[str, int]:
        """Count an event and return its counters, by name; `ts` in microseconds.

        A counter is missing when what it goes by is, and all are for an event without a time.
        """
        if ts is None:
            return {}
        clock = self._clock
        self._clock = clock = ts if clock is None or ts > clock else clock
        found = {}
        for name, by, of, hit in self._on_kind.get(kind, ()):
            key = fields.get(by)
            if key is not None:
                found[name] = hit(key, fields.get(of), clock)
        return found

    def snapshot(self) -> dict[str, Any]:
        """Return all that is counted as plain data, from which to go on later."""
        seen = {name: sliding.snapshot() for name, sliding in self._sliding.items()}
        return {"clock": self._clock, "seen": seen}

    def restore(self, snapshot: Mapping[str, Any]) -> None:
        """Take up what a snapshot has; counters it does not know begin with nothing."""
        self._clock = snapshot["clock"]
        for name, sliding in self._sliding.items():
            sliding.restore(snapshot["seen"].get(name, ()))
