"""An event as it is sent becomes a row of known, typed values, or is refused with what is wrong.

Absent and null are missing, and so is a number that is not finite. Everything a kind declares is
checked, whether or not a rule reads it, so that what a good event is does not change with the
rules. What is not declared is passed over.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from math import isfinite
from typing import Any, Final, NamedTuple, TypeAlias

from evenhand.kit.addresses import NotALink, host_of, registrable_domain
from evenhand.rules.language.forms import form_of
from evenhand.rules.language.ir import Column, Form, Type
from evenhand.rules.language.normal import read_by
from evenhand.rules.language.row import Layout
from evenhand.rules.language.ruleset import Kind, RuleSet

INT_MIN: Final = -(2**63)
INT_MAX: Final = 2**63 - 1
NOTHING_NEAR: Final = 1000
"""The distance to a bank that was looked through and holds nothing near."""

EVERY_OTHER: Final = "*"
"""Stands in an event for every bank that was looked through and is not named."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_TIME_MIN: Final = (datetime.min.replace(tzinfo=UTC) - _EPOCH) // _MICROSECOND
_TIME_MAX: Final = (datetime.max.replace(tzinfo=UTC) - _EPOCH) // _MICROSECOND
_SECONDS_MAX: Final = _TIME_MAX // 1_000_000
_HOUR_MICROSECONDS: Final = 3_600_000_000
_CALL: Final = re.compile(r'(\w+)\(([^",()]*)(?:,?"([^"]*)")?\)')


class EventWrong(ValueError):
    """An event is not what its kind declares; the message names the field and what it has to be."""


class Event(NamedTuple):
    """An event as engines read it. `ts` is in microseconds of the epoch.

    `row` has None where a counter belongs; `counted` says which counter belongs where, and `fields`
    what counters need to know. An unknown kind has no row.
    """

    id: str | int | None
    kind: str
    ts: int | None
    row: list[Any] | None
    counted: Sequence[tuple[int, str]]
    fields: Mapping[str, Any]


Check: TypeAlias = Callable[[Any], Any]
Found: TypeAlias = Callable[["_Sent"], Any]


class _Sent(NamedTuple):
    """An event while it is read: as it was sent, its time, and its fields once checked."""

    event: Mapping[str, Any]
    fields: Mapping[str, Any]
    ts: int | None


@dataclass(frozen=True, slots=True)
class _Plan:
    """What is done with an event of a kind: its fields laid out, found out, counted."""

    lay: Callable[[Mapping[str, Any], list[Any], dict[str, Any]], None]
    found: tuple[tuple[int, Found, Form], ...]
    counted: tuple[tuple[int, str], ...]


class EventReader:
    """Reads events for some rules; what they need is found out once."""

    def __init__(self, ruleset: RuleSet, layout: Layout) -> None:
        """Plan the reading of each kind."""
        self._width = len(layout.columns) + 1
        self._plans = {name: _plan(kind, ruleset, layout) for name, kind in ruleset.kinds.items()}

    def read(self, event: object) -> Event:
        """Read an event from JSON data. Raises EventWrong."""
        if not isinstance(event, dict):
            raise EventWrong("An event is a JSON object.")
        id_ = event.get("id")
        if not (id_ is None or type(id_) is int or isinstance(id_, str)):
            raise EventWrong(f"id has to be text or a whole number, and it is {_described(id_)}.")
        kind = event.get("kind")
        if not isinstance(kind, str):
            raise EventWrong("kind has to be there and be text: the name of the event's kind.")
        ts = _ts_of(event.get("ts"))
        plan = self._plans.get(kind)
        if plan is None:
            return Event(id_, kind, ts, None, (), {})
        row: list[Any] = [None] * self._width
        row[0] = kind
        fields: dict[str, Any] = {}
        plan.lay(event, row, fields)
        if plan.found:
            sent = _Sent(event, fields, ts)
            for place, find, form in plan.found:
                value = find(sent)
                plain = form is Form.SENT or value is None
                row[place] = value if plain else form_of(value, form)
        counted = plan.counted
        if counted:
            for place, name in counted:
                row[place] = _checked(name, _int, event.get(name))
            counted = tuple(one for one in counted if row[one[0]] is None)
        return Event(id_, kind, ts, row, counted, fields)


