"""The functions a condition may call: what each takes, and what engines have to know for it.

A function that looks into a text looks into one of its forms; one that asks what the house found
out reads a column named after the call, which whoever gathers events fills.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import islice
from types import MappingProxyType
from typing import Final

from evenhand.rules.language.faults import Wrong
from evenhand.rules.language.folding import all_of, any_of, denied
from evenhand.rules.language.forms import NothingToLookFor, needle_of
from evenhand.rules.language.ir import (
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
    Order,
    OrElse,
    StartsWith,
    Truth,
    Type,
    columns,
)
from evenhand.rules.language.naming import check_handle, check_known
from evenhand.rules.language.patterns import read_pattern
from evenhand.rules.language.ruleset import Entity
from evenhand.rules.language.values import (
    WORDS,
    Held,
    Many,
    Meant,
    Reader,
    Typed,
    as_typed,
    constant,
    constant_of,
    described,
    span_of,
    time_constant,
)

DISTANCE_MAX: Final = 256
"""Bits of a picture's hash."""
LABEL_CHARS_MAX: Final = 200


@dataclass(frozen=True, slots=True)
class Function:
    """How many values it takes, how a call is written, and how it is read."""

    arguments: int
    form: str
    read: Callable[[Reader, ast.Call], Meant]


def column(reader: Reader, node: ast.expr, *types: Type) -> Column:
    """Read a field of one of some types. Raises Wrong."""
    meant = reader.meant(node)
    expected = " or ".join(WORDS[one] for one in types)
    if not isinstance(meant, Typed) or not isinstance(meant.node, Column):
        raise Wrong(span_of(node), "A field has to stand here.", expected=f"a field: {expected}")
    if types and meant.type not in types:
        raise Wrong(span_of(node), f"{described(meant)}.", expected=f"a field: {expected}")
    return meant.node


def texts(reader: Reader, node: ast.expr) -> tuple[str, ...]:
    """Read a text, a list of texts or @list. Raises Wrong."""
    meant = reader.meant(node)
    if isinstance(meant, Many):
        values: tuple[object, ...] = meant.values if meant.values is not None else ("fault",)
    elif isinstance(meant, Typed) and isinstance(meant.node, Const):
        values = (meant.node.value,)
    else:
        says = "What is looked for is written out in the rule."
        raise Wrong(span_of(node), says, expected='"text", ["a", "b"] or @list')
    if not all(isinstance(one, str) for one in values):
        raise Wrong(span_of(node), "Numbers are not looked for in a text.", expected='"text"')
    return tuple(sorted({str(one) for one in values}))


def _needles(reader: Reader, node: ast.expr, form: Form) -> tuple[str, ...]:
    """Read what is looked for and write it in the form of the text it is looked for in."""
    needles = set()
    for wanted in texts(reader, node):
        try:
            needles.add(needle_of(wanted, form))
        except NothingToLookFor:
            says = f"Of {wanted!r} nothing is left to look for." if wanted else "This is empty."
            hint = "case, accents and signs between words are not looked at"
            raise Wrong(span_of(node), says, expected="a letter or a digit", hint=hint) from None
    return tuple(sorted(needles))


def _in_words(reader: Reader, call: ast.Call) -> Held:
    text = column(reader, call.args[0], Type.TEXT)
    needles = _needles(reader, call.args[1], Form.WORDS)
    return Held(Holds(Column(text.key, Type.TEXT, Form.WORDS), needles))


def _contains(reader: Reader, call: ast.Call) -> Held:
    text = column(reader, call.args[0], Type.TEXT)
    needles = _needles(reader, call.args[1], Form.LETTERS)
    return Held(Holds(Column(text.key, Type.TEXT, Form.LETTERS), needles))


def _starts_with(reader: Reader, call: ast.Call) -> Held:
    text = column(reader, call.args[0], Type.TEXT)
    of = Column(text.key, Type.TEXT, Form.LETTERS)
    needles = _needles(reader, call.args[1], Form.LETTERS)
    return Held(any_of([StartsWith(of, needle) for needle in needles]))


