"""Rules are written in the console: checked where they stand, shown as forms, put into files.

Nothing here changes anything. What is written becomes a deployment like any other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from evenhand import people, policy
from evenhand.db import ReadTx
from evenhand.policy import Measure
from evenhand.rules.commands.deploying import known_here, new_in
from evenhand.rules.errors import RulesRefused
from evenhand.rules.happening import kinds_here
from evenhand.rules.language.builder import to_builder
from evenhand.rules.language.declarations import EVERY_ITEM
from evenhand.rules.language.faults import Fault, Refused, written
from evenhand.rules.language.formatting import BuilderWrong, from_builder
from evenhand.rules.language.lints import warnings
from evenhand.rules.language.rehearsal import Rehearsed, rehearse
from evenhand.rules.language.render import sentence
from evenhand.rules.language.ruleset import RuleSet
from evenhand.rules.live import read_files
from evenhand.rules.proposing import AS_LISTED

Files = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Pointed:
    """What is wrong or doubtful in a file: where, what, and the lines that point at it."""

    file: str
    line: int
    column: int
    says: str
    shown: str


@dataclass(frozen=True, slots=True)
class RuleRead:
    """A rule as it was read, in plain words, and whether deploying it makes a new version."""

    name: str
    says: str
    new: bool


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check of files found. `failed` are examples that do not come true."""

    faults: tuple[Pointed, ...] = ()
    doubts: tuple[Pointed, ...] = ()
    failed: tuple[Pointed, ...] = ()
    examples: int = 0
    rules: tuple[RuleRead, ...] = ()

    @property
    def fit(self) -> bool:
        """Tell whether nothing stands in the way of a deployment as far as is known here."""
        return not self.faults and not self.failed


@dataclass(frozen=True, slots=True)
class Offered:
    """What the form of a rule can offer: by kind the fields, the clauses and the measures."""

    kinds: Mapping[str, tuple[str, ...]]
    clauses: tuple[str, ...]
    measures: tuple[str, ...]


def check_files(tx: ReadTx, actor: people.Actor, files: Files) -> Checked:
    """Read files as this house would, try their examples, and say all that is wrong.

    Raises NotAllowed.
    """
    people.require(actor, people.Permission.SEE_QUEUE)
    try:
        found = _read(tx, files)
    except Refused as refused:
        return Checked(faults=tuple(map(_pointed, refused.faults)))
    tried = rehearse(found)
    new = {one.name for one in new_in(tx, found)}
    return Checked(
        doubts=tuple(map(_pointed, warnings(found))),
        failed=tuple(_untrue(one) for one in tried if not one.as_said),
        examples=len(tried),
        rules=tuple(
            RuleRead(one.name, sentence(one.source), one.name in new) for one in found.rules
        ),
    )


def said(source: str) -> str | None:
    """Say what a rule does in plain English; None when its text cannot be read any more."""
    try:
        return sentence(source)
    except Refused:
        return None


def as_form(source: str) -> dict[str, Any]:
    """Return a rule as the data of a form, from its text. Raises RulesRefused."""
    try:
        return to_builder(source)
    except Refused as refused:
        raise RulesRefused(str(refused)) from refused


def as_source(data: Mapping[str, Any]) -> str:
    """Return a rule's text from the data of a form. Raises RulesRefused."""
    try:
        return from_builder(data)
    except BuilderWrong as wrong:
        raise RulesRefused(str(wrong)) from wrong


def with_rule(tx: ReadTx, actor: people.Actor, files: Files, source: str) -> list[tuple[str, str]]:
    """Return files in which a rule stands in place of the one of its name, or in a file of its own.

    Raises NotAllowed, RulesRefused when the text or the files cannot be read.
    """
    people.require(actor, people.Permission.SEE_QUEUE)
    name = as_form(source)["name"]
    rules = _readable(tx, files).rules if files else ()
    before = next((one for one in rules if one.name == name), None)
    if before is None:
        taken = {file for file, _ in files}
        file = f"{name}.rules" if f"{name}.rules" not in taken else f"{name}-rule.rules"
        return [*files, (file, f"{source}\n")]
    return [
        (file, _replaced(text, before.place.line, before.source, source))
        if file == before.place.file
        else (file, text)
        for file, text in files
    ]


def offered(tx: ReadTx, actor: people.Actor) -> Offered:
    """Return what the form of a rule can offer in this house. Raises NotAllowed."""
    people.require(actor, people.Permission.SEE_QUEUE)
    kinds = {name: tuple(kind.fields) for name, kind in kinds_here(tx).items()}
    return Offered(
        kinds={EVERY_ITEM: ()} | kinds,
        clauses=(*(one.key for one in policy.clauses(tx)), AS_LISTED),
        measures=tuple(one.value for one in Measure),
    )


def _read(tx: ReadTx, files: Files) -> RuleSet:
    return read_files(files, kinds_here(tx), known_here(tx))


def _readable(tx: ReadTx, files: Files) -> RuleSet:
    try:
        return _read(tx, files)
    except Refused as refused:
        raise RulesRefused(str(refused)) from refused


def _replaced(text: str, line: int, before: str, after: str) -> str:
    """Put one rule in the place of another, that begins at a line."""
    lines, old = text.split("\n"), before.split("\n")
    return "\n".join([*lines[: line - 1], *after.split("\n"), *lines[line - 1 + len(old) :]])


def _pointed(fault: Fault) -> Pointed:
    return Pointed(fault.file, fault.line, fault.column, fault.says, "\n".join(written(fault)[2:]))


def _untrue(one: Rehearsed) -> Pointed:
    place = one.example.place
    return Pointed(place.file, place.line, 1, one.error or one.says, "")
