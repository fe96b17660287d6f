"""Orders of authorities at the shell: each is taken, confirmed and answered, and none is obeyed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from cyclopts import App, Parameter

from evenhand import intake, people
from evenhand.cli.exits import Exit
from evenhand.cli.output import Json, Limit, facts, file_or_stdin, flag, show, table
from evenhand.cli.shell import opened, read_json

app = App(name="order")
OrderId = Annotated[str, Parameter(help="The order's id: see `evenhand order list`.")]


@app.command
def receive(
    file: Annotated[Path, file_or_stdin("The order as JSON, see docs/path/1-intake.md")],
    /,
    *,
    json: Json = False,
) -> Exit:
    """Take an order in. What it names waits for a person: nothing obeys it.

    It has to hold all that DSA Art. 9(2) asks of an order to act, or Art. 10(2) of one for
    information; what lacks is named, and nothing is stored. Every exact location becomes a report
    with the clock that runs for it. An order that demands silence is put on record as refused:
    exit status 1.
    """
    checked = intake.check_order(read_json(file))
    with opened() as house:
        order = house.do(intake.receive_order, people.SYSTEM, checked)
    refused = order.effect is intake.OrderEffect.SILENCE_ASKED
    last = (
        f"Refused, and on record so: {order.reason}"
        if refused
        else f"Tell the authority that it is here, then: evenhand order confirm {order.id}"
    )
    show(order, as_json=json, text=[*_facts(order), "", last])
    return Exit.FOUND if refused else Exit.OK


@app.command
def confirm(order_id: OrderId, /, *, json: Json = False) -> Exit:
    """Put on record that you have told the authority that its order is here.

    Run it when you have: the time of this command is what reports count.
    """
    with opened() as house:
        order = house.do(intake.confirm_order, people.SYSTEM, order_id)
    show(order, as_json=json, text=_facts(order))
    return Exit.OK


@app.command
def answer(
    order_id: OrderId,
    effect: Annotated[
        Literal["given", "in_part", "refused"],
        Parameter(help="What effect it was given. For an order to act, what people decided says."),
    ],
    /,
    *,
    reason: Annotated[
        str | None, Parameter(help="Why not, or why only in part. Kept here, never published.")
    ] = None,
    json: Json = False,
) -> Exit:
    """Put on record that you have told the authority what effect its order was given.

    An order to act can be answered once a person has decided about each of its items. With the
    answer to an order for information, each account it is about is told that information was given.
    """
    with opened() as house:
        order = house.do(
            intake.answer_order,
            people.SYSTEM,
            order_id,
            effect=intake.OrderEffect(effect),
            reason=reason,
        )
    show(order, as_json=json, text=_facts(order))
    return Exit.OK


@app.command(name="list")
def list_(
    *,
    unanswered: Annotated[bool, flag("Only those that wait for an answer.")] = False,
    limit: Limit = 50,
    json: Json = False,
) -> Exit:
    """List orders, the newest first."""
    with opened() as house:
        found = house.ask(intake.orders, people.SYSTEM, unanswered=unanswered, limit=limit)
    rows = [
        (
            one.id,
            one.received_at,
            one.kind,
            one.member_state,
            one.items,
            one.confirmed_at,
            one.effect,
            one.authority,
        )
        for one in found
    ]
    headings = ("order", "received", "kind", "state", "items", "confirmed", "effect", "authority")
    empty = "No order waits for an answer." if unanswered else "No authority has sent an order."
    show({"orders": found}, as_json=json, text=table(headings, rows, empty=empty))
    return Exit.OK


def _facts(order: intake.OrderView) -> list[str]:
    return facts(
        [
            ("order", order.id),
            ("authority", f"{order.authority} ({order.member_state})"),
            ("asks", order.kind),
            ("items", f"{order.items}, of which {len(order.report_ids)} wait or were decided"),
            ("received", order.received_at),
            ("confirmed", order.confirmed_at),
            ("effect", order.effect),
            ("effect at", order.effect_at),
        ]
    )
