"""What counters say of an event that comes now: exact in the order of arrival, itself included.

What counters saw are rows of the database, and they are the truth. Where the operator keeps
counters beside it, those are asked with the mark of the last rows of the key. Only what holds
exactly these answers; what has fallen behind, was emptied, or took in what was never committed is
filled from the rows first, and while it is out of reach the rows are counted. Either way the
number is the same. The clock of a key never runs back, so that no window does.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from evenhand.db import ReadTx, Tx
from evenhand.kit.canonical import digest
from evenhand.kit.resources import OutOfReach, Tallies, Tally
from evenhand.rules import count_store
from evenhand.rules.language.ruleset import Counter, Counting

MICROSECOND: Final = timedelta(microseconds=1)
PURPOSE: Final = "counters beside the database"
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Counted:
    """What a counter said of an event, and the row by which it is remembered."""

    counter: str
    key: str
    value: str | None
    at: datetime
    count: int


def count_now(tx: ReadTx, counter: Counter, key: str, value: str | None) -> Counted:
    """Say what a counter would say of an event that comes now. Nothing is kept."""
    tallies = tx.resources.tallies
    if tallies is not None:
        stands = _Stands.of(tx, counter, key)
        with suppress(OutOfReach):
            count = tallies.with_one_more(stands.tally(tx), _member(tx, counter, value, "-"))
            if count is not None:
                return Counted(counter.name, key, value, stands.at, count)
    return _from_rows(tx, counter, key, value)


def count_event(tx: Tx, counter: Counter, key: str, value: str | None, *, event_id: str) -> Counted:
    """Count an event that comes now. Whoever counts the same key waits until this is committed.

    `keep` writes the row; without it, nothing of the event is counted for long.
    """
    tx.lock(f"counter:{counter.name}:{key}")
    tallies = tx.resources.tallies
    if tallies is not None:
        stands = _Stands.of(tx, counter, key)
        with suppress(OutOfReach):
            count = _beside(tx, tallies, stands, value, event_id)
            if count is not None:
                return Counted(counter.name, key, value, stands.at, count)
    return _from_rows(tx, counter, key, value)


def keep(tx: Tx, counted: Counted, event_id: str) -> None:
    """Write down what a counter saw, once the event is."""
    row = {"counter": counted.counter, "key": counted.key, "value": counted.value}
    count_store.save(tx, [{"event_id": event_id, "at": counted.at, **row}])


def _from_rows(tx: ReadTx, counter: Counter, key: str, value: str | None) -> Counted:
    distinct = counter.counting is Counting.DISTINCT
    at = tx.now
    since = at - counter.within
    seen, last = count_store.count(tx, counter.name, key, since, distinct=distinct)
    if last is not None and last > at:
        at, since = last, last - counter.within
        seen, _ = count_store.count(tx, counter.name, key, since, distinct=distinct)
    known = distinct and (
        value is None or count_store.is_counted(tx, counter.name, key, value, since)
    )
    return Counted(counter.name, key, value, at, seen if known else seen + 1)


@dataclass(frozen=True, slots=True)
class _Stands:
    """Where a key of a counter stands: its clock now, and the last events it saw, and when."""

    counter: Counter
    key: str
    at: datetime
    last: datetime | None
    events: tuple[str, ...]

    @classmethod
    def of(cls, tx: ReadTx, counter: Counter, key: str) -> _Stands:
        last, events = count_store.last_counted(tx, counter.name, key)
        at = tx.now if last is None else max(tx.now, last)
        return cls(counter, key, at, last, tuple(events))

    def tally(self, tx: ReadTx) -> Tally:
        """Return what the key is called beside the database, and the mark of its rows."""
        mark = None if self.last is None else _mark(self.last, self.events)
        name = f"evenhand:{_sealed(tx, *_meaning(self.counter), self.key)}"
        lasts = self.counter.within // MICROSECOND
        return Tally(name, mark, _microseconds(self.at) - lasts, lasts)

    def mark_with(self, event_id: str) -> str:
        """Return the mark of the rows with an event that is counted now."""
        same = self.events if self.last == self.at else ()
        return _mark(self.at, (*same, event_id))


def _beside(
    tx: Tx, tallies: Tallies, stands: _Stands, value: str | None, event_id: str
) -> int | None:
    """Count an event beside the database, after filling it where rows are missing.

    Raises OutOfReach.
    """
    counter, tally = stands.counter, stands.tally(tx)
    member = _member(tx, counter, value, event_id)
    at, mark = _microseconds(stands.at), stands.mark_with(event_id)
    count = tallies.add(tally, member=member, at=at, mark=mark)
    if count is None:
        since = stands.at - counter.within
        rows = count_store.counted_since(tx, counter.name, stands.key, since)
        members = [
            (one, _microseconds(row["at"]))
            for row in rows
            if (one := _member(tx, counter, row["value"], row["event_id"])) is not None
        ]
        tallies.fill(tally, members)
        count = tallies.add(tally, member=member, at=at, mark=mark)
    return count


def _member(tx: ReadTx, counter: Counter, value: str | None, event_id: str) -> str | None:
    """Return what is counted: the event, or its value in a form that says nothing of it."""
    if counter.counting is Counting.COUNT:
        return event_id
    return None if value is None else _sealed(tx, value)


def _sealed(tx: ReadTx, *parts: str) -> str:
    return tx.resources.keys.mac("\0".join(parts), purpose=PURPOSE)


def _meaning(counter: Counter) -> tuple[str, ...]:
    kinds = ",".join(sorted(counter.kinds))
    within = str(counter.within // MICROSECOND)
    return (counter.name, counter.counting.value, counter.of or "", kinds, counter.by, within)


def _mark(at: datetime, event_ids: tuple[str, ...]) -> str:
    return digest([_microseconds(at), sorted(event_ids)])


def _microseconds(at: datetime) -> int:
    return (at - _EPOCH) // MICROSECOND
