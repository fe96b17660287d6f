"""An example under a rule is an event as JSON; what it says must be of the types of its kind."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from evenhand.rules.language.faults import Span, Wrong, did_you_mean, listing
from evenhand.rules.language.ir import Type
from evenhand.rules.language.naming import Names
from evenhand.rules.language.ruleset import Entity, Kind
from evenhand.rules.language.tokens import INT_MAX, Token
from evenhand.rules.language.values import WORDS

_ENVELOPE: Final = ("id", "kind", "ts")
_FOUND_OUT: Final = ("labels", "hashes", "assessments", "scores")
_SURROGATE: Final = re.compile("[\ud800-\udfff]")


class _Twice(ValueError):
    """A key stands twice in one object."""


def read_example(token: Token, names: Names) -> Mapping[str, Any]:
    """Return the event an example shows, with its kind. Raises Wrong."""
    event = parsed_event(token)
    kind = _kind(token, event, names)
    for key, value in event.items():
        if value is None or key == "kind":
            continue
        type_ = kind.fields.get(key)
        if type_ is None and key in names.counters:
            type_ = Type.INT
        if type_ is not None:
            if not is_of(value, type_):
                says = f"`{key}` is {WORDS[type_]}, and {_short(value)} is not."
                raise Wrong(_at(token, key), says, expected=WORDS[type_])
        elif key in _FOUND_OUT:
            event[key] = _found_out(key, value, token)
        elif key not in _ENVELOPE:
            there = [*kind.fields, *names.counters]
            hint = did_you_mean(key, there, otherwise=f"its fields are {listing(there, most=12)}")
            raise Wrong(_at(token, key), f"There is no field `{key}` in {kind.name}.", hint=hint)
        elif not is_of(value, Type.TIME if key == "ts" else Type.TEXT):
            raise Wrong(_at(token, key), f"`{key}` cannot be {_short(value)}.")
    return {"kind": kind.name} | event


def is_of(value: object, type_: Type) -> bool:
    """Tell whether a JSON value can be of a type; a whole number serves as a fraction."""
    return _IS_OF[type_](value)


def _kind(token: Token, event: Mapping[str, Any], names: Names) -> Kind:
    """Return the kind an example is of: the one it names, or the first that has its fields."""
    ours = {kind.name: kind for kind in names.kinds}
    named = event.get("kind")
    if named is None or (named not in ours and "kind" in names.kinds[0].fields):
        fitting = (kind for kind in names.kinds if set(event) & _all(names) <= set(kind.fields))
        return next(fitting, names.kinds[0])
    if named not in ours:
        says = f"The rule does not look at {_short(named)}."
        raise Wrong(_at(token, "kind"), says, expected=listing(ours))
    return ours[named]


def _all(names: Names) -> set[str]:
    return {name for kind in names.kinds for name in kind.fields}


def _found_out(key: str, value: object, token: Token) -> object:
    """Check what the house found out; labels in a list are the account's."""
    wrong = Wrong(_at(token, key), f"`{key}` is not written like this.", expected=_FORMS[key])
    if key == "labels" and isinstance(value, list):
        value = {Entity.ACCOUNT.value: value}
    if not isinstance(value, dict):
        raise wrong
    for name, one in value.items():
        fits = one is None
        match key:
            case "labels":
                fits = name in set(Entity) and (fits or is_of(one, Type.TEXTS))
            case "hashes":
                distances = one.values() if isinstance(one, dict) else ("",)
                fits = fits or all(d is None or is_of(d, Type.INT) for d in distances)
            case "assessments":
                fits = fits or is_of(one, Type.BOOL)
            case _:
                fits = fits or is_of(one, Type.FLOAT)
        if not fits:
            raise wrong
    return value


_FORMS: Final = {
    "labels": '{"account": ["name"], "item": ["name"]}',
    "hashes": '{"photo": {"bank": 12}}',
    "assessments": '{"detector": true}',
    "scores": '{"model": 0.5}',
}


def parsed_event(token: Token) -> dict[str, Any]:
    """Return an example's JSON, of whatever kind it is. Raises Wrong."""
    try:
        read = json.loads(
            token.text, object_pairs_hook=_once, parse_constant=_refuse, parse_int=_whole
        )
    except _Twice as twice:
        key = str(twice)
        raise Wrong(_at(token, key), f"`{key}` stands twice in this example.") from None
    except json.JSONDecodeError as error:
        column = error.colno + (token.column if error.lineno == 1 else 0)
        span = Span(token.line + error.lineno - 1, column)
        says = f"This is not JSON: {error.msg.lower()}."
        hint = 'names and texts stand between "; true, false and null are written small'
        raise Wrong(span, says, hint=hint) from None
    except ValueError as error:
        raise Wrong(token.span, str(error)) from None
    if _SURROGATE.search(json.dumps(read, ensure_ascii=False)):
        raise Wrong(token.span, "A text here holds half a character.")
    assert isinstance(read, dict)
    return read


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise _Twice(key)
        found[key] = value
    return found


def _refuse(written: str) -> object:
    raise ValueError(f"{written} is no JSON; write null for what is missing.")


def _whole(written: str) -> int:
    if len(written) > 20 or not -INT_MAX - 1 <= int(written) <= INT_MAX:
        raise ValueError(f"{written[:24]} does not lie within 64 bits.")
    return int(written)


def _at(token: Token, key: str) -> Span:
    """Return where a key stands in an example, or else the example's beginning."""
    written = json.dumps(key, ensure_ascii=False)
    before, found, _ = token.text.partition(written)
    if not found:
        return Span(token.line, token.column + 1)
    lines = before.split("\n")
    column = len(lines[-1]) + (token.column if len(lines) == 1 else 0)
    return Span(token.line + len(lines) - 1, column + 1, len(written))


def _is_time(written: str) -> bool:
    try:
        datetime.fromisoformat(written)
    except ValueError:
        return False
    return True


_IS_OF: Final[Mapping[Type, Callable[[object], bool]]] = {
    Type.BOOL: lambda value: isinstance(value, bool),
    Type.INT: lambda value: type(value) is int and -INT_MAX - 1 <= value <= INT_MAX,
    Type.FLOAT: lambda value: type(value) in {int, float} and math.isfinite(value),  # type: ignore[arg-type]
    Type.TEXT: lambda value: isinstance(value, str),
    Type.TIME: lambda value: (
        type(value) in {int, float} or (isinstance(value, str) and _is_time(value))
    ),
    Type.TEXTS: lambda value: (
        isinstance(value, list) and all(isinstance(one, str) for one in value)
    ),
    Type.MEDIA: lambda value: isinstance(value, str | dict),
}


def _short(value: object) -> str:
    shown = json.dumps(value, ensure_ascii=False, default=str)
    return shown if len(shown) <= 40 else shown[:40] + "…"
