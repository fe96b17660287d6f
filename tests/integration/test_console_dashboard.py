"""The dashboard: what waits, and a period beside the one before, as the public queries count it."""

from __future__ import annotations

import re
from datetime import date, timedelta
from xml.etree import ElementTree as ET

import pytest

from evenhand import queue, transparency
from evenhand.bootstrap import House
from evenhand.kit.clock import SetClock, midnight
from evenhand.people import NotAllowed, Role
from tests import desk_day
from tests.desk_day import Hired
from tests.stage import Stage, fine, violation

#: Pages ask rooms, which have both databases; one is enough for pages.
on_sqlite = pytest.mark.on("sqlite")


@pytest.fixture
def stage(house: House, clock: SetClock) -> Stage:
    """Let two listings be decided in one week and one in the next, where another still waits."""
    stage = Stage.open(house)
    for account in ("a", "b"):
        stage.decide(stage.reported(account=account), violation())
    clock.forward(timedelta(days=7))
    stage.decide(stage.reported(account="c"), fine())
    stage.reported(account="d")
    return stage


@pytest.fixture
def ada(house: House, stage: Stage) -> Hired:
    """Have an administrator who signs in; the stage is laid before."""
    assert stage
    return desk_day.first_administrator(house)


class TestComparison:
    """The query behind the page, on both databases."""

    def test_equals_the_public_numbers(self, stage: Stage) -> None:
        """Every figure of both periods, small ones too, by the same ids."""
        period = transparency.Period(date(2026, 11, 22), date(2026, 11, 28))
        found = stage.house.ask(transparency.comparison, stage.lin, period)
        assert [(one.reports, one.decisions) for one in found.days][-1] == (2, 1)
        public, before = (
            stage.house.ask(
                transparency.numbers,
                since=midnight(one.first),
                until=midnight(one.last) + timedelta(days=1),
            )
            for one in (period, period.before)
        )
        rows = [row for part in found.sections for table in part.tables for row in table.rows]
        told = {row.id: (row.value, row.value_before) for row in rows}
        assert told["decisions-by-outcome.violation"] == (0, 2)
        assert told["decisions-by-outcome.no_violation"] == (1, 0)
        assert told["tasks-by-queue.total"] == (2, 2)
        assert any(one.startswith("looks-by-detector.") for one in told)
        for row in rows:
            assert row.now is None or row.now == public.find(row.id)[1]
            assert row.before is None or row.before == before.find(row.id)[1]

    def test_reads_only_what_came_since(self, stage: Stage, clock: SetClock) -> None:
        """Whatever day it bears; and all of it anew when the log is no longer the same."""
        house, period = stage.house, transparency.Period(date(2026, 11, 22), date(2026, 11, 28))
        before = house.ask(transparency.comparison, stage.lin, period)
        clock.at -= timedelta(days=2)  # a clock that was set back: the day is past
        stage.reported(account="e")
        found = house.ask(transparency.comparison, stage.lin, period)
        assert [one.reports for one in before.days][-3:] == [0, 0, 2]
        assert [one.reports for one in found.days][-3:] == [1, 0, 2]
        kept = house.resources.memory["transparency.days"]
        kept.last = "another log"
        assert house.ask(transparency.comparison, stage.lin, period) == found
        assert kept.last != "another log"

    def test_is_for_those_who_see_numbers(self, stage: Stage) -> None:
        """A reviewer does not."""
        period = transparency.Period(date(2026, 11, 28), date(2026, 11, 28))
        with pytest.raises(NotAllowed):
            stage.house.ask(transparency.comparison, stage.rosa, period)

    def test_knows_since_when_a_queue_has_waited(self, stage: Stage) -> None:
        """The one open task, and no other queue."""
        counts = stage.house.ask(queue.queues, stage.lin)
        (busy,) = (one for one in counts if one.oldest is not None)
        assert (busy.waiting, busy.oldest) == (1, stage.house.clock.now())


@on_sqlite
class TestThePage:
    """What a lead sees."""

    def test_stands_two_weeks_side_by_side(self, house: House, clock: SetClock, ada: Hired) -> None:
        """Numbers with their change, links to both public queries, and drawings without words."""
        desk = desk_day.sign_in(house, clock, ada)
        page = desk.get("/console/dashboard").text
        assert "From 2026-11-22 to 2026-11-28, beside 2026-11-15 to 2026-11-21." in page
        assert "Today is not over yet" in page
        address = "/numbers/decisions-by-outcome.violation"
        assert f'{address}?since=2026-11-22&amp;until=2026-11-28">0</a>' in page
        assert f'{address}?since=2026-11-15&amp;until=2026-11-21">2</a>' in page
        assert "−2 <small>-100 %</small>" in page
        assert 'href="/numbers/reports-by-harm.total?since=2026-11-28' in page
        assert "fewer than 3" in page
        drawings = re.findall(r"<svg.*?</svg>", page)
        assert drawings
        for one in drawings:
            tree = ET.fromstring(one)
            assert "".join(tree.itertext()).strip() == ""
            assert tree.attrib["aria-hidden"] == "true"

    def test_counts_the_days_that_are_asked_for(
        self, house: House, clock: SetClock, ada: Hired
    ) -> None:
        """A single day; days that are none are refused, and the last week is shown."""
        desk = desk_day.sign_in(house, clock, ada)
        one = desk.get("/console/dashboard?since=2026-11-21&until=2026-11-21").text
        assert 'decisions-by-outcome.violation?since=2026-11-21&amp;until=2026-11-21">2</a>' in one
        assert "Today is not over yet" not in one
        refused = desk.get("/console/dashboard?since=yesterday")
        assert refused.status_code == 422
        assert "Write the days as 2026-01-31." in refused.text
        assert "From 2026-11-22 to 2026-11-28" in refused.text

    def test_names_nobody_and_is_for_leads(
        self, house: House, clock: SetClock, ada: Hired, stage: Stage
    ) -> None:
        """Whoever decided is not on it; a reviewer has no way to it."""
        page = desk_day.sign_in(house, clock, ada).get("/console/dashboard").text
        main = page.partition("<main")[2]
        for actor in (stage.rosa, stage.lin):
            assert actor.id not in main
            assert actor.name not in main
        sam = desk_day.sign_in(house, clock, desk_day.hire(house, ada, "Sam", Role.REVIEWER))
        assert sam.get("/console/dashboard").status_code == 403
        assert "/console/dashboard" not in sam.get("/console").text
        lead = desk_day.sign_in(house, clock, desk_day.hire(house, ada, "Lea", Role.LEAD))
        assert "/console/dashboard" in lead.get("/console").text

    def test_says_so_where_nothing_is(self, house: House, clock: SetClock) -> None:
        """An empty house has a page as well."""
        desk_day.open_for_work(house)
        desk = desk_day.sign_in(house, clock, desk_day.first_administrator(house))
        page = desk.get("/console/dashboard").text
        assert "Nothing waits in any queue." in page
        assert "Nothing in either period:" in page
