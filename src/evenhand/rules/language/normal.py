"""A condition has one plain shape for engines: what is denied is denied at its atoms.

An atom in this shape is true exactly when every column it needs is known and it holds; so two
truth values are enough to tell whether a condition is TRUE, and every engine may use them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import product
from math import prod
from typing import Final

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
    Node,
    Not,
    OneOf,
    Or,
    Order,
    OrElse,
    Scalar,
    Truth,
    Type,
    Value,
    children,
    columns,
)

BRANCHES_MAX: Final = 16
"""Into how many ways of being true a condition is split; past that it is looked at whole."""

TRUE: Final = Truth(Const(value=True, type=Type.BOOL))
FALSE: Final = Truth(Const(value=False, type=Type.BOOL))

_FLIPPED: Final = {
    Order.EQUAL: Order.EQUAL,
    Order.NOT_EQUAL: Order.NOT_EQUAL,
    Order.LESS: Order.MORE,
    Order.LESS_OR_EQUAL: Order.MORE_OR_EQUAL,
    Order.MORE: Order.LESS,
    Order.MORE_OR_EQUAL: Order.LESS_OR_EQUAL,
}


def normal(condition: Condition) -> Condition:
    """Return a condition that is TRUE exactly when the given one is.

    `Not` stands only around atoms that cannot be turned round, and never around a comparison.
    """
    return _pushed(condition, denied=False)


def branches(condition: Condition) -> tuple[tuple[Condition, ...], ...]:
    """Split a normal condition into ways of being true, each a conjunction of what must hold.

    One way if splitting would make more than `BRANCHES_MAX`, or tell an index nothing.
    """
    if isinstance(condition, Or):
        split = [way for one in condition.any for way in branches(one)]
        return tuple(split) if len(split) <= BRANCHES_MAX else ((condition,),)
    if not isinstance(condition, And):
        return ((condition,),)
    alternatives = [one for one in condition.all if isinstance(one, Or) and _tells_rare(one)]
    ways = prod(len(one.any) for one in alternatives)
    if not alternatives or ways > BRANCHES_MAX or any(map(_is_rare, condition.all)):
        return (condition.all,)
    certain = [one for one in condition.all if one not in alternatives]
    return tuple(
        (*certain, *(part for one in chosen for part in conjuncts(one)))
        for chosen in product(*(one.any for one in alternatives))
    )


def conjuncts(condition: Condition) -> tuple[Condition, ...]:
    """Return what all must hold for a condition to hold."""
    return condition.all if isinstance(condition, And) else (condition,)


def needed(condition: Atom | Not) -> tuple[Column, ...]:
    """Return the columns that have to be known for an atom, or one denied, to be true."""
    return tuple(dict.fromkeys(_needed(condition)))


def type_of(value: Value) -> Type:
    """Return the type of a value."""
    match value:
        case Arithmetic():
            return Type.FLOAT
        case Length():
            return Type.INT
        case OrElse(of=column):
            return column.type
        case Const() | Column():
            return value.type


def cost(node: Condition) -> int:
    """Say about how dear it is to look whether a condition holds; a comparison costs 1."""
    if isinstance(node, Holds):
        return 4 + 2 * len(node.needles)
    return 1 + sum(_COSTS.get(type(one), 0) for one in _inside(node))


_COSTS: Final = {Matches: 100, Holds: 10, HasAny: 2, Arithmetic: 2, Length: 1}


def as_double(constant: Const) -> float:
    """Return a number as engines count with it."""
    return float(constant.value)


def parted(among: Iterable[Scalar], type_: Type) -> tuple[list[Scalar], list[float]]:
    """Part constants into those a value of a type is compared with exactly, and as a double.

    Only an int is compared in both ways: with an int exactly, with a float as a double.
    """
    if type_ is Type.FLOAT:
        return [], [float(one) for one in among]
    if type_ is not Type.INT:
        return list(among), []
    listed = list(among)
    doubles = [one for one in listed if isinstance(one, float)]
    return [one for one in listed if not isinstance(one, float)], doubles


def _pushed(node: Condition, *, denied: bool) -> Condition:
    match node:
        case Not(of=inner):
            return _pushed(inner, denied=not denied)
        case And(all=parts) | Or(any=parts):
            pushed = [_pushed(one, denied=denied) for one in parts]
            return _all(pushed) if isinstance(node, And) != denied else _any(pushed)
        case Compare():
            return _oriented(node, denied=denied)
        case Truth(of=Const(value=value)):
            return TRUE if bool(value) != denied else FALSE
        case _:
            return Not(node) if denied else node


def _oriented(node: Compare, *, denied: bool) -> Compare:
    """Put a constant on the right, as a double where it is compared with one."""
    order, left, right = node.order, node.left, node.right
    if isinstance(left, Const) and not isinstance(right, Const):
        order, left, right = _FLIPPED[order], right, left
    if isinstance(right, Const) and type_of(left) is Type.FLOAT:
        right = Const(as_double(right), Type.FLOAT)
    return Compare(order.denied if denied else order, left, right)


def _all(parts: list[Condition]) -> Condition:
    flat: dict[Condition, None] = {}
    for part in parts:
        flat.update(dict.fromkeys(conjuncts(part)))
    flat.pop(TRUE, None)
    if FALSE in flat:
        return FALSE
    return _alone(list(flat)) or And(tuple(flat)) if flat else TRUE


def _any(parts: list[Condition]) -> Condition:
    flat: dict[Condition, None] = {}
    for part in parts:
        flat.update(dict.fromkeys(part.any if isinstance(part, Or) else (part,)))
    flat.pop(FALSE, None)
    if TRUE in flat:
        return TRUE
    united = list(_united(flat))
    return _alone(united) or Or(tuple(united)) if united else FALSE


def _alone(parts: list[Condition]) -> Condition | None:
    return parts[0] if len(parts) == 1 else None


def _united(parts: Iterable[Condition]) -> Iterator[Condition]:
    """Unite alternatives that look into one thing for one of several constants."""
    groups: dict[tuple[object, ...], list[Condition]] = {}
    for part in parts:
        groups.setdefault(_looks_into(part), []).append(part)
    for group in groups.values():
        if len(group) == 1:
            yield group[0]
            continue
        match group[0]:
            case Holds(of=column):
                needles = {needle for one in group for needle in _constants(one)}
                yield Holds(column, tuple(sorted(map(str, needles))))
            case HasAny(of=column):
                texts = {text for one in group for text in _constants(one)}
                yield HasAny(column, tuple(sorted(map(str, texts))))
            case OneOf(of=value) | Compare(left=value):
                yield OneOf(value, _each_once(one for part in group for one in _constants(part)))
            case _:
                yield from group


def _looks_into(part: Condition) -> tuple[object, ...]:
    match part:
        case Holds(of=value) | HasAny(of=value):
            return (type(part), value)
        case OneOf(of=value) | Compare(order=Order.EQUAL, left=value, right=Const()):
            return (OneOf, value)
        case _:
            return (part,)


def _constants(part: Condition) -> tuple[Scalar, ...]:
    match part:
        case Holds(needles=found) | HasAny(among=found) | OneOf(among=found):
            return found
        case Compare(right=Const(value=value)):
            return (value,)
        case _:
            return ()


def _each_once(found: Iterable[Scalar]) -> tuple[Scalar, ...]:
    """Keep an int and a float apart even when they are equal: they are compared differently."""
    return tuple({(type(one), one): one for one in found}.values())


def _tells_rare(alternatives: Or) -> bool:
    return all(any(map(_is_rare, conjuncts(one))) for one in alternatives.any)


def _is_rare(condition: Condition) -> bool:
    """Tell whether an index finds the few events for which a condition may hold."""
    match condition:
        case Holds() | HasAny() | Matches():
            return True
        case OneOf(of=Column(form=Form.SENT)):
            return True
        case Compare(order=Order.EQUAL, left=Column(type=Type.TEXT), right=Const()):
            return True
        case _:
            return False


def _needed(node: Node) -> Iterator[Column]:
    match node:
        case Missing() | OrElse():
            return
        case Column():
            yield node
        case _:
            for one in children(node):
                yield from _needed(one)


def _inside(node: Node) -> Iterator[Node]:
    yield node
    for one in children(node):
        yield from _inside(one)


def read_by(conditions: Iterable[Condition]) -> tuple[Column, ...]:
    """Return the columns that conditions read, each once, in the order of first reading."""
    return tuple(dict.fromkeys(one for each in conditions for one in columns(each)))
