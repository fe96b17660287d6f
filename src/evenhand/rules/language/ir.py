"""A rule's condition as values: typed, hashable, with one canonical text and so one version.

Every executor reads this and nothing else, so that one rule has one meaning. A condition is three
valued (Kleene): a missing column makes what stands on it unknown, and a rule fires on true only.
Nothing here reads data; a column says by its key what has to be known of an event.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any, Final, TypeAlias

from evenhand.kit.canonical import digest


class Type(StrEnum):
    """What a value is. An int lies within 64 bits, a float is finite, a time is in microseconds.

    `MEDIA` is a picture or a film: nothing but functions that name it can look at it.
    """

    BOOL = "bool"
    INT = "int"
    FLOAT = "float"
    TEXT = "text"
    TIME = "time"
    TEXTS = "list[text]"
    MEDIA = "media"

    @property
    def is_number(self) -> bool:
        """Tell whether it can be counted with."""
        return self in {Type.INT, Type.FLOAT}


Scalar: TypeAlias = bool | int | float | str


class Form(StrEnum):
    """How a text is written for looking inside it; each form is made once for an event.

    `SENT` is the text as it came. `PLAIN` keeps case and accents and loses width and what cannot be
    seen. `LETTERS` is folded, with look-alike letters read as one. `WORDS` is `LETTERS` cut into
    words by script, one space between and around them.
    """

    SENT = "sent"
    PLAIN = "plain"
    LETTERS = "letters"
    WORDS = "words"


class Order(StrEnum):
    """How two values are compared."""

    EQUAL = "=="
    NOT_EQUAL = "!="
    LESS = "<"
    LESS_OR_EQUAL = "<="
    MORE = ">"
    MORE_OR_EQUAL = ">="

    @property
    def denied(self) -> Order:
        """Return what holds of two known values exactly when this does not."""
        return _DENIED[self]


_DENIED: Final = {
    Order.EQUAL: Order.NOT_EQUAL,
    Order.NOT_EQUAL: Order.EQUAL,
    Order.LESS: Order.MORE_OR_EQUAL,
    Order.LESS_OR_EQUAL: Order.MORE,
    Order.MORE: Order.LESS_OR_EQUAL,
    Order.MORE_OR_EQUAL: Order.LESS,
}


class Operator(StrEnum):
    """What is counted; always in doubles."""

    PLUS = "+"
    MINUS = "-"
    TIMES = "*"
    OVER = "/"


# ── values ───────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Const:
    """A value written in the rule."""

    value: Scalar
    type: Type


@dataclass(frozen=True, slots=True)
class Column:
    """What is known of an event under a key: a field, a counter, or what a function found out.

    The key of a field is its name; of a function its call in canonical text, such as
    `hash_distance(photo,"ncii")` or `labels(account)`. Absent and null both are missing.
    """

    key: str
    type: Type
    form: Form = Form.SENT


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """Two numbers counted together in doubles; unknown where the outcome is not finite.

    Every step of a nested expression is checked, so that no engine may look past an overflow.
    """

    operator: Operator
    left: Value
    right: Value


@dataclass(frozen=True, slots=True)
class Length:
    """How many code points a text has, or how many texts a list; `of` is a column."""

    of: Column


@dataclass(frozen=True, slots=True)
class OrElse:
    """A column, or a constant of its type where it is missing: never unknown."""

    of: Column
    default: Const


Value: TypeAlias = Const | Column | Arithmetic | Length | OrElse


# ── conditions ───────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Compare:
    """Two values of one type, or two numbers. An int and a float are compared as doubles.

    Texts are compared by code point, exactly as sent.
    """

    order: Order
    left: Value
    right: Value


@dataclass(frozen=True, slots=True)
class OneOf:
    """A value is one of some constants of its type; these are sorted and stand once each."""

    of: Value
    among: tuple[Scalar, ...]


@dataclass(frozen=True, slots=True)
class HasAny:
    """A list of texts holds at least one of some constants, sorted and once each."""

    of: Column
    among: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Holds:
    """A form of a text holds at least one of some needles written in that form already.

    In `WORDS` a needle carries the spaces that make it stand as words.
    """

    of: Column
    needles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StartsWith:
    """A form of a text begins with a needle written in that form."""

    of: Column
    needle: str


@dataclass(frozen=True, slots=True)
class Matches:
    """RE2 finds a pattern somewhere in a form of a text."""

    of: Column
    pattern: str


@dataclass(frozen=True, slots=True)
class Truth:
    """A value of type bool as a condition: a column, a constant, or one with a default."""

    of: Column | Const | OrElse


@dataclass(frozen=True, slots=True)
class Missing:
    """A column is missing: true or false, never unknown."""

    of: Column


@dataclass(frozen=True, slots=True)
class Not:
    """Not true; unknown stays unknown."""

    of: Condition


@dataclass(frozen=True, slots=True)
class And:
    """All true; false as soon as one is false, else unknown as soon as one is unknown."""

    all: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """One true; unknown when none is true and one is unknown."""

    any: tuple[Condition, ...]


Atom: TypeAlias = Compare | OneOf | HasAny | Holds | StartsWith | Matches | Truth | Missing
Condition: TypeAlias = Atom | Not | And | Or
Node: TypeAlias = Value | Condition


def children(node: Node) -> Iterator[Node]:
    """Yield what stands directly inside a node."""
    for part in fields(node):
        held = getattr(node, part.name)
        for one in held if isinstance(held, tuple) else (held,):
            if isinstance(one, _NODES):
                yield one


def columns(node: Node) -> Iterator[Column]:
    """Yield every column that is read, in the order it is written, as often as it is."""
    if isinstance(node, Column):
        yield node
    for one in children(node):
        yield from columns(one)


def as_data(node: Node) -> dict[str, Any]:
    """Write a node as JSON data, by which it can be told from every other."""
    data: dict[str, Any] = {"is": type(node).__name__}
    for part in fields(node):
        held = getattr(node, part.name)
        if isinstance(held, tuple):
            data[part.name] = [as_data(o) if isinstance(o, _NODES) else o for o in held]
        elif isinstance(held, float):
            data[part.name] = held.hex()
        else:
            data[part.name] = as_data(held) if isinstance(held, _NODES) else held
    return data


def fingerprint(node: Node) -> str:
    """Return the SHA-256 of a node: equal however differently what means it was written."""
    return digest(as_data(node))


_NODES: Final = (
    Const,
    Column,
    Arithmetic,
    Length,
    OrElse,
    Compare,
    OneOf,
    HasAny,
    Holds,
    StartsWith,
    Matches,
    Truth,
    Missing,
    Not,
    And,
    Or,
)
