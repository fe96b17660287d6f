"""What a condition means, said as plainly as it can be: one function for each node, three values.

True, false, or None for unknown. It is slow, and nothing decides with it; engines are held against
it, and the examples under rules are tried with it. It writes a text's form each time it looks.
"""

from __future__ import annotations

import functools
import math
import operator
from collections.abc import Mapping
from typing import Any, Final, TypeAlias

import re2

from evenhand.rules.language.forms import form_of
from evenhand.rules.language.ir import (
    And,
    Arithmetic,
    Atom,
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
    Operator,
    Or,
    Order,
    OrElse,
    StartsWith,
    Truth,
    Type,
    Value,
)

Row: TypeAlias = Mapping[str, Any]
"""What is known of an event by the keys of columns, forms as sent; absent and None are missing."""


def truth(one: Condition, row: Row) -> bool | None:
    """Tell whether a condition is true of a row, false of it, or unknown."""
    match one:
        case And():
            return _all([truth(part, row) for part in one.all])
        case Or():
            return _not(_all([_not(truth(part, row)) for part in one.any]))
        case Not():
            return _not(truth(one.of, row))
        case _:
            return _atom(one, row)


def value(one: Value, row: Row) -> Any:
    """Return what a value is in a row; None is unknown."""
    match one:
        case Const():
            return one.value
        case Column():
            return _column(one, row)
        case OrElse():
            found = _column(one.of, row)
            return one.default.value if found is None else found
        case Length():
            counted = _column(one.of, row)
            return None if counted is None else len(counted)
        case Arithmetic():
            return _counted(one.operator, value(one.left, row), value(one.right, row))


def _atom(one: Atom, row: Row) -> bool | None:
    if isinstance(one, Compare):
        return _compared(one.order, value(one.left, row), value(one.right, row))
    if isinstance(one, Missing):
        return value(Column(one.of.key, one.of.type), row) is None
    found = value(one.of, row)
    return None if found is None else _holds(one, found)


def _holds(one: OneOf | HasAny | Holds | StartsWith | Matches | Truth, found: Any) -> bool:
    """Tell whether an atom about one value holds of a value that is known."""
    match one:
        case OneOf():
            return any(_compared(Order.EQUAL, found, each) for each in one.among)
        case HasAny():
            return any(each in found for each in one.among)
        case Holds():
            return any(needle in found for needle in one.needles)
        case StartsWith():
            return bool(found.startswith(one.needle))
        case Matches():
            return _pattern(one.pattern).search(found) is not None
        case Truth():
            return bool(found)


def _all(parts: list[bool | None]) -> bool | None:
    if False in parts:
        return False
    return None if None in parts else True


def _not(one: bool | None) -> bool | None:  # noqa: FBT001 - a truth value is what it denies
    return None if one is None else not one


def _column(one: Column, row: Row) -> Any:
    found = row.get(one.key)
    if one.type is Type.FLOAT and found is not None:
        found = float(found)
        return found if math.isfinite(found) else None
    if isinstance(found, str) and one.form is not Form.SENT:
        return form_of(found, one.form)
    return found


def _compared(order: Order, left: Any, right: Any) -> bool | None:
    if left is None or right is None:
        return None
    if isinstance(left, float) or isinstance(right, float):
        left, right = float(left), float(right)
    return bool(_ORDERS[order](left, right))


def _counted(sign: Operator, left: Any, right: Any) -> float | None:
    if left is None or right is None:
        return None
    one, other = float(left), float(right)
    match sign:
        case Operator.PLUS:
            outcome = one + other
        case Operator.MINUS:
            outcome = one - other
        case Operator.TIMES:
            outcome = one * other
        case Operator.OVER:
            outcome = one / other if other != 0 else math.nan
    return outcome if math.isfinite(outcome) else None


_ORDERS: Final = {
    Order.EQUAL: operator.eq,
    Order.NOT_EQUAL: operator.ne,
    Order.LESS: operator.lt,
    Order.LESS_OR_EQUAL: operator.le,
    Order.MORE: operator.gt,
    Order.MORE_OR_EQUAL: operator.ge,
}


@functools.lru_cache(maxsize=256)
def _pattern(pattern: str) -> Any:
    options = re2.Options()
    options.log_errors = False
    return re2.compile(pattern, options)
