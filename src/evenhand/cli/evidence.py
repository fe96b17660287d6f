"""Sealed identities at the shell: opened or erased with a reason, each time on the record."""

from __future__ import annotations

from typing import Annotated

from cyclopts import App, Parameter

from evenhand import evidence, intake, people
from evenhand.cli.exits import Exit
from evenhand.cli.output import Json, facts, show
from evenhand.cli.shell import opened

app = App(name="evidence")

Whose = Annotated[
    intake.Whose, Parameter(help="That of a report's sender, or of an account's holder.")
]
Which = Annotated[
    str, Parameter(help="The number of the report, or the account's id on your service.")
]
Why = Annotated[str, Parameter(help="Why it must be: ten characters at least, kept apart.")]


@app.command(name="open-identity")
def open_identity(whose: Whose, name: Which, /, *, reason: Why, json: Json = False) -> Exit:
    """Show who sent a report, or where an account holder is written to, and record that."""
    with opened() as house:
        identity_id = house.ask(intake.sealed_identity, people.SYSTEM, whose, name)
        found = house.do(evidence.open_identity, people.SYSTEM, identity_id, reason=reason)
    given = {key: value for key, value in found.items() if value}
    text = facts(list(given.items())) if given else ["They gave neither a name nor an address."]
    show(given, as_json=json, text=text)
    return Exit.OK


@app.command(name="erase-identity")
def erase_identity(whose: Whose, name: Which, /, *, reason: Why, json: Json = False) -> Exit:
    """Destroy the key of a sealed identity: nobody can open it again, or write to it."""
    with opened() as house:
        identity_id = house.ask(intake.sealed_identity, people.SYSTEM, whose, name)
        house.do(evidence.erase_identity, people.SYSTEM, identity_id, reason=reason)
    show({"erased": identity_id}, as_json=json, text=["It is erased for good."])
    return Exit.OK
