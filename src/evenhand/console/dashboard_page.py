"""The dashboard: what waits now, and a period counted from the ledger beside the one before it.

Every number links to its public query, and every drawing stands beside the table it is drawn from.
Nothing on it is about one member of staff.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from fastapi import APIRouter, Response

from evenhand import people, queue, transparency
from evenhand.console.frame import ConsoleRoute, SignedIn
from evenhand.console.item_view import detector_words
from evenhand.pages import N_
from evenhand.people import Permission
from evenhand.sentences import sentence
from evenhand.transparency import Compared, Comparison, Period, Unit

router = APIRouter(route_class=ConsoleRoute)

#: Periods that end today, one click away: (days, what they are called).
NEAR: Final = ((1, N_("Today")), (7, N_("7 days")), (28, N_("28 days")), (91, N_("91 days")))
#: What the codes of these open lists are called on the console's other pages.
_QUEUES: Final = "tasks-by-queue."
_DETECTORS: Final = "looks-by-detector."


@dataclass(frozen=True)
class Columns:
    """One day drawn as two columns, in a drawing 100 high in which each day is 1 wide."""

    at: int
    decisions: float
    reports: float


@router.get("/dashboard")
def dashboard(visit: SignedIn, since: str = "", until: str = "") -> Response:
    """Show the queues as they are, and a period beside the one before it."""
    people.require(visit.actor, Permission.SEE_NUMBERS)
    today, problem = visit.house.clock.now().date(), ""
    try:
        period = transparency.read_period(since, until, today=today)
    except transparency.PeriodUnreadable as why:
        problem, period = sentence(why), transparency.read_period("", "", today=today)
    found = visit.ask(transparency.comparison, period)
    return visit.page(
        "dashboard.html",
        at="dashboard",
        status=422 if problem else 200,
        problems=[problem] if problem else [],
        waits=visit.ask(queue.queues),
        found=found,
        period=period,
        runs=period.last == today,
        near=[(_ending(today, days), says) for days, says in NEAR],
        columns=columns(found),
        titled=titled,
        written=written,
        width=width,
    )


def _ending(today: date, days: int) -> Period:
    return Period(today - timedelta(days=days - 1), today)


def columns(found: Comparison) -> list[Columns]:
    """Draw each day's numbers against the greatest of them, to a tenth of a hundredth."""
    most = max((max(day.decisions, day.reports) for day in found.days), default=0) or 1
    return [
        Columns(at, round(100 * day.decisions / most, 1), round(100 * day.reports / most, 1))
        for at, day in enumerate(found.days)
    ]


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
