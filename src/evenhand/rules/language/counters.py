"""Counters are exact in the order in which events come, and include the event that is counted.

The clock of a counter is the log's own: the latest `ts` seen so far, so that it never runs back.
An event that comes late counts when it comes. What is counted lies within `(clock - within,
clock]`; what lies before is swept out whenever twice as much is held as was left the last time,
so that memory is bounded by what one window holds. Counters of the same kinds and keys look at the
same sightings, each through its own window.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any, Final, TypeAlias

from evenhand.rules.language.ruleset import Counter, Counting

MICROSECOND: Final = timedelta(microseconds=1)
HELD_MIN: Final = 1_024
"""So many sightings are held before it is worth looking which of them are over."""

NOWHERE: Final = 0
"""The place of a counter that no rule reads: there a row holds its kind."""

Hit: TypeAlias = Callable[[Any, Any, int], list[int]]
Fields: TypeAlias = Mapping[str, Any]
Seen: TypeAlias = list[list[Any]]
"""Sightings, oldest first: time, key and value."""


class SlidingCounts:
    """How many events of a key there were, within each of some windows of microseconds."""

    def __init__(self, withins: Sequence[int]) -> None:
        """Begin with nothing."""
        self._withins = tuple(withins)
        self._longest, self._shortest = max(withins), min(withins)
        self._times: dict[Any, list[int]] = {}
        self._held = 0
        self._held_max = HELD_MIN

    def hit(self, key: Any, _value: Any, at: int) -> list[int]:
        """Count an event at a time that is no earlier than the last."""
        times = self._times.get(key)
        if times is None:
            self._times[key] = times = []
        times.append(at)
        self._held += 1
        if self._held > self._held_max:
            self._sweep(at - self._longest)
        if times[0] > at - self._shortest:
            return [len(times)] * len(self._withins)
        count = len(times)
        return [count - bisect_right(times, at - within) for within in self._withins]

    def _sweep(self, over: int) -> None:
        swept = {key: times for key, times in self._times.items() if times[-1] > over}
        for times in swept.values():
            del times[: bisect_right(times, over)]
        self._times = swept
        self._held = sum(map(len, swept.values()))
        self._held_max = 2 * self._held + HELD_MIN

    def seen(self, since: int) -> Seen:
        """Return what came later than a time."""
        listed = [[at, key, None] for key, times in self._times.items() for at in times]
        return sorted((one for one in listed if one[0] > since), key=lambda one: one[0])


class SlidingDistincts:
    """How many different values there were of a key, within each of some windows.

    A value stands in a window when its last sighting does. All sightings stand in one log, of
    which each window has moved on to some place; each holds the counts of its key, by window,
    until there is a later one of the same value.
    """

    def __init__(self, withins: Sequence[int]) -> None:
        """Begin with nothing."""
        self._withins = tuple(withins)
        self._begins = [0] * len(self._withins)
        self._times: list[int] = []
        self._holds: list[list[int] | None] = []
        self._last: dict[tuple[Any, Any], int] = {}  # the place of the last sighting
        self._counts: dict[Any, list[int]] = {}
        self._held_max = HELD_MIN

    def hit(self, key: Any, value: Any, at: int) -> list[int]:
        """Count a value at a time that is no earlier than the last; None is no value."""
        times, holds, begins = self._times, self._holds, self._begins
        times.append(at)  # a last one that is not over, at which a window stops
        self._move(at)
        counts = self._counts.get(key)
        if value is None:
            times.pop()
            return [0] * len(begins) if counts is None else counts.copy()
        if counts is None:
            self._counts[key] = counts = [0] * len(begins)
        pair, place = (key, value), len(holds)
        before = self._last.get(pair, -1)
        self._last[pair] = place
        holds.append(counts)
        if before >= 0:
            holds[before] = None
        for window, begin in enumerate(begins):
            if before < begin:
                counts[window] += 1
        if place > self._held_max:
            self._sweep()
        return counts.copy()

    def _move(self, at: int) -> None:
        """Let each window begin behind what is over."""
        times, holds, begins = self._times, self._holds, self._begins
        for window, within in enumerate(self._withins):
            begin, over = begins[window], at - within
            if times[begin] > over:
                continue
            gone = holds[begin]
            if gone is not None:
                gone[window] -= 1
            begin += 1
            while times[begin] <= over:
                gone = holds[begin]
                if gone is not None:
                    gone[window] -= 1
                begin += 1
            begins[window] = begin

    def _sweep(self) -> None:
        """Forget sightings that are over in every window, and those that are not the last."""
        begin = min(self._begins)
        last = sorted((place, pair) for pair, place in self._last.items() if place >= begin)
        kept = [place for place, _ in last]
        self._begins = [bisect_left(kept, one) for one in self._begins]
        self._times = [self._times[place] for place in kept]
        self._holds = [self._holds[place] for place in kept]
        self._last = {pair: place for place, (_, pair) in enumerate(last)}
        self._counts = {key: self._counts[key] for key, _ in self._last}
        self._held_max = 2 * len(kept) + HELD_MIN

    def seen(self, since: int) -> Seen:
        """Return the last sightings that came later than a time."""
        last = sorted((place, *pair) for pair, place in self._last.items())
        listed = [[self._times[place], key, value] for place, key, value in last]
        return [one for one in listed if one[0] > since]


Sliding: TypeAlias = SlidingCounts | SlidingDistincts


class Counters:
    """All counters of a rule set, in one order of arrival."""

    def __init__(
        self, counters: Sequence[Counter], places: Mapping[str, int] | None = None
    ) -> None:
        """Begin with nothing counted. `places` says where in a row a counter belongs, by name."""
        self._counters = tuple(counters)
        self._places = places or {}
        self._begin({}, None)

    def _begin(self, seen: Mapping[str, Seen], clock: int | None) -> None:
        self._clock = clock
        self._sliding: list[tuple[tuple[Counter, ...], Sliding]] = []
        self._on_kind: dict[str, list[tuple[str, str, Hit, tuple[str, ...]]]] = {}
        self._in_row: dict[str, list[tuple[str, str, Hit, tuple[int, ...]]]] = {}
        for group in _groups(self._counters, seen, clock):
            first = group[0]
            withins = [_within(counter) for counter in group]
            counts = first.counting is Counting.COUNT
            sliding = SlidingCounts(withins) if counts else SlidingDistincts(withins)
            for at, key, value in seen.get(first.name, ()):
                sliding.hit(key, value, at)
            self._sliding.append((group, sliding))
            names = tuple(counter.name for counter in group)
            places = tuple(self._places.get(name, NOWHERE) for name in names)
            by, of = first.by, first.of or first.by
            for kind in first.kinds:
                self._on_kind.setdefault(kind, []).append((by, of, sliding.hit, names))
                self._in_row.setdefault(kind, []).append((by, of, sliding.hit, places))

    def arrive(self, kind: str, ts: int | None, fields: Fields) -> dict[str, int]:
        """Count an event and return its counters, by name; `ts` in microseconds.

        A counter is missing when what it goes by is, and all are for an event without a time.
        """
        if ts is None:
            return {}
        clock = self._moved(ts)
        found: dict[str, int] = {}
        for by, of, hit, names in self._on_kind.get(kind, ()):
            key = fields.get(by)
            if key is not None:
                found.update(zip(names, hit(key, fields.get(of), clock), strict=True))
        return found

    def arrive_in(self, row: list[Any], kind: str, ts: int | None, fields: Fields) -> None:
        """Count an event as `arrive` does, and put its counters in its row where nothing stands."""
        if ts is None:
            return
        clock = self._moved(ts)
        for by, of, hit, places in self._in_row.get(kind, ()):
            key = fields.get(by)
            if key is not None:
                for place, count in zip(places, hit(key, fields.get(of), clock), strict=True):
                    if row[place] is None:
                        row[place] = count

    def _moved(self, ts: int) -> int:
        """Let the log's clock go on to a time, and return what it shows."""
        clock = self._clock
        if clock is None or ts > clock:
            self._clock = clock = ts
        return clock

    def snapshot(self) -> dict[str, Any]:
        """Return all that is counted as plain data, from which to go on later."""
        clock = self._clock
        seen = {
            counter.name: [] if clock is None else sliding.seen(clock - _within(counter))
            for group, sliding in self._sliding
            for counter in group
        }
        return {"clock": clock, "seen": seen}

    def restore(self, snapshot: Mapping[str, Any]) -> None:
        """Take up what a snapshot has; counters it does not know begin with nothing."""
        self._begin(snapshot["seen"], snapshot["clock"])


def _within(counter: Counter) -> int:
    return counter.within // MICROSECOND


def _groups(
    counters: Sequence[Counter], seen: Mapping[str, Seen], clock: int | None
) -> Iterator[tuple[Counter, ...]]:
    """Put together counters that look at the same sightings, the longest window first.

    Such as were declared later than others have not seen what those have, and stand apart.
    """
    alike: dict[object, list[Counter]] = {}
    for counter in counters:
        key = (counter.counting, counter.kinds, counter.by, counter.of)
        alike.setdefault(key, []).append(counter)
    for group in alike.values():
        left = sorted(group, key=_within, reverse=True)
        while left:
            held = seen.get(left[0].name, [])
            together = [
                one
                for one in left
                if one is left[0]
                or seen.get(one.name, [])
                == [each for each in held if clock is None or each[0] > clock - _within(one)]
            ]
            yield tuple(together)
            left = [one for one in left if one not in together]
