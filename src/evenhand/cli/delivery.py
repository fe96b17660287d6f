"""Room 7 at the shell: what is on its way, what was given up, and how to send it again."""

from __future__ import annotations

from typing import Annotated

from cyclopts import App, Parameter

from evenhand import delivery, people
from evenhand.cli.exits import Exit
from evenhand.cli.output import ROWS_MAX, Json, Limit, show, table
from evenhand.cli.shell import opened

app = App(name="delivery")


@app.command(name="list")
def list_(
    *,
    state: Annotated[
        delivery.State, Parameter(help="Those waiting, being sent, delivered, or given up.")
    ] = delivery.State.DEAD,
    limit: Limit = 50,
    json: Json = False,
) -> Exit:
    """List effects and messages in one state, oldest first; without --state, those given up.

    Exits 1 when something was given up, so that cron can tell somebody.
    """
    with opened() as house:
        found = house.ask(delivery.outbox, people.SYSTEM, state, limit=limit)
        stuck = house.ask(delivery.stuck_steps, people.SYSTEM) if state == "dead" else []
    rows = [(one.id, one.what, one.made_at, one.attempts, one.error) for one in found]
    rows += [(one.id, f"step {one.event}", one.made_at, one.attempts, one.error) for one in stuck]
    headings = ("delivery", "what", "since", "tries", "last answer")
    text = table(headings, rows, empty=_EMPTY[state])
    show({"deliveries": found, "steps": stuck}, as_json=json, text=text)
    return Exit.FOUND if state is delivery.State.DEAD and rows else Exit.OK


_EMPTY = {
    delivery.State.READY: "Nothing waits to be sent.",
    delivery.State.RUNNING: "Nothing is being sent right now.",
    delivery.State.DONE: "Nothing was delivered yet.",
    delivery.State.DEAD: "Nothing was given up: all that was sent arrived, or is on its way.",
}


@app.command
def resend(
    delivery_id: Annotated[
        str, Parameter(help="The id of a delivery or step that was given up, from the list.")
    ],
    /,
    *,
    json: Json = False,
) -> Exit:
    """Send something that was given up again, from its first try."""
    with opened() as house:
        stuck = house.ask(delivery.stuck_steps, people.SYSTEM, limit=ROWS_MAX)
        again = (
            delivery.resume_step if delivery_id in {one.id for one in stuck} else (delivery.resend)
        )
        house.do(again, people.SYSTEM, delivery_id)
    says = "It is on its way again. `evenhand delivery list --state ready` shows it."
    show({"resent": delivery_id}, as_json=json, text=[says])
    return Exit.OK
