"""The tables of the numbers page, declared as data, and one pass over the log that fills them.

Every table counts lines of some event types by one field. Closed lists print their zeros; a value
that only the log knows (a clause, say) gets its row where it appears. The pass tallies on its own
and does not use `recompute`, so that agreement between the two is worth something.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from statistics import median_low
from typing import Any, Final

from evenhand.kit.clock import stamp
from evenhand.policy import HARM_LABELS, Harm, Measure
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

Conditions = tuple[tuple[str, str], ...]
Cells = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class ByField:
    """A table that counts lines by what stands at one path of their data.

    `named_by` is a path to words that say what a value of an open list means.
    """

    id: str
    title: str
    events: tuple[str, ...]
    path: str
    cells: Cells = ()
    where: Conditions = ()
    named_by: str | None = None


@dataclass(frozen=True)
class Single:
    """One figure of a table whose figures have little in common but their subject."""

    id: str
    title: str
    events: tuple[str, ...]
    where: Conditions = ()
    count: Counted = Counted.LINES
    field: str | None = None


@dataclass(frozen=True)
class Group:
    """A table of single figures; it has no total."""

    id: str
    title: str
    singles: tuple[Single, ...]


_HARMS: Final[Cells] = tuple((harm.value, HARM_LABELS[harm]) for harm in Harm)
_YES_NO: Final[Cells] = (("true", N_("Yes")), ("false", N_("No")))
SOURCES: Final[Mapping[str, str]] = {
    "report": N_("A report"),
    "notice": N_("A legal notice"),
    "order": N_("An order from an authority"),
    "own_initiative": N_("The service's own initiative"),
}
OUTCOMES: Final[Mapping[str, str]] = {
    "violation": N_("A rule was broken"),
    "no_violation": N_("No rule was broken"),
    "not_enough_information": N_("Not enough information"),
    "duplicate": N_("Already dealt with"),
    "out_of_scope": N_("Not covered by the rules"),
    "escalated": N_("Passed on to somebody else"),
}
MEASURES: Final[Mapping[str, str]] = {
    Measure.LABEL: N_("Note added"),
    Measure.WARN: N_("Warning"),
    Measure.AGE_GATE: N_("Adults only"),
    Measure.DEMOTE: N_("Recommended less"),
    Measure.HIDE: N_("Hidden"),
    Measure.REMOVE: N_("Removed"),
    Measure.LIMIT: N_("Account limited"),
    Measure.SUSPEND: N_("Account paused"),
    Measure.CLOSE: N_("Account closed"),
}
AUTOMATION: Final[Mapping[str, str]] = {
    "none": N_("No"),
    "partially": N_("In part"),
    "fully": N_("Yes"),
}

TABLES: Final[tuple[ByField | Group, ...]] = (
    ByField(
        "reports-by-harm", N_("Reports, by what was reported"), ("report.received",), "harm", _HARMS
    ),
    ByField(
        "reports-by-basis",
        N_("Reports, by kind"),
        ("report.received",),
        "basis",
        (
            ("report", N_("Report under the service's rules")),
            ("notice", N_("Notice of illegal content")),
            ("order", N_("Order from an authority")),
        ),
    ),
    ByField(
        "reports-by-via",
        N_("Reports, by the way they came"),
        ("report.received",),
        "via",
        (("portal", N_("These pages")), ("api", N_("The service itself"))),
    ),
    ByField(
        "reports-by-trusted",
        N_("Reports, by whether a trusted flagger sent them"),
        ("report.received",),
        "trusted",
        _YES_NO,
    ),
    ByField(
        "decisions-by-outcome",
        N_("Decisions, by outcome"),
        ("decision.made",),
        "outcome",
        tuple(OUTCOMES.items()),
    ),
    ByField(
        "violations-by-clause",
        N_("Decisions that a rule was broken, by rule"),
        ("decision.made",),
        "clause_number",
        (),
        (("outcome", "violation"),),
        named_by="clause_title",
    ),
    ByField(
        "violations-by-harm",
        N_("Decisions that a rule was broken, by harm"),
        ("decision.made",),
        "harm",
        _HARMS,
        (("outcome", "violation"),),
    ),
    ByField(
        "decisions-by-measure",
        N_("Decisions, by measure"),
        ("decision.made",),
        "measures.measure",
        tuple(MEASURES.items()),
    ),
    ByField(
        "decisions-by-source",
        N_("Decisions, by how the matter reached the service"),
        ("decision.made",),
        "source",
        tuple(SOURCES.items()),
    ),
    ByField(
        "decisions-by-decider",
        N_("Decisions, by who decided"),
        ("decision.made",),
        "decided_by",
        (("person", N_("A person")), ("rule", N_("A rule, reviewed by a person later"))),
    ),
    ByField(
        "decisions-by-detection",
        N_("Decisions, by whether automated means found it"),
        ("decision.made",),
        "automated_detection",
        _YES_NO,
    ),
    ByField(
        "decisions-by-automation",
        N_("Decisions, by whether automated means decided"),
        ("decision.made",),
        "automated_decision",
        tuple(AUTOMATION.items()),
    ),
    Group(
        "time",
        N_("Time to decision"),
        (
            Single(
                "median-person",
                N_("Median time from waiting to decision by a person"),
                ("decision.made",),
                (("decided_by", "person"),),
                Counted.MEDIAN_MINUTES,
                "task_opened_at",
            ),
            Single(
                "median-violation",
                N_("Median time where a rule was broken"),
                ("decision.made",),
                (("decided_by", "person"), ("outcome", "violation")),
                Counted.MEDIAN_MINUTES,
                "task_opened_at",
            ),
        ),
    ),
    ByField(
        "appeals-by-side",
        N_("Appeals, by who asked"),
        ("appeal.filed",),
        "by",
        (
            ("affected", N_("The person decided about")),
            ("reporter", N_("The person who reported")),
        ),
    ),
    ByField(
        "appeals-by-outcome",
        N_("Appeals decided, by outcome"),
        ("appeal.decided",),
        "outcome",
        (
            ("granted", N_("Granted")),
            ("partly_granted", N_("Granted in part")),
            ("rejected", N_("Rejected")),
        ),
    ),
    ByField(
        "reversals-by-reason",
        N_("Decisions undone, by reason"),
        ("decision.reversed",),
        "by",
        (
            ("appeal", N_("An appeal")),
            ("review", N_("A second look")),
            ("withdrawn_signal", N_("What it rested on was withdrawn")),
            ("replaced", N_("A person's decision took the place of a rule's")),
            ("looked_at", N_("The check it waited for was done")),
        ),
    ),
    Group(
        "restitution",
        N_("What was put right"),
        (
            Single(
                "undone",
                N_("Consequences undone"),
                ("decision.reversed",),
                (),
                Counted.SUM,
                "undone",
            ),
            Single(
                "not-undone",
                N_("Consequences that could not be undone"),
                ("decision.reversed",),
                (),
                Counted.SUM,
                "not_undone",
            ),
        ),
    ),
    Group(
        "delivery",
        N_("What reached the service"),
        (
            Single("acknowledged", N_("Effects confirmed"), ("effect.acknowledged",)),
            Single(
                "buried", N_("Effects or messages that could not be delivered"), ("effect.buried",)
            ),
        ),
    ),
    Group(
        "sealed",
        N_("Sealed identities"),
        (Single("opened", N_("Times a sealed identity was opened"), ("identity.opened",)),),
    ),
)

COUNTED_EVENTS: Final = tuple(
    sorted(
        {
            event
            for table in TABLES
            for each in ([table] if isinstance(table, ByField) else table.singles)
            for event in each.events
        }
    )
)


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
        for table in TABLES:
            if isinstance(table, Group):
                for single in table.singles:
                    if _fits(line, single):
                        self._add_single(table.id, single, line)
            elif _fits(line, table) and (values := values_at(line, table.path)):
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
    return line["type"] in wanted.events and all(holds(line, *each) for each in wanted.where)


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
