"""The examples under rules are tried: each is read and run as an event would be, by the engine.

An example speaks of its own rule only; what other rules do on the same event is not asked.
"""

from __future__ import annotations

from dataclasses import dataclass

from evenhand.rules.language.checks import EventWrong
from evenhand.rules.language.events import EventReader
from evenhand.rules.language.row import Failure, Layout, RowRules
from evenhand.rules.language.ruleset import Example, Rule, RuleSet


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """What an example did: whether the rule fired, or why that cannot be told."""

    rule: str
    example: Example
    fired: bool | None
    error: str | None = None

    @property
    def as_said(self) -> bool:
        """Tell whether the rule did what its example says."""
        return self.fired is self.example.fires

    @property
    def says(self) -> str:
        """Say what the rule does where its example says otherwise."""
        if self.example.fires:
            return f"`{self.rule}` stays silent, and this example says that it fires."
        return f"`{self.rule}` fires, and this example says that it stays silent."


def rehearse(ruleset: RuleSet) -> tuple[Rehearsed, ...]:
    """Try every example, in the order of the rules."""
    reader = EventReader(ruleset, Layout.of(ruleset.rules))
    layout = Layout.of(ruleset.rules)
    return tuple(
        _tried(rule, example, reader, RowRules([rule], layout))
        for rule in ruleset.rules
        for example in rule.examples
    )


def _tried(rule: Rule, example: Example, reader: EventReader, engine: RowRules) -> Rehearsed:
    try:
        event = reader.read(dict(example.event))
    except EventWrong as why:
        return Rehearsed(rule.name, example, None, str(why))
    assert event.row is not None, "an example is of a kind of its rule"
    failed: list[Failure] = []
    fired = bool(engine.run(event.row, failed))
    if failed:
        return Rehearsed(rule.name, example, None, "The rule failed.")
    return Rehearsed(rule.name, example, fired)
