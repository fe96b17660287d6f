"""Data of a rule becomes its text, written the one way the language writes it.

What is read back means the same: the version is that of the text the data came from. Data from
outside is checked; what a rule names is checked when the text is read.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from evenhand.rules.language import terms
from evenhand.rules.language.builder import LOOKING, ORDERS, condition_of, to_builder
from evenhand.rules.language.faults import Wrong
from evenhand.rules.language.shape import NESTING_MAX

LINE_CHARS: Final = 100
"""A condition longer than this is cut at its outermost joints."""

_KEYS: Final = ("name", "kinds", "when", "actions", "policy", "why", "examples", "comments")


class BuilderWrong(ValueError):
    """Data is not a rule's; the message says where in it, and what belongs there."""

    def __init__(self, path: str, says: str) -> None:
        super().__init__(f"{path}: {says}")
        self.path, self.says = path, says


def formatted(source: str) -> str:
    """Write the text of a rule the one way. Raises Refused."""
    return from_builder(to_builder(source))


def from_builder(data: Mapping[str, Any]) -> str:
    """Return a rule's text from its data. Raises BuilderWrong."""
    for key in data:
        if key not in _KEYS:
            raise BuilderWrong(str(key)[:64], f"A rule has {', '.join(_KEYS)}.")
    kinds = _list(data, "kinds")
    lines = [
        f"rule {_word(data.get('name'), 'name')} on {', '.join(_word(k, 'kinds') for k in kinds)}"
    ]
    lines += [f"  # {_line(one, 'comments')}" for one in _list(data, "comments", needed=False)]
    lines += _when(data.get("when"))
    for at, action in enumerate(_list(data, "actions")):
        lines.append(f"  {_action(action, f'actions[{at}]')}")
    if data.get("policy") is not None:
        lines.append(f"  policy {_word(data['policy'], 'policy')}")
    if data.get("why") is not None:
        lines.append(f"  why {terms.quoted(_line(data['why'], 'why'))}")
    for at, example in enumerate(_list(data, "examples", needed=False)):
        lines.append(f"  {_example(example, f'examples[{at}]')}")
    return "\n".join(lines)


def condition_text(data: object, path: str = "when", *, deep: int = 0) -> str:
    """Return a condition's text from its data. Raises BuilderWrong."""
    one = _mapping(data, path)
    if deep > NESTING_MAX:
        raise BuilderWrong(path, f"Groups stand more than {NESTING_MAX} deep.")
    if "all" in one or "any" in one:
        group = "all" if "all" in one else "any"
        parts = [
            _inside(part, f"{path}.{group}[{at}]", deep)
            for at, part in enumerate(_list(one, group, path))
        ]
        return (" and " if group == "all" else " or ").join(parts)
    if "not" in one:
        return f"not {_inside(one['not'], f'{path}.not', deep)}"
    if "expression" in one:
        return _expression(one["expression"], f"{path}.expression")
    return _row(one, path)


def _when(data: object) -> list[str]:
    whole = f"  when {condition_text(data)}"
    if len(whole) <= LINE_CHARS:
        return [whole]
    one = _mapping(data, "when")
    group = next((key for key in ("all", "any") if key in one), None)
    if group is None or len(one[group]) == 1:
        return [whole]
    parts = [_inside(part, f"when.{group}[{at}]", 0) for at, part in enumerate(one[group])]
    joint = "and" if group == "all" else "or"
    return [f"  when {parts[0]}", *(f"    {joint} {part}" for part in parts[1:])]


def _inside(data: object, path: str, deep: int) -> str:
    """Write a condition that stands in a group: another group of several stands in brackets."""
    written = condition_text(data, path, deep=deep + 1)
    one = _mapping(data, path)
    several = any(len(one[group]) > 1 for group in ("all", "any") if group in one)
    return f"({written})" if several else written


def _expression(given: object, path: str) -> str:
    text = _line(given, path)
    try:
        read = condition_of(text)
    except Wrong as wrong:
        raise BuilderWrong(path, wrong.says) from None
    if "expression" in read:
        return str(read["expression"])
    written = condition_text(read, path)
    return f"({written})" if "all" in read or "any" in read else written


