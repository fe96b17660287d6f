"""A published figure is a question anyone can ask of the exported log, and this answers it.

A `Query` names event types, conditions on the lines' data, a period and what to count. It is
plain data: written as JSON beside the figure, it gives the same number in anybody's hands
(Charter, promise 8).
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from evenhand.kit.clock import read_stamp
from evenhand.transparency.errors import QueryUnreadable

if TYPE_CHECKING:
    from evenhand.transparency.shapes import Shape

ANY: Final = "*"
"""As a condition's value: the field is there and holds something."""


class Counted(StrEnum):
    """What a query does with the lines it selects."""

    LINES = "lines"
    SUM = "sum"
    MEDIAN_MINUTES = "median_minutes"


@dataclass(frozen=True, slots=True)
class Query:
    """Which lines to take and what to make of them.

    `where` pairs a path into a line's `data` with the text its value must equal. A path through
    a list reaches every element (`measures.measure`), and one that fits is enough. Booleans are
    written "true" and "false". `since` is inclusive and `until` exclusive, both compared with
    the line's `at` as text, which sorts as time. SUM adds up the numbers at `field`;
    MEDIAN_MINUTES takes whole minutes from the instant at `field` to the line's own, and the
    lower of two middle values; lines without the field are left aside.
    """

    events: tuple[str, ...]
    where: tuple[tuple[str, str], ...]
    since: str
    until: str
    count: Counted = Counted.LINES
    field: str | None = None

    def __post_init__(self) -> None:
        """Refuse a query that needs a field and names none."""
        if not self.events:
            raise QueryUnreadable("a query names at least one type of event")
        if self.count is not Counted.LINES and not self.field:
            raise QueryUnreadable(f"{self.count} needs a field to read")

    @property
    def paths(self) -> tuple[str, ...]:
        """Return the paths at which it reads a line, but for instants; "" stands for none."""
        summed = self.field if self.count is Counted.SUM and self.field else ""
        return (*(path for path, _ in self.where), summed)

    def as_dict(self) -> dict[str, Any]:
        """Write the query as JSON data."""
        written: dict[str, Any] = {
            "events": list(self.events),
            "where": dict(self.where),
            "since": self.since,
            "until": self.until,
            "count": self.count.value,
        }
        return written if self.field is None else {**written, "field": self.field}

    def as_json(self) -> str:
        """Write the query as people read JSON."""
        return json.dumps(self.as_dict(), indent=2, ensure_ascii=False)


