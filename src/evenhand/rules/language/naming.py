"""A condition names fields of the kinds it is about, lists, counters and what the house knows of.

Whatever is named and not there is pointed at, with the nearest that is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from evenhand.rules.language.faults import Span, Wrong, did_you_mean, listing
from evenhand.rules.language.ir import Scalar, Type
from evenhand.rules.language.ruleset import Counter, Kind

NAME_CHARS_MAX: Final = 64
_HANDLE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]*")


@dataclass(frozen=True, slots=True)
class Known:
    """What there is in the house; None for what is not checked, as when there is no house."""

    detectors: frozenset[str] | None = None
    models: frozenset[str] | None = None
    banks: frozenset[str] | None = None
    clauses: frozenset[str] | None = None
    queues: frozenset[str] | None = None
    measures: frozenset[str] | None = None


NOTHING_KNOWN: Final = Known()


@dataclass(frozen=True, slots=True)
class Names:
    """What one rule may name. A name that is not there is remembered in `absent`."""

    kinds: tuple[Kind, ...]
    lists: Mapping[str, tuple[Scalar, ...]]
    counters: Mapping[str, Counter]
    known: Known = NOTHING_KNOWN
    broken: frozenset[str] = frozenset()
    read: set[str] = field(default_factory=set)

    def type_of(self, name: str, span: Span) -> Type:
        """Return the type of a field or counter in every kind of the rule. Raises Wrong."""
        self.read.add(name)
        found = {kind.name: kind.fields[name] for kind in self.kinds if name in kind.fields}
        counter = self.counters.get(name)
        if not found and counter is not None:
            return self._counted(counter, span)
        if not found:
            raise self._no_field(name, span)
        lacking = [kind.name for kind in self.kinds if name not in kind.fields]
        if lacking:
            says = f"`{name}` is a field of {listing(found)}, but not of {listing(lacking)}."
            hint = f"write a rule of its own on {listing(found)}"
            raise Wrong(span, says, expected="a field that every kind of the rule has", hint=hint)
        if len(set(found.values())) > 1:
            each = listing(f"{type_} in {kind}" for kind, type_ in found.items())
            raise Wrong(span, f"`{name}` is {each}.", hint="write a rule for each kind")
        return next(iter(found.values()))

    def list_of(self, name: str, span: Span) -> tuple[Scalar, ...] | None:
        """Return what a list holds; None when the list itself has a fault. Raises Wrong."""
        if name in self.lists:
            return self.lists[name]
        if name in self.broken:
            return None
        says = f"There is no list `@{name}`."
        otherwise = 'write it as a block of its own: list name: "a", "b"'
        raise Wrong(span, says, hint=did_you_mean(name, self.lists, otherwise=otherwise))

    def fields(self) -> list[str]:
        """Return the names of all fields and counters that may be read."""
        fields = {name for kind in self.kinds for name in kind.fields}
        ours = {kind.name for kind in self.kinds}
        return sorted(fields | {c.name for c in self.counters.values() if ours <= set(c.kinds)})

    def _counted(self, counter: Counter, span: Span) -> Type:
        lacking = [kind.name for kind in self.kinds if kind.name not in counter.kinds]
        if lacking:
            says = (
                f"The counter `{counter.name}` counts {listing(counter.kinds)}, and this rule is"
                f" also on {listing(lacking)}."
            )
            raise Wrong(span, says, hint="a counter is read by rules on the kinds it counts")
        return Type.INT

    def _no_field(self, name: str, span: Span) -> Wrong:
        if name.lower() in {"true", "false"}:
            says, hint = f"There is no field `{name}`.", f"write {name.capitalize()}"
            return Wrong(span, says, hint=hint)
        on = listing(kind.name for kind in self.kinds)
        says = f"There is no field `{name}` in {on}."
        if name in self.lists:
            return Wrong(span, says, hint=f"did you mean the list `@{name}`?")
        fields = self.fields()
        otherwise = f"its fields are {listing(fields, most=12)}" if fields else None
        return Wrong(span, says, hint=did_you_mean(name, fields, otherwise=otherwise))


def check_known(name: str, among: Iterable[str] | None, span: Span, *, what: str) -> None:
    """Refuse a name that the house does not have. Raises Wrong; None is not checked."""
    if among is None or name in among:
        return
    there = sorted(among)
    otherwise = f"there are {listing(there)}" if there else None
    hint = did_you_mean(name, there, otherwise=otherwise)
    raise Wrong(span, f"There is no {what} `{name}`.", hint=hint)


def check_handle(name: str, span: Span, *, what: str) -> str:
    """Return a name of something outside of rules. Raises Wrong when it cannot be one."""
    if len(name) > NAME_CHARS_MAX:
        says = f"The name of a {what} has {NAME_CHARS_MAX} characters at most."
        raise Wrong(span, says)
    if not _HANDLE.fullmatch(name):
        says = f"This cannot be the name of a {what}."
        raise Wrong(span, says, expected="letters, digits, and - _ . : between them")
    return name
