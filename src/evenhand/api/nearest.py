"""A mistyped field is refused with the field that was probably meant, never passed over."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from evenhand import intake
from evenhand.api.problems import DocumentRefused
from evenhand.api.strict_json import Problem

_UNKNOWN: Final = "unknown_field"


@contextmanager
def nearest_named(*documents: Mapping[str, object]) -> Iterator[None]:
    """Refuse what intake refuses, and name for each unknown field the nearest known one.

    The documents are JSON Schemas of what may be sent. Raises DocumentRefused.
    """
    try:
        yield
    except intake.Refused as refused:
        raise DocumentRefused(
            *(
                problem_near(each.path, each.says, _known(documents, each.path))
                if each.code == _UNKNOWN
                else Problem(each.path, each.says)
                for each in refused.problems
            )
        ) from refused


def _known(documents: Iterable[Mapping[str, object]], path: str) -> list[str]:
    parent = path.rpartition(".")[0]
    return [name for schema in documents for name in properties_at(schema, parent)]


def problem_near(path: str, says: str, known: Iterable[str]) -> Problem:
    """Say which known field an unknown one is nearest to, or which there are."""
    name = path.rpartition(".")[2]
    names = sorted(known)
    near = difflib.get_close_matches(name, names, n=1, cutoff=0.6)
    if near:
        return Problem(path, f"There is no such field here. Did you mean “{near[0]}”?")
    return Problem(path, f"{says} Known here: {', '.join(names)}." if names else says)


def properties_at(schema: Mapping[str, object], path: str) -> list[str]:
    """Return the fields a JSON Schema allows at a path such as `account`, or none."""
    node: object = schema
    for name in filter(None, path.split(".")):
        node = _properties(node).get(name)
    return list(_properties(node))


def _properties(node: object) -> Mapping[str, object]:
    if not isinstance(node, Mapping):
        return {}
    for option in node.get("anyOf", ()):
        if isinstance(option, Mapping) and "properties" in option:
            return _properties(option)
    found = node.get("properties", {})
    return found if isinstance(found, Mapping) else {}
