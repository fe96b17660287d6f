"""A rule is tried on the past: asked for here, run by a worker, and read here when it has ended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from fastapi import APIRouter, Response

from evenhand import delivery, ledger, people, rules
from evenhand.console.frame import ConsoleRoute, SignedIn
from evenhand.console.rules_items import came_of
from evenhand.console.rules_pages import says, version_page

router = APIRouter(route_class=ConsoleRoute)

SAMPLES_SHOWN: Final = 20
DAYS_FILLED_MAX: Final = 62
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True)
class Bar:
    """A line of a table with a bar beside it, `percent` of the longest there can be."""

    says: str
    count: int
    percent: float


@router.post("/rules/{version_id}/try")
def try_(visit: SignedIn, version_id: str) -> Response:
    """Ask a worker to try a version on some days of the past."""
    called = visit.ask(rules.version, version_id).called
    try:
        begin = _midnight(visit.text("begin"))
        end = min(_midnight(visit.text("end")) + _DAY, visit.house.clock.now())
    except ValueError:
        return version_page(visit, version_id, problem="Choose a first and a last day.")
    try:
        trial_id = visit.do(rules.ask_trial, called, begin, end)
    except rules.RulesError as why:
        return version_page(visit, version_id, problem=says(why))
    return visit.to(f"/rules/trials/{trial_id}")


@router.get("/rules/trials/{trial_id}")
def one_trial(visit: SignedIn, trial_id: str) -> Response:
    """Show how far a trial is, or what it came to."""
    trial = visit.ask(rules.trial, trial_id)
    version = visit.ask(rules.version, trial.version_id)
    jobs = visit.house.ask(ledger.jobs.unfinished_for, trial_id)
    stuck = any(state == delivery.State.DEAD for _, state in jobs)
    result = trial.result or {}
    samples = list(result.get("samples", ()))[:SAMPLES_SHOWN]
    return visit.page(
        "rule_trial.html",
        at="rules",
        trial=trial,
        version=version,
        runs=trial.ended_at is None and not stuck,
        stuck=stuck,
        still="still" in visit.request.query_params,
        by=visit.house.ask(people.name_of, trial.asked_by),
        result=result,
        by_day=bars(_days(result, trial.begin, trial.end)),
        by_kind=bars(result.get("by_kind", {})),
        overlap=bars(result.get("overlap", {}), of=result.get("matches", 0)),
        ladder=bars(result.get("ladder", {}), of=result.get("accounts", 0)),
        samples=list(came_of(visit, samples).values()),
        more=max(0, len(result.get("samples", ())) - len(samples)),
    )


def bars(counts: Mapping[str, int], *, of: int = 0) -> list[Bar]:
    """Set counts side by side with the largest, or with what they are counted of."""
    most = max([of, *counts.values()]) or 1
    return [Bar(name, count, round(100 * count / most, 2)) for name, count in counts.items()]


def _days(result: Mapping[str, Any], begin: datetime, end: datetime) -> dict[str, int]:
    """Return the matches of each day, those without any among them unless the span is long."""
    found: dict[str, int] = dict(result.get("by_day", {}))
    first, last = begin.date(), (end - timedelta(microseconds=1)).date()
    if not result or (last - first).days >= DAYS_FILLED_MAX:
        return found
    every = (first + _DAY * at for at in range((last - first).days + 1))
    return {day.isoformat(): found.get(day.isoformat(), 0) for day in every}


def _midnight(text: str) -> datetime:
    return datetime.combine(date.fromisoformat(text), time(), UTC)
