"""What the Digital Services Act wants published, at the shell: checked, written out and sent."""

from __future__ import annotations

import json as documents
from pathlib import Path
from typing import Annotated, Any

from cyclopts import App

from evenhand.cli.exits import Exit
from evenhand.cli.output import Json, file_or_stdin, flag, show, table
from evenhand.cli.shell import Unreadable, read_bytes
from evenhand.transparency import dsa

app = App(name="dsa")


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
