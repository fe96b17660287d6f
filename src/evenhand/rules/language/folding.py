"""Conditions are put together, and what is certain already is left out; the meaning stays.

Kleene's logic allows it: false and unknown is false, true or unknown is true.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

from evenhand.rules.language.ir import (
    And,
    Arithmetic,
    Column,
    Compare,
    Condition,
    Const,
    Length,
    Not,
    Operator,
    Or,
    Order,
    OrElse,
    Truth,
    Type,
    Value,
)


def certain(value: bool) -> Truth:  # noqa: FBT001 - the constant itself
    """Return the condition that is always so."""
    return Truth(Const(value, Type.BOOL))


def all_of(parts: Iterable[Condition]) -> Condition:
    """Return what is true when all are."""
    kept: list[Condition] = []
    for one in parts:
        if one == certain(False):
            return one
        if isinstance(one, And):
            kept += one.all
        elif one != certain(True):
            kept.append(one)
    if not kept:
        return certain(True)
    return kept[0] if len(kept) == 1 else And(tuple(kept))


def any_of(parts: Iterable[Condition]) -> Condition:
    """Return what is true when one is."""
    kept: list[Condition] = []
    for one in parts:
        if one == certain(True):
            return one
        if isinstance(one, Or):
            kept += one.any
        elif one != certain(False):
            kept.append(one)
    if not kept:
        return certain(False)
    return kept[0] if len(kept) == 1 else Or(tuple(kept))


def denied(one: Condition) -> Condition:
    """Return what is true when a condition is false."""
    if isinstance(one, Not):
        return one.of
    if isinstance(one, Truth) and isinstance(one.of, Const):
        return certain(not one.of.value)
    return Not(one)


def compared(order: Order, left: Value, right: Value) -> Condition:
    """Compare two values of one type, or two numbers; two constants are compared here and now."""
    if isinstance(left, Const) and isinstance(right, Const):
        return certain(_holds(order, left, right))
    if isinstance(right, Const) and right.type is Type.INT and _type(left) is Type.FLOAT:
        right = Const(float(right.value), Type.FLOAT)
    return Compare(order, left, right)


def in_doubles(value: Value) -> Value:
    """Return a number the way it is counted with: a constant as a double."""
    if isinstance(value, Const):
        return Const(float(value.value), Type.FLOAT)
    return value


def counted(operator: Operator, one: float, other: float) -> float | None:
    """Count two doubles together; None where the outcome is not finite."""
    match operator:
        case Operator.PLUS:
            value = one + other
        case Operator.MINUS:
            value = one - other
        case Operator.TIMES:
            value = one * other
        case Operator.OVER:
            value = one / other if other else math.nan
    return value if math.isfinite(value) else None


def _type(value: Value) -> Type:
    match value:
        case Arithmetic():
            return Type.FLOAT
        case Length():
            return Type.INT
        case OrElse():
            return value.of.type
        case Const() | Column():
            return value.type


def _holds(order: Order, left: Const, right: Const) -> bool:
    one, other = left.value, right.value
    if left.type is not right.type:
        one, other = float(one), float(other)
    below, same = one < other, one == other  # type: ignore[operator]
    match order:
        case Order.EQUAL | Order.NOT_EQUAL:
            return same is (order is Order.EQUAL)
        case Order.LESS | Order.MORE_OR_EQUAL:
            return below is (order is Order.LESS)
        case Order.LESS_OR_EQUAL | Order.MORE:
            return (below or same) is (order is Order.LESS_OR_EQUAL)
