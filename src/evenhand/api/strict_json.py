"""JSON from outside is read one way only, and refused with a finger on the spot otherwise.

Two readers of the same bytes must never see two things: a key that stands twice, `NaN`, a number
too large to hold, half a surrogate pair and nesting without end are refused here, before any room
sees the value. Nothing here knows what the value is about.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from evenhand.kit.storing import storable

DEPTH_MAX: Final = 20  # the deepest document the API takes has 4 levels
NAME_CHARS_MAX: Final = 40  # of a key in a problem: enough to find it by
PROBLEMS_MAX: Final = 20  # enough to mend a document by; the rest would be noise
_NUMBER_MAX: Final = 2**63  # what both databases hold as a whole number


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to put right: where it stands (`item.fields.title`, empty for all), and what."""

    path: str
    says: str


class JsonRefused(Exception):
    """The bytes are not JSON that can mean only one thing; `problems` points at each spot."""

    def __init__(self, *problems: Problem) -> None:
        """Keep the spots, so that a door can list them."""
        super().__init__("; ".join(f"{each.path}: {each.says}" for each in problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class _Refused:
    """Stands in the parsed tree where something may not stand, until the walk names its place."""

    says: str


def read_object(body: bytes) -> dict[str, Any]:
    """Read the bytes as one JSON object (RFC 8259 in UTF-8). Raises JsonRefused."""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as why:
        raise JsonRefused(Problem("", f"Byte {why.start} is not UTF-8.")) from why
    if not text.strip():
        raise JsonRefused(Problem("", "There is no body. Send one JSON object."))
    try:
        value = json.loads(
            text,
            object_pairs_hook=_object,
            parse_constant=lambda name: _Refused(f"{name} is not a JSON number."),
            parse_float=_float,
            parse_int=_int,
        )
    except json.JSONDecodeError as why:
        says = f"Line {why.lineno}, column {why.colno}: {why.msg}."
        raise JsonRefused(Problem("", says)) from why
    except RecursionError as why:
        raise JsonRefused(Problem("", _TOO_DEEP)) from why
    problems = _problems(value)
    if problems:
        raise JsonRefused(*problems)
    if not isinstance(value, dict):
        raise JsonRefused(Problem("", "Send one JSON object: { … }."))
    return value


_TOO_DEEP: Final = f"Objects and lists stand more than {DEPTH_MAX} deep. Send a flatter document."


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any] | _Refused:
    value = dict(pairs)
    if len(value) == len(pairs):
        return value
    seen: set[str] = set()
    twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]  # add() says None
    return _Refused(f"The key “{shown(twice)}” stands here more than once. Keep one of them.")


def _float(text: str) -> float | _Refused:
    value = float(text)
    return value if math.isfinite(value) else _Refused("This number is too large.")


def _int(text: str) -> int | _Refused:
    if len(text) > len(str(_NUMBER_MAX)) + 1 or abs(value := int(text)) >= _NUMBER_MAX:
        return _Refused("This number is too large.")
    return value


def _problems(value: Any) -> list[Problem]:
    """Walk the tree without recursion and name the places of everything that may not stand."""
    found: list[Problem] = []
    waiting: list[tuple[str, int, Any]] = [("", 1, value)]
    while waiting and len(found) < PROBLEMS_MAX:
        path, depth, node = waiting.pop()
        says = _refusal(node, depth)
        if says:
            found.append(Problem(path, says))
        elif isinstance(node, dict | list):
            waiting += [(_join(path, name), depth + 1, child) for name, child in _children(node)]
            found += [
                Problem(path, f"The key “{shown(key)}” has characters that cannot be stored.")
                for key in (node if isinstance(node, dict) else ())
                if not storable(key)
            ]
    return found


def _refusal(node: Any, depth: int) -> str | None:
    if isinstance(node, _Refused):
        return node.says
    if isinstance(node, dict | list) and depth > DEPTH_MAX:
        return _TOO_DEEP
    if isinstance(node, str) and not storable(node):
        return "This text has characters that cannot be stored (U+0000 or half a surrogate pair)."
    return None


def _children(node: dict[str, Any] | list[Any]) -> Iterator[tuple[str, Any]]:
    pairs = node.items() if isinstance(node, dict) else enumerate(node)
    return reversed([(str(name), child) for name, child in pairs])  # the stack turns them round


def _join(path: str, name: str) -> str:
    return f"{path}.{shown(name)}" if path else shown(name)


def shown(name: str) -> str:
    """Write a name from outside so that it is short and can be shown anywhere."""
    safe = name.encode("utf-8", "backslashreplace").decode()
    safe = "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in safe)
    return f"{safe[:NAME_CHARS_MAX]}…" if len(safe) > NAME_CHARS_MAX else safe
