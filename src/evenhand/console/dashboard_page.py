"""The dashboard: what waits now, and a period counted from the ledger beside the one before it.

Both can be told apart by queue, clause, rule, detector and language. Every number links to its
public query, every drawing stands beside the table it is drawn from, and the data behind it can be
taken away. Nothing on it is about one member of staff.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from urllib.parse import urlencode

from fastapi import APIRouter, Response

from evenhand import people, queue, review, transparency
from evenhand.console import dashboard_data as data
from evenhand.console.frame import PREFIX, ConsoleRoute, SignedIn, Visit
from evenhand.console.item_view import detector_words
from evenhand.pages import N_
from evenhand.people import Permission
from evenhand.queue import By
from evenhand.sentences import sentence
from evenhand.transparency import Compared, ComparedTable, Comparison, Period, Unit

router = APIRouter(route_class=ConsoleRoute)

#: Periods that end today, one click away: (days, what they are called).
NEAR: Final = ((1, N_("Today")), (7, N_("7 days")), (28, N_("28 days")), (91, N_("91 days")))
#: What can be told apart, what that is called, and the tables of a period that do.
WAYS: Final[Mapping[By, tuple[str, frozenset[str]]]] = {
    By.QUEUE: (N_("Queue"), frozenset({"tasks-by-queue"})),
    By.CLAUSE: (N_("Clause"), frozenset({"violations-by-clause"})),
    By.RULE: (N_("Rule"), frozenset({"proposals-by-rule", "decisions-by-rule"})),
    By.DETECTOR: (N_("Detector"), frozenset({"looks-by-detector"})),
    By.LANGUAGE: (N_("Language"), frozenset({"decisions-by-language"})),
}
#: What a task without any value of the kind is put under.
WITHOUT: Final[Mapping[By, str]] = {
    By.QUEUE: N_("In no queue"),
    By.CLAUSE: N_("No clause proposed"),
    By.RULE: N_("No rule proposed anything"),
    By.DETECTOR: N_("No detector found anything"),
    By.LANGUAGE: N_("No language said"),
}
#: A drawing of days has at most so many steps; more days than that are drawn several to a step.
STEPS_MAX: Final = 62
#: So many rows of a table are told step by step on the page; the data has them all.
STEPPED_ROWS_MAX: Final = 6
#: What the codes of these open lists are called on the console's other pages.
_QUEUES: Final = "tasks-by-queue."
_DETECTORS: Final = "looks-by-detector."
_LIVE: Final = "live"
_DAYS: Final = "days"


@dataclass(frozen=True)
class Columns:
    """One day drawn as two columns, in a drawing 100 high in which each day is 1 wide."""

    at: int
    decisions: float
    reports: float


@dataclass(frozen=True)
class Steps:
    """Days put together in steps of as many days, for drawing; `first` are their first days."""

    days: int
    first: tuple[date, ...]

    def of(self, row: Compared) -> tuple[int, ...]:
        """Add up a row's days by step."""
        return tuple(
            sum(row.days[at : at + self.days]) for at in range(0, len(row.days), self.days)
        )


@dataclass(frozen=True)
class Way:
    """How the page tells things apart: None for all of a period, and queues of what waits."""

    by: By | None
    period: Period

    def over(self, period: Period) -> str:
        """Return the address of the page with another period."""
        return f"{PREFIX}/dashboard?{urlencode(Way(self.by, period).asked)}"

    def apart(self, by: By | None) -> str:
        """Return the address of the page with the same period told apart by something else."""
        return f"{PREFIX}/dashboard?{urlencode(Way(by, self.period).asked)}"

    def data(self, what: str, form: str) -> str:
        """Return the address of the data behind a drawing."""
        asked = {"what": what, "form": form, **self.asked}
        return f"{PREFIX}/dashboard/data?{urlencode(asked)}"

    @property
    def asked(self) -> Mapping[str, str]:
        """Return what the address says."""
        days = {"since": self.period.first.isoformat(), "until": self.period.last.isoformat()}
        return days | ({"by": self.by.value} if self.by else {})


@router.get("/dashboard")
def dashboard(visit: SignedIn, since: str = "", until: str = "", by: str = "") -> Response:
    """Show what waits as it is, and a period beside the one before it."""
    people.require(visit.actor, Permission.SEE_NUMBERS)
    today, problem = visit.house.clock.now().date(), ""
    try:
        period = transparency.read_period(since, until, today=today)
    except transparency.PeriodUnreadable as why:
        problem, period = sentence(why), transparency.read_period("", "", today=today)
    apart = By(by) if by in set(By) else None
    found = visit.ask(transparency.comparison, period)
    steps = steps_of(period)
    return visit.page(
        "dashboard.html",
        at="dashboard",
        status=422 if problem else 200,
        problems=[problem] if problem else [],
        live=visit.ask(queue.live, apart or By.QUEUE),
        dead_ends=visit.ask(review.dead_ends),
        found=found,
        shown=shown(found, apart),
        way=Way(apart, period),
        ways=[(None, N_("Everything")), *((one, says) for one, (says, _) in WAYS.items())],
        without=WITHOUT[apart or By.QUEUE],
        period=period,
        runs=period.last == today,
        near=[(_ending(today, days), says) for days, says in NEAR],
        columns=columns(found),
        steps=steps,
        line=lambda row, table: line(steps.of(row), greatest_step(table, steps)),
        told_rows=told_rows,
        called=called,
        detector_words=detector_words,
        titled=titled,
        written=written,
        width=width,
    )


