"""Room 9 at the shell: the published numbers, the register, and the log for anyone to check."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

from cyclopts import App, Parameter
from cyclopts.validators import Number

from evenhand import people, transparency
from evenhand.cli.exits import Exit
from evenhand.cli.output import Json, note, show, table
from evenhand.cli.report import report, verify
from evenhand.cli.shell import NotReady, opened

if TYPE_CHECKING:
    from evenhand.db import ReadTx

app = App(name="transparency")
app.command(
    "evenhand.cli.dsa:app", name="dsa", help="What the EU's Digital Services Act wants published."
)
app.command("evenhand.cli.told_case:app", name="case", help="Typical cases, told to everybody.")
app.command(report)
app.command(verify)

DAYS = 365


@app.command
def numbers(
    *,
    since: Annotated[
        date | None, Parameter(help="First day, as 2026-01-31; without it, a year back.")
    ] = None,
    until: Annotated[date | None, Parameter(help="Last day; without it, today.")] = None,
    json: Json = False,
) -> Exit:
    """Count what is published, from the log alone, exactly as the numbers page does.

    Each figure carries, in the JSON, the query with which anyone can recompute it.
    """
    with opened() as house:
        last = until or house.clock.now().date()
        first = since or last - timedelta(days=DAYS)
        found = house.ask(
            transparency.numbers,
            since=_midnight(first),
            until=_midnight(last + timedelta(days=1)),
        )
    rows = [
        (each.title, one.title, _shown(one))
        for each in found.tables
        for one in (*each.figures, *((each.total,) if each.total else ()))
    ]
    text = table(("table", "what", "number"), rows, empty="Nothing is counted yet.")
    show(found, as_json=json, text=text)
    return Exit.OK


@app.command
def compare(
    *,
    since: Annotated[
        date | None, Parameter(help="First day, as 2026-01-31; without it, seven days in all.")
    ] = None,
    until: Annotated[date | None, Parameter(help="Last day; without it, today.")] = None,
    json: Json = False,
) -> Exit:
    """Count a period beside the one of the same length before it, as the console's dashboard does.

    For staff: small numbers are told. In the JSON each figure carries its query, and each day of
    the period its decisions and reports.
    """
    asked = ("" if each is None else each.isoformat() for each in (since, until))
    with opened() as house:
        period = transparency.read_period(*asked, today=house.clock.now().date())
        found = house.ask(transparency.comparison, people.SYSTEM, period)
    rows = [
        (each.title, one.title, _exact(one, one.value), _exact(one, one.value_before))
        for section in found.sections
        for each in section.tables
        for one in each.rows
    ]
    text = table(("table", "what", "now", "before"), rows, empty="Nothing was counted in either.")
    show(found, as_json=json, text=text)
    return Exit.OK


def _exact(row: transparency.Compared, value: int | None) -> str:
    if value is None:
        return "–"
    return f"{value} min" if row.unit is transparency.Unit.MINUTES else str(value)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=UTC)


def _shown(figure: transparency.Figure) -> str:
    """Print a figure under the rule of the published tables: small cells are not told apart."""
    if figure.shown is None:
        return "fewer than 3"
    return f"{figure.shown} min" if figure.unit is transparency.Unit.MINUTES else str(figure.shown)


@app.command
def register(
    *,
    cursor: Annotated[
        int | None, Parameter(help="Go on from here: the `older` of the page before.")
    ] = None,
    limit: Annotated[
        int, Parameter(validator=Number(gte=1, lte=50), help="How many at most.")
    ] = 50,
    json: Json = False,
) -> Exit:
    """Show the public register: decisions and the rules they rest on, and nobody's data."""
    with opened() as house:
        page = house.ask(transparency.register, cursor=cursor, limit=limit)
    rows = [
        (
            one.index,
            one.decided_at,
            f"{one.clause_number} {one.clause_title} (version {one.clause_version})",
            ", ".join(each.measure for each in one.measures),
            one.state.value,
        )
        for one in page.rows
    ]
    headings = ("line", "decided", "clause", "measures", "state")
    text = table(headings, rows, empty="No decisions yet.")
    if page.older is not None:
        text.append(f"There is more: --cursor {page.older}")
    show(page, as_json=json, text=text)
    return Exit.OK


@app.command
def export(
    *,
    out: Annotated[
        Path | None, Parameter(help="Write to this file; without it, to standard output.")
    ] = None,
    json: Json = False,
) -> Exit:
    """Write the whole public log, one line a line: enough to rebuild the tree that is signed.

    It is JSON lines with or without --json. Lines about the working day of staff are given as
    their hashes.
    """
    with opened() as house, _writing(out) as stream:
        lines = house.ask(_export, stream)
    if out is not None:
        show({"lines": lines, "file": str(out)}, as_json=json, text=[f"{lines} lines in {out}."])
    else:
        note(f"{lines} lines.")
    return Exit.OK


def _export(tx: ReadTx, stream: TextIO) -> int:
    count = 0
    for line in transparency.export(tx):
        stream.write(line + "\n")
        count += 1
    return count


@contextmanager
def _writing(out: Path | None) -> Iterator[TextIO]:
    if out is None:
        yield sys.stdout
        return
    try:
        with out.open("w", encoding="utf-8", newline="\n") as stream:
            yield stream
    except OSError as why:
        raise NotReady(f"{out} cannot be written: {why.strerror}. Choose another path.") from why
