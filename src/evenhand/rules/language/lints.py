"""What is allowed in a rule and still is hardly meant: warned about, never refused.

A rule that can never fire, or always does; one that asks what another asks; one that no index can
help with; a measure proposed under no clause; a counter nobody reads.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import re2

from evenhand.rules.language.faults import Fault, Severity, listing
from evenhand.rules.language.folding import certain, denied
from evenhand.rules.language.ir import (
    And,
    Column,
    Compare,
    Condition,
    Const,
    Length,
    Matches,
    Missing,
    Node,
    Not,
    OneOf,
    Or,
    Order,
    OrElse,
    Truth,
    Type,
    Value,
    children,
    columns,
    fingerprint,
)
from evenhand.rules.language.required import required
from evenhand.rules.language.ruleset import Place, Propose, Rule, RuleSet


@dataclass(frozen=True, slots=True)
class _Doubt:
    """What is doubtful about a rule, and how to mend it."""

    says: str
    hint: str | None = None


def warnings(ruleset: RuleSet) -> tuple[Fault, ...]:
    """Return what is hardly meant in rules that can be used, in the order of the rules."""
    found: list[Fault] = []
    first: dict[tuple[str, tuple[str, ...]], Rule] = {}
    for rule in ruleset.rules:
        found += [_warning(rule, doubt) for doubt in _doubts(rule)]
        key = (fingerprint(rule.when), tuple(sorted(rule.kinds)))
        other = first.setdefault(key, rule)
        if other is not rule:
            says = f"`{rule.name}` asks the same as `{other.name}` in line {other.place.line}."
            found.append(_warning(rule, _Doubt(says, "let one rule do both")))
    read = {column.key for rule in ruleset.rules for column in columns(rule.when)}
    for counter in ruleset.counters:
        shown = any(f"{{{counter.name}}}" in rule.source for rule in ruleset.rules)
        if counter.name not in read and not shown:
            says = f"No rule reads the counter `{counter.name}`, and it is counted all the same."
            found.append(_at(counter.place, f"counter {counter.name}", says, "take it out"))
    return tuple(found)


def is_never(one: Condition) -> bool:
    """Tell whether a condition is seen to be true of nothing. Not every one that is, is seen."""
    match one:
        case Or():
            return all(map(is_never, one.any))
        case And():
            return any(map(is_never, one.all)) or _contradicts(one.all)
        case _:
            return one == certain(False) or _contradicts((one,))


def _doubts(rule: Rule) -> Iterator[_Doubt]:
    always = rule.when == certain(True)
    if is_never(rule.when):
        yield _Doubt(f"`{rule.name}` can never fire: its condition is true of nothing.")
    elif always:
        on = listing(rule.kinds)
        yield _Doubt(f"`{rule.name}` fires on every {on}: its condition is always true.")
    elif not _has_anchor(rule.when) and any(isinstance(n, Matches) for n in _within(rule.when)):
        says = f"No index helps with `{rule.name}`: it looks for a pattern in every event."
        hint = "add a comparison of a field with a constant, or a word that has to be there"
        yield _Doubt(says, hint)
    if rule.policy is None and any(isinstance(one, Propose) for one in rule.actions):
        says = f"`{rule.name}` proposes a measure and names no clause it would rest on."
        yield _Doubt(says, "add: policy CLAUSE")
    for node in _within(rule.when):
        if isinstance(node, Matches):
            yield from _about_pattern(rule, node.pattern)


def _about_pattern(rule: Rule, pattern: str) -> Iterator[_Doubt]:
    if re2.compile(pattern).search("") is not None:
        says = f"A pattern of `{rule.name}` finds something in every text, even in an empty one."
        yield _Doubt(says, "take out what may be absent at its ends, such as * and ?")
    if not pattern.isascii() and r"\w" in pattern:
        says = f"In a pattern of `{rule.name}`, \\w stands for a to z, 0 to 9 and _ only."
        yield _Doubt(says, "name the letters, as in [а-яё]")


def _within(node: Node) -> Iterator[Node]:
    yield node
    for one in children(node):
        yield from _within(one)


def _has_anchor(one: Condition) -> bool:
    """Tell whether a value of one column alone can rule the condition out."""
    match one:
        case And():
            return any(map(_has_anchor, one.all))
        case Or():
            return all(map(_has_anchor, one.any))
        case Not():
            return isinstance(one.of, Compare | Truth | Missing) and _has_anchor(one.of)
        case Compare():
            return isinstance(one.left, Column) and isinstance(one.right, Const)
        case Truth() | OneOf():
            return isinstance(one.of, Column)
        case _:
            return not isinstance(one, Matches) or required(one.pattern) is not None


# ── contradictions ───────────────────────────────────────────────────────────────────────────────


@dataclass(slots=True)
class _Range:
    """Between which numbers a value has to lie, and whether the ends belong to it."""

    low: float = -math.inf
    high: float = math.inf
    above: bool = False
    below: bool = False

    def narrow(self, order: Order, bound: float) -> None:
        """Take in that the value compares so with a bound."""
        if order in {Order.EQUAL, Order.MORE, Order.MORE_OR_EQUAL}:
            strict = order is Order.MORE
            if bound > self.low or (bound == self.low and strict):
                self.low, self.above = bound, strict
        if order in {Order.EQUAL, Order.LESS, Order.LESS_OR_EQUAL}:
            strict = order is Order.LESS
            if bound < self.high or (bound == self.high and strict):
                self.high, self.below = bound, strict

    def is_empty(self, *, whole: bool) -> bool:
        """Tell whether no number, or no whole one, lies in it."""
        if self.low == self.high:
            return self.above or self.below
        if whole and math.isfinite(self.low) and math.isfinite(self.high):
            least = math.floor(self.low) + 1 if self.above else math.ceil(self.low)
            most = math.ceil(self.high) - 1 if self.below else math.floor(self.high)
            return least > most
        return self.low > self.high


_EXACT: Final = 2.0**53


def _contradicts(parts: Sequence[Condition]) -> bool:
    """Tell whether parts cannot all be true of one event."""
    there = set(parts)
    if any(denied(one) in there for one in parts):
        return True
    missing = {one.of.key for one in parts if isinstance(one, Missing)}
    needed = {key for one in parts for key in _needed(one)}
    return bool(missing & needed) or _no_number(parts) or _no_text(parts)


def _needed(one: Condition) -> set[str]:
    """Return the columns that must be there for an atom to be true."""
    inner = one.of if isinstance(one, Not) else one
    if isinstance(inner, And | Or | Not | Missing):
        return set()
    found: set[str] = set()
    waiting: list[Node] = [inner]
    while waiting:
        node = waiting.pop()
        if isinstance(node, OrElse):
            continue
        if isinstance(node, Column):
            found.add(node.key)
        waiting += children(node)
    return found


def _no_number(parts: Sequence[Condition]) -> bool:
    ranges: dict[Value, _Range] = {}
    for one in parts:
        inner = one.of if isinstance(one, Not) else one
        if not isinstance(inner, Compare) or not isinstance(inner.right, Const):
            continue
        if inner.right.type not in {Type.INT, Type.FLOAT, Type.TIME}:
            continue
        bound = float(inner.right.value)
        if abs(bound) >= _EXACT and inner.right.type is not Type.TIME:
            continue
        start = _Range(low=0.0) if isinstance(inner.left, Length) else _Range()
        order = inner.order.denied if isinstance(one, Not) else inner.order
        ranges.setdefault(inner.left, start).narrow(order, bound)
    return any(held.is_empty(whole=_is_whole(value)) for value, held in ranges.items())


def _no_text(parts: Sequence[Condition]) -> bool:
    left: dict[Value, set[object]] = {}
    for one in parts:
        among: set[object]
        if isinstance(one, OneOf):
            among = set(one.among)
        elif (
            isinstance(one, Compare)
            and one.order is Order.EQUAL
            and isinstance(one.right, Const)
            and one.right.type is Type.TEXT
        ):
            among = {one.right.value}
        else:
            continue
        value = one.of if isinstance(one, OneOf) else one.left
        left[value] = left[value] & among if value in left else among
    return any(not among for among in left.values())


def _is_whole(value: Value) -> bool:
    return isinstance(value, Length) or (isinstance(value, Column) and value.type is Type.INT)


def _warning(rule: Rule, doubt: _Doubt) -> Fault:
    return _at(rule.place, rule.source.partition("\n")[0], doubt.says, doubt.hint)


def _at(place: Place, source: str, says: str, hint: str | None) -> Fault:
    return Fault(
        severity=Severity.WARNING,
        file=place.file,
        line=place.line,
        column=1,
        width=max(1, len(source)),
        says=says,
        expected=None,
        hint=hint,
        source=source,
    )
