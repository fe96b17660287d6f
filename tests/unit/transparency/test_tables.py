"""The tables print zeros, keep totals, and never print a small cell."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from evenhand import queue, transparency
from evenhand.ledger import EVENTS
from evenhand.transparency.catalogue import COUNTED_EVENTS, QUEUES
from evenhand.transparency.tables import tallies

SINCE, UNTIL = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)


def reports(**by_harm: int) -> list[Any]:
    """Make report lines, so many of each harm."""
    harms = [harm for harm, many in by_harm.items() for _ in range(many)]
    return [
        {
            "n": i,
            "type": "report.received",
            "subject": str(i),
            "at": "2026-06-01T00:00:00.000000Z",
            "data": {"harm": harm, "basis": "report", "via": "portal", "trusted": False},
        }
        for i, harm in enumerate(harms)
    ]


def figures(lines: list[Any]) -> dict[str, transparency.Figure]:
    """Tally and return figures by id."""
    counted = transparency.tally(lines, since=SINCE, until=UNTIL)
    return {figure.id: figure for figure in counted.figures()}


class TestTally:
    """One pass fills every table."""

    def test_prints_zero_where_nothing_happened(self) -> None:
        """An empty log has rows, all zero."""
        found = figures([])
        assert found["reports-by-harm.fraud"].shown == 0
        assert found["reports-by-harm.total"].shown == 0

    def test_prints_one_and_two_as_fewer_than_three_and_keeps_the_total(self) -> None:
        """The small cell is not printed, three and the total are."""
        found = figures(reports(fraud=2, malware_spam=3))
        assert found["reports-by-harm.fraud"].shown is None
        assert found["reports-by-harm.fraud"].value == 2
        assert found["reports-by-harm.malware_spam"].shown == 3
        assert found["reports-by-harm.total"].shown == 5

    def test_prints_a_small_total(self) -> None:
        """Totals are kept as they are."""
        assert figures(reports(fraud=1))["reports-by-harm.total"].shown == 1

    def test_gives_a_value_nobody_listed_its_own_row(self) -> None:
        """So that cells still add up to the total."""
        assert figures(reports(novelty=4))["reports-by-harm.novelty"].value == 4

    def test_sorts_clauses_as_people_count(self) -> None:
        """2.1 comes before 10.1."""
        lines = [
            {
                "n": i,
                "type": "decision.made",
                "subject": str(i),
                "at": "2026-06-01T00:00:00.000000Z",
                "data": {"outcome": "violation", "clause_number": number},
            }
            for i, number in enumerate(["10.1", "2.1", "2.10", "2.9"])
        ]
        counted = transparency.tally(lines, since=SINCE, until=UNTIL)
        table = next(t for t in counted.tables if t.id == "violations-by-clause")
        assert [figure.title for figure in table.figures] == ["2.1", "2.9", "2.10", "10.1"]

    def test_names_a_clause_by_the_title_its_decisions_cite(self) -> None:
        """The latest title stands beside the number."""
        data = {"outcome": "violation", "clause_number": "4.1"}
        at = "2026-06-01T00:00:00.000000Z"
        lines = [
            {"type": "decision.made", "at": at, "data": {**data, "clause_title": title}}
            for title in ("No tricks", "No scams")
        ]
        assert figures(lines)["violations-by-clause.4.1"].title == "4.1 No scams"

    def test_names_every_figure_once(self) -> None:
        """A figure's id is its address."""
        counted = transparency.tally([], since=SINCE, until=UNTIL)
        ids = [figure.id for figure in counted.figures()]
        assert len(ids) == len(set(ids))

    def test_asks_only_about_events_that_exist_and_are_published(self) -> None:
        """A figure about an unknown or withheld event could never be recomputed."""
        assert set(COUNTED_EVENTS) <= set(EVENTS)
        assert set(EVENTS) >= transparency.WITHHELD
        assert transparency.WITHHELD.isdisjoint(COUNTED_EVENTS)

    def test_has_a_word_for_every_queue(self) -> None:
        """The names of queues that the log holds are the queue's own."""
        assert set(QUEUES) == set(queue.QUEUE_TITLES)

    def test_counts_the_keys_of_what_a_line_says_by_name(self) -> None:
        """Each detector that looked, by a query anybody can ask; the total counts lines."""
        at = "2026-06-01T00:00:00.000000Z"
        named: list[dict[str, Any]] = [{"language": "1", "words": "2"}, {"language": "1"}, {}]
        named += [{"dotted.name": "1", "words": None}]
        lines = [{"type": "item.assessed", "at": at, "data": {"detectors": each}} for each in named]
        found = figures(lines)
        told = {name: one for name, one in found.items() if name.startswith("looks-by-detector.")}
        assert {name.partition(".")[2]: one.value for name, one in told.items()} == {
            "language": 2,
            "words": 1,
            "total": 4,
        }
        for one in told.values():
            assert transparency.recompute(lines, one.query) == one.value


class TestTallies:
    """Several periods in one pass."""

    def test_equal_the_periods_counted_one_by_one(self) -> None:
        """Where periods touch or overlap, a line counts in each it lies in."""
        edge = datetime(2026, 6, 1, tzinfo=UTC)
        periods = [(SINCE, edge), (edge, UNTIL), (SINCE, UNTIL)]
        lines = reports(fraud=4, other=1)
        one_by_one = [transparency.tally(lines, since=a, until=b) for a, b in periods]
        assert list(tallies(lines, periods)) == one_by_one
        assert [each.lines for each in one_by_one] == [0, 5, 5]