def _plan(kind: Kind, ruleset: RuleSet, layout: Layout) -> _Plan:
    """Plan what is read of a kind's events: what its rules ask for, and no more."""
    counters = {counter.name for counter in ruleset.counters}
    kept = {name for one in ruleset.counters if kind.name in one.kinds for name in (one.by, one.of)}
    laid: dict[str, list[tuple[int, Form]]] = {}
    found, counted = [], []
    asked = {
        (one.key, one.type)
        for one in read_by(rule.when for rule in ruleset.rules if kind.name in rule.kinds)
    }
    for column, place in layout.places.items():
        if (column.key, column.type) not in asked:
            continue
        if column.key in kind.fields:
            laid.setdefault(column.key, []).append((place, column.form))
        elif column.key in counters:
            counted.append((place, column.key))
        else:
            call = _CALL.fullmatch(column.key)
            kept.update(() if call is None else (call[2],))
            found.append((place, _finder(column), column.form))
    return _Plan(_laying(kind, laid, kept), tuple(found), tuple(counted))


_FITS: Final[Mapping[Type, str]] = {
    Type.BOOL: "v is True or v is False",
    Type.INT: "type(v) is int and INT_MIN <= v <= INT_MAX",
    Type.FLOAT: "type(v) is float and LOW <= v <= HIGH",
    Type.TEXT: "type(v) is str and v.isascii()",
}
_TEXTS_FIT: Final = (
    "  if type(v) is list:",
    "   for one in v:",
    "    if type(one) is not str or not one.isascii():",
    "     v = CHECK(v)",
    "     break",
    "  else: v = CHECK(v)",
)
"""What is looked at first: most values are what they have to be, and plainly so."""


def _laying(
    kind: Kind, laid: Mapping[str, Sequence[tuple[int, Form]]], kept: Collection[str | None]
) -> Callable[[Mapping[str, Any], list[Any], dict[str, Any]], None]:
    """Write the function that checks each field of a kind and lays it out; names are bound."""
    high = sys.float_info.max
    bound: dict[str, Any] = {"INT_MIN": INT_MIN, "INT_MAX": INT_MAX, "LOW": -high, "HIGH": high}
    bound |= {"form_of": form_of, **{f"F_{form.name}": form for form in Form}}
    lines = ["def lay(event, row, fields):", " get = event.get"]
    for at, (name, type_) in enumerate(kind.fields.items()):
        bound[f"N{at}"], bound[f"C{at}"] = name, partial(_checked, name, _CHECKS[type_])
        lines += [f" v = get(N{at})", " if v is not None:"]
        if type_ is Type.TEXTS:
            lines += [line.replace("CHECK", f"C{at}") for line in _TEXTS_FIT]
        else:
            fits = _FITS.get(type_)
            lines.append(f"  if not ({fits}): v = C{at}(v)" if fits else f"  v = C{at}(v)")
        if name in kept:
            lines.append(f"  fields[N{at}] = v")
        for place, form in laid.get(name, ()):
            lines.append(f"  row[{place}] = {_written(form)}")
    exec(compile("\n".join(lines), "<fields>", "exec"), bound)  # noqa: S102 - names of ours only
    lay: Callable[[Mapping[str, Any], list[Any], dict[str, Any]], None] = bound["lay"]
    return lay


def _written(form: Form) -> str:
    if form is Form.SENT:
        return "v"
    plain = "v if v.isascii() else " if form is Form.PLAIN else ""
    return f"{plain}form_of(v, F_{form.name})"


# ── values ───────────────────────────────────────────────────────────────────────────────────────


def _checked(name: str, check: Check, value: Any) -> Any:
    """Check a value that may be missing. Raises EventWrong, which names the field."""
    if value is None:
        return None
    try:
        return check(value)
    except EventWrong as why:
        raise EventWrong(f"{name} {why}") from None


def _ts_of(value: Any) -> int | None:
    if type(value) is int and 0 <= value <= _SECONDS_MAX:
        return value * 1_000_000
    found: int | None = _checked("ts", _time, value)
    return found


