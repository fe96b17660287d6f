"""Banks at the shell: what is known, to be harmful or to be fine, and how far each list is used."""

from __future__ import annotations

from typing import Annotated, Final

from cyclopts import App, Parameter
from cyclopts.validators import Number

from evenhand import banks, people
from evenhand.cli import bank_entries, bank_files, bank_index
from evenhand.cli.exits import Exit
from evenhand.cli.output import Json, facts, flag, show, table
from evenhand.cli.shell import opened

app = App(name="bank")
BankName = Annotated[str, Parameter(help="The name of a bank, as `evenhand bank list` shows it.")]
Why = Annotated[str, Parameter(help="Why, so that others can check it.")]
Percent = Annotated[
    int | None,
    Parameter(
        validator=Number(gte=0, lte=100),
        help="For how many of 100 accounts a match is acted upon; for the others it counts one"
        " step less.",
    ),
]
Flood = Annotated[
    int | None,
    Parameter(
        validator=Number(gte=0),
        help="How many accounts an entry may match within an hour before it is quarantined; 0:"
        " never.",
    ),
]
_OF_ENTRIES: Final = (
    bank_entries.add,
    bank_entries.entries,
    bank_entries.entry,
    bank_entries.disable,
    bank_entries.enable,
    bank_entries.release,
    bank_entries.withdraw,
    bank_entries.clusters,
)


@app.command
def create(
    name: Annotated[str, Parameter(help="What the bank is called.")],
    /,
    *,
    signal: Annotated[banks.Signal, Parameter(help="What its entries are compared with.")],
    confidence: Annotated[
        banks.Confidence,
        Parameter(help="Confirmed material is held at once; indicative material is looked at."),
    ] = banks.Confidence.CONFIRMED,
    clause: Annotated[
        str | None, Parameter(help="The key of the clause that a match breaks; none for fine.")
    ] = None,
    polarity: Annotated[
        banks.Polarity, Parameter(help="What is in it is known to be harmful, or to be fine.")
    ] = banks.Polarity.HARM,
    rollout: Percent = None,
    flood_max: Flood = None,
    json: Json = False,
) -> Exit:
    """Make an empty bank: under a clause of the policy, or of what is known to be fine."""
    with opened() as house:
        bank_id = house.do(
            banks.create_bank,
            people.SYSTEM,
            name=name,
            signal=signal,
            confidence=confidence,
            clause_key=clause,
            polarity=polarity,
            rollout=100 if rollout is None else rollout,
            flood_max=flood_max,
        )
    says = f"Made the bank. Add to it with `evenhand bank add '{name}' …`."
    show({"bank_id": bank_id, "name": name}, as_json=json, text=[says])
    return Exit.OK


@app.command
def change(
    bank: BankName,
    /,
    *,
    why: Why,
    on: Annotated[bool, flag("Switch it on: it matches again.")] = False,
    off: Annotated[bool, flag("Switch it off: it matches nothing.")] = False,
    rollout: Percent = None,
    flood_max: Flood = None,
    flood_as_set: Annotated[bool, flag("Go back to the setting's number for floods.")] = False,
    json: Json = False,
) -> Exit:
    """Switch a bank on or off, roll it out or back, or change how much is a flood.

    What counts less from now on is looked at again where it held something; what counts more is
    searched for in the recent past.
    """
    with opened() as house:
        now = house.do(
            banks.change_bank,
            people.SYSTEM,
            bank,
            why=why,
            enabled=True if on else False if off else None,
            rollout=rollout,
            flood_max=flood_max,
            flood_as_set=flood_as_set,
        )
    value = {
        "bank": bank,
        "enabled": now.enabled,
        "rollout": now.rollout,
        "flood_max": now.flood_max,
    }
    pairs = [
        ("switched on", "yes" if now.enabled else "no"),
        ("rolled out to", f"{now.rollout} %"),
        ("flood", "as set" if now.flood_max is None else now.flood_max or "never"),
    ]
    show(value, as_json=json, text=facts(pairs))
    return Exit.OK


@app.command(name="list")
def list_(*, json: Json = False) -> Exit:
    """List every bank, with how many of its entries stand."""
    with opened() as house:
        found = house.ask(banks.banks, people.SYSTEM)
    rows = [
        (
            one.name,
            one.signal,
            one.confidence if one.polarity is banks.Polarity.HARM else "fine",
            one.clause_key,
            f"{one.rollout} %" if one.enabled else "off",
            one.live,
            one.quarantined or "",
        )
        for one in found
    ]
    headings = ("bank", "signal", "confidence", "clause", "rollout", "entries", "quarantined")
    empty = "There is no bank yet. Make one with `evenhand bank create`."
    show({"banks": found}, as_json=json, text=table(headings, rows, empty=empty))
    return Exit.OK


for each in _OF_ENTRIES:
    app.command(each)
app.command(bank_files.import_, name="import")
app.command(bank_files.export)
app.command(bank_index.match)
app.command(bank_index.stats)
app.command(bank_index.verify)
