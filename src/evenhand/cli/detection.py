"""Room 2 at the shell: what detectors answered about an item, each with its version and time."""

from __future__ import annotations

from typing import Annotated

from cyclopts import App, Parameter

from evenhand import detection, people
from evenhand.cli.exits import Exit
from evenhand.cli.output import Json, show, table
from evenhand.cli.shell import opened

app = App(name="detection")


@app.command(name="show")
def show_(
    item_id: Annotated[str, Parameter(help="The id of an item.")], /, *, json: Json = False
) -> Exit:
    """Show what each detector answered about an item: found, not found, failed or skipped.

    Not looked at is never the same as clean, so that is told apart.
    """
    with opened() as house:
        found = house.ask(detection.assessments, people.SYSTEM, item_id)
    rows = [
        (f"{one.detector}@{one.detector_version}", one.field, one.answer, one.why, one.at)
        for one in found
    ]
    headings = ("detector", "field", "answer", "why", "at")
    empty = "No detector has looked at it: the id may be wrong, or a worker has yet to run."
    show({"assessments": found}, as_json=json, text=table(headings, rows, empty=empty))
    return Exit.OK
