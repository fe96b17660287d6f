"""A condition is written back as an expression of the language, whatever made it.

It reads like what its author wrote; words looked for are in the form in which they are looked for.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from evenhand.rules.language.ir import (
    And,
    Arithmetic,
    Column,
    Compare,
    Condition,
    Const,
    Form,
    HasAny,
    Holds,
    Length,
    Matches,
    Missing,
    Not,
    OneOf,
    Or,
    OrElse,
    StartsWith,
    Truth,
    Type,
    Value,
)

LISTED_MAX: Final = 12
"""Of a longer list the first so many are written."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_LABELS: Final = re.compile(r"labels\((\w+)\)")
_DISTANCE: Final = re.compile(r'hash_distance\((\w+),("[^"]*")\)')


def expression(node: Condition) -> str:
    """Write a condition as an expression of the language, on one line."""
    match node:
        case And(all=parts):
            return " and ".join(_within(part, And) for part in parts)
        case Or(any=parts):
            return " or ".join(_within(part, Or) for part in parts)
        case Not(of=OneOf(of=of, among=among)):
            return f"{value_text(of)} not in {_listed(among)}"
        case Not(of=denied):
            return f"not {_within(denied, Not)}"
        case _:
            return _atom(node)


def _within(node: Condition, around: type) -> str:
    written = expression(node)
    loose = isinstance(node, And | Or) and not isinstance(node, around)
    return f"({written})" if loose else written


def _atom(node: Condition) -> str:
    match node:
        case Compare(order=order, left=Column() as left, right=Const() as right):
            distance = _DISTANCE.fullmatch(left.key)
            if distance is not None and order.value == "<=":
                return f"hash_match({distance[1]}, {distance[2]}, {right.value})"
            return f"{value_text(left)} {order.value} {value_text(right)}"
        case Compare(order=order, left=left, right=right):
            return f"{value_text(left)} {order.value} {value_text(right)}"
        case OneOf(of=of, among=among):
            return f"{value_text(of)} in {_listed(among)}"
        case Truth(of=of):
            return value_text(of)
        case HasAny() | Holds() | StartsWith() | Matches() | Missing():
            return _looking(node)
    raise TypeError(f"{type(node).__name__} is no atom")


def _looking(node: HasAny | Holds | StartsWith | Matches | Missing) -> str:
    key = node.of.key
    match node:
        case HasAny(among=among):
            label = _LABELS.fullmatch(key)
            if label is not None and len(among) == 1:
                return f"label({label[1]}, {_quoted(among[0])})"
            return f"any_in({key}, {_one_or_listed(among)})"
        case Holds(of=Column(form=form), needles=needles):
            words = [needle.strip(" ") if form is Form.WORDS else needle for needle in needles]
            phrased = "has_phrase" if any(" " in word for word in words) else "has_word"
            name = phrased if form is Form.WORDS else "contains"
            return f"{name}({key}, {_one_or_listed(words)})"
        case StartsWith(needle=needle):
            return f"starts_with({key}, {_quoted(needle)})"
        case Matches(pattern=pattern):
            return f"matches({key}, {_quoted(pattern)})"
        case Missing():
            return f"missing({key})"


def value_text(value: Value) -> str:
    """Write a value as an expression of the language."""
    match value:
        case Const(value=constant, type=Type.TIME):
            return _quoted((_EPOCH + timedelta(microseconds=int(constant))).isoformat())
        case Const(value=constant):
            return _quoted(constant) if isinstance(constant, str) else repr(constant)
        case Column(key=key):
            return key
        case Length(of=of):
            return f"length({of.key})"
        case OrElse(of=of, default=default):
            return f"or_else({of.key}, {value_text(default)})"
        case Arithmetic(operator=operator, left=left, right=right):
            return f"({value_text(left)} {operator.value} {value_text(right)})"


def _listed(among: Sequence[Any]) -> str:
    shown = [_quoted(one) if isinstance(one, str) else repr(one) for one in among[:LISTED_MAX]]
    return f"[{', '.join(shown)}{', …' if len(among) > LISTED_MAX else ''}]"


def _one_or_listed(among: Sequence[str]) -> str:
    return _quoted(among[0]) if len(among) == 1 else _listed(among)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
