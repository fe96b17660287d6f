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
from functools import partial
from typing import Any, Final, NamedTuple, TypeAlias

from evenhand.kit.addresses import NotALink, host_of, registrable_domain
from evenhand.rules.language.checks import (
    CHECKS,
    INT_MAX,
    INT_MIN,
    Check,
    EventWrong,
    a_bool,
    a_float,
    a_texts,
    checked,
    described,
    ts_of,
)
from evenhand.rules.language.forms import form_of
from evenhand.rules.language.ir import Column, Form, Type
from evenhand.rules.language.normal import read_by
from evenhand.rules.language.row import Layout
from evenhand.rules.language.ruleset import Kind, RuleSet

NOTHING_NEAR: Final = 1000
"""The distance to a bank that was looked through and holds nothing near."""

EVERY_OTHER: Final = "*"
"""Stands in an event for every bank that was looked through and is not named."""

_HOUR_MICROSECONDS: Final = 3_600_000_000
_CALL: Final = re.compile(r'(\w+)\(([^",()]*)(?:,?"([^"]*)")?\)')


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


Found: TypeAlias = Callable[["_Sent"], Any]


class _Sent(NamedTuple):
    """An event while it is read: as it was sent, its time, and its fields once checked."""

    event: Mapping[str, Any]
    fields: Mapping[str, Any]
    ts: int | None


Laid: TypeAlias = tuple[list[Any], dict[str, Any], bool]
"""A row, the fields that are asked for otherwise, and whether a counter was given."""


@dataclass(frozen=True, slots=True)
class _Plan:
    """What is done with an event of a kind: its fields laid out, found out, counted."""

    lay: Callable[[Mapping[str, Any]], Laid]
    found: tuple[tuple[int, Found, Form], ...]
    counted: tuple[tuple[int, str], ...]


class EventReader:
    """Reads events for some rules; what they need is found out once."""

    def __init__(self, ruleset: RuleSet, layout: Layout) -> None:
        """Plan the reading of a kind once an event of it comes."""
        self._ruleset, self._layout = ruleset, layout
        self._plans: dict[str, _Plan] = {}

    def read(self, event: object) -> Event:
        """Read an event from JSON data. Raises EventWrong."""
        if not isinstance(event, dict):
            raise EventWrong("An event is a JSON object.")
        id_ = event.get("id")
        if not (type(id_) is int or id_ is None or isinstance(id_, str)):
            raise EventWrong(f"id has to be text or a whole number, and it is {described(id_)}.")
        kind = event.get("kind")
        if not isinstance(kind, str):
            raise EventWrong("kind has to be there and be text: the name of the event's kind.")
        ts = ts_of(event.get("ts"))
        plan = self._plans.get(kind) or self._planned(kind)
        if plan is None:
            return Event(id_, kind, ts, None, (), {})
        row, fields, given = plan.lay(event)
        if plan.found:
            sent = _Sent(event, fields, ts)
            for place, find, form in plan.found:
                value = find(sent)
                plain = form is Form.SENT or value is None
                row[place] = value if plain else form_of(value, form)
        counted = plan.counted
        if given:
            counted = tuple(one for one in counted if row[one[0]] is None)
        return Event(id_, kind, ts, row, counted, fields)

    def _planned(self, kind: str) -> _Plan | None:
        known = self._ruleset.kinds.get(kind)
        if known is None:
            return None
        self._plans[kind] = plan = _plan(known, self._ruleset, self._layout)
        return plan


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
    lay = _laying(kind, len(layout.columns) + 1, laid, kept, counted)
    return _Plan(lay, tuple(found), tuple(counted))