def _bool(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    raise EventWrong(f"has to be true or false, and it is {_described(value)}.")


def _int(value: Any) -> int | None:
    if type(value) is int:
        if INT_MIN <= value <= INT_MAX:
            return value
        raise EventWrong("has to be a whole number of at most 64 bits, and it is larger.")
    if type(value) is float and not isfinite(value):
        return None
    raise EventWrong(f"has to be a whole number, and it is {_described(value)}.")


def _float(value: Any) -> float | None:
    if type(value) is float:
        return value if isfinite(value) else None
    if type(value) is int:
        try:
            return float(value)
        except OverflowError:
            return None
    raise EventWrong(f"has to be a number, and it is {_described(value)}.")


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise EventWrong(f"has to be text, and it is {_described(value)}.")
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            raise EventWrong("has to be text, and it holds half a character.") from None
    return value


def _texts(value: Any) -> list[str]:
    if not isinstance(value, list):
        raise EventWrong(f"has to be a list of texts, and it is {_described(value)}.")
    for one in value:
        if not isinstance(one, str):
            raise EventWrong(f"has to be a list of texts, and one of them is {_described(one)}.")
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
        f" {_described(value)}."
    )


def _media(value: Any) -> bool:
    if isinstance(value, str | dict | list):
        return True
    raise EventWrong(f"has to be media, as text or as an object, and it is {_described(value)}.")


_CHECKS: Final[Mapping[Type, Check]] = {
    Type.BOOL: _bool,
    Type.INT: _int,
    Type.FLOAT: _float,
    Type.TEXT: _text,
    Type.TIME: _time,
    Type.TEXTS: _texts,
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


def _described(value: Any) -> str:
    return _DESCRIBED.get(type(value), "something else")


# ── what functions found out ─────────────────────────────────────────────────────────────────────


def _finder(column: Column) -> Found:
    """Return what fills the column of a function from an event; nothing for an unknown one."""
    read = _CALL.fullmatch(column.key)
    if read is None:
        return lambda _sent: None
    name, field, handle = read[1], read[2], read[3] or ""
    finders: Mapping[str, Found] = {
        "labels": partial(_labels, field),
        "hash_distance": partial(_distance, field, handle),
        "assessed": partial(_told, "assessments", handle, _bool),
        "score": partial(_told, "scores", handle, _float),
        "listed": partial(_told, "listed", handle, _bool),
        "domain": partial(_domain, field),
        "domains": partial(_domains, field),
        "hours_since": partial(_hours_since, field),
    }
    return finders.get(name, lambda _sent: None)


def _told(part: str, name: str, check: Check, sent: _Sent) -> Any:
    return _checked(f"{part}.{name}", check, _part(sent.event, part).get(name))


def _labels(entity: str, sent: _Sent) -> Any:
    return _checked(f"labels.{entity}", _texts, _part(sent.event, "labels").get(entity))


def _distance(field: str, bank: str, sent: _Sent) -> int | None:
    banks = _part(_part(sent.event, "hashes"), field, "hashes.")
    if bank not in banks and EVERY_OTHER not in banks:
        return None
    distance = banks.get(bank)
    if distance is None:
        return NOTHING_NEAR
    return _checked(f"hashes.{field}.{bank}", _whole_distance, distance)  # type: ignore[no-any-return]  # an int or None


def _whole_distance(value: Any) -> int:
    if type(value) is int and 0 <= value <= INT_MAX:
        return value
    raise EventWrong(f"has to be a distance, 0 or more, and it is {_described(value)}.")


def _domain(field: str, sent: _Sent) -> str | None:
    link = sent.fields.get(field)
    return None if link is None else domain_of(link)


def _domains(field: str, sent: _Sent) -> list[str] | None:
    links = sent.fields.get(field)
    if links is None:
        return None
    return [domain for domain in map(domain_of, links) if domain is not None]


def domain_of(link: str) -> str | None:
    """Return the part of a link's host that one owner registered, or the host where there is none.

    None for what is no link.
    """
    try:
        host = host_of(link)
    except NotALink:
        return None
    return registrable_domain(host) or host


def _hours_since(field: str, sent: _Sent) -> float | None:
    at = sent.fields.get(field)
    return None if at is None or sent.ts is None else (sent.ts - at) / _HOUR_MICROSECONDS


def _part(event: Mapping[str, Any], name: str, within: str = "") -> Mapping[str, Any]:
    found = event.get(name)
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise EventWrong(f"{within}{name} has to be an object, and it is {_described(found)}.")
    return found
