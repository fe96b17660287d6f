"""What anybody may read: the front page, the register, the numbers, the rules and the log."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import IO, Final

from babel.dates import format_skeleton
from fastapi import APIRouter, Response
from fastapi.responses import PlainTextResponse, StreamingResponse

from evenhand import ledger, policy, transparency
from evenhand.portal.frame import Here, PortalRoute, Visit
from evenhand.portal.words import figure_text

routes = APIRouter(route_class=PortalRoute)

CURSOR_DIGITS_MAX: Final = 18
SPOOL_BYTES: Final = 4_000_000
CHUNK_BYTES: Final = 65_536
PERIOD_YEARS_MAX: Final = 50
FULL_TILE_KEPT: Final = "public, max-age=31536000, immutable"
#: It never changes either, but nobody asks for it again once the log has grown.
PARTIAL_TILE_KEPT: Final = "public, max-age=3600"


@routes.get("/")
def front(here: Here) -> Response:
    """Show the doors: report, status, register."""
    return here.page("front.html", at="front")


@routes.get("/register")
def register(here: Here, before: str = "", harm: str = "", measure: str = "") -> Response:
    """List decisions, newest first, by harm and measure."""
    here.portal.turnstile.pass_through("count", here.address)
    chosen_harm = harm if harm in set(policy.Harm) else None
    chosen_measure = measure if measure in set(policy.Measure) else None
    short = before.isascii() and before.isdecimal() and len(before) <= CURSOR_DIGITS_MAX
    page = here.house.ask(
        transparency.register,
        cursor=int(before) if short else None,
        harm=chosen_harm,
        measure=chosen_measure,
    )
    return here.page(
        "register.html", at="register", page=page, harm=chosen_harm, measure=chosen_measure
    )


@routes.get("/cases")
def cases(here: Here) -> Response:
    """List the cases that were told and approved, newest first."""
    here.portal.turnstile.pass_through("count", here.address)
    found = here.house.ask(transparency.public_cases)
    return here.page(
        "cases.html", at="register", cases=found, month=lambda case: _month(here, case)
    )


@routes.get("/cases/{short}")
def case(here: Here, short: str) -> Response:
    """Tell one case."""
    here.portal.turnstile.pass_through("count", here.address)
    found = here.house.ask(transparency.public_case, short)
    facts = transparency.facts_said(
        found.facts, gettext=here.gettext, ngettext=here.tongue.ngettext
    )
    return here.page("case.html", at="register", case=found, facts=facts, month=_month(here, found))


def _month(here: Visit, case: transparency.PublicCase) -> str:
    """Write a case's month in the reader's language."""
    locale = here.language.replace("-", "_")
    return str(format_skeleton("yMMMM", case.facts.month, locale=locale))


@routes.get("/numbers")
def numbers(here: Here, since: str = "", until: str = "") -> Response:
    """Print every table for a period of whole days; each figure leads to its query."""
    here.portal.turnstile.pass_through("count", here.address)
    first, last = _period(here, since, until)
    start, end = _instants(first, last)
    counted = here.portal.counted.numbers(here.house, start, end)
    return here.page(
        "numbers.html",
        at="numbers",
        numbers=counted,
        first=first,
        last=last,
        written=lambda figure: figure_text(figure, here.language),
    )


@routes.get("/numbers/{figure_id}")
def figure(here: Here, figure_id: str, since: str = "", until: str = "") -> Response:
    """Show the query of one figure, and how anybody can ask it again."""
    here.portal.turnstile.pass_through("count", here.address)
    first, last = _period(here, since, until)
    start, end = _instants(first, last)
    counted = here.portal.counted.numbers(here.house, start, end)
    table, found = counted.find(figure_id)
    return here.page(
        "figure.html",
        at="numbers",
        table=table,
        figure=found,
        first=first,
        last=last,
        written=figure_text(found, here.language),
    )


@routes.get("/policy")
def rules(here: Here) -> Response:
    """Show every rule in force, and what its earlier and coming versions say."""
    whole = here.house.ask(policy.policy)
    current = whole.in_force(here.house.clock.now().date())
    others = {
        clause.key: [
            other
            for other in whole.clauses
            if other.key == clause.key and other.version != clause.version
        ]
        for clause in current
    }
    labels = {label.key: label.says for label in here.house.ask(policy.labels)}
    return here.page("policy.html", at="policy", clauses=current, others=others, labels=labels)


@routes.get("/log")
def log(here: Here) -> Response:
    """Show the log's checkpoint and key, and how to check both."""
    return here.page(
        "log.html",
        at="log",
        size=here.house.ask(ledger.size),
        checkpoint=here.house.ask(ledger.head),
        verifier_key=here.house.ask(transparency.verifier_key),
        earlier_keys=here.house.ask(transparency.earlier_keys),
    )


@routes.get("/checkpoint", response_class=PlainTextResponse)
@routes.get("/log/checkpoint", response_class=PlainTextResponse)
def checkpoint(here: Here) -> Response:
    """Give the signed checkpoint as it is, for witnesses and other machines."""
    note = here.house.ask(ledger.head)
    if note is None:
        return PlainTextResponse("Nothing has been recorded yet.\n", status_code=404)
    return PlainTextResponse(note)


@routes.get("/log/tile/{path:path}", response_class=Response)
def tile(here: Here, path: str) -> Response:
    """Give a tile of the tree or a bundle of lines, as C2SP tlog-tiles names them."""
    here.portal.turnstile.pass_through("tile", here.address)
    wanted = ledger.tiles.read_path(path)
    content = here.house.ask(transparency.tile, wanted) if wanted else None
    if wanted is None or content is None:
        return PlainTextResponse("There is no such tile in this log.\n", status_code=404)
    keep = FULL_TILE_KEPT if wanted.full else PARTIAL_TILE_KEPT
    headers = {"cache-control": keep}
    return Response(content, media_type="application/octet-stream", headers=headers)


@routes.get("/log.jsonl")
def log_lines(here: Here) -> Response:
    """Give the whole log for download, one JSON text a line."""
    here.portal.turnstile.pass_through("log", here.address)
    spool = tempfile.SpooledTemporaryFile(SPOOL_BYTES)  # noqa: SIM115 - closed by _chunks
    here.house.ask(transparency.export_to, spool)
    spool.seek(0)
    return StreamingResponse(
        _chunks(spool),
        media_type="application/jsonl",
        headers={"content-disposition": 'attachment; filename="log.jsonl"'},
    )


def _chunks(spool: IO[bytes]) -> Iterator[bytes]:
    with spool:
        while chunk := spool.read(CHUNK_BYTES):
            yield chunk


def _period(here: Visit, since: str, until: str) -> tuple[date, date]:
    """Return the first and last day asked for; this year so far where a day is not one."""
    today = here.house.clock.now().date()
    first = _day(since) or today.replace(month=1, day=1)
    last = _day(until) or max(today, first)
    earliest = today.replace(month=1, day=1, year=today.year - PERIOD_YEARS_MAX)
    latest = today.replace(month=12, day=31)
    first, last = (min(max(each, earliest), latest) for each in (first, last))
    return (first, last) if first <= last else (last, first)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _instants(first: date, last: date) -> tuple[datetime, datetime]:
    """Return the half-open span of instants from the first day's start to the last day's end."""
    start = datetime.combine(first, time(), UTC)
    return start, datetime.combine(last, time(), UTC) + timedelta(days=1)