_FITS: Final[Mapping[Type, str]] = {
    Type.BOOL: "v is True or v is False",
    Type.INT: f"type(v) is int and {INT_MIN} <= v <= {INT_MAX}",
    Type.FLOAT: f"type(v) is float and {-sys.float_info.max!r} <= v <= {sys.float_info.max!r}",
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
    kind: Kind,
    width: int,
    laid: Mapping[str, Sequence[tuple[int, Form]]],
    kept: Collection[str | None],
    counted: Sequence[tuple[int, str]],
) -> Callable[[Mapping[str, Any]], Laid]:
    """Write the function that checks each field of a kind and lays it out; names are bound."""
    bound: dict[str, Any] = {"KIND": kind.name, "form_of": form_of}
    bound |= {f"F_{form.name}": form for form in Form}
    lines: list[str] = []
    row = ["KIND", *["None"] * (width - 1)]
    fields = []
    for at, (name, type_) in enumerate(kind.fields.items()):
        held = f"v{at}"
        written = [(place, form) for place, form in laid.get(name, ()) if form is not Form.SENT]
        lines += [f" {row_at} = None" for row_at in (f"w{place}" for place, _ in written)]
        lines += _checking(at, name, type_, bound)
        lines += [f"  w{place} = {_written(form)}" for place, form in written]
        for place, form in laid.get(name, ()):
            row[place] = held if form is Form.SENT else f"w{place}"
        if name in kept:
            fields.append(f"N{at}: {held}")
        if name in kept or any(form is Form.SENT for _, form in laid.get(name, ())):
            lines.append(f" {held} = v")
    for at, (place, name) in enumerate(counted, len(kind.fields)):
        lines += [*_checking(at, name, Type.INT, bound), "  given = True", f" c{place} = v"]
        row[place] = f"c{place}"
    lines = [
        "def lay(event):",
        " get = event.get",
        " given = False",
        *lines,
        f" return [{', '.join(row)}], {{{', '.join(fields)}}}, given",
    ]
    exec(compile("\n".join(lines), "<fields>", "exec"), bound)  # noqa: S102 - names of ours only
    lay: Callable[[Mapping[str, Any]], Laid] = bound["lay"]
    return lay


def _checking(at: int, name: str, type_: Type, bound: dict[str, Any]) -> list[str]:
    """Write what takes a value and checks it, ending inside `if v is not None`."""
    bound[f"N{at}"], bound[f"C{at}"] = name, partial(checked, name, CHECKS[type_])
    lines = [f" v = get(N{at})", " if v is not None:"]
    if type_ is Type.TEXTS:
        return lines + [line.replace("CHECK", f"C{at}") for line in _TEXTS_FIT]
    fits = _FITS.get(type_)
    return [*lines, f"  if not ({fits}): v = C{at}(v)" if fits else f"  v = C{at}(v)"]


def _written(form: Form) -> str:
    plain = "v if v.isascii() else " if form is Form.PLAIN else ""
    return f"{plain}form_of(v, F_{form.name})"


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
        "assessed": partial(_told, "assessments", handle, a_bool),
        "score": partial(_told, "scores", handle, a_float),
        "listed": partial(_told, "listed", handle, a_bool),
        "domain": partial(_domain, field),
        "domains": partial(_domains, field),
        "hours_since": partial(_hours_since, field),
    }
    return finders.get(name, lambda _sent: None)


def _told(part: str, name: str, check: Check, sent: _Sent) -> Any:
    return checked(f"{part}.{name}", check, _part(sent.event, part).get(name))


def _labels(entity: str, sent: _Sent) -> Any:
    return checked(f"labels.{entity}", a_texts, _part(sent.event, "labels").get(entity))


def _distance(field: str, bank: str, sent: _Sent) -> int | None:
    banks = _part(_part(sent.event, "hashes"), field, "hashes.")
    if bank not in banks and EVERY_OTHER not in banks:
        return None
    distance = banks.get(bank)
    if distance is None:
        return NOTHING_NEAR
    return checked(f"hashes.{field}.{bank}", _whole_distance, distance)  # type: ignore[no-any-return]  # an int or None


def _whole_distance(value: Any) -> int:
    if type(value) is int and 0 <= value <= INT_MAX:
        return value
    raise EventWrong(f"has to be a distance, 0 or more, and it is {described(value)}.")


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
        raise EventWrong(f"{within}{name} has to be an object, and it is {described(found)}.")
    return found
