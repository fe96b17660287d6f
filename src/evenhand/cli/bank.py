"""Banks at the shell: what is known to be harmful, where each entry comes from, and its end."""

from __future__ import annotations

from typing import Annotated

from cyclopts import App, Parameter

from evenhand import banks, people
from evenhand.cli import bank_files, bank_index
from evenhand.cli.exits import Exit
from evenhand.cli.output import Json, Limit, show, table
from evenhand.cli.shell import opened

app = App(name="bank")
app.command(bank_files.import_, name="import")
app.command(bank_files.export)
app.command(bank_index.match)
app.command(bank_index.stats)
app.command(bank_index.verify)

BankName = Annotated[str, Parameter(help="The name of a bank, as `evenhand bank list` shows it.")]


@app.command
def create(
    name: Annotated[str, Parameter(help="What the bank is called.")],
    /,
    *,
    signal: Annotated[banks.Signal, Parameter(help="What its entries are compared with.")],
    confidence: Annotated[
        banks.Confidence,
        Parameter(help="Confirmed material is held at once; indicative material is looked at."),
    ],
    clause: Annotated[str, Parameter(help="The key of the clause that a match breaks.")],
    json: Json = False,
) -> Exit:
    """Make an empty bank under a clause of the policy."""
    with opened() as house:
        bank_id = house.do(
            banks.create_bank,
            people.SYSTEM,
            name=name,
            signal=signal,
            confidence=confidence,
            clause_key=clause,
        )
    says = f"Made the bank. Add to it with `evenhand bank add '{name}' …`."
    show({"bank_id": bank_id, "name": name}, as_json=json, text=[says])
    return Exit.OK


@app.command(name="list")
def list_(*, json: Json = False) -> Exit:
    """List every bank, with how many of its entries stand."""
    with opened() as house:
        found = house.ask(banks.banks, people.SYSTEM)
    rows = [(one.name, one.signal, one.confidence, one.clause_key, one.live) for one in found]
    headings = ("bank", "signal", "confidence", "clause", "entries")
    empty = "There is no bank yet. Make one with `evenhand bank create`."
    show({"banks": found}, as_json=json, text=table(headings, rows, empty=empty))
    return Exit.OK


@app.command
def add(
    bank: BankName,
    value: Annotated[str, Parameter(help="The hash, the phrase or the domain.")],
    /,
    *,
    kind: Annotated[banks.EntryKind, Parameter(help="How the value is written.")],
    source: Annotated[str, Parameter(help="Where it comes from: a partner, a list, a case.")],
    reason: Annotated[str, Parameter(help="Why it is here, so that others can check it.")],
    json: Json = False,
) -> Exit:
    """Add an entry to a bank. From then on, what matches it is held or looked at."""
    with opened() as house:
        entry_id = house.do(
            banks.add_entry,
            people.SYSTEM,
            bank=bank,
            kind=kind,
            value=value,
            source=source,
            reason=reason,
        )
    show({"entry_id": entry_id}, as_json=json, text=[f"Added as entry {entry_id}."])
    return Exit.OK


@app.command
def withdraw(
    entry_id: Annotated[str, Parameter(help="The id of an entry.")],
    /,
    *,
    why: Annotated[str, Parameter(help="Why it does not belong here.")],
    json: Json = False,
) -> Exit:
    """Withdraw an entry. Everything that rested on it comes back to the queue to be looked at."""
    with opened() as house:
        house.do(banks.withdraw_entry, people.SYSTEM, entry_id, why=why)
    says = "Withdrawn. A worker now reopens what rested on it: see `evenhand queue list`."
    show({"withdrawn": entry_id}, as_json=json, text=[says])
    return Exit.OK


@app.command
def entries(
    bank: BankName,
    /,
    *,
    limit: Limit = 50,
    json: Json = False,
) -> Exit:
    """List the entries of a bank, withdrawn ones among them."""
    with opened() as house:
        found = house.ask(banks.entries, people.SYSTEM, bank, limit=limit)
    rows = [
        (one.id, one.kind, one.value, one.source, one.added_at, one.withdrawn_at) for one in found
    ]
    headings = ("entry", "kind", "value", "source", "added", "withdrawn")
    empty = "There is nothing in this bank yet."
    show({"entries": found}, as_json=json, text=table(headings, rows, empty=empty))
    return Exit.OK
