"""A value is one of some constants: written so that each constant has the value's own type.

A whole number and a fraction are compared as doubles. Where that is the same as comparing whole
numbers, they are made whole; the few where it is not are compared one by one.
"""

from __future__ import annotations

import ast
from typing import Final

from evenhand.rules.language.faults import Wrong
from evenhand.rules.language.folding import any_of, certain
from evenhand.rules.language.ir import (
    Compare,
    Condition,
    Const,
    OneOf,
    Order,
    Scalar,
    Type,
)
from evenhand.rules.language.values import WORDS, Many, Typed, span_of

_EXACT_BELOW: Final = 2.0**53
"""Below it every whole double stands for one whole number only."""


def one_of(value: Typed, among: Many, node: ast.expr) -> Condition:
    """Ask whether a value is one of some constants. Raises Wrong when it never can be."""
    if value.type is Type.TEXTS:
        hint = "any_in(field, [...]) asks whether one of several is in it"
        raise Wrong(span_of(node), "A list is not in a list.", expected="a single value", hint=hint)
    if among.values is None:
        return certain(False)
    texts = isinstance(among.values[0], str)
    if value.type is not Type.TEXT if texts else not value.type.is_number:
        held = "texts" if texts else "numbers"
        says = f"This is {WORDS[value.type]}, and the list holds {held}."
        raise Wrong(span_of(node), says, expected="a value of the list's type")
    if isinstance(value.node, Const):
        return certain(any(_same(value.node.value, one) for one in among.values))
    if texts:
        return OneOf(value.node, tuple(sorted({str(one) for one in among.values})))
    if value.type is Type.FLOAT:
        return OneOf(value.node, tuple(sorted({float(one) + 0.0 for one in among.values})))
    return _whole(value, among.values)


def _whole(value: Typed, among: tuple[Scalar, ...]) -> Condition:
    whole: set[int] = set()
    others: list[Condition] = []
    for one in among:
        if isinstance(one, int):
            whole.add(one)
        elif isinstance(one, float) and one.is_integer() and abs(one) < _EXACT_BELOW:
            whole.add(int(one))
        else:
            others.append(Compare(Order.EQUAL, value.node, Const(float(one), Type.FLOAT)))
    first = [OneOf(value.node, tuple(sorted(whole)))] if whole else []
    return any_of([*first, *others])


def _same(one: Scalar, other: Scalar) -> bool:
    if isinstance(one, str) or isinstance(other, str):
        return one == other
    if isinstance(one, int) and isinstance(other, int):
        return one == other
    return float(one) == float(other)
