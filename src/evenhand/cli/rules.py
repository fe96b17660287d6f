"""Room 3 at the shell: which rules there are, and what they proposed about an item."""

from __future__ import annotations

from typing import Annotated, Final

from cyclopts import App, Parameter

from evenhand.cli.exits import Exit
from evenhand.cli.output import Json, show, table
from evenhand.cli.rules_check import check, try_examples
from evenhand.cli.rules_eval import eval_
from evenhand.cli.rules_explain import explain
from evenhand.cli.shell import opened

app = App(name="rules")


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
IN_THE_HOUSE: Final = {
    "list": ("rules_life:list_", "List the rules, with the stage each version has come to."),
    "deploy": ("rules_life:deploy", "Deploy rule files; what is new begins as a draft."),
    "backtest": ("rules_backtest:backtest", "Run a rule over the past, and say what it would do."),
    "stage": ("rules_life:stage", "Take a version one step on, or any number back."),
    "approve": ("rules_life:approve", "Approve a rule that would restrict somebody."),
    "retire": ("rules_life:retire", "Retire a version as wrong; what rested on it is reopened."),
    "rollback": ("rules_life:rollback", "Retire what acts, and let the version before act again."),
}
"""What needs a house is imported when it is asked for: checking and running files does not wait."""

for name, (where, says) in IN_THE_HOUSE.items():
    app.command(f"evenhand.cli.{where}", name=name, help=says)
