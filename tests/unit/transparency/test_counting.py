"""A figure's query is plain data and means one thing."""

from __future__ import annotations

from typing import Any

import pytest

from evenhand.transparency import Counted, Query, QueryUnreadable, read_query, recompute

SINCE, UNTIL = "2026-01-01T00:00:00.000000Z", "2027-01-01T00:00:00.000000Z"


def line(number: int, kind: str, at: str = "2026-06-01T00:00:00.000000Z", **data: Any) -> Any:
    """Make a line as the export gives it."""
    return {"n": number, "type": kind, "subject": f"s{number}", "at": at, "data": data}


def ask(*where: tuple[str, str], **more: Any) -> Query:
    """Make a query about decisions."""
    return Query(("decision.made",), where, SINCE, UNTIL, **more)


class TestRecompute:
    """Recompute answers a query from lines."""

    def test_counts_lines_of_its_types_alone(self) -> None:
        """Another type is not counted."""
        lines = [line(0, "decision.made"), line(1, "report.received")]
        assert recompute(lines, ask()) == 1

    def test_includes_since_and_excludes_until(self) -> None:
        """The period is half open, so that periods can be joined."""
        lines = [line(0, "decision.made", SINCE), line(1, "decision.made", UNTIL)]
        assert recompute(lines, ask()) == 1

    def test_reaches_every_element_of_a_list(self) -> None:
        """A decision with two measures counts for each, and once for any."""
        lines = [line(0, "decision.made", measures=[{"measure": "hide"}, {"measure": "warn"}])]
        assert recompute(lines, ask(("measures.measure", "warn"))) == 1
        assert recompute(lines, ask(("measures.measure", "*"))) == 1
        assert recompute(lines, ask(("measures.measure", "close"))) == 0

    def test_counts_no_null_as_a_value(self) -> None:
        """A field that is null holds nothing."""
        assert recompute([line(0, "decision.made", clause=None)], ask(("clause", "*"))) == 0

    def test_writes_booleans_as_words(self) -> None:
        """True is "true", as in JSON."""
        lines = [line(0, "decision.made", automated_detection=True)]
        assert recompute(lines, ask(("automated_detection", "true"))) == 1

    def test_adds_up_a_field(self) -> None:
        """SUM takes whole numbers and nothing that merely looks like one."""
        lines = [line(0, "decision.made", n=2), line(1, "decision.made", n=3)]
        lines += [line(2, "decision.made", n=True), line(3, "decision.made")]
        assert recompute(lines, ask(count=Counted.SUM, field="n")) == 5

    def test_takes_the_lower_middle_of_the_minutes(self) -> None:
        """The median of 10 and 60 minutes is 10; a line without the field is left aside."""
        opened = ["2026-05-31T23:50:00.000000Z", "2026-05-31T23:00:00.000000Z", None]
        lines = [
            line(i, "decision.made", at=at)
            for i, at in enumerate(["2026-06-01T00:00:00.000000Z"] * 3)
        ]
        for each, at in zip(lines, opened, strict=True):
            each["data"]["task_opened_at"] = at
        query = ask(count=Counted.MEDIAN_MINUTES, field="task_opened_at")
        assert recompute(lines, query) == 10
        assert recompute([], query) == 0

    def test_passes_over_withheld_lines(self) -> None:
        """The export gives only a hash for some lines."""
        assert recompute([{"n": 0, "leaf": "00"}, line(1, "decision.made")], ask()) == 1

    def test_reads_its_own_json(self) -> None:
        """What is printed beside a figure is the query."""
        query = ask(("outcome", "violation"), count=Counted.SUM, field="n")
        assert read_query(query.as_dict()) == query


class TestReadQuery:
    """A query that cannot be followed is refused."""

    @pytest.mark.parametrize(
        "data",
        [
            {},
            {"events": [], "where": {}, "since": "", "until": "", "count": "lines"},
            {"events": ["x"], "where": [], "since": "", "until": "", "count": "lines"},
            {"events": ["x"], "where": {}, "since": "", "until": "", "count": "guess"},
            {"events": ["x"], "where": {}, "since": "", "until": "", "count": "sum"},
        ],
    )
    def test_refuses_what_says_too_little(self, data: dict[str, Any]) -> None:
        """Each of these lacks something."""
        with pytest.raises(QueryUnreadable):
            recompute([], data)
