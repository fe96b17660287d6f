"""Room 5 at the shell: how the reviewing goes. The reviewing itself is done at the desk."""

from __future__ import annotations

from cyclopts import App

from evenhand import people, queue
from evenhand.cli.exits import Exit
from evenhand.cli.output import Json, show, table
from evenhand.cli.shell import opened

app = App(name="review")


@app.command
def status(*, json: Json = False) -> Exit:
    """Show how much waits in each queue, how much is being looked at, and what is overdue.

    Items are reviewed in the console only, where media is veiled and each look is on record.
    """
    with opened() as house:
        counts = house.ask(queue.queues, people.SYSTEM)
    rows = [(one.name, one.title, one.waiting, one.claimed, one.overdue) for one in counts]
    headings = ("queue", "title", "waiting", "at a desk", "overdue")
    show({"queues": counts}, as_json=json, text=table(headings, rows, empty="No queues."))
    return Exit.OK
