"""A rule is said in plain English, for people who decide whether it may be used.

What is said comes from the rule's own text, so that words and lists are those its author wrote.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

from evenhand.rules.language.builder import to_builder

_ASKED: Final = {
    "==": "is",
    "!=": "is not",
    "<": "is less than",
    "<=": "is at most",
    ">": "is more than",
    ">=": "is at least",
    "in": "is one of",
    "not in": "is none of",
    "has_word": "has the word",
    "has_phrase": "has the words",
    "contains": "contains",
    "starts_with": "begins with",
    "matches": "matches the pattern",
    "any_in": "holds one of",
    "holds": "holds",
    "lacks": "does not hold",
}
_DENIED: Final = {
    "==": "is not",
    "!=": "is",
    "has_word": "does not have the word",
    "has_phrase": "does not have the words",
    "contains": "does not contain",
    "starts_with": "does not begin with",
    "matches": "does not match the pattern",
    "any_in": "holds none of",
}
_IN_LIST: Final = {
    "in": ("is in", "is not in"),
    "not in": ("is not in", "is in"),
    "has_word": ("has a word of", "has no word of"),
    "has_phrase": ("has wording of", "has no wording of"),
    "contains": ("contains something of", "contains nothing of"),
    "starts_with": ("begins with something of", "begins with nothing of"),
    "any_in": ("holds something of", "holds nothing of"),
}
_UNITS: Final = {"s": "second", "m": "minute", "h": "hour", "d": "day", "w": "week"}
_CALLED: Final = {
    "length": "the length of",
    "domain": "the domain of",
    "domains": "the domains of",
    "hours_since": "the hours since",
}


def sentence(source: str) -> str:
    """Say what a rule does, from its text, in one sentence or two. Raises Refused."""
    data = to_builder(source)
    kinds = _joined([_a(kind) for kind in data["kinds"]], "or")
    asked = _joined([_action(one) for one in data["actions"]], "and")
    under = f" It rests on clause {data['policy']}." if data["policy"] else ""
    return f"On {kinds}, when {condition(data['when'])}: {asked}.{under}"


@lru_cache(maxsize=4_096)
def said_clauses(source: str) -> tuple[str, ...]:
    """Say each of the clauses of a rule by itself. Raises Refused."""
    when = to_builder(source)["when"]
    return tuple(map(condition, when["all"])) if "all" in when else (condition(when),)


def condition(data: Mapping[str, Any]) -> str:
    """Say a condition of the builder."""
    for group, joint in (("all", "and"), ("any", "or")):
        if group in data:
            return _joined([_inside(one) for one in data[group]], joint)
    if "not" in data:
        return _denied(data["not"])
    if "expression" in data:
        return f"{data['expression']}"
    return _row(data)


def _inside(data: Mapping[str, Any]) -> str:
    said = condition(data)
    return f"({said})" if "all" in data or "any" in data else said


def _denied(data: Mapping[str, Any]) -> str:
    asks = data.get("is")
    if asks == "true":
        return _truth(data["field"], so=False)
    if asks == "missing":
        return f"{_field(data['field'])} is there"
    if asks == "labelled":
        return f"the {data['field']} does not carry the label “{data['value']}”"
    if asks in _IN_LIST and isinstance(data["value"], dict):
        return f"{_field(data['field'])} {_IN_LIST[asks][1]} {_value(data['value'])}"
    if asks in _DENIED:
        return f"{_field(data['field'])} {_DENIED[asks]} {_value(data['value'])}"
    return f"it is not so that {_inside(data)}"


def _row(row: Mapping[str, Any]) -> str:
    match row["is"]:
        case "true":
            return _truth(row["field"], so=True)
        case "missing":
            return f"{_field(row['field'])} is missing"
        case "labelled":
            return f"the {row['field']} carries the label “{row['value']}”"
        case "hash_match":
            bank, bits = row["bank"], row["value"]
            return f"{row['field']} is within {bits} bits of a picture in the bank “{bank}”"
        case asks if asks in _IN_LIST and isinstance(row["value"], dict):
            return f"{_field(row['field'])} {_IN_LIST[asks][0]} {_value(row['value'])}"
        case asks:
            return f"{_field(row['field'])} {_ASKED[asks]} {_value(row['value'])}"


def _truth(written: str, *, so: bool) -> str:
    if written.startswith("assessed("):
        detector = written.removeprefix("assessed(").removesuffix(")")
        return f"the detector {detector} found {'something' if so else 'nothing'}"
    return f"{_field(written)} is {'' if so else 'not '}so"


def _field(written: str) -> str:
    name, bracket, rest = written.partition("(")
    inside = rest.removesuffix(")")
    if not bracket:
        return written
    if name in _CALLED:
        return f"{_CALLED[name]} {inside}"
    if name == "or_else":
        field, _, default = inside.partition(", ")
        return f"{field} (or {default}, where it is missing)"
    return f"the score of the model {inside}" if name == "score" else written


def _value(value: object) -> str:
    match value:
        case {"list": name}:
            return f"the list {name}"
        case list():
            return _joined([_value(one) for one in value], "or")
        case bool():
            return "true" if value else "false"
        case str():
            return f"“{value}”"
        case _:
            return str(value)


def _action(action: Mapping[str, Any]) -> str:
    match action["do"]:
        case "label":
            lasting = f" for {_span(action['for'])}" if action["for"] else ""
            return f"label the {action['on']} “{action['name']}”{lasting}"
        case "enqueue":
            given = action["priority"]
            priority = f" with priority {given}" if given is not None else ""
            return f"put the item into the queue {action['name']}{priority}"
        case "propose":
            return f"propose to {action['name']}{_after(action['after'])}"
        case _:
            return f"add {action['amount']:g} to the score {action['name']}"


def _after(bounds: Sequence[str] | None) -> str:
    if not bounds:
        return ""
    first, last = bounds
    if first == last:
        return f" after {_span(first)}"
    return f" after {_span(first)} to {_span(last)}, chosen at random"


def _span(written: str) -> str:
    count, unit = written[:-1], _UNITS[written[-1]]
    return f"{count} {unit}{'s' * (count != '1')}"


def _a(kind: str) -> str:
    return f"{'an' if kind[0].lower() in 'aeiou' else 'a'} {kind}"


def _joined(parts: Sequence[str], joint: str) -> str:
    if len(parts) == 1:
        return parts[0]
    comma = "," if len(parts) > 2 else ""
    return f"{', '.join(parts[:-1])}{comma} {joint} {parts[-1]}"
