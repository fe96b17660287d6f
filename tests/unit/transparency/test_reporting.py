"""A report holds every figure once, and whoever has the log finds out what was changed in it."""

from __future__ import annotations

import copy
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from evenhand import transparency
from evenhand.transparency.catalogue import TABLES
from evenhand.transparency.reporting import SECTIONS, sections_of

SINCE, UNTIL = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
LINES: list[dict[str, Any]] = [
    {
        "n": at,
        "type": "report.received",
        "subject": str(at),
        "at": "2026-06-01T00:00:00.000000Z",
        "data": {"harm": "fraud" if at % 3 else "other", "basis": "report", "via": "portal"},
    }
    for at in range(12)
]


def report(size: int = 11) -> Any:
    """Report on the lines before the last."""
    numbers = transparency.tally(LINES[:size], since=SINCE, until=UNTIL)
    return transparency.as_data(
        transparency.Report(
            service="Plaza",
            since=SINCE,
            until=UNTIL,
            made_at=UNTIL,
            size=size,
            withheld=0,
            checkpoint=f"origin\n{size}\nroot\n",
            verifier_key="key",
            sections=sections_of(numbers),
            error_rates=(),
        )
    )


def differences(document: Any) -> dict[str, str]:
    """Read a report back and show it the whole log, with what came after it."""
    recheck = transparency.Recheck(document)
    for line in LINES:
        recheck.add(line)
    return {one.id: one.says for one in recheck.differences()}


def figure(document: Any, name: str) -> Any:
    """Find a figure in a report."""
    every = (
        one
        for section in document["sections"]
        for table in section["tables"]
        for one in table["figures"]
    )
    return next(one for one in every if one["id"] == name)


class TestReport:
    """All there is, in the order of the path."""

    def test_has_every_table_once(self) -> None:
        """One that nobody put into a section would be missing from it."""
        placed = [table for _, _, tables in SECTIONS for table in tables]
        assert sorted(placed) == sorted(table.id for table in TABLES)

    def test_does_not_tell_small_cells(self) -> None:
        """Four of other, seven of fraud; none of the rest."""
        document = report()
        assert figure(document, "reports-by-harm.fraud")["value"] == 7
        few = report(size=3)
        assert figure(few, "reports-by-harm.other")["value"] is None
        assert figure(few, "reports-by-harm.total")["value"] == 3


def less(document: Any) -> None:
    document["sections"][0]["tables"].pop()


def withheld(document: Any) -> None:
    document["log"]["withheld"] = 2


def other_query(document: Any) -> None:
    figure(document, "reports-by-harm.fraud")["query"]["until"] = "2026-02-01T00:00:00.000000Z"


def invented(document: Any) -> None:
    own = copy.deepcopy(figure(document, "reports-by-harm.fraud"))
    document["sections"][0]["tables"][0]["figures"].append(own | {"id": "praise.total"})


def more(document: Any) -> None:
    figure(document, "reports-by-harm.fraud")["value"] = 8


def renamed(document: Any) -> None:
    """Call it something else."""
    figure(document, "reports-by-harm.fraud")["title"] = "Praise"


def told_small(document: Any) -> None:
    figure(document, "reports-by-harm.self_harm")["value"] = None


class TestRecheck:
    """Whoever has both finds what was changed."""

    def test_finds_nothing_in_a_true_report(self) -> None:
        """Lines that came after it was counted do not matter."""
        assert differences(report()) == {}

    @pytest.mark.parametrize(
        ("change", "name", "says"),
        [
            (more, "reports-by-harm.fraud", "it says 8, and the log says 7"),
            (told_small, "reports-by-harm.self_harm", "it says None, and the log says 0"),
            (other_query, "reports-by-harm.fraud", "its query is not the one"),
            (renamed, "reports-by-harm.fraud", "it is called by other words"),
            (withheld, "log.withheld", "it says 2, and of 0 lines"),
            (less, "checks.answered", "it is not in the report"),
            (invented, "praise.total", "no figure of this name"),
        ],
    )
    def test_finds_what_was_changed(
        self, change: Callable[[Any], None], name: str, says: str
    ) -> None:
        """A number, a query under a name, a figure too many or too few."""
        document = report()
        change(document)
        assert says in differences(document)[name]

    @pytest.mark.parametrize(
        "document",
        [None, [], {}, {"schema": "other"}, {"schema": "evenhand.report/1"}, 7, "text"],
    )
    def test_refuses_what_is_no_report(self, document: Any) -> None:
        """Whatever it is."""
        with pytest.raises(transparency.ReportUnreadable):
            transparency.Recheck(document)