def read_query(data: Mapping[str, Any]) -> Query:
    """Read what `as_dict` wrote. Raises QueryUnreadable."""
    try:
        return Query(
            events=tuple(str(event) for event in data["events"]),
            where=tuple((str(path), str(value)) for path, value in data["where"].items()),
            since=str(data["since"]),
            until=str(data["until"]),
            count=Counted(data["count"]),
            field=data.get("field"),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as why:
        raise QueryUnreadable(f"this is not a figure's query: {why!r}") from why


def recompute(lines: Iterable[Mapping[str, Any]], figure_query: Query | Mapping[str, Any]) -> int:
    """Answer a figure's query from the exported log alone. Raises QueryUnreadable.

    Lines that the export withholds (see `queries.export`) count for nothing: no figure asks
    about them.
    """
    query = figure_query if isinstance(figure_query, Query) else read_query(figure_query)
    recount = Recount(query)
    for line in lines:
        recount.add(line)
    return recount.value


@dataclass
class Recount:
    """A query that is shown the lines of a log one by one."""

    query: Query
    _number: int = 0
    _minutes: Counter[int] = field(default_factory=Counter)

    def add(self, line: Mapping[str, Any]) -> None:
        """Count a line, if it is one of those the query takes."""
        if not selects(self.query, line):
            return
        if self.query.count is Counted.MEDIAN_MINUTES:
            assert self.query.field is not None, "a query with another count has a field"
            self._minutes.update(minutes_since(line, self.query.field))
        else:
            self._number += self._each(line)

    def add_shape(self, shape: Shape) -> None:
        """Count lines of one shape that lie in the query's time, as if they came one by one."""
        like = {"data": shape.data}
        if shape.type not in self.query.events or not fits(like, self.query.where):
            return
        if self.query.count is Counted.MEDIAN_MINUTES:
            assert self.query.field is not None, "a query with another count has a field"
            self._minutes.update(shape.minutes.get(self.query.field, {}))
        else:
            self._number += self._each(like) * shape.times

    def _each(self, line: Mapping[str, Any]) -> int:
        if self.query.count is Counted.LINES:
            return 1
        assert self.query.field is not None, "a query with another count has a field"
        return numbers_at(line, self.query.field)

    @property
    def value(self) -> int:
        """Return what it comes to, of the lines so far."""
        if self.query.count is Counted.MEDIAN_MINUTES:
            return middle(self._minutes)
        return self._number

    @property
    def based_on(self) -> int:
        """Return how many lines a median rests on; of a count, the count."""
        if self.query.count is Counted.MEDIAN_MINUTES:
            return self._minutes.total()
        return self._number


def selects(query: Query, line: Mapping[str, Any]) -> bool:
    """Tell whether a line is one of those the query takes."""
    if line.get("type") not in query.events or not query.since <= line["at"] < query.until:
        return False
    return fits(line, query.where)


def fits(line: Mapping[str, Any], where: Iterable[tuple[str, str]]) -> bool:
    """Tell whether every condition is met."""
    return all(holds(line, path, value) for path, value in where)


def holds(line: Mapping[str, Any], path: str, value: str) -> bool:
    """Tell whether one condition is met."""
    found = values_at(line, path)
    return bool(found) if value == ANY else value in found


def values_at(line: Mapping[str, Any], path: str) -> tuple[str, ...]:
    """Return what stands at a path in a line's data, as texts, each once, in order."""
    return reader(path)(line["data"])


@lru_cache(maxsize=1_000)
def reader(path: str) -> Callable[[Any], tuple[str, ...]]:
    """Return what reads a path in a line's data, as `values_at` does: made once for many lines."""

    def walked(data: Any) -> tuple[str, ...]:
        return tuple(dict.fromkeys(_text(value) for value in _reach(data, path)))

    def at_once(data: Any) -> tuple[str, ...]:
        value = data.get(path) if type(data) is dict else None
        if value is None:
            return ()
        return walked(data) if type(value) is list else (_text(value),)

    return walked if "." in path else at_once


def keys_at(line: Mapping[str, Any], path: str) -> tuple[str, ...]:
    """Return the keys of the object at a path that hold something, each once, in order.

    A key with a full stop is left out: no path could ask for it.
    """
    held = (each for each in _reach(line["data"], path) if isinstance(each, Mapping))
    every = (key for each in held for key, value in each.items() if value is not None)
    return tuple(dict.fromkeys(key for key in every if "." not in key))


def numbers_at(line: Mapping[str, Any], path: str) -> int:
    """Add up the whole numbers at a path."""
    return sum(value for value in _reach(line["data"], path) if type(value) is int)


def minutes_since(line: Mapping[str, Any], path: str) -> list[int]:
    """Return the whole minutes from each instant at a path to the line's own."""
    at = read_stamp(line["at"])
    since = (read_stamp(value) for value in _reach(line["data"], path) if isinstance(value, str))
    return [(at - then) // timedelta(minutes=1) for then in since]


def middle(numbers: Mapping[int, int]) -> int:
    """Return the median of numbers that each came so many times, the lower of two; 0 of none."""
    wanted = (sum(numbers.values()) + 1) // 2
    for number in sorted(numbers):
        wanted -= numbers[number]
        if wanted <= 0:
            return number
    return 0


def _reach(data: Any, path: str) -> Iterator[Any]:
    """Walk a dotted path, through every element of a list; nothing stands for null."""
    name, _, rest = path.partition(".")
    value = data.get(name) if isinstance(data, Mapping) else None
    for each in value if isinstance(value, list) else [value]:
        if each is None:
            continue
        if rest:
            yield from _reach(each, rest)
        else:
            yield each


def _text(value: Any) -> str:
    if type(value) is str:
        return value
    return str(value).lower() if isinstance(value, bool) else str(value)
