"""Room 8 at the shell: what somebody objected, and what came of it."""

from __future__ import annotations

from cyclopts import App

from evenhand import appeal, people
from evenhand.cli.exits import Exit
from evenhand.cli.output import Json, Limit, show, table
from evenhand.cli.shell import opened

app = App(name="appeal")


@app.command(name="list")
def list_(
    *,
    limit: Limit = 50,
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
