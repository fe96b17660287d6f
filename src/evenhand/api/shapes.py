"""A document is held to the very schema that the OpenAPI document publishes of it.

Of JSON Schema this knows what our own documents use, and nothing else. What was sent is not
repeated: a problem says where it is and what is taken there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import Any, Final

from evenhand.api.nearest import problem_near
from evenhand.api.problems import DocumentRefused
from evenhand.api.strict_json import PROBLEMS_MAX, Problem, shown
from evenhand.kit.clock import read_stamp

Schema = Mapping[str, Any]

_TYPES: Final[Mapping[str, tuple[type, str]]] = {
    "object": (dict, "an object"),
    "array": (list, "a list"),
    "string": (str, "text"),
    "integer": (int, "a whole number"),
}


def check_shape(value: object, schema: Schema) -> None:
    """Refuse a document that is not as its schema says. Raises DocumentRefused."""
    problems = list(islice(_problems(value, schema, ""), PROBLEMS_MAX))
    if problems:
        raise DocumentRefused(*problems)


def _problems(value: object, schema: Schema, path: str) -> Iterator[Problem]:
    kind, name = _TYPES[schema["type"]]
    if not isinstance(value, kind) or isinstance(value, bool):
        yield Problem(path, f"Send this as {name}.")
    else:
        yield from _OF_TYPE[schema["type"]](value, schema, path)


def _object(value: dict[str, object], schema: Schema, path: str) -> Iterator[Problem]:
    known = schema["properties"]
    for name in schema["required"]:
        if name not in value:
            yield Problem(_within(path, name), "This is missing.")
    for name, each in value.items():
        if name in known:
            yield from _problems(each, known[name], _within(path, name))
        else:
            says = "This field is not known here."
            yield problem_near(_within(path, shown(name)), says, known)


def _array(value: list[object], schema: Schema, path: str) -> Iterator[Problem]:
    low, high = schema.get("minItems", 0), schema["maxItems"]
    if not low <= len(value) <= high:
        yield Problem(path, f"Send {low} to {high:,} of these.")
        return
    for at, each in enumerate(value):
        yield from _problems(each, schema["items"], f"{path}[{at}]")


def _string(value: str, schema: Schema, path: str) -> Iterator[Problem]:
    low, high = schema.get("minLength", 0), schema.get("maxLength")
    if "enum" in schema and value not in schema["enum"]:
        yield Problem(path, f"Choose one of: {', '.join(schema['enum'])}.")
    elif len(value) < low:
        yield Problem(path, f"This is too short: {low} characters at least.")
    elif high is not None and len(value) > high:
        yield Problem(path, f"This is too long: {high:,} characters at most.")
    elif "pattern" in schema and re.search(schema["pattern"], value) is None:
        yield Problem(path, f"Write this as {schema.get('description', schema['pattern'])}")
    elif schema.get("format") == "date-time" and not _is_instant(value):
        yield Problem(path, "Write a time with its zone, such as 2027-01-31T09:00:00Z.")


def _integer(value: int, schema: Schema, path: str) -> Iterator[Problem]:
    low, high = schema["minimum"], schema["maximum"]
    if not low <= value <= high:
        yield Problem(path, f"Write a whole number from {low} to {high}.")


def _is_instant(text: str) -> bool:
    try:
        read_stamp(text)
    except (ValueError, OverflowError):
        return False
    return "T" in text.upper()


def _within(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


_OF_TYPE: Final[Mapping[str, Callable[[Any, Schema, str], Iterator[Problem]]]] = {
    "object": _object,
    "array": _array,
    "string": _string,
    "integer": _integer,
}
