"""Two periods of the same length, side by side, and the days of the later one, from the log alone.

Every number is a figure of the catalogue, so it has a public query that counts it again. Numbers
here are exact, also small ones: they are for staff. None is about one of them. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from evenhand.kit.clock import midnight
from evenhand.transparency.errors import PeriodUnreadable
from evenhand.transparency.model import Figure, Numbers, Table, Unit
from evenhand.transparency.reporting import sections_of
from evenhand.transparency.tables import Tally, together

PERIOD_DAYS: Final = 7
PERIOD_DAYS_MAX: Final = 366
EARLIEST: Final = date(2000, 1, 1)
#: What is told of each day: the totals of these tables.
DECISIONS: Final = "decisions-by-outcome"
REPORTS: Final = "reports-by-harm"
#: The section of the report about the staff is no part of a comparison.
_LEFT_OUT: Final = frozenset({"people"})
_NOTHING: Final = Tally()


@dataclass(frozen=True, slots=True)
class Period:
    """Whole days in UTC, both included."""

    first: date
    last: date

    @property
    def days(self) -> int:
        """Return how many days there are."""
        return (self.last - self.first).days + 1

    @property
    def before(self) -> Period:
        """Return the period of the same length that ends the day before this one begins."""
        return Period(self.first - timedelta(days=self.days), self.first - timedelta(days=1))

    def every(self) -> Iterator[date]:
        """Give each day in order."""
        return (self.first + timedelta(days=number) for number in range(self.days))


@dataclass(frozen=True, slots=True)
class Compared:
    """One figure in two periods; a value that a period's log does not name has no figure there.

    `days` are the counts of each day of the later period; a median has none.
    """

    id: str
    title: str
    now: Figure | None
    before: Figure | None
    days: tuple[int, ...] = ()

    @property
    def unit(self) -> Unit:
        """Return what its values are numbers of."""
        found = self.now or self.before
        return found.unit if found else Unit.COUNT

    @property
    def value(self) -> int | None:
        """Return the number of this period; None for a median of nothing."""
        return _value(self.now, self.unit)

    @property
    def value_before(self) -> int | None:
        """Return the number of the period before; None for a median of nothing."""
        return _value(self.before, self.unit)

    @property
    def change(self) -> int | None:
        """Return by how much it grew; None where one of the two is a median of nothing."""
        if self.value is None or self.value_before is None:
            return None
        return self.value - self.value_before

    @property
    def percent(self) -> int | None:
        """Return the change in percent of the period before, halves to even; None of nothing."""
        if self.change is None or not self.value_before:
            return None
        return round(100 * self.change / self.value_before)

    @property
    def is_total(self) -> bool:
        """Tell whether it is the total of its table."""
        return bool((self.now and self.now.is_total) or (self.before and self.before.is_total))

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing was counted in either period."""
        return not any(one and one.based_on for one in (self.now, self.before))


@dataclass(frozen=True, slots=True)
class ComparedTable:
    """A table of the catalogue in two periods: the rows in which something was counted."""

    id: str
    title: str
    rows: tuple[Compared, ...]

    @property
    def greatest(self) -> int:
        """Return the greatest number in it but for totals, which its bars are drawn against."""
        cells = [row for row in self.rows if not row.is_total]
        return max((n or 0 for row in cells for n in (row.value, row.value_before)), default=0)


@dataclass(frozen=True, slots=True)
class ComparedSection:
    """Tables that belong together, as in the service's own report."""

    id: str
    title: str
    tables: tuple[ComparedTable, ...]


@dataclass(frozen=True, slots=True)
class Day:
    """What one day came to."""

    day: date
    decisions: int
    reports: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """A period beside the one before it."""

    period: Period
    sections: tuple[ComparedSection, ...]
    days: tuple[Day, ...]


def read_period(since: str, until: str, *, today: date) -> Period:
    """Read the first and last day of a period, as 2026-01-31. Raises PeriodUnreadable.

    Without a last day it ends today, and without a first it is seven days long. It ends today at
    the latest, and is at most 366 days long.
    """
    try:
        last = min(date.fromisoformat(until), today) if until else today
        first = date.fromisoformat(since) if since else last - timedelta(days=PERIOD_DAYS - 1)
    except ValueError as why:
        raise PeriodUnreadable("Write the days as 2026-01-31.") from why
    if not EARLIEST <= first <= last:
        raise PeriodUnreadable("The first day has to come before the last, and not after today.")
    period = Period(first, last)
    if period.days > PERIOD_DAYS_MAX:
        raise PeriodUnreadable(f"Choose at most {PERIOD_DAYS_MAX} days.")
    return period


def compare(tallies: Mapping[date, Tally], period: Period) -> Comparison:
    """Put the days of a period and of the one before it together; days without lines may lack."""
    now, before = (_together(tallies, one) for one in (period, period.before))
    each = [tallies.get(day, _NOTHING) for day in period.every()]
    days = tuple(
        Day(day, tally.totals[DECISIONS], tally.totals[REPORTS])
        for day, tally in zip(period.every(), each, strict=True)
    )
    return Comparison(period, _sections(now, before, each), days)


def _together(tallies: Mapping[date, Tally], period: Period) -> Numbers:
    whole = together(tallies[day] for day in period.every() if day in tallies)
    since, until = midnight(period.first), midnight(period.last) + timedelta(days=1)
    return whole.numbers(since=since, until=until)


def _sections(now: Numbers, before: Numbers, days: Sequence[Tally]) -> tuple[ComparedSection, ...]:
    earlier = {table.id: table for table in before.tables}
    return tuple(
        ComparedSection(
            section.id,
            section.title,
            tuple(_table(table, earlier[table.id], days) for table in section.tables),
        )
        for section in sections_of(now)
        if section.id not in _LEFT_OUT
    )


def _table(now: Table, before: Table, days: Sequence[Tally]) -> ComparedTable:
    """Join two tables row by row: what only the period before names comes after, the total last."""
    ours, theirs = ({one.id: one for one in table.figures} for table in (now, before))
    named = [*ours.values(), *(one for name, one in theirs.items() if name not in ours)]
    rows = []
    for one in named:
        value = one.id.removeprefix(f"{now.id}.")
        counts = (
            () if one.unit is Unit.MINUTES else tuple(_cell(each, now.id, value) for each in days)
        )
        rows.append(Compared(one.id, one.title, ours.get(one.id), theirs.get(one.id), counts))
    told = [row for row in rows if not row.is_empty]
    if told and now.total is not None:
        totals = tuple(tally.totals[now.id] for tally in days)
        told.append(Compared(now.total.id, now.total.title, now.total, before.total, totals))
    return ComparedTable(now.id, now.title, tuple(told))


def _cell(tally: Tally, table_id: str, value: str) -> int:
    cells = tally.cells.get(table_id)
    return cells[value] if cells else 0


def _value(figure: Figure | None, unit: Unit) -> int | None:
    if unit is Unit.MINUTES and not (figure and figure.based_on):
        return None
    return figure.value if figure else 0
