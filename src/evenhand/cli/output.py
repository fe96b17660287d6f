"""What commands print: text for people, or one JSON document for programs.

Text from outside can carry control characters that would move a terminal's cursor, recolour it or
turn the reading direction round. None reaches the terminal: they are shown as escapes.
"""

from __future__ import annotations

import base64
import dataclasses
import json
import os
import sys
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from enum import Enum
from typing import Annotated, Any, Final

from cyclopts import Parameter
from cyclopts.validators import Number

from evenhand.kit.clock import stamp


def flag(says: str, *, name: str | None = None) -> Parameter:
    """Describe a switch: it is there or not, and has no opposite."""
    return Parameter(name=name, negative="", show_default=False, help=says)


def file_or_stdin(says: str) -> Parameter:
    """Describe a file argument for which - reads standard input."""
    return Parameter(help=f"{says}; - reads standard input.", allow_leading_hyphen=True)


#: More rows than anybody reads at a shell; whoever wants all of them reads the API.
ROWS_MAX: Final = 500
Limit = Annotated[int, Parameter(validator=Number(gte=1, lte=ROWS_MAX), help="How many at most.")]
Json = Annotated[bool, flag("Print one JSON document, for programs.", name="--json")]

_CELL_CHARS_MAX: Final = 60
_HIDDEN: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_WIDE: Final = frozenset({"W", "F"})


def red(text: str) -> str:
    """Write text in red where a person reads it: on a terminal that shows colours."""
    plain_only = bool(os.environ.get("NO_COLOR")) or not sys.stdout.isatty()
    return text if plain_only else f"\x1b[1;31m{text}\x1b[0m"


def show(value: object, *, as_json: bool, text: Iterable[str]) -> None:
    """Print the value as JSON, or the lines of text."""
    if as_json:
        print(json.dumps(plain(value), ensure_ascii=False, indent=2))
        return
    for line in text:
        print(line)


def plain(value: object) -> Any:
    """Turn a view into what JSON can hold: instants as RFC 3339, bytes as base64."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = dataclasses.fields(value)
        return {each.name: plain(getattr(value, each.name)) for each in fields}
    if isinstance(value, Mapping):
        return {str(plain(key)): plain(each) for key, each in value.items()}
    if isinstance(value, Iterable) and not isinstance(value, str | bytes):
        return [plain(each) for each in value]
    return _plain_one(value)


def _plain_one(value: object) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return stamp(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if value is None or isinstance(value, str | bool | int | float):
        return value
    raise TypeError(f"{type(value).__name__} has no JSON form")


def visible(value: object) -> str:
    """Write a value on one line, with every character that could act on a terminal escaped."""
    text = "–" if value is None else str(plain(value))
    return "".join(
        char if unicodedata.category(char) not in _HIDDEN else f"\\u{{{ord(char):x}}}"
        for char in text
    )


def minute(at: datetime | None) -> str:
    """Write an instant to the minute, in UTC."""
    return "–" if at is None else at.strftime("%Y-%m-%d %H:%M UTC")


def table(headings: Sequence[str], rows: Iterable[Sequence[object]], *, empty: str) -> list[str]:
    """Lay rows out in columns under their headings, or say in a sentence that there are none.

    Long cells are cut short, but for those in the last column.
    """
    body = [[*map(_cell, row[:-1]), *map(_whole, row[-1:])] for row in rows]
    if not body:
        return [empty]
    widths = [max(map(_width, column)) for column in zip(headings, *body, strict=True)]
    lines = []
    for row in (headings, *body):
        padded = (
            cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)
        )
        lines.append("  ".join(padded).rstrip())
    return lines


def facts(pairs: Iterable[tuple[str, object]]) -> list[str]:
    """Lay out names and values, one a line."""
    named = [(name, visible(value)) for name, value in pairs]
    width = max((_width(name) for name, _ in named), default=0)
    return [f"{name}{' ' * (width - _width(name))}  {value}" for name, value in named]


def note(says: str) -> None:
    """Tell the person at the shell something that is not part of the output."""
    print(says, file=sys.stderr)


def _whole(value: object) -> str:
    return minute(value) if isinstance(value, datetime) else visible(value)


def _cell(value: object) -> str:
    text = _whole(value)
    return text if len(text) <= _CELL_CHARS_MAX else text[: _CELL_CHARS_MAX - 1] + "…"


def _width(text: str) -> int:
    """Count terminal columns: wide East Asian characters take two, combining marks none."""
    drawn = [char for char in text if not unicodedata.combining(char)]
    return len(drawn) + sum(unicodedata.east_asian_width(char) in _WIDE for char in drawn)
