"""Room 6 at the shell: what was decided, and the reasons as the person reads them."""

from __future__ import annotations

from typing import Annotated

from cyclopts import App, Parameter

from evenhand import decision, people
from evenhand.cli.exits import Exit
from evenhand.cli.output import Json, Limit, facts, plain, show, table
from evenhand.cli.shell import opened

app = App(name="decision")


@app.command(name="list")
def list_(
    *,
    limit: Limit = 50,
    json: Json = False,
) -> Exit:
    """List the latest decisions, newest first."""
    with opened() as house:
        found = house.ask(decision.recent, people.SYSTEM, limit=limit)
    rows = [
        (
            one.id,
            one.made_at,
            one.outcome,
            one.clause.number if one.clause else None,
            ", ".join(each.measure for each in one.measures),
            _state(one),
        )
        for one in found
    ]
    headings = ("decision", "made", "outcome", "clause", "measures", "state")
    text = table(headings, rows, empty="Nothing was decided yet.")
    show({"decisions": [_plain(one) for one in found]}, as_json=json, text=text)
    return Exit.OK


@app.command(name="show")
def show_(
    decision_id: Annotated[str, Parameter(help="The id of a decision.")], /, *, json: Json = False
) -> Exit:
    """Show one decision: the reasons as the person reads them, and what became of it."""
    with opened() as house:
        one = house.ask(decision.decision, people.SYSTEM, decision_id)
    pairs: list[tuple[str, object]] = [
        ("decision", one.id),
        ("item", one.item_id),
        ("by", one.by_name),
        ("state", _state(one)),
        *one.lines,
    ]
    for each in one.measures:
        until = f" until {plain(each.ends)}" if each.ends else ""
        lifted = f", lifted {plain(each.lifted_at)}" if each.lifted_at else ""
        named = f" “{each.label_says}”" if each.label_says else ""
        pairs.append(("measure", f"{each.measure}{named} on the {each.target}{until}{lifted}"))
    if one.restitution is not None:
        pairs += [("undone", says) for says in one.restitution.undone]
        pairs += [("not undone", says) for says in one.restitution.not_undone]
    show(_plain(one), as_json=json, text=facts(pairs))
    return Exit.OK


def _plain(one: decision.DecisionView) -> dict[str, object]:
    """Write a decision as JSON data; its statement as the published schema has it."""
    data: dict[str, object] = plain(one)
    data["statement"] = decision.to_dict(one.statement) if one.statement else None
    return data


def _state(one: decision.DecisionView) -> str:
    if one.reversed_at is not None:
        return "reversed"
    if one.superseded_by is not None:
        return "replaced"
    return "provisional" if one.provisional else "stands"