def _matches(reader: Reader, call: ast.Call) -> Held:
    text = column(reader, call.args[0], Type.TEXT)
    pattern = read_pattern(reader.text_of(call.args[1]), span_of(call.args[1]))
    return Held(Matches(Column(text.key, Type.TEXT, Form.PLAIN), pattern))


def _any_in(reader: Reader, call: ast.Call) -> Held:
    of = column(reader, call.args[0], Type.TEXTS)
    return Held(HasAny(of, texts(reader, call.args[1])))


def _length(reader: Reader, call: ast.Call) -> Typed:
    return Typed(Length(column(reader, call.args[0], Type.TEXT, Type.TEXTS)), Type.INT)


def _missing(reader: Reader, call: ast.Call) -> Held:
    meant = reader.meant(call.args[0])
    if isinstance(meant, Typed) and isinstance(meant.node, Column):
        return Held(Missing(meant.node))
    if isinstance(meant, Held) and (one := _only_column(meant.node)) is not None:
        return Held(Missing(Column(one.key, one.type)))
    says = "What can be missing is a field, or what a function found out."
    raise Wrong(span_of(call.args[0]), says, expected="a field")


def _or_else(reader: Reader, call: ast.Call) -> Meant:
    meant, default = reader.meant(call.args[0]), reader.meant(call.args[1])
    span = span_of(call.args[1])
    if not isinstance(default, Typed) or not isinstance(default.node, Const):
        raise Wrong(
            span, "What stands in for it is written out in the rule.", expected="a constant"
        )
    if isinstance(meant, Held):
        return _truth_or_else(meant.node, default.node, call)
    value = as_typed(meant, call.args[0])
    if not isinstance(value.node, Column):
        says = "Only a field can be missing."
        hint = "write or_else(field, …) inside the sum"
        raise Wrong(span_of(call.args[0]), says, expected="a field", hint=hint)
    if value.type in {Type.TEXTS, Type.MEDIA}:
        says = f"Nothing stands in for {WORDS[value.type]}."
        raise Wrong(span_of(call.args[0]), says, hint=f"write missing({value.node.key}) or …")
    return Typed(OrElse(value.node, _default(value.node, default.node, call)), value.type)


def _default(of: Column, default: Const, call: ast.Call) -> Const:
    span = span_of(call.args[1])
    if of.type is Type.FLOAT and default.type is Type.INT:
        return Const(float(default.value), Type.FLOAT)
    if of.type is Type.TIME and isinstance(default.value, str):
        return time_constant(default.value, span)
    if of.type is not default.type:
        says = f"`{of.key}` is {WORDS[of.type]}, and what stands in for it is not."
        raise Wrong(span, says, expected=WORDS[of.type])
    return default


def _truth_or_else(one: Condition, default: Const, call: ast.Call) -> Held:
    """Stand in for a condition on one column; exact, for it is unknown when that is missing."""
    of = _only_column(one)
    if of is None:
        says = "Only a field, or a function that reads one, can be missing."
        raise Wrong(span_of(call.args[0]), says, expected="a field")
    if not isinstance(default.value, bool):
        raise Wrong(span_of(call.args[1]), "This is not true or false.", expected="True or False")
    gone = Missing(Column(of.key, of.type))
    return Held(any_of([gone, one]) if default.value else all_of([denied(gone), one]))


def _only_column(one: Condition) -> Column | None:
    if not isinstance(one, Compare | HasAny | Holds | StartsWith | Matches | Truth):
        return None
    found = list(islice(columns(one), 2))
    return found[0] if len(found) == 1 else None


LISTED: Final = ("surely", "possibly")
"""How a bank lists what an item holds: confirmed and counting in full, or for a look only."""


def _listed(reader: Reader, call: ast.Call) -> Typed:
    how = reader.text_of(call.args[0])
    if how not in LISTED:
        says = f"Nothing is listed {how!r}."
        raise Wrong(span_of(call.args[0]), says, expected='"surely" or "possibly"')
    return Typed(Column(f'listed("{how}")', Type.BOOL), Type.BOOL)


