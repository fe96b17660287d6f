"""One pass over the log that fills the tables of the catalogue.

The pass tallies on its own and does not use `recompute`, so that agreement between the two is
worth something. What portions of the log came to can be put together: that is what many days, or
many processes, count with.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

from evenhand.kit.clock import stamp
from evenhand.transparency.catalogue import TABLES, ByField, Group, Single
from evenhand.transparency.counting import (
    ANY,
    Counted,
    Query,
    keys_at,
    middle,
    numbers_at,
    reader,
)
from evenhand.transparency.model import N_, Figure, Numbers, Table, Unit
from evenhand.transparency.shapes import Shape, Shapes

Reader = Callable[[Any], tuple[str, ...]]
Where = tuple[tuple[Reader, str], ...]
_DATE_CHARACTERS: Final = len("2026-01-31")


def _by_event() -> tuple[
    dict[str, list[tuple[str, Reader, Where, Reader | None, str | None]]],
    dict[str, list[tuple[str, Single, Where]]],
]:
    """Say which tables a line of each type may count in, with what reads it: made once."""
    by_field = defaultdict(list)
    singles = defaultdict(list)
    for table in TABLES:
        if isinstance(table, ByField):
            named = reader(table.named_by) if table.named_by is not None else None
            keys = table.path if table.keys else None
            asked = (table.id, reader(table.path), _where(table), named, keys)
            for event in table.events:
                by_field[event].append(asked)
        else:
            for single in table.singles:
                for event in single.events:
                    singles[event].append((table.id, single, _where(single)))
    return dict(by_field), dict(singles)


def _where(wanted: ByField | Single) -> Where:
    return tuple((reader(path), value) for path, value in wanted.where)


def _fits(data: Any, where: Where) -> bool:
    for read, value in where:
        found = read(data)
        if not found or (value != ANY and value not in found):
            return False
    return True


def _paths(one: ByField | Single) -> Iterator[str]:
    """Give the paths at which a line is read for a table or a figure; "" for none."""
    yield from (path for path, _ in one.where)
    if isinstance(one, ByField):
        yield from (one.path, one.named_by or "")
    else:
        yield one.field if one.field and one.count is Counted.SUM else ""


_BY_FIELD, _SINGLES = _by_event()


_ASKED: Final = tuple(
    (event, path)
    for table in TABLES
    for one in ([table] if isinstance(table, ByField) else table.singles)
    for event in one.events
    for path in _paths(one)
)
_INSTANTS: Final = tuple(
    (event, single.field)
    for table in TABLES
    if isinstance(table, Group)
    for single in table.singles
    if single.count is Counted.MEDIAN_MINUTES and single.field is not None
    for event in single.events
)


def shapes() -> Shapes:
    """Return what takes the lines that are to be counted."""
    return Shapes(_ASKED, _INSTANTS)


@dataclass
class Tally:
    """What some lines of the log came to, by table id and value."""

    lines: int = 0
    cells: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    totals: Counter[str] = field(default_factory=Counter)
    names: dict[tuple[str, str], str] = field(default_factory=dict)
    minutes: dict[tuple[str, str], Counter[int]] = field(
        default_factory=lambda: defaultdict(Counter)
    )

    @classmethod
    def of(cls, found: Shapes) -> Tally:
        """Count what lines came to."""
        tally = cls(lines=found.lines)
        for shape in found:
            tally._add(shape)
        return tally

    def merge(self, later: Tally) -> None:
        """Take in what lines came to that stand after these in the log, and none of them here."""
        self.lines += later.lines
        self.totals.update(later.totals)
        self.names |= later.names
        for table_id, cells in later.cells.items():
            self.cells[table_id].update(cells)
        for single, minutes in later.minutes.items():
            self.minutes[single].update(minutes)

    def numbers(self, *, since: datetime, until: datetime) -> Numbers:
        """Fill every table; what was counted lies between the two, the latter exclusive."""
        return Numbers(since, until, self.lines, _tables(self, stamp(since), stamp(until)))

    def _add(self, shape: Shape) -> None:
        data, times = shape.data, shape.times
        for table_id, single, where in _SINGLES.get(shape.type, ()):
            if not where or _fits(data, where):
                self._add_single(table_id, single, shape)
        for table_id, read, where, named, keys in _BY_FIELD.get(shape.type, ()):
            if where and not _fits(data, where):
                continue
            if values := read(data):
                self.totals[table_id] += times
                cells = self.cells[table_id]
                for value in keys_at({"data": data}, keys) if keys else values:
                    cells[value] += times
                if named is not None and (words := named(data)):
                    # The latest words for a value: shapes come in the order of their last lines.
                    for value in values:
                        self.names[table_id, value] = f"{value} {words[0]}"

    def _add_single(self, table_id: str, single: Single, shape: Shape) -> None:
        if single.count is Counted.MEDIAN_MINUTES:
            assert single.field is not None
            self.minutes[table_id, single.id].update(shape.minutes.get(single.field, {}))
        elif single.count is Counted.SUM:
            assert single.field is not None
            added = numbers_at({"data": shape.data}, single.field)
            self.cells[table_id][single.id] += added * shape.times
        else:
            self.cells[table_id][single.id] += shape.times


def tally(lines: Iterable[Mapping[str, Any]], *, since: datetime, until: datetime) -> Numbers:
    """Fill every table from ledger lines (dicts with `type`, `at` and `data`) in one pass."""
    return count(lines, since=since, until=until).numbers(since=since, until=until)


def count(lines: Iterable[Mapping[str, Any]], *, since: datetime, until: datetime) -> Tally:
    """Count the ledger lines that lie between two times, the latter exclusive."""
    first, end = stamp(since), stamp(until)
    found = shapes()
    for line in lines:
        if first <= line["at"] < end:
            found.add(line)
    return Tally.of(found)


def together(tallies: Iterable[Tally]) -> Tally:
    """Put together what portions of the log came to, in their order."""
    whole = Tally()
    for each in tallies:
        whole.merge(each)
    return whole


def count_days(lines: Iterable[Mapping[str, Any]]) -> dict[date, Tally]:
    """Count ledger lines by the day they lie in, in UTC."""
    found: defaultdict[str, Shapes] = defaultdict(shapes)
    for line in lines:
        found[line["at"][:_DATE_CHARACTERS]].add(line)
    return {date.fromisoformat(day): Tally.of(one) for day, one in found.items()}


def _tables(counted: Tally, first: str, end: str) -> tuple[Table, ...]:
    return tuple(
        _group(table, counted, first, end)
        if isinstance(table, Group)
        else _by_field(table, counted, first, end)
        for table in TABLES
    )


def _by_field(table: ByField, counted: Tally, first: str, end: str) -> Table:
    known = dict(table.cells)
    cells = counted.cells[table.id]
    figures = []
    for value in (*known, *sorted(cells.keys() - known.keys(), key=_natural)):
        number = cells[value]
        asked = (f"{table.path}.{value}", ANY) if table.keys else (table.path, value)
        query = Query(table.events, (*table.where, asked), first, end)
        title = known.get(value) or counted.names.get((table.id, value), value)
        figures.append(Figure(f"{table.id}.{value}", title, number, query, based_on=number))
    whole = Query(table.events, (*table.where, (table.path, ANY)), first, end)
    number = counted.totals[table.id]
    total = Figure(f"{table.id}.total", N_("Total"), number, whole, based_on=number, is_total=True)
    return Table(table.id, table.title, tuple(figures), total)


def _group(group: Group, counted: Tally, first: str, end: str) -> Table:
    figures = []
    for single in group.singles:
        query = Query(single.events, single.where, first, end, single.count, single.field)
        name, key = f"{group.id}.{single.id}", (group.id, single.id)
        if single.count is Counted.MEDIAN_MINUTES:
            taken = counted.minutes[key]
            rests_on = taken.total()
            value = middle(taken)
            figures.append(Figure(name, single.title, value, query, Unit.MINUTES, rests_on))
        else:
            number = counted.cells[group.id][single.id]
            figures.append(Figure(name, single.title, number, query, based_on=number))
    return Table(group.id, group.title, tuple(figures), None)


def _natural(value: str) -> tuple[tuple[int, str], ...]:
    """Sort clause numbers as people count: 2 before 10."""
    return tuple((int(part), "") if part.isdecimal() else (0, part) for part in value.split("."))
