"""What an expression may be while it is read: a value, a condition, or constants in a list."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Protocol, TypeAlias

from evenhand.rules.language.faults import Span, Wrong
from evenhand.rules.language.ir import Column, Condition, Const, Scalar, Truth, Type, Value
from evenhand.rules.language.naming import Known


@dataclass(frozen=True, slots=True)
class Typed:
    """A value and its type."""

    node: Value
    type: Type


@dataclass(frozen=True, slots=True)
class Held:
    """A condition, as a value that is true, false or unknown."""

    node: Condition


@dataclass(frozen=True, slots=True)
class Many:
    """Constants in a list, all texts or all numbers; None where the list has a fault of its own."""

    values: tuple[Scalar, ...] | None


Meant: TypeAlias = Typed | Held | Many


class Reader(Protocol):
    """What functions need of whoever reads the expression around them."""

    @property
    def known(self) -> Known:
        """Return what there is in the house."""

    def meant(self, node: ast.expr) -> Meant:
        """Read any expression."""

    def value(self, node: ast.expr) -> Typed:
        """Read a value, and nothing else."""

    def text_of(self, node: ast.expr) -> str:
        """Read a text written in the rule."""


WORDS: Final = {
    Type.BOOL: "true or false",
    Type.INT: "a whole number",
    Type.FLOAT: "a number",
    Type.TEXT: "a text",
    Type.TIME: "a time",
    Type.TEXTS: "a list of texts",
    Type.MEDIA: "a picture or film",
}


def span_of(node: ast.expr) -> Span:
    """Return where an expression stands; of several lines, the first to its end."""
    end = node.end_col_offset or node.col_offset + 1
    width = end - node.col_offset if node.end_lineno == node.lineno else 10_000
    return Span(node.lineno, node.col_offset + 1, max(1, width))


def described(meant: Meant) -> str:
    """Say in words what an expression is."""
    if isinstance(meant, Many):
        return "a list"
    if isinstance(meant, Held):
        return "true or false"
    if isinstance(meant.node, Column):
        key = meant.node.key
        return f"`{key}` is {WORDS[meant.type]}"
    return WORDS[meant.type]


def as_condition(meant: Meant, node: ast.expr) -> Condition:
    """Return a condition as it is, or a value that is true or false. Raises Wrong."""
    if isinstance(meant, Held):
        return meant.node
    if isinstance(meant, Typed) and meant.type is Type.BOOL:
        assert not isinstance(meant.node, tuple)
        return Truth(meant.node)  # type: ignore[arg-type]
    says = f"A condition is true or false, and this is {described(meant)}."
    if isinstance(meant, Typed) and isinstance(meant.node, Column):
        says = f"A condition is true or false, and {described(meant)}."
        raise Wrong(span_of(node), says, hint=_asked(meant.node))
    raise Wrong(span_of(node), says, expected="a comparison or a function such as has_word")


def as_typed(meant: Meant, node: ast.expr) -> Typed:
    """Return a value. Raises Wrong for a condition and for a list."""
    if isinstance(meant, Typed):
        return meant
    says = f"This is {described(meant)}, and a single value has to stand here."
    raise Wrong(span_of(node), says, expected="a field, a number or a text")


def constant_of(meant: Meant) -> Scalar | None:
    """Return the constant an expression is, or None."""
    if isinstance(meant, Typed) and isinstance(meant.node, Const):
        return meant.node.value
    return None


def constant(value: Scalar) -> Const:
    """Return a constant with its type."""
    match value:
        case bool():
            return Const(value, Type.BOOL)
        case int():
            return Const(value, Type.INT)
        case float():
            return Const(value, Type.FLOAT)
        case str():
            return Const(value, Type.TEXT)


def time_constant(written: str, span: Span) -> Const:
    """Return a time written in ISO 8601 in microseconds; without an offset it is in UTC.

    Raises Wrong.
    """
    try:
        at = datetime.fromisoformat(written)
    except ValueError:
        says = f"{written!r} is no time."
        raise Wrong(span, says, expected='"2026-01-31" or "2026-01-31T12:00:00Z"') from None
    at = at if at.tzinfo is not None else at.replace(tzinfo=UTC)
    since = at - datetime(1970, 1, 1, tzinfo=UTC)
    return Const((since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds, Type.TIME)


def _asked(column: Column) -> str:
    match column.type:
        case Type.TEXT:
            return f'compare it, or look into it: {column.key} == "…", has_word({column.key}, "…")'
        case Type.TEXTS:
            return f'ask what is in it: "…" in {column.key}, or length({column.key}) > 0'
        case Type.INT | Type.FLOAT:
            return f"compare it, as in {column.key} > 0"
        case _:
            return f"to ask whether it is there, write not missing({column.key})"