def _label(reader: Reader, call: ast.Call) -> Held:
    entity = call.args[0]
    if not isinstance(entity, ast.Name) or entity.id not in set(Entity):
        says = "A label hangs on the account or on the item."
        raise Wrong(span_of(entity), says, expected="account or item")
    name = reader.text_of(call.args[1])
    if not name.strip() or len(name) > LABEL_CHARS_MAX:
        says = f"A label has a name of at most {LABEL_CHARS_MAX} characters."
        raise Wrong(span_of(call.args[1]), says, expected='"name"')
    return Held(HasAny(Column(f"labels({entity.id})", Type.TEXTS), (name,)))


def _hash_match(reader: Reader, call: ast.Call) -> Held:
    media = column(reader, call.args[0], Type.MEDIA)
    bank = _handle(reader, call.args[1], "bank", reader.known.banks)
    distance = reader.meant(call.args[2])
    span = span_of(call.args[2])
    value = constant_of(distance)
    if type(value) is not int or not 0 <= value <= DISTANCE_MAX:
        says = f"A distance is a whole number from 0 to {DISTANCE_MAX}."
        raise Wrong(span, says, hint="31 is the usual bound for pictures; 0 is the same hash")
    of = Column(f'hash_distance({media.key},"{bank}")', Type.INT)
    return Held(Compare(Order.LESS_OR_EQUAL, of, constant(value)))


def _assessed(reader: Reader, call: ast.Call) -> Typed:
    name = _handle(reader, call.args[0], "detector", reader.known.detectors)
    return Typed(Column(f'assessed("{name}")', Type.BOOL), Type.BOOL)


def _score(reader: Reader, call: ast.Call) -> Typed:
    name = _handle(reader, call.args[0], "model", reader.known.models)
    return Typed(Column(f'score("{name}")', Type.FLOAT), Type.FLOAT)


def _domain(reader: Reader, call: ast.Call) -> Typed:
    of = column(reader, call.args[0], Type.TEXT, Type.TEXTS)
    name = "domain" if of.type is Type.TEXT else "domains"
    return Typed(Column(f"{name}({of.key})", of.type), of.type)


def _hours_since(reader: Reader, call: ast.Call) -> Typed:
    of = column(reader, call.args[0], Type.TIME)
    return Typed(Column(f"hours_since({of.key})", Type.FLOAT), Type.FLOAT)


def _handle(reader: Reader, node: ast.expr, what: str, among: frozenset[str] | None) -> str:
    name = check_handle(reader.text_of(node), span_of(node), what=what)
    check_known(name, among, span_of(node), what=what)
    return name


FUNCTIONS: Final[Mapping[str, Function]] = MappingProxyType(
    {
        "any_in": Function(2, 'any_in(list, ["a", "b"])', _any_in),
        "assessed": Function(1, 'assessed("detector")', _assessed),
        "contains": Function(2, 'contains(text, "letters")', _contains),
        "domain": Function(1, "domain(link)", _domain),
        "domains": Function(1, "domains(links)", _domain),
        "has_phrase": Function(2, 'has_phrase(text, "some words")', _in_words),
        "has_word": Function(2, 'has_word(text, "word")', _in_words),
        "hash_match": Function(3, 'hash_match(media, "bank", 31)', _hash_match),
        "hours_since": Function(1, "hours_since(time)", _hours_since),
        "label": Function(2, 'label(account, "name")', _label),
        "listed": Function(1, 'listed("surely")', _listed),
        "length": Function(1, "length(field)", _length),
        "matches": Function(2, 'matches(text, r"pattern")', _matches),
        "missing": Function(1, "missing(field)", _missing),
        "or_else": Function(2, "or_else(field, constant)", _or_else),
        "score": Function(1, 'score("model")', _score),
        "starts_with": Function(2, 'starts_with(text, "letters")', _starts_with),
    }
)