@router.get("/dashboard/data")
def behind(
    visit: SignedIn, what: str, form: str = "csv", since: str = "", until: str = "", by: str = ""
) -> Response:
    """Give the data behind a drawing: `live`, `days`, or a table of the period by its id."""
    people.require(visit.actor, Permission.SEE_NUMBERS)
    today = visit.house.clock.now().date()
    about: dict[str, str] = {"what": what}
    if what == _LIVE:
        live = visit.ask(queue.live, By(by) if by in set(By) else By.QUEUE)
        about |= {"by": live.by.value, "at": live.at.isoformat()}
        rows = data.of_live(live)
    else:
        try:
            period = transparency.read_period(since, until, today=today)
        except transparency.PeriodUnreadable as why:
            return Response(sentence(why), 422)
        about |= {"since": period.first.isoformat(), "until": period.last.isoformat()}
        about |= {"before_since": period.before.first.isoformat()}
        rows = _of_period(visit, what, period)
    written_as = data.as_json(rows, about) if form == "json" else data.as_csv(rows)
    kind = "application/json" if form == "json" else "text/csv; charset=utf-8"
    name = "-".join([*about.values()][:3]).replace(":", "")
    ending = "json" if form == "json" else "csv"
    given = {"Content-Disposition": f'attachment; filename="{name}.{ending}"'}
    return Response(written_as, media_type=kind, headers=given)


def _of_period(visit: Visit, what: str, period: Period) -> data.Rows:
    found = visit.ask(transparency.comparison, period)
    if what == _DAYS:
        return data.of_days(found)
    for section in found.sections:
        for table in section.tables:
            if table.id == what:
                return data.of_table(table, found)
    raise transparency.NoSuchFigure("There is no table of this name on the dashboard.")


def _ending(today: date, days: int) -> Period:
    return Period(today - timedelta(days=days - 1), today)


def shown(found: Comparison, by: By | None) -> Sequence[tuple[str, str, Sequence[ComparedTable]]]:
    """Return the sections that are shown: all, or those with tables that tell a thing apart."""
    told = [
        (one.id, one.title, [t for t in one.tables if by is None or t.id in WAYS[by][1]])
        for one in found.sections
    ]
    return [section for section in told if section[2]]


def steps_of(period: Period) -> Steps:
    """Put the days of a period into so few steps that they can be drawn and read."""
    days = -(-period.days // STEPS_MAX)
    return Steps(days, tuple(period.every())[::days])


def told_rows(table: ComparedTable) -> Sequence[Compared]:
    """Return the rows that are told step by step: those with the most, in the table's order."""
    cells = [row for row in table.rows if row.days and not row.is_total]
    most = sorted(cells, key=lambda row: -(row.value or 0))[:STEPPED_ROWS_MAX]
    return [row for row in cells if row in most]


def greatest_step(table: ComparedTable, steps: Steps) -> int:
    """Return the greatest number of a step of any row but the total: lines are drawn against it."""
    cells = [row for row in table.rows if not row.is_total]
    return max((number for row in cells for number in steps.of(row)), default=0)


def line(numbers: Sequence[int], greatest: int) -> str:
    """Draw numbers as the outline of columns 1 wide, in a drawing 100 high."""
    tops = [100 - width(number, greatest) for number in numbers]
    return "M0 100" + "".join(f"V{top:g}H{at}" for at, top in enumerate(tops, 1)) + "V100Z"


def columns(found: Comparison) -> list[Columns]:
    """Draw each day's numbers against the greatest of them, to a tenth of a hundredth."""
    most = max((max(day.decisions, day.reports) for day in found.days), default=0) or 1
    return [
        Columns(at, round(100 * day.decisions / most, 1), round(100 * day.reports / most, 1))
        for at, day in enumerate(found.days)
    ]


def called(by: By) -> str:
    """Return what a way to tell things apart is called."""
    return WAYS[by][0]


def titled(row: Compared) -> str:
    """Return what a row is called, by the words of the console's other pages."""
    if row.id.startswith(_QUEUES) and not row.is_total:
        known: Mapping[str, str] = queue.QUEUE_TITLES
        return known.get(row.id.removeprefix(_QUEUES), row.title)
    if row.id.startswith(_DETECTORS) and not row.is_total:
        return detector_words(row.title)
    return row.title


def written(row: Compared, number: int | None, *, sign: bool = False) -> str:
    """Write a number of a row, minutes as hours and minutes; a dash where there is none."""
    if number is None:
        return "–"
    mark = ("+" if number > 0 else "−" if number < 0 else "±") if sign else ""
    if row.unit is not Unit.MINUTES:
        return f"{mark}{abs(number):,}" if sign else f"{number:,}"
    hours, minutes = divmod(abs(number), 60)
    before = "−" if number < 0 and not sign else ""
    return f"{mark or before}{hours} h {minutes:02d} min" if hours else f"{mark}{minutes} min"


def width(number: int | None, greatest: int) -> float:
    """Return how long a bar is, of 100."""
    return round(100 * max(number or 0, 0) / greatest, 1) if greatest else 0.0
