"""Room 3 at the shell: which rules there are, and what they proposed about an item."""

from __future__ import annotations

from typing import Annotated

from cyclopts import App, Parameter

from evenhand.cli.exits import Exit
from evenhand.cli.output import Json, show, table
from evenhand.cli.rules_check import check, try_examples
from evenhand.cli.rules_eval import eval_
from evenhand.cli.rules_explain import explain
from evenhand.cli.shell import opened

app = App(name="rules")


@app.command(name="list")
def list_(*, json: Json = False) -> Exit:
    """List the rules with their versions and what they propose. People, or a hold, decide."""
    from evenhand import rules

    rows = [(one.id, one.version, one.says) for one in rules.RULES]
    text = table(("rule", "version", "says"), rows, empty="There is no rule.")
    show({"rules": rules.RULES}, as_json=json, text=text)
    return Exit.OK


@app.command(name="show")
def show_(
    item_id: Annotated[str, Parameter(help="The id of an item.")], /, *, json: Json = False
) -> Exit:
    """Show what rules proposed about an item, and why."""
    from evenhand import people, rules

    with opened() as house:
        found = house.ask(rules.proposals_of, people.SYSTEM, item_id)
    rows = [(f"{one.rule}@{one.rule_version}", one.action, one.harm, one.why) for one in found]
    empty = "No rule proposed anything about it."
    text = table(("rule", "proposes", "harm", "why"), rows, empty=empty)
    show({"proposals": found}, as_json=json, text=text)
    return Exit.OK


app.command(check, name="check")
app.command(try_examples, name="test")
app.command(eval_, name="eval")
app.command(explain)
