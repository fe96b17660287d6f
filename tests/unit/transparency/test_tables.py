"""The tables print zeros, keep totals, and never print a small cell."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from evenhand import queue, transparency
from evenhand.ledger import EVENTS
from evenhand.transparency.catalogue import COUNTED_EVENTS
from evenhand.transparency.tables import count, count_days, shapes
from evenhand.transparency.values import QUEUES

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


class TestPortions:
    """What portions came to is what the whole comes to."""

    def test_are_put_together_in_their_order(self) -> None:
        """However they are cut; the latest words for a clause are those of the last portion."""
        at = "2026-06-0{}T00:{:02}:00.000000Z"
        lines = [
            {
                "type": "decision.made",
                "at": at.format(1 + number % 3, number),
                "data": {
                    "outcome": "violation",
                    "clause_number": "4.1",
                    "clause_title": f"Words {number}",
                    "decided_by": "person",
                    "measures": [{"measure": "hide"}, {"measure": "warn"}][: number % 3],
                    "task_opened_at": "2026-06-01T00:00:00.000000+00:00",
                },
            }
            for number in range(9)
        ]
        whole = transparency.tally(lines, since=SINCE, until=UNTIL)
        for cut in (0, 1, 4, 9):
            portions = [
                count(part, since=SINCE, until=UNTIL) for part in (lines[:cut], lines[cut:])
            ]
            assert transparency.together(portions).numbers(since=SINCE, until=UNTIL) == whole
        by_day = count_days(lines)
        assert [(day.day, tally.lines) for day, tally in by_day.items()] == [(1, 3), (2, 3), (3, 3)]

    def test_take_only_lines_of_their_time(self) -> None:
        """The start is inclusive, the end exclusive."""
        edge = datetime(2026, 6, 1, tzinfo=UTC)
        assert count(reports(fraud=2), since=SINCE, until=edge).lines == 0
        assert count(reports(fraud=2), since=edge, until=UNTIL).lines == 2


class TestShapes:
    """Lines that say the same count together, and only those."""

    def test_tell_a_number_from_a_truth(self) -> None:
        """One is written "1", the other "true"."""
        lines = reports(fraud=2)
        lines[0]["data"]["trusted"], lines[1]["data"]["trusted"] = True, 1
        found = figures(lines)
        assert found["reports-by-trusted.true"].value == 1
        assert found["reports-by-trusted.1"].value == 1

    def test_are_as_few_as_what_is_asked(self) -> None:
        """Whatever else the lines say."""
        lines = reports(fraud=50)
        for number, line in enumerate(lines):
            line["data"]["about"] = number
        taken = shapes()
        for line in lines:
            taken.add(line)
        assert [(shape.times, shape.last) for shape in taken] == [(50, 50)]

    @pytest.mark.parametrize("data", [None, [], 7, "text"])
    def test_take_a_line_that_says_nothing(self, data: Any) -> None:
        """It counts as a line, and in no table."""
        line = {"type": "report.received", "at": "2026-06-01T00:00:00.000000Z", "data": data}
        assert figures([line])["reports-by-harm.total"].value == 0
