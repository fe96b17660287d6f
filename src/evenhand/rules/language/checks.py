"""A value of an event is of the type that is declared, or is refused with what is wrong.

Nothing is converted but a whole number where a number is declared. A number that is not finite is
missing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from math import isfinite
from typing import Any, Final, TypeAlias

from evenhand.rules.language.ir import Type

INT_MIN: Final = -(2**63)
INT_MAX: Final = 2**63 - 1

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_TIME_MIN: Final = (datetime.min.replace(tzinfo=UTC) - _EPOCH) // _MICROSECOND
_TIME_MAX: Final = (datetime.max.replace(tzinfo=UTC) - _EPOCH) // _MICROSECOND
_SECONDS_MAX: Final = _TIME_MAX // 1_000_000

Check: TypeAlias = Callable[[Any], Any]


class EventWrong(ValueError):
    """An event is not what its kind declares; the message names the field and what it has to be."""


def checked(name: str, check: Check, value: Any) -> Any:
    """Check a value that may be missing. Raises EventWrong, which names the field."""
    if value is None:
        return None
    try:
        return check(value)
    except EventWrong as why:
        raise EventWrong(f"{name} {why}") from None


def ts_of(value: Any) -> int | None:
    """Return an event's `ts` in microseconds of the epoch. Raises EventWrong."""
    if type(value) is int and 0 <= value <= _SECONDS_MAX:
        return value * 1_000_000
    found: int | None = checked("ts", _time, value)
    return found


def a_bool(value: Any) -> bool:
    """Check that a value is true or false. Raises EventWrong."""
    if isinstance(value, bool):
        return value
    raise EventWrong(f"has to be true or false, and it is {described(value)}.")


def _int(value: Any) -> int | None:
    if type(value) is int:
        if INT_MIN <= value <= INT_MAX:
            return value
        raise EventWrong("has to be a whole number of at most 64 bits, and it is larger.")
    if type(value) is float and not isfinite(value):
        return None
    raise EventWrong(f"has to be a whole number, and it is {described(value)}.")


def a_float(value: Any) -> float | None:
    """Check that a value is a number, and return it if it is finite. Raises EventWrong."""
    if type(value) is float:
        return value if isfinite(value) else None
    if type(value) is int:
        try:
            return float(value)
        except OverflowError:
            return None
    raise EventWrong(f"has to be a number, and it is {described(value)}.")


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise EventWrong(f"has to be text, and it is {described(value)}.")
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            raise EventWrong("has to be text, and it holds half a character.") from None
    return value


def a_texts(value: Any) -> list[str]:
    """Check that a value is a list of texts. Raises EventWrong."""
    if not isinstance(value, list):
        raise EventWrong(f"has to be a list of texts, and it is {described(value)}.")
    for one in value:
        if not isinstance(one, str):
            raise EventWrong(f"has to be a list of texts, and one of them is {described(one)}.")
        if not one.isascii():
            _text(one)
    return value


def _time(value: Any) -> int | None:
    """Return microseconds of the epoch from ISO 8601 (UTC unless it says otherwise) or seconds."""
    if type(value) is float and not isfinite(value):
        return None
    try:
        if isinstance(value, str):
            at = datetime.fromisoformat(value)
            zoned = at if at.tzinfo is not None else at.replace(tzinfo=UTC)
            return (zoned - _EPOCH) // _MICROSECOND
        if type(value) is int or type(value) is float:
            passed = value * 1_000_000 if type(value) is int else round(value * 1e6)
            if _TIME_MIN <= passed <= _TIME_MAX:
                return passed
    except (ValueError, OverflowError):
        pass
    raise EventWrong(
        "has to be a time such as 2026-11-22T09:00:00Z, or seconds since 1970, and it is"
        f" {described(value)}."
    )


def _media(value: Any) -> bool:
    if isinstance(value, str | dict | list):
        return True
    raise EventWrong(f"has to be media, as text or as an object, and it is {described(value)}.")


CHECKS: Final[Mapping[Type, Check]] = {
    Type.BOOL: a_bool,
    Type.INT: _int,
    Type.FLOAT: a_float,
    Type.TEXT: _text,
    Type.TIME: _time,
    Type.TEXTS: a_texts,
    Type.MEDIA: _media,
}

_DESCRIBED: Final[Mapping[type, str]] = {
    bool: "true or false",
    int: "a whole number",
    float: "a number with a fraction",
    str: "text",
    list: "a list",
    dict: "an object",
    type(None): "null",
}


def described(value: Any) -> str:
    """Say what a value is."""
    return _DESCRIBED.get(type(value), "something else")
