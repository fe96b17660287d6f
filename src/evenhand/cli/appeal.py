"""Room 8 at the shell: what somebody objected, and what came of it."""

from __future__ import annotations

from typing import Annotated

from cyclopts import App, Parameter
from cyclopts.validators import Number

from evenhand import appeal, people
from evenhand.cli.exits import Exit
from evenhand.cli.output import Json, show, table
from evenhand.cli.shell import opened

app = App(name="appeal")

ROWS_MAX = 500


@app.command(name="list")
def list_(
    *,
    limit: Annotated[
        int, Parameter(validator=Number(gte=1, lte=ROWS_MAX), help="How many at most.")
    ] = 50,
    json: Json = False,
) -> Exit:
    """List appeals, newest first. They are judged in the console, by somebody else, blind."""
    with opened() as house:
        found = house.ask(appeal.recent, people.SYSTEM, limit=limit)
    rows = [
        (one.id, one.filed_at, one.by, one.state, one.outcome, one.decision_id) for one in found
    ]
    headings = ("appeal", "filed", "by", "state", "outcome", "decision")
    text = table(headings, rows, empty="Nobody has appealed yet.")
    show({"appeals": found}, as_json=json, text=text)
    return Exit.OK
