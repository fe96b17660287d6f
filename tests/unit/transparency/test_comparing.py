"""A period stands beside the one before it, and anybody can count every number again."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from evenhand.transparency import (
    Compared,
    ComparedTable,
    Comparison,
    Period,
    PeriodUnreadable,
    Unit,
    read_period,
    recompute,
)
from evenhand.transparency.comparing import compare
from evenhand.transparency.tables import count_days

TODAY = date(2026, 6, 14)
WEEK = Period(date(2026, 6, 8), TODAY)


def line(day: date, at: str = "12:00:00.000000", **data: Any) -> dict[str, Any]:
    """Make the line of a decision; with a harm alone, of a report."""
    kind = "report.received" if set(data) == {"harm"} else "decision.made"
    return {"type": kind, "at": f"{day.isoformat()}T{at}Z", "data": data}


def table(found: Comparison, table_id: str) -> ComparedTable:
    """Find a table."""
    (one,) = (one for part in found.sections for one in part.tables if one.id == table_id)
    return one


def row(found: Comparison, figure_id: str) -> Compared:
    """Find a row."""
    (one,) = (one for one in table(found, figure_id.partition(".")[0]).rows if one.id == figure_id)
    return one


class TestPeriod:
    """The days that are asked for."""

    def test_is_the_last_seven_days_unless_it_is_said(self) -> None:
        """Today included."""
        assert read_period("", "", today=TODAY) == WEEK
        assert read_period("", "2026-06-07", today=TODAY) == WEEK.before

    def test_stands_beside_as_many_days(self) -> None:
        """Which end the day before it begins."""
        assert WEEK.before == Period(date(2026, 6, 1), date(2026, 6, 7))
        assert Period(TODAY, TODAY).before == Period(date(2026, 6, 13), date(2026, 6, 13))

    def test_ends_today_at_the_latest(self) -> None:
        """Nothing is known of tomorrow."""
        assert read_period("2026-06-08", "2027-01-01", today=TODAY) == WEEK

    @pytest.mark.parametrize(
        ("since", "until"),
        [
            ("8 June", ""),
            ("", "2026-06-31"),
            ("2026-06-09", "2026-06-08"),
            ("2026-06-15", ""),
            ("1999-12-31", "2000-01-02"),
            ("0001-01-01", "0001-01-02"),
            ("2025-06-13", "2026-06-14"),
        ],
    )
    def test_is_refused_where_it_is_none(self, since: str, until: str) -> None:
        """No day, the wrong way round, all ahead, or longer than a year."""
        with pytest.raises(PeriodUnreadable):
            read_period(since, until, today=TODAY)

    def test_may_be_a_leap_year_long(self) -> None:
        """366 days, both ends included."""
        assert read_period("2025-06-14", "2026-06-14", today=TODAY).days == 366


class TestCompare:
    """Two periods in one pass."""

    def test_counts_the_edges_once(self) -> None:
        """The first instant belongs to the period, the one after its last day to neither."""
        lines = [
            line(date(2026, 5, 31), "23:59:59.999999", outcome="violation"),
            line(date(2026, 6, 1), "00:00:00.000000", outcome="violation"),
            line(date(2026, 6, 7), "23:59:59.999999", outcome="violation"),
            line(date(2026, 6, 8), "00:00:00.000000", outcome="violation"),
            line(date(2026, 6, 15), "00:00:00.000000", outcome="violation"),
        ]
        one = row(compare(count_days(lines), WEEK), "decisions-by-outcome.violation")
        assert (one.value, one.value_before, one.change, one.percent) == (1, 2, -1, -50)

    def test_has_a_row_for_what_only_one_of_the_two_names(self) -> None:
        """A figure where it was counted, and a plain 0 where the log does not name it."""
        lines = [
            line(date(2026, 6, 2), outcome="no_violation", rule="old-rule"),
            line(date(2026, 6, 9), outcome="no_violation", rule="new-rule"),
        ]
        found = compare(count_days(lines), WEEK)
        new, old = (row(found, f"decisions-by-rule.{one}") for one in ("new-rule", "old-rule"))
        assert new.now is not None
        assert (new.value, new.value_before, new.before, new.percent) == (1, 0, None, None)
        assert old.before is not None
        assert (old.value, old.value_before, old.now, old.percent) == (0, 1, None, -100)
        assert [one.id for one in table(found, "decisions-by-rule").rows][-1].endswith(".total")

    def test_leaves_out_what_was_nothing_twice(self) -> None:
        """Rows of a closed list that nobody used, and tables without a row."""
        found = compare(count_days([line(date(2026, 6, 9), harm="fraud")]), WEEK)
        told = [one.id for one in table(found, "reports-by-harm").rows]
        assert told == ["reports-by-harm.fraud", "reports-by-harm.total"]
        assert table(found, "decisions-by-outcome").rows == ()

    def test_tells_no_median_of_nothing(self) -> None:
        """Nor a change from it."""
        opened = "2026-06-09T10:30:00+00:00"
        data = {"outcome": "no_violation", "decided_by": "person", "task_opened_at": opened}
        one = row(compare(count_days([line(date(2026, 6, 9), **data)]), WEEK), "time.median-person")
        assert (one.unit, one.value, one.value_before) == (Unit.MINUTES, 90, None)
        assert (one.change, one.percent) == (None, None)

    def test_measures_bars_by_the_greatest_cell(self) -> None:
        """And not by the total."""
        lines = [line(date(2026, 6, 9), harm="fraud") for _ in range(3)]
        lines += [line(date(2026, 6, 2), harm="other") for _ in range(5)]
        assert table(compare(count_days(lines), WEEK), "reports-by-harm").greatest == 5

    def test_counts_each_day_of_the_period(self) -> None:
        """Every day has a row, also one on which nothing happened."""
        lines = [line(TODAY, outcome="violation"), line(TODAY, harm="fraud")]
        lines += [line(TODAY - timedelta(days=2), harm="fraud"), line(WEEK.before.last, harm="x")]
        days = compare(count_days(lines), WEEK).days
        assert [one.day for one in days] == list(WEEK.every())
        assert [one.decisions for one in days] == [0, 0, 0, 0, 0, 0, 1]
        assert [one.reports for one in days] == [0, 0, 0, 0, 1, 0, 1]

    def test_says_only_what_queries_say(self) -> None:
        """Each figure of both periods, and none about the staff."""
        lines = [line(date(2026, 6, n), outcome="violation", language="en") for n in range(1, 14)]
        found = compare(count_days(lines), WEEK)
        assert "people" not in {one.id for one in found.sections}
        figures = [
            each
            for part in found.sections
            for one in part.tables
            for every in one.rows
            for each in (every.now, every.before)
            if each is not None
        ]
        assert len(figures) > 6
        for each in figures:
            assert recompute(lines, each.query) == each.value, each.id
