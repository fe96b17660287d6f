"""Room 4 at the shell: what waits for a person, the next first, and why it waits there."""

from __future__ import annotations

from typing import Annotated

from cyclopts import App, Parameter

from evenhand import people, queue
from evenhand.cli.exits import Exit
from evenhand.cli.output import Json, Limit, show, table
from evenhand.cli.shell import NotFoundHere, opened

app = App(name="queue")


@app.command(name="list")
def list_(
    *,
    queue_name: Annotated[
        str | None, Parameter(name="--queue", help="Only this queue, for example `urgent`.")
    ] = None,
    limit: Limit = 50,
    json: Json = False,
) -> Exit:
    """List the tasks that wait for a person, the next one first, with the reasons for its place.

    The reasons are the points that make up its priority: anybody can add them up.
    """
    if queue_name is not None and queue_name not in queue.QUEUE_TITLES:
        known = ", ".join(queue.QUEUE_TITLES)
        raise NotFoundHere(f"There is no queue {queue_name!r}. There are: {known}.")
    with opened() as house:
        tasks = house.ask(queue.waiting, people.SYSTEM, queue=queue_name, limit=limit)
    rows = (
        (
            task.id,
            task.queue,
            task.kind.value,
            task.state.value,
            task.priority,
            task.clock.due_at if task.clock else None,
            "; ".join(f"{part.points} {part.says}" for part in task.why),
        )
        for task in tasks
    )
    headings = ("task", "queue", "kind", "state", "points", "due", "why")
    empty = "Nothing waits for a person."
    show({"tasks": tasks}, as_json=json, text=table(headings, rows, empty=empty))
    return Exit.OK
