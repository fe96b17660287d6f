"""Room 2 at the shell: what detectors answered about an item, and the cards of models."""

from __future__ import annotations

from typing import Annotated, Any

from cyclopts import App, Parameter

from evenhand import detection, people
from evenhand.cli.exits import Exit
from evenhand.cli.output import Json, facts, show, table
from evenhand.cli.shell import opened

app = App(name="detection")

Name = Annotated[
    str, Parameter(help="The name of a detector, as `evenhand detection list` has it.")
]


@app.command(name="show")
def show_(
    item_id: Annotated[str, Parameter(help="The id of an item.")], /, *, json: Json = False
) -> Exit:
    """Show what each detector answered about an item: found, not found, failed or skipped.

    Not looked at is never the same as clean, so that is told apart.
    """
    with opened() as house:
        found = house.ask(detection.assessments, people.SYSTEM, item_id)
    rows = [
        (f"{one.detector}@{one.detector_version}", one.field, one.answer, one.why, one.at)
        for one in found
    ]
    headings = ("detector", "field", "answer", "why", "at")
    empty = "No detector has looked at it: the id may be wrong, or a worker has yet to run."
    show({"assessments": found}, as_json=json, text=table(headings, rows, empty=empty))
    return Exit.OK


@app.command(name="list")
def list_(*, json: Json = False) -> Exit:
    """List the detectors: whether each is on and installed, and what it answered lately.

    Models are off until they are switched on: they give opinions, and one alone holds nothing.
    """
    with opened() as house:
        found = house.ask(detection.detectors, people.SYSTEM)
    headings = ("detector", "state", "needs", *(one.value for one in detection.Answer))
    rows = [
        (
            f"{one.declared.name}@{one.declared.version}",
            "on" if one.on else "off",
            _needs(one),
            *(one.answers[answer] for answer in detection.Answer),
        )
        for one in found
    ]
    says = f"Answers of the last {detection.COUNTED_DAYS} days."
    text = [*table(headings, rows, empty="There is no detector."), says]
    show({"detectors": [_plain(one) for one in found]}, as_json=json, text=text)
    return Exit.OK


@app.command
def card(
    name: Annotated[str, Parameter(help="The name of a model, or of a detector that asks it.")],
    /,
    *,
    json: Json = False,
) -> Exit:
    """Show a model's card: where it comes from, what it was tested on, what it cannot see."""
    found = detection.card(name)
    rows = [
        ("model", f"{found.name} {found.version}"),
        ("does", found.task),
        *(("cannot see", each) for each in found.cannot_see),
        ("learned from", found.provenance),
        *(("tested on", each) for each in found.tested_on),
        ("licence", found.licence),
        *((f"score: {says}", f"from {score} on") for says, score in found.thresholds.items()),
        ("weights", f"{found.size_bytes:,} bytes, SHA-256 {found.sha256}"),
    ]
    show({"card": found}, as_json=json, text=facts(rows))
    return Exit.OK


@app.command
def on(name: Name, /, *, json: Json = False) -> Exit:
    """Switch a detector on, from the next item on."""
    return _switched(name, on=True, json=json)


@app.command
def off(name: Name, /, *, json: Json = False) -> Exit:
    """Switch a detector off, from the next item on. It then says "skipped", never "not found"."""
    return _switched(name, on=False, json=json)


@app.command
def withdraw(
    name: Name,
    /,
    *,
    why: Annotated[str, Parameter(help="What was wrong with its answers.")],
    json: Json = False,
) -> Exit:
    """Take back what a detector said: it is off, and what rested on it is looked at again."""
    with opened() as house:
        house.do(detection.withdraw, people.SYSTEM, name, why=why)
    says = "Withdrawn. A worker now reopens what rested on it: see `evenhand queue list`."
    show({"withdrawn": name}, as_json=json, text=[says])
    return Exit.OK


def _switched(name: str, *, on: bool, json: bool) -> Exit:
    with opened() as house:
        house.do(detection.switch, people.SYSTEM, name, on=on)
    text = [f"{name} is switched {'on' if on else 'off'}, from the next item on."]
    needs = detection.needs_of(name)
    if on and needs is not None:
        text.append(needs)
    show({"detector": name, "on": on, "missing": needs}, as_json=json, text=text)
    return Exit.OK


def _needs(one: detection.DetectorView) -> str:
    if one.declared.needs is None:
        return ""
    return one.declared.needs.extra + ("" if one.declared.installed else " (missing)")


def _plain(one: detection.DetectorView) -> dict[str, Any]:
    told = one.declared
    return {
        "name": told.name,
        "version": told.version,
        "on": one.on,
        "cost": told.cost,
        "seconds_max": told.seconds_max,
        "needs": None if told.needs is None else told.needs.extra,
        "installed": told.installed,
        "model": None if told.card is None else told.card.name,
        "answers": {answer.value: count for answer, count in one.answers.items()},
    }
