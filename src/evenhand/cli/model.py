"""Classifiers at the shell: learn from what people decided, compare, put in force, retire."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any, Final

from cyclopts import App, Parameter
from cyclopts.validators import Number

from evenhand import detection, people, policy
from evenhand.cli.exits import Exit
from evenhand.cli.output import Json, facts, show, table
from evenhand.cli.shell import opened

if TYPE_CHECKING:
    from evenhand.bootstrap import House

app = App(name="model")

_TOLD: Final = (
    *("id", "clause_key", "clause_version", "version", "sha256", "size_bytes", "state"),
    *("trained_at", "asked_by", "enforced_at", "retired_at"),
)
Version = Annotated[
    str, Parameter(help="A version or the beginning of one, as `evenhand model list` shows it.")
]


@app.command
def train(
    *,
    clause: Annotated[
        str | None, Parameter(help="The key of a clause; unset: every clause in force.")
    ] = None,
    confidence: Annotated[
        float,
        Parameter(
            validator=Number(gte=detection.CONFIDENCE_MIN, lte=detection.CONFIDENCE_MAX),
            help="How sure the thresholds have to be; the surer, the more answers it takes.",
        ),
    ] = detection.CONFIDENCE,
    why: Annotated[str, Parameter(help="Why now, for the record.")] = "asked for at the shell",
    json: Json = False,
) -> Exit:
    """Learn a new version from what people decided, and measure it beside the one in force.

    It is not put in force: see `evenhand model show` and `evenhand model use`. Exits 3 when
    nothing could be learned under any clause that was asked for.
    """
    with opened() as house:
        keys = [clause] if clause is not None else _learnable(house)
        done = [_trained(house, key, confidence=confidence, why=why) for key in keys]
    rows = [(one.clause_key, one.state, one.says) for one in done]
    empty = "No clause is in force under which anything may be learned."
    text = table(("clause", "training", "says"), rows, empty=empty)
    show({"trainings": done}, as_json=json, text=text)
    learned = any(one.state is detection.TrainingState.DONE for one in done)
    return Exit.OK if learned else Exit.NOT_POSSIBLE


@app.command(name="list")
def list_(*, json: Json = False) -> Exit:
    """List every version under every clause, newest first, and what drifted."""
    with opened() as house:
        found = house.ask(detection.classifiers, people.SYSTEM)
        alarms = house.ask(detection.alarms, people.SYSTEM)
        asked = house.ask(detection.trainings, people.SYSTEM)
    drifted = {one.model_id for one in alarms}
    rows = [
        (
            one.version,
            one.clause_key,
            one.state,
            f"{one.report.broke}+{one.report.fine}",
            one.report.measured.auc,
            "drifted" if one.id in drifted else None,
            one.trained_at,
        )
        for one in found
    ]
    headings = ("version", "clause", "state", "lessons", "auc", "drift", "trained")
    empty = "Nothing was learned yet. `evenhand model train` learns from what people decided."
    value = {"versions": [_plain(one) for one in found], "alarms": alarms, "trainings": asked}
    show(value, as_json=json, text=table(headings, rows, empty=empty))
    return Exit.OK


@app.command(name="show")
def show_(version: Version, /, *, json: Json = False) -> Exit:
    """Show a version's card: what it learned from, how it did, and what it cannot see."""
    with opened() as house:
        one = house.ask(detection.classifier, people.SYSTEM, version)
    card = detection.card_of(one)
    told = [
        ("version", one.version),
        ("clause", f"{one.clause_key} (version {one.clause_version} then)"),
        ("state", one.state),
        ("task", card.task),
        ("provenance", card.provenance),
        *(("tested on", each) for each in card.tested_on),
        *(("beside", each) for each in _beside(one)),
        *(("cannot see", each) for each in card.cannot_see),
        ("licence", card.licence),
        ("size", f"{one.size_bytes} bytes, SHA-256 {one.sha256}"),
    ]
    show({**_plain(one), "card": card}, as_json=json, text=facts(told))
    return Exit.OK


@app.command
def use(
    version: Version,
    /,
    *,
    why: Annotated[str, Parameter(help="Why this one, for the record.")],
    json: Json = False,
) -> Exit:
    """Put a version in force, in place of the one before. Look at it first: `evenhand model show`.

    It proposes to people; it holds and removes nothing.
    """
    with opened() as house:
        one = house.ask(detection.classifier, people.SYSTEM, version)
        house.do(detection.enforce_classifier, people.SYSTEM, one.id, why=why)
    says = f"Version {one.version} is in force under {one.clause_key}, from the next item on."
    show({"in_force": one.id, "version": one.version}, as_json=json, text=[says, *_beside(one)])
    return Exit.OK


@app.command
def retire(
    version: Version,
    /,
    *,
    why: Annotated[str, Parameter(help="What is wrong with it, for the record.")],
    json: Json = False,
) -> Exit:
    """Retire a version for good. Everything that rested on it comes back to be looked at again."""
    with opened() as house:
        one = house.ask(detection.classifier, people.SYSTEM, version)
        house.do(detection.retire_classifier, people.SYSTEM, one.id, why=why)
    says = "Retired. A worker now reopens what rested on it: see `evenhand queue list`."
    show({"retired": one.id, "version": one.version}, as_json=json, text=[says])
    return Exit.OK


def _learnable(house: House) -> list[str]:
    clauses = house.ask(policy.clauses)
    return [one.key for one in clauses if one.harm not in detection.UNLEARNABLE]


def _trained(house: House, clause: str, *, confidence: float, why: str) -> detection.TrainingView:
    """Ask for a training and carry it through here, however long it takes."""
    from evenhand.worker import Worker

    try:
        training_id = house.do(
            detection.ask_training, people.SYSTEM, clause, why=why, confidence=confidence
        )
    except detection.TrainingWaits:  # somebody asked before; this carries it through
        waiting = house.ask(detection.last_training, clause)
        assert waiting is not None, "trainings are never deleted"
        training_id = waiting.id
    with _spinning(f"Learning what people decided under {clause}…"):
        Worker(house).carry_through(training_id)
    return house.ask(detection.training, training_id)


@contextlib.contextmanager
def _spinning(says: str) -> Iterator[None]:
    """Show on a terminal that something is under way."""
    if not sys.stderr.isatty():
        yield
        return
    from rich.console import Console

    with Console(stderr=True).status(says):
        yield


def _plain(one: detection.ClassifierView) -> dict[str, Any]:
    """Write a version for programs."""
    report = one.report.to_dict()
    return {name: getattr(one, name) for name in _TOLD} | {"report": report}


def _beside(one: detection.ClassifierView) -> list[str]:
    """Set a version beside the one that was in force when it was trained."""
    before = one.report.measured_current
    if before is None:
        return ["No version was in force to compare it with."]
    new = one.report.measured
    pairs = (
        ("AUC", before.auc, new.auc),
        ("calibration error", before.calibration_error, new.calibration_error),
        ("proposed", before.auto, new.auto),
        ("let be", before.ignore, new.ignore),
    )
    told = [f"{name} {_number(was)} then, {_number(now)} now" for name, was, now in pairs]
    where = f"On the same {new.kept} answers kept aside, version {one.report.current} and this:"
    return [f"{where} {'; '.join(told)}."]


def _number(value: float | None) -> str:
    return "too few to say" if value is None else f"{value:.3f}"
