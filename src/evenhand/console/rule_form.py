"""A rule as a form of rows in groups, without scripts: what is typed becomes data, and back.

Every part of a condition has a path, such as `0.2`: the third part of the first part of the whole.
Pure.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from evenhand.pages import N_

Data = dict[str, Any]

#: What a row may ask of a field, with its words.
ASKED: Final[Mapping[str, str]] = {
    "==": N_("is"),
    "!=": N_("is not"),
    "<": N_("is less than"),
    "<=": N_("is at most"),
    ">": N_("is more than"),
    ">=": N_("is at least"),
    "in": N_("is one of"),
    "not in": N_("is none of"),
    "has_word": N_("has the word"),
    "has_phrase": N_("has the words"),
    "contains": N_("contains"),
    "starts_with": N_("begins with"),
    "matches": N_("matches the pattern"),
    "any_in": N_("holds one of"),
    "holds": N_("holds"),
    "lacks": N_("does not hold"),
    "true": N_("is so"),
    "missing": N_("is missing"),
    "labelled": N_("carries the label"),
    "hash_match": N_("is like a picture of the bank"),
}
UNVALUED: Final = frozenset({"true", "missing"})
GROUPS: Final = {"all": N_("all of these"), "any": N_("at least one of these")}
DEEP_MAX: Final = 40
"""More than the language takes, which refuses what is deeper."""
FIELDS_MAX: Final = 360
"""A form of more is changed in its file instead: doors take 400 fields."""
_OF_A_ROW: Final = 6
_NUMBER: Final = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?")
_PLAIN: Final = re.compile(rf"true|false|{_NUMBER.pattern}")
_LIST: Final = re.compile(r"@[\w.:-]+")
_WORDS: Final = re.compile(r"[^\s,\"\[\]{}@][^,\"\[\]{}]*")


@dataclass
class Node:
    """A part of a condition: a group of others, a row, or an expression in the language."""

    path: str
    kind: str
    denied: bool = False
    parts: list[Node] = field(default_factory=list)
    row: dict[str, str] = field(default_factory=dict)


def shown_value(value: Any) -> str:
    """Write a value so that what is read back is the same: plainly where that is clear."""
    if isinstance(value, Mapping):
        return f"@{value['list']}"
    if isinstance(value, list):
        plain = ", ".join(map(str, value))
        return plain if _clear(plain, value) else json.dumps(value, ensure_ascii=False)
    if isinstance(value, str):
        return value if _clear(value, value) else json.dumps(value, ensure_ascii=False)
    return json.dumps(value)


def _clear(plain: str, value: Any) -> bool:
    """Tell whether a value written plainly in one line is read as the same, type and all."""
    return plain.isprintable() and json.dumps(read_value(plain)) == json.dumps(value)


def read_value(text: str) -> Any:
    """Read a value: a number, yes or no, a list by its @name, several with commas, or a text."""
    text = text.strip()
    if text.startswith(("[", '"')) or _PLAIN.fullmatch(text):
        try:
            return json.loads(text)
        except ValueError:
            return text
    if _LIST.fullmatch(text):
        return {"list": text[1:]}
    parts = [part.strip() for part in text.split(",")]
    if len(parts) > 1 and all(map(_WORDS.fullmatch, parts)):
        return [read_value(part) for part in parts]
    return text


def node_of(data: Mapping[str, Any], path: str = "0", *, denied: bool = False) -> Node:
    """Return the parts of a condition with their paths."""
    if "not" in data:
        if denied:
            return node_of({"any": [data]}, path, denied=True)
        return node_of(data["not"], path, denied=True)
    for group in GROUPS:
        if group in data:
            parts = [node_of(one, f"{path}.{at}") for at, one in enumerate(data[group])]
            return Node(path, group, denied, parts)
    if "expression" in data:
        return Node(path, "expression", denied, row={"value": data["expression"]})
    row = {"field": data["field"], "is": data["is"], "bank": str(data.get("bank", ""))}
    row["value"] = shown_value(data["value"]) if "value" in data else ""
    return Node(path, "row", denied, row=row)


def data_of(node: Node) -> Data:
    """Return the condition that parts stand for; a part in which nothing was typed is left out."""
    inner = _inner(node)
    return {"not": inner} if node.denied and inner else inner


def typed_condition(form: Mapping[str, str], path: str = "0", *, deep: int = 0) -> Node:
    """Read the parts of a condition as they were typed."""
    kind = form.get(f"kind:{path}", "row")
    kind = form.get(f"group:{path}", kind) if kind in GROUPS else kind
    denied = form.get(f"not:{path}") == "yes"
    if kind in GROUPS and deep < DEEP_MAX:
        at, parts = 0, []
        while f"kind:{path}.{at}" in form:
            parts.append(typed_condition(form, f"{path}.{at}", deep=deep + 1))
            at += 1
        return Node(path, kind, denied, parts)
    row = {name: form.get(f"{name}:{path}", "") for name in ("field", "is", "value", "bank")}
    return Node(path, "expression" if kind == "expression" else "row", denied, row=row)


def with_part(whole: Node, path: str, kind: str) -> Node:
    """Return a condition with another row or group at the end of a group."""
    for node in every(whole):
        if node.path == path and node.kind in GROUPS:
            empty = [] if kind == "row" else [Node("", "row")]
            node.parts.append(Node("", kind, parts=empty))
    return renumbered(whole)


def without_part(whole: Node, path: str) -> Node:
    """Return a condition without one of its parts."""
    for node in every(whole):
        node.parts = [part for part in node.parts if part.path != path]
    return renumbered(whole)


def every(node: Node) -> Iterator[Node]:
    """Yield a part and all that is in it."""
    yield node
    for part in node.parts:
        yield from every(part)


def fields_of(whole: Node, actions: int) -> int:
    """Count the fields of a form, at most."""
    return _OF_A_ROW * sum(1 for _ in every(whole)) + 4 * actions


def renumbered(node: Node, path: str = "0") -> Node:
    """Give every part its path anew."""
    node.path = path
    for at, part in enumerate(node.parts):
        renumbered(part, f"{path}.{at}")
    return node


def _inner(node: Node) -> Data:
    if node.kind in GROUPS:
        parts = [data for data in map(data_of, node.parts) if data]
        return {node.kind: parts} if parts else {}
    if node.kind == "expression":
        written = node.row["value"].strip()
        return {"expression": written} if written else {}
    name, asks = node.row["field"].strip(), node.row["is"]
    if not name:
        return {}
    row: Data = {"field": name, "is": asks}
    if asks not in UNVALUED:
        value = read_value(node.row["value"])
        many = asks in {"in", "not in", "any_in"} and not isinstance(value, list | dict)
        row["value"] = [value] if many else value
    if asks == "hash_match":
        row["bank"] = node.row["bank"].strip()
    return row


#: What an action's form asks: the name of each field, its words, and whether it may be left out.
ACTIONS: Final[Mapping[str, tuple[str, Sequence[tuple[str, str, bool]]]]] = {
    "enqueue": (
        N_("Put it before a person"),
        (("name", N_("Queue"), False), ("priority", N_("Priority, 0 to 100"), True)),
    ),
    "propose": (
        N_("Propose a measure"),
        (
            ("name", N_("Measure"), False),
            ("after", N_("After a while, such as 2m or 2m..20m"), True),
        ),
    ),
    "label": (
        N_("Hang a label"),
        (
            ("on", N_("On the account or the item"), False),
            ("name", N_("Label"), False),
            ("for", N_("For how long, such as 30d"), True),
        ),
    ),
    "score": (
        N_("Add to a score"),
        (("name", N_("Score"), False), ("amount", N_("How much"), False)),
    ),
}


def shown_action(action: Mapping[str, Any]) -> dict[str, str]:
    """Write an action for its form."""
    shown = {name: "" if one is None else str(one) for name, one in action.items()}
    if action.get("after"):
        first, last = action["after"]
        shown["after"] = first if first == last else f"{first}..{last}"
    if action["do"] == "score":
        shown["amount"] = json.dumps(action["amount"])
    return shown


def read_action(typed: Mapping[str, str]) -> Data:
    """Read an action as it was typed; a number that is none stays a text, which is refused."""
    do = typed["do"]
    action: Data = {"do": do}
    for name, _, _ in ACTIONS[do][1]:
        text = typed.get(name, "").strip()
        if name in {"priority", "amount"}:
            action[name] = json.loads(text) if _NUMBER.fullmatch(text) else (text or None)
        elif name == "after":
            first, _, last = text.partition("..")
            action[name] = [first, last or first] if text else None
        else:
            action[name] = text or None
    return action
