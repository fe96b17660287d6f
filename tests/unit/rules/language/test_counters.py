"""Counters are exact in the order of arrival, forget what is over, and can be put away."""

from __future__ import annotations

import json
from datetime import timedelta

from evenhand.rules.language.counters import (
    HELD_MIN,
    Counters,
    SlidingCounts,
    SlidingDistincts,
)
from evenhand.rules.language.ruleset import Counter, Counting, Place

PLACE = Place("a.rules", 1)
SECOND = 1_000_000


def counter(
    name: str, of: str | None = None, kinds: tuple[str, ...] = ("post",), within: int = 10
) -> Counter:
    counting = Counting.COUNT if of is None else Counting.DISTINCT
    return Counter(name, counting, of, kinds, "by", timedelta(seconds=within), PLACE)


def arrived(counters: Counters, seconds: int | None, **fields: object) -> dict[str, int]:
    ts = None if seconds is None else seconds * SECOND
    return counters.arrive("post", ts, fields)


class TestWindow:
    def test_is_open_at_its_beginning_and_holds_the_event_itself(self) -> None:
        counters = Counters([counter("n")])
        counts = [arrived(counters, at, by="a")["n"] for at in (0, 0, 9, 10, 19, 20)]
        assert counts == [1, 2, 3, 2, 2, 2]

    def test_counts_a_late_event_when_it_comes(self) -> None:
        counters = Counters([counter("n")])
        assert [arrived(counters, at, by="a")["n"] for at in (100, 5, 100)] == [1, 2, 3]

    def test_of_values_counts_each_once_and_from_when_it_was_last_there(self) -> None:
        counters = Counters([counter("n", "what")])
        seen = [(0, "x"), (5, "y"), (8, "x"), (12, None), (15, "z"), (18, None)]
        counts = [arrived(counters, at, by="a", what=what)["n"] for at, what in seen]
        assert counts == [1, 2, 2, 2, 2, 1]


class TestCounters:
    def test_are_missing_without_a_key_or_a_time(self) -> None:
        counters = Counters([counter("n"), counter("m", kinds=("other",))])
        assert arrived(counters, 1) == {}
        assert arrived(counters, None, by="a") == {}
        assert arrived(counters, 1, by="a") == {"n": 1}

    def test_go_on_from_a_snapshot_as_if_nothing_had_been(self) -> None:
        declared = [counter("n"), counter("d", "what")]
        whole, before = Counters(declared), Counters(declared)
        events = [(at // 3, f"k{at % 4}", at % 5) for at in range(90)]
        for at, by, what in events[:50]:
            arrived(whole, at, by=by, what=what)
            arrived(before, at, by=by, what=what)
        after = Counters(declared)
        after.restore(json.loads(json.dumps(before.snapshot())))
        for at, by, what in events[50:]:
            told = arrived(after, at, by=by, what=what)
            assert told == arrived(whole, at, by=by, what=what)

    def test_declared_later_stand_beside_those_that_were_there(self) -> None:
        short, long = counter("n"), counter("n_long", within=30)
        values, more = counter("d", "what"), counter("d_long", "what", within=30)
        old, new = Counters([short, values]), Counters([short, values])
        for at in range(40):
            arrived(old, at, by="a", what=at)
        new.restore(old.snapshot())
        later = Counters([short, long, values, more])
        later.restore(old.snapshot())
        for at in range(40, 60):
            told = arrived(later, at, by="a", what=at)
            since = at - 39
            assert (told.pop("n_long"), told.pop("d_long")) == (since, since)
            assert told == arrived(new, at, by="a", what=at) == {"n": 10, "d": 10}
        again = Counters([short, long, values, more])
        again.restore(json.loads(json.dumps(later.snapshot())))
        for at in range(60, 80):
            told = arrived(again, at, by="a", what=at)
            assert told == arrived(later, at, by="a", what=at)
            assert told["n_long"] == told["d_long"] == min(30, at - 39)

    def test_hold_no_more_than_their_windows_do(self) -> None:
        counts, distincts = SlidingCounts([1_000, 10]), SlidingDistincts([1_000, 10])
        for at in range(0, 300_000, 10):
            counts.hit(at, None, at)
            distincts.hit(at % 70, at, at)
        assert len(counts.seen(at - 1_000)) == len(distincts.seen(at - 1_000)) == 100
        most = 2 * 100 + HELD_MIN + 1
        assert counts._held <= most
        assert len(counts._times) <= most
        assert max(map(len, (distincts._times, distincts._last, distincts._holds))) <= most
