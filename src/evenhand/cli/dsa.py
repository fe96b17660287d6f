"""What the Digital Services Act wants published, at the shell: checked, written out and sent."""

from __future__ import annotations

import json as documents
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TextIO

from cyclopts import App, Parameter

from evenhand import people
from evenhand.cli import dsa_report, dsa_submit
from evenhand.cli.exits import Exit
from evenhand.cli.output import Json, file_or_stdin, flag, show, table
from evenhand.cli.shell import NotPossibleHere, NotReady, Unreadable, opened, read_bytes
from evenhand.kit.clock import midnight
from evenhand.transparency import dsa

if TYPE_CHECKING:
    from evenhand.db import ReadTx

app = App(name="dsa")
app.command(dsa_submit.submit)
app.command(dsa_submit.waiting)
app.command(dsa_submit.retry)
app.command(dsa_report.report)
app.command(dsa_report.answers)


@app.command
def check(
    file: Annotated[
        Path, file_or_stdin('A statement, {"statements": […]}, or one statement a line, as JSON')
    ],
    /,
    *,
    strict: Annotated[
        bool, flag("Exit 1 also for what would be taken, and should be better.")
    ] = False,
    json: Json = False,
) -> Exit:
    """Say, field by field, whether the DSA Transparency Database would take a statement.

    It needs no house and asks nobody. Exits 0 when the database would take what is in the file,
    and 1 when it would refuse it. What it would drop without a word, what its documentation asks
    for, and what looks like personal data (which may not be sent, DSA Art. 24(5)) is said too, and
    does not change the exit status without --strict.
    """
    calls = _read(file)
    checked = [dsa.check_call(call) for call in calls]
    accepted = all(one.accepted for one in checked)
    clean = all(one.clean for one in checked)
    rows = [row for call, one in zip(calls, checked, strict=True) for row in _rows(call, one)]
    count = sum(len(one.statements) for one in checked)
    what = "the statement" if count == 1 else f"all {count} statements"
    says = f"The database would take {what}." if accepted else "The database would refuse this."
    text = [says, *(table(("statement", "field", "", "why"), rows, empty="") if rows else [])]
    value = {
        "accepted": accepted,
        "clean": clean,
        "statements": [one for each in checked for one in each.statements],
        "faults": [fault for each in checked for fault in each.faults],
    }
    show(_with_accepted(value), as_json=json, text=text)
    return Exit.OK if accepted and (clean or not strict) else Exit.FOUND


def _read(file: Path) -> list[Any]:
    """Read one JSON document, or one a line. Raises Unreadable."""
    try:
        text = read_bytes(file).decode("utf-8-sig")
    except UnicodeDecodeError as why:
        raise Unreadable(f"{file} is not UTF-8: {why}. Save it as UTF-8.") from why
    try:
        return [documents.loads(text)]
    except (ValueError, RecursionError) as whole:
        lines = [line for line in text.splitlines() if line.strip()]
        try:
            found = [documents.loads(line) for line in lines]
        except (ValueError, RecursionError):
            found = []
        if len(found) < 2:
            raise Unreadable(f"{file} is not JSON: {whole}.") from whole
        return found


def _rows(call: Any, checked: dsa.CheckedBatch) -> list[tuple[object, ...]]:
    rows: list[tuple[object, ...]] = [
        ("", fault.field, fault.severity, fault.says) for fault in checked.faults
    ]
    bodies = call["statements"] if isinstance(call, dict) and "statements" in call else [call]
    for one in checked.statements:
        for fault in one.faults:
            says = fault.says
            if fault.at is not None:
                start, end = fault.at
                shown = dsa.masked(dsa.field_text(bodies[one.index], fault.field), fault.at)
                says = f"{says} Characters {start + 1} to {end}: {shown}"
            name = one.puid if one.puid is not None else str(one.index)
            rows.append((name, fault.field, fault.severity, says))
    return rows


def _with_accepted(value: dict[str, Any]) -> dict[str, Any]:
    """Say of each statement whether it would be taken, for programs."""
    statements = [
        {"index": one.index, "puid": one.puid, "accepted": one.accepted, "faults": one.faults}
        for one in value["statements"]
    ]
    return value | {"statements": statements}


@app.command
def export(
    out: Annotated[Path, Parameter(help="The file to write.")],
    /,
    *,
    since: Annotated[date, Parameter(help="First day of decisions, as 2026-01-31.")],
    until: Annotated[date | None, Parameter(help="Last day; without it, today.")] = None,
    batches: Annotated[bool, flag("Write calls of up to 100 statements, one a line.")] = False,
    json: Json = False,
) -> Exit:
    """Write statements of reasons as the DSA Transparency Database takes them, one a line.

    Each decision that restricts somebody is one statement, and its puid the decision's id. What
    would be refused, or looks as if it held personal data, is not written: it is named, and the
    exit status is 1.
    """
    with opened() as house:
        last = until or house.clock.now().date()
        if last < since:
            raise NotPossibleHere("The last day is before the first: turn them round.")
        with _written(out) as stream:
            wrote = house.ask(
                _export,
                stream,
                since=midnight(since),
                until=midnight(last + timedelta(days=1)),
                size=dsa.BATCH_MAX if batches else None,
            )
    text = [f"{wrote['written']} statements in {out}; {wrote['not_owed']} decisions owe none."]
    if wrote["held"]:
        text.append(f"{len(wrote['held'])} were not written:")
        text += table(("decision", "field", "why"), _held_rows(wrote["held"]), empty="")
    show({"file": str(out), **wrote}, as_json=json, text=text)
    return Exit.FOUND if wrote["held"] else Exit.OK


def _export(
    tx: ReadTx, stream: TextIO, *, since: datetime, until: datetime, size: int | None
) -> dict[str, Any]:
    counted: dict[str, Any] = {"written": 0, "not_owed": 0, "held": []}

    def bodies() -> Iterator[dict[str, Any]]:
        for each in dsa.statements(tx, people.SYSTEM, since=since, until=until):
            if each.not_owed is not None:
                counted["not_owed"] += 1
            elif each.may_be_sent and each.body is not None:
                counted["written"] += 1
                yield each.body
            elif each.checked is not None:
                counted["held"].append(
                    {"decision": each.decision_id, "faults": each.checked.faults}
                )

    if size is None:
        lines: Iterator[Any] = bodies()
    else:
        lines = _calls(bodies(), size)
    for line in lines:
        stream.write(documents.dumps(line, ensure_ascii=False) + "\n")
    return counted


def _calls(bodies: Iterator[dict[str, Any]], size: int) -> Iterator[dict[str, Any]]:
    while some := list(islice(bodies, size)):
        yield {"statements": some}


def _held_rows(held: list[dict[str, Any]]) -> list[tuple[object, ...]]:
    return [(each["decision"], one.field, one.says) for each in held for one in each["faults"]]


@contextmanager
def _written(out: Path) -> Iterator[TextIO]:
    """Open a file to write. Raises NotReady."""
    try:
        with out.open("w", encoding="utf-8", newline="\n") as stream:
            yield stream
    except OSError as why:
        raise NotReady(f"{out} cannot be written: {why.strerror}. Choose another path.") from why
