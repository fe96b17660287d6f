"""The service's own report: what it did in a period, in the order of the path, with the proof.

Every figure carries the query that anybody can ask of the published log, and the report names the
signed checkpoint of the log it was counted from. Whoever has both can recompute all of it. Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from evenhand.kit.clock import read_stamp, stamp
from evenhand.transparency.counting import Counted, Query, Recount, read_query
from evenhand.transparency.errors import QueryUnreadable, ReportUnreadable
from evenhand.transparency.model import N_, SMALL_CELL_MAX, Figure, Numbers, Table
from evenhand.transparency.shapes import Shape, Shapes
from evenhand.transparency.tables import Tally, shapes

SCHEMA: Final = "evenhand.report/1"
SECTIONS: Final[tuple[tuple[str, str, tuple[str, ...]], ...]] = (
    (
        "came-in",
        N_("What came in, and how"),
        (
            "items-by-kind",
            "reports-by-harm",
            "reports-by-basis",
            "reports-by-via",
            "reports-by-trusted",
            "tasks-by-queue",
            "checks",
        ),
    ),
    (
        "orders",
        N_("What authorities ordered, and how they were answered"),
        ("orders-by-kind", "orders-by-country", "orders-by-answer", "orders"),
    ),
    (
        "found",
        N_("What was found, and by what"),
        ("looks", "looks-by-detector", "proposals-by-rule"),
    ),
    (
        "decided",
        N_("What was decided, under which rule, and by whom"),
        (
            "decisions-by-outcome",
            "violations-by-clause",
            "violations-by-harm",
            "decisions-by-measure",
            "decisions-by-source",
            "decisions-by-decider",
            "decisions-by-detection",
            "decisions-by-automation",
            "decisions-by-rule",
            "decisions-by-language",
        ),
    ),
    ("time", N_("How fast"), ("time", "decisions-in-time")),
    (
        "appeals",
        N_("What was asked again, and what that changed"),
        ("appeals-by-side", "appeals-by-outcome", "reversals-by-reason", "restitution"),
    ),
    ("errors", N_("How often decisions were wrong"), ("second-looks",)),
    ("delivery", N_("What reached the service"), ("delivery",)),
    ("people", N_("Who did this work"), ("staff-by-role", "sealed")),
)


@dataclass(frozen=True, slots=True)
class ErrorRate:
    """How often decisions were wrong, by looking again at some drawn by lot.

    `value`, `low` and `high` are shares of all `decisions`, from 0 to 1, with a 95 % interval;
    `line` is the line of the log that the audit was closed with, from which they are computed.
    """

    line: int
    decisions: int
    looked_at: int
    wrong: int
    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Section:
    """One part of the report: tables that belong together."""

    id: str
    title: str
    tables: tuple[Table, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """A report of a period, counted from a log of `size` lines that `checkpoint` signs.

    Of `withheld` of these lines only the hash is published, and none of them counts: two reports
    in a row say how many there were in between.
    """

    service: str
    since: datetime
    until: datetime
    made_at: datetime
    size: int
    withheld: int
    checkpoint: str
    verifier_key: str
    sections: tuple[Section, ...]
    error_rates: tuple[ErrorRate, ...]

    def figures(self) -> Iterable[Figure]:
        """Return every figure, in order."""
        for section in self.sections:
            for table in section.tables:
                yield from table.every()


def sections_of(numbers: Numbers) -> tuple[Section, ...]:
    """Put the tables into the order of the path."""
    tables = {table.id: table for table in numbers.tables}
    return tuple(
        Section(id_, title, tuple(tables[one] for one in ids)) for id_, title, ids in SECTIONS
    )


def as_data(report: Report, say: Callable[[str], str] = str) -> dict[str, Any]:
    """Write the report as JSON data, its titles in the language that `say` speaks.

    A figure that is not told (see Figure.shown) has no value, and its query all the same.
    """
    return {
        "schema": SCHEMA,
        "service": report.service,
        "since": stamp(report.since),
        "until": stamp(report.until),
        "made_at": stamp(report.made_at),
        "log": {
            "size": report.size,
            "withheld": report.withheld,
            "checkpoint": report.checkpoint,
            "verifier_key": report.verifier_key,
        },
        "small_cells": {"not_told_up_to": SMALL_CELL_MAX, "totals_are_told": True},
        "sections": [
            {
                "id": section.id,
                "title": say(section.title),
                "tables": [_table_data(table, say) for table in section.tables],
            }
            for section in report.sections
        ],
        "error_rates": [rate_data(one) for one in report.error_rates],
    }


def rate_data(rate: ErrorRate) -> dict[str, Any]:
    """Write an error rate as JSON data, its shares to six places."""
    shares = {name: round(getattr(rate, name), 6) for name in ("value", "low", "high")}
    counts = {name: getattr(rate, name) for name in ("line", "decisions", "looked_at", "wrong")}
    return counts | shares


def _table_data(table: Table, say: Callable[[str], str]) -> dict[str, Any]:
    return {
        "id": table.id,
        "title": say(table.title),
        "figures": [
            {
                "id": one.id,
                "title": say(one.title),
                "value": one.shown,
                "unit": one.unit.value,
                "total": one.is_total,
                "query": one.query.as_dict(),
            }
            for one in table.every()
        ],
    }


# ── asked again ──────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Differs:
    """What the log does not bear out, in words: a figure, its query, or one that is missing."""

    id: str
    says: str


class Recheck:
    """A report read back, and shown the lines of a published log one by one."""

    def __init__(self, document: Any) -> None:
        """Read a report as JSON data. Raises ReportUnreadable."""
        try:
            if document["schema"] != SCHEMA:
                raise ReportUnreadable(f"it is no report of the kind {SCHEMA}")
            self.size = int(document["log"]["size"])
            self.withheld = int(document["log"]["withheld"])
            self.checkpoint = str(document["log"]["checkpoint"])
            self.verifier_key = str(document["log"]["verifier_key"])
            self.error_rates: Sequence[Mapping[str, Any]] = list(document["error_rates"])
            self.since, self.until = read_stamp(document["since"]), read_stamp(document["until"])
            self._said = [
                _Said(
                    str(one["id"]),
                    one["value"],
                    read_query(one["query"]),
                    (str(section["title"]), str(table["title"]), str(one["title"])),
                )
                for section in document["sections"]
                for table in section["tables"]
                for one in table["figures"]
            ]
            signed = int(self.checkpoint.split("\n")[1])
            if signed != self.size:
                raise ReportUnreadable(f"it says {self.size} lines, and its checkpoint {signed}")
        except (KeyError, TypeError, ValueError, IndexError, QueryUnreadable) as why:
            raise ReportUnreadable(f"this is not a whole report: {why!r}") from why
        self._unread = 0
        self._period = (stamp(self.since), stamp(self.until))
        self._counted = shapes()
        asked = [one.query for one in self._said]
        self._asked = Shapes(
            ((event, path) for query in asked for event in query.events for path in query.paths),
            (
                (event, query.field)
                for query in asked
                if query.count is Counted.MEDIAN_MINUTES and query.field is not None
                for event in query.events
            ),
        )

    @property
    def figures(self) -> int:
        """Return how many figures it has."""
        return len(self._said)

    def add(self, line: Mapping[str, Any]) -> bool:
        """Count a line of the log, and tell whether it is one that the report was counted from."""
        if line.get("n", self.size) >= self.size:
            return False
        if "type" not in line:
            self._unread += 1
            return False
        first, end = self._period
        within = first <= str(line["at"]) < end
        if within:
            self._asked.add(line)
            self._counted.add(line)
        return within

    def differences(self, tongues: Sequence[Callable[[str], str]] = (str,)) -> list[Differs]:
        """Return what does not come out as it is printed.

        Beside each figure's own query stands what the same lines come to by the catalogue of this
        release: a report that leaves a figure out, asks another question under its name, or calls
        it by other words than those of one of the `tongues`, is found out by it.
        """
        numbers = Tally.of(self._counted).numbers(since=self.since, until=self.until)
        titles = _titles(numbers, tongues)
        found_shapes = self._asked.by_type()
        wanted = {figure.id: figure for figure in numbers.figures()}
        missing = wanted.keys() - {one.id for one in self._said}
        found = [Differs(name, "it is not in the report") for name in missing]
        if self._unread != self.withheld:
            says = f"it says {self.withheld}, and of {self._unread} lines only the hash came"
            found.append(Differs("log.withheld", says))
        for one in self._said:
            figure = wanted.get(one.id)
            if figure is None:
                found.append(Differs(one.id, "no figure of this name is counted by this release"))
            elif figure.query != one.query:
                found.append(Differs(one.id, "its query is not the one this name stands for"))
            elif one.titles not in titles[one.id]:
                found.append(Differs(one.id, f"it is called by other words: {one.titles[-1]!r}"))
            elif (again := one.again(figure, found_shapes)) != one.value:
                told = "so few that it is not told" if again is None else str(again)
                found.append(Differs(one.id, f"it says {one.value}, and the log says {told}"))
        return sorted(found, key=lambda differs: differs.id)


def _titles(
    numbers: Numbers, tongues: Sequence[Callable[[str], str]]
) -> dict[str, set[tuple[str, str, str]]]:
    """Return by what words each figure may be called, with its table and section."""
    return {
        one.id: {(say(section.title), say(table.title), say(one.title)) for say in tongues}
        for section in sections_of(numbers)
        for table in section.tables
        for one in table.every()
    }


@dataclass(frozen=True, slots=True)
class _Said:
    """One figure as the report has it, and what the log comes to."""

    id: str
    value: int | None
    query: Query
    titles: tuple[str, str, str]

    def again(self, like: Figure, shapes: Mapping[str, Sequence[Shape]]) -> int | None:
        """Return what would be printed of what the lines of the report's time come to."""
        recount = Recount(self.query)
        for event in self.query.events:
            for shape in shapes.get(event, ()):
                recount.add_shape(shape)
        return replace(like, value=recount.value, based_on=recount.based_on).shown
