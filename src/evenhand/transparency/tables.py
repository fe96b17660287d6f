"""One pass over the log that fills the tables of the catalogue.

The pass tallies on its own and does not use `recompute`, so that agreement between the two is
worth something.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
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
    holds,
    minutes_since,
    numbers_at,
    values_at,
)
from evenhand.transparency.model import N_, Figure, Numbers, Table, Unit


def _by_event() -> tuple[dict[str, list[ByField]], dict[str, list[tuple[str, Single]]]]:
    """Say which tables a line of each type may count in."""
    by_field: defaultdict[str, list[ByField]] = defaultdict(list)
    singles: defaultdict[str, list[tuple[str, Single]]] = defaultdict(list)
    for table in TABLES:
        if isinstance(table, ByField):
            for event in table.events:
                by_field[event].append(table)
        else:
            for single in table.singles:
                for event in single.events:
                    singles[event].append((table.id, single))
    return dict(by_field), dict(singles)


_BY_FIELD, _SINGLES = _by_event()


@dataclass
class _Tally:
    """What one pass over the log has counted so far, by table id or (table id, value)."""

    lines: int = 0
    cells: Counter[tuple[str, str]] = field(default_factory=Counter)
    totals: Counter[str] = field(default_factory=Counter)
    names: dict[tuple[str, str], str] = field(default_factory=dict)
    minutes: defaultdict[tuple[str, str], list[int]] = field(
        default_factory=lambda: defaultdict(list)
    )

    def add(self, line: Mapping[str, Any]) -> None:
        self.lines += 1
        for table_id, single in _SINGLES.get(line["type"], ()):
            if _fits(line, single):
                self._add_single(table_id, single, line)
        for table in _BY_FIELD.get(line["type"], ()):
            if _fits(line, table) and (values := values_at(line, table.path)):
                self.totals[table.id] += 1
                self.cells.update((table.id, value) for value in values)
                self._name(table, values, line)

    def _name(self, table: ByField, values: tuple[str, ...], line: Mapping[str, Any]) -> None:
        """Keep the latest words for a value: the log goes forward in time."""
        if table.named_by is not None and (named := values_at(line, table.named_by)):
            self.names.update({(table.id, value): f"{value} {named[0]}" for value in values})

    def _add_single(self, table_id: str, single: Single, line: Mapping[str, Any]) -> None:
        key = (table_id, single.id)
        if single.count is Counted.MEDIAN_MINUTES:
            assert single.field is not None
            self.minutes[key] += minutes_since(line, single.field)
        elif single.count is Counted.SUM:
            assert single.field is not None
            self.cells[key] += numbers_at(line, single.field)
        else:
            self.cells[key] += 1


def _fits(line: Mapping[str, Any], wanted: ByField | Single) -> bool:
    return all(holds(line, *each) for each in wanted.where)


def tally(lines: Iterable[Mapping[str, Any]], *, since: datetime, until: datetime) -> Numbers:
    """Fill every table from ledger lines (dicts with `type`, `at` and `data`) in one pass."""
    first, end = stamp(since), stamp(until)
    counted = _Tally()
    for line in lines:
        if first <= line["at"] < end:
            counted.add(line)
    tables = tuple(
        _group(table, counted, first, end)
        if isinstance(table, Group)
        else _by_field(table, counted, first, end)
        for table in TABLES
    )
    return Numbers(since, until, counted.lines, tables)


def _by_field(table: ByField, counted: _Tally, first: str, end: str) -> Table:
    known = dict(table.cells)
    found = {value for table_id, value in counted.cells if table_id == table.id}
    figures = []
    for value in (*known, *sorted(found - known.keys(), key=_natural)):
        number = counted.cells[table.id, value]
        query = Query(table.events, (*table.where, (table.path, value)), first, end)
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
            number = counted.cells[key]
            figures.append(Figure(name, single.title, number, query, based_on=number))
    return Table(group.id, group.title, tuple(figures), None)


def _natural(value: str) -> tuple[tuple[int, str], ...]:
    """Sort clause numbers as people count: 2 before 10."""
    return tuple((int(part), "") if part.isdecimal() else (0, part) for part in value.split("."))