def _row(row: Mapping[str, Any], path: str) -> str:
    field, asks = _line(row.get("field"), f"{path}.field"), row.get("is")
    if asks == "true":
        written = field
    elif asks == "missing":
        written = f"missing({field})"
    elif asks in ORDERS:
        written = f"{field} {asks} {_value(row.get('value'), f'{path}.value')}"
    elif asks in LOOKING:
        value = row.get("value")
        shown = terms.pattern(value) if asks == "matches" and isinstance(value, str) else None
        written = f"{asks}({field}, {shown or _value(value, f'{path}.value')})"
    elif asks in {"holds", "lacks"}:
        sign = "in" if asks == "holds" else "not in"
        written = f"{_value(row.get('value'), f'{path}.value')} {sign} {field}"
    elif asks == "labelled":
        written = f"label({field}, {_value(row.get('value'), f'{path}.value')})"
    elif asks == "hash_match":
        bank = _value(row.get("bank"), f"{path}.bank")
        written = f"hash_match({field}, {bank}, {_value(row.get('value'), f'{path}.value')})"
    else:
        raise BuilderWrong(f"{path}.is", "There is no such question.")
    try:
        read = condition_of(written)
    except Wrong as wrong:
        raise BuilderWrong(path, wrong.says) from None
    if (read.get("field"), read.get("is")) != (field, asks):
        raise BuilderWrong(path, "A field, a question and a value belong here.")
    return written


def _value(value: object, path: str) -> str:
    match value:
        case bool() | int() | float() | str():
            return terms.constant(value)
        case list() if value:
            inside = (_value(one, f"{path}[{at}]") for at, one in enumerate(value))
            return f"[{', '.join(inside)}]"
        case {"list": str(name)}:
            return f"@{_word(name, path)}"
        case _:
            raise BuilderWrong(path, "A text, a number, or a list of them belongs here.")


def _action(data: object, path: str) -> str:
    one = _mapping(data, path)
    write = _ACTIONS.get(str(one.get("do")))
    if write is None:
        raise BuilderWrong(f"{path}.do", f"It is one of {', '.join(_ACTIONS)}.")
    return write(one, path)


def _label(one: Mapping[str, Any], path: str) -> str:
    written = f"label {_word(one.get('on'), f'{path}.on')}"
    written += f" {terms.quoted(_line(one.get('name'), f'{path}.name'))}"
    lasting = one.get("for")
    return written if lasting is None else f"{written} for {_word(lasting, f'{path}.for')}"


def _enqueue(one: Mapping[str, Any], path: str) -> str:
    written = f"enqueue {_word(one.get('name'), f'{path}.name')}"
    priority = one.get("priority")
    if priority is None:
        return written
    if type(priority) is not int:
        raise BuilderWrong(f"{path}.priority", "A whole number belongs here.")
    return f"{written} priority {priority}"


def _propose(one: Mapping[str, Any], path: str) -> str:
    written = f"propose {_word(one.get('name'), f'{path}.name')}"
    if one.get("after") is None:
        return written
    first, *rest = (_word(at, f"{path}.after") for at in _list(one, "after", path))
    bounds = [first] if rest == [first] else [first, *rest]
    return f"{written} after {'..'.join(bounds)}"


def _score(one: Mapping[str, Any], path: str) -> str:
    amount = one.get("amount")
    if isinstance(amount, bool) or not isinstance(amount, int | float):
        raise BuilderWrong(f"{path}.amount", "A number belongs here.")
    return f"score {_word(one.get('name'), f'{path}.name')} {amount!r}"


def _example(data: object, path: str) -> str:
    one = _mapping(data, path)
    for key in ("fires", "silent"):
        if key in one:
            return f"{key} {terms.event(_mapping(one[key], f'{path}.{key}'))}"
    raise BuilderWrong(path, "An example says fires or silent.")


def _mapping(data: object, path: str) -> Mapping[str, Any]:
    if not isinstance(data, Mapping):
        raise BuilderWrong(path, "An object belongs here.")
    return data


def _list(
    data: Mapping[str, Any], key: str, path: str = "", *, needed: bool = True
) -> Sequence[Any]:
    found = data.get(key)
    where = f"{path}.{key}" if path else key
    if found is None and not needed:
        return ()
    if not isinstance(found, list) or (needed and not found):
        raise BuilderWrong(where, "A list with something in it belongs here.")
    return found


def _line(data: object, path: str) -> str:
    if not isinstance(data, str) or not data.strip():
        raise BuilderWrong(path, "A text belongs here.")
    return " ".join(data.splitlines()) if path != "why" else data


def _word(data: object, path: str) -> str:
    """Return a name as the language takes it. Raises BuilderWrong for what could be more."""
    text = _line(data, path)
    if not all(char.isascii() and (char.isalnum() or char in "_.-:/") for char in text):
        raise BuilderWrong(path, f"{json.dumps(text)[:60]} is no name.")
    return text


_ACTIONS: Final[Mapping[str, Callable[[Mapping[str, Any], str], str]]] = {
    "label": _label,
    "enqueue": _enqueue,
    "propose": _propose,
    "score": _score,
}
