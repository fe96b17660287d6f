"""What a folder of rules says once it is read: kinds, counters and rules, each with its version.

A rule's version is the fingerprint of all that it means: on what, when, what it asks for, under
which clause and why. Words between rules, names of lists and the order of files change none of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any, TypeAlias

from evenhand.kit.canonical import digest
from evenhand.rules.language.ir import Condition, Scalar, Type, as_data


@dataclass(frozen=True, slots=True)
class Place:
    """Where something is written: the file, and its first line, counted from 1."""

    file: str
    line: int


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of event and the fields it may have; a field that is not listed does not exist."""

    name: str
    fields: Mapping[str, Type]


class Entity(StrEnum):
    """What a label hangs on."""

    ACCOUNT = "account"
    ITEM = "item"


@dataclass(frozen=True, slots=True)
class Label:
    """Hang a label on an entity, for a while or until somebody takes it off."""

    entity: Entity
    name: str
    lasting: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Enqueue:
    """Put the item before a person; a higher priority comes first, 0 to 100."""

    queue: str
    priority: int | None = None


@dataclass(frozen=True, slots=True)
class Propose:
    """Propose a measure, after a random while between two bounds if they are given."""

    measure: str
    earliest: timedelta = timedelta(0)
    latest: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True)
class Score:
    """Add to a score by name, which people see beside the item."""

    name: str
    amount: float


Action: TypeAlias = Label | Enqueue | Propose | Score


class Counting(StrEnum):
    """What a counter counts: events, or different values of one of their fields."""

    COUNT = "count"
    DISTINCT = "distinct"


@dataclass(frozen=True, slots=True)
class Counter:
    """How many events, or different values, there were of a key within a window up to an event.

    Exact in the order in which events came, the event itself included. `of` None counts events.
    """

    name: str
    counting: Counting
    of: str | None
    kinds: tuple[str, ...]
    by: str
    within: timedelta
    place: Place


@dataclass(frozen=True, slots=True)
class Example:
    """An event written under a rule, and whether the rule has to fire on it."""

    fires: bool
    event: Mapping[str, Any]
    place: Place


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule as it was read; `source` is its text, word for word."""

    name: str
    kinds: tuple[str, ...]
    when: Condition
    actions: tuple[Action, ...]
    policy: str | None
    why: str | None
    examples: tuple[Example, ...]
    source: str
    place: Place

    @property
    def version(self) -> str:
        """Return the fingerprint of what the rule means, 64 hexadecimal digits."""
        return digest(
            {
                "kinds": sorted(self.kinds),
                "when": as_data(self.when),
                "actions": [_action_data(one) for one in self.actions],
                "policy": self.policy,
                "why": self.why,
            }
        )


@dataclass(frozen=True, slots=True)
class RuleSet:
    """All that was read together. Rules stand in the order of their files' names and lines."""

    kinds: Mapping[str, Kind]
    lists: Mapping[str, tuple[Scalar, ...]]
    counters: tuple[Counter, ...]
    rules: tuple[Rule, ...]


def _action_data(action: Action) -> list[str | int | float | None]:
    match action:
        case Label():
            lasting = action.lasting.total_seconds() if action.lasting is not None else None
            return ["label", action.entity, action.name, lasting]
        case Enqueue():
            return ["enqueue", action.queue, action.priority]
        case Propose():
            bounds = (action.earliest.total_seconds(), action.latest.total_seconds())
            return ["propose", action.measure, *bounds]
        case Score():
            return ["score", action.name, action.amount]
