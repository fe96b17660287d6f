"""One pass over the log that fills the tables of the catalogue.

The pass tallies on its own and does not use `recompute`, so that agreement between the two is
worth something.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from statistics import median_low
from typing import Any

from evenhand.kit.clock import stamp
from evenhand.transparency.catalogue import TABLES, ByField, Group, Single
from evenhand.transparency.counting import (
    ANY,
    Counted,
    Query,
    keys_at,
    minutes_since,
    numbers_at,
    reader,
)
from evenhand.transparency.model import N_, Figure, Numbers, Table, Unit

Reader = Callable[[Any], tuple[str, ...]]
Where = tuple[tuple[Reader, str], ...]


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


_BY_FIELD, _SINGLES = _by_event()


@dataclass
class _Tally:
    """What one pass over the log has counted so far, by table id and value."""

    lines: int = 0
    cells: defaultdict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    totals: Counter[str] = field(default_factory=Counter)
    names: dict[tuple[str, str], str] = field(default_factory=dict)
    minutes: defaultdict[tuple[str, str], list[int]] = field(
        default_factory=lambda: defaultdict(list)
    )

    def add(self, line: Mapping[str, Any]) -> None:
        self.lines += 1
        kind, data = line["type"], line["data"]
        for table_id, single, where in _SINGLES.get(kind, ()):
            if not where or _fits(data, where):
                self._add_single(table_id, single, line)
        for table_id, read, where, named, keys in _BY_FIELD.get(kind, ()):
            if where and not _fits(data, where):
                continue
            if values := read(data):
                self.totals[table_id] += 1
                cells = self.cells[table_id]
                for value in keys_at(line, keys) if keys else values:
                    cells[value] += 1
                if named is not None and (words := named(data)):
                    # The latest words for a value: the log goes forward in time.
                    for value in values:
                        self.names[table_id, value] = f"{value} {words[0]}"

    def _add_single(self, table_id: str, single: Single, line: Mapping[str, Any]) -> None:
        if single.count is Counted.MEDIAN_MINUTES:
            assert single.field is not None
            self.minutes[table_id, single.id] += minutes_since(line, single.field)
        elif single.count is Counted.SUM:
            assert single.field is not None
            self.cells[table_id][single.id] += numbers_at(line, single.field)
        else:
            self.cells[table_id][single.id] += 1


def tally(lines: Iterable[Mapping[str, Any]], *, since: datetime, until: datetime) -> Numbers:
    """Fill every table from ledger lines (dicts with `type`, `at` and `data`) in one pass."""
    (counted,) = tallies(lines, [(since, until)])
    return counted


def tallies(
    lines: Iterable[Mapping[str, Any]], periods: Sequence[tuple[datetime, datetime]]
) -> tuple[Numbers, ...]:
    """Fill every table for each period (its start inclusive, its end exclusive) in one pass."""
    spans = [(stamp(since), stamp(until), _Tally()) for since, until in periods]
    for line in lines:
        for first, end, counted in spans:
            if first <= line["at"] < end:
                counted.add(line)
    return tuple(
        Numbers(since, until, counted.lines, _tables(counted, first, end))
        for (since, until), (first, end, counted) in zip(periods, spans, strict=True)
    )


def _tables(counted: _Tally, first: str, end: str) -> tuple[Table, ...]:
    return tuple(
        _group(table, counted, first, end)
        if isinstance(table, Group)
        else _by_field(table, counted, first, end)
        for table in TABLES
    )


def _by_field(table: ByField, counted: _Tally, first: str, end: str) -> Table:
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


def _group(group: Group, counted: _Tally, first: str, end: str) -> Table:
    figures = []
    for single in group.singles:
        query = Query(single.events, single.where, first, end, single.count, single.field)
        name, key = f"{group.id}.{single.id}", (group.id, single.id)
        if single.count is Counted.MEDIAN_MINUTES:
            taken = counted.minutes[key]
            value = median_low(taken) if taken else 0
            figures.append(Figure(name, single.title, value, query, Unit.MINUTES, len(taken)))
        else:
            number = counted.cells[group.id][single.id]
            figures.append(Figure(name, single.title, number, query, based_on=number))
    return Table(group.id, group.title, tuple(figures), None)


def _natural(value: str) -> tuple[tuple[int, str], ...]:
    """Sort clause numbers as people count: 2 before 10."""
    return tuple((int(part), "") if part.isdecimal() else (0, part) for part in value.split("."))
