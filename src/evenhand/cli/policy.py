"""The written rules at the shell: which are in force, and how new versions are published."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import App

from evenhand import people, policy
from evenhand.cli.exits import Exit
from evenhand.cli.output import Json, file_or_stdin, flag, show, table
from evenhand.cli.shell import opened, read_toml

app = App(name="policy")


@app.command(name="list")
def list_(
    *,
    every: Annotated[bool, flag("Every version, not only those in force.", name="--all")] = False,
    json: Json = False,
) -> Exit:
    """List the clauses that are in force now, in the order of their numbers."""
    with opened() as house:
        clauses = house.ask(policy.policy).clauses if every else house.ask(policy.clauses)
    rows = [
        (one.number, one.key, one.version, one.title, one.harm.value, one.effective_from)
        for one in clauses
    ]
    headings = ("number", "key", "version", "title", "harm", "in force from")
    empty = "No clause is in force. Publish a policy: `evenhand policy publish FILE`."
    show({"clauses": clauses}, as_json=json, text=table(headings, rows, empty=empty))
    return Exit.OK


@app.command
def publish(
    file: Annotated[Path, file_or_stdin("The policy as TOML")],
    /,
    *,
    json: Json = False,
) -> Exit:
    """Publish the clause versions of a policy file that are not published yet.

    A published version is never changed: to change a clause, raise its version number in the
    file. Decisions keep the version they cite.
    """
    written = policy.parse_policy(read_toml(file))
    with opened() as house:
        fresh = house.do(policy.publish, people.SYSTEM, written)
    text = [f"Published {one}." for one in fresh]
    show({"published": fresh}, as_json=json, text=text)
    return Exit.OK
