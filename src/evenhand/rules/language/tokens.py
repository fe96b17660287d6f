"""A block's lines become words, numbers, texts and signs, each with the place it stands.

Outside of texts everything is plain ASCII: look-alike letters and typographic quotation marks are
pointed at, not guessed at. Texts are read here, once, and nobody else unescapes them.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Sequence
from enum import Enum
from typing import Final, NamedTuple

from evenhand.rules.language.faults import Span, Wrong

INT_MAX: Final = 2**63 - 1
_DIGITS_MAX: Final = 40
TEXT_CHARS_MAX: Final = 4_000
_BRACES_MAX: Final = 8
_SAID_CHARS: Final = 20

Report = Callable[[Wrong], None]


class Sort(Enum):
    """What a token is."""

    NAME = "name"
    NUMBER = "number"
    DURATION = "duration"
    TEXT = "text"
    LIST = "list"
    SIGN = "sign"
    JSON = "JSON"


class Token(NamedTuple):
    """A word, number, text or sign. `column` counts from 0; `value` is a text's or a number's."""

    sort: Sort
    text: str
    line: int
    column: int
    value: str | int | float = ""

    @property
    def span(self) -> Span:
        """Return where it stands; of several lines, the first."""
        return Span(self.line, self.column + 1, len(self.text.partition("\n")[0]))

    @property
    def end(self) -> int:
        """Return the column just behind it, on its line."""
        return self.column + len(self.text)

    def is_sign(self, *signs: str) -> bool:
        """Tell whether it is one of some signs or reserved words."""
        return self.text in signs and (self.sort is Sort.SIGN or self.sort is Sort.NAME)


_SORTS: Final = {sort.value: sort for sort in Sort}
_TOKEN: Final = re.compile(
    r"""
      (?P<space>[ \t]+)
    | (?P<comment>\#.*)
    | (?P<duration>[0-9]+(?:ms|[smhdw])(?![A-Za-z0-9_]))
    | (?P<number>[0-9]+(?:_[0-9]+)*(?:\.(?!\.)[0-9]*)?(?:[eE][+-]?[0-9]+)?
        | \.[0-9]+(?:[eE][+-]?[0-9]+)?)
    | (?P<text>[A-Za-z]{0,2}(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'))
    | (?P<list>@[A-Za-z][A-Za-z0-9_]*)
    | (?P<name>[A-Za-z_][A-Za-z0-9_]*)
    | (?P<brace>\{)
    | (?P<sign>\.\.|==|!=|<=|>=|<>|&&|\|\||\*\*|//|:=|->|<<|>>|[-+*/%<>=!&|^~()\[\]},:.;?$@\\`])
    """,
    re.VERBOSE,
)
_ESCAPES: Final = {
    "\\": "\\",
    "'": "'",
    '"': '"',
    "n": "\n",
    "t": "\t",
    "r": "\r",
}
_ESCAPE: Final = re.compile(
    r"\\(?:x(?P<x>[0-9A-Fa-f]{2})|u(?P<u>[0-9A-Fa-f]{4})|U(?P<U>[0-9A-Fa-f]{8})|(?P<one>.))",
    re.DOTALL,
)
_TRAPS: Final = frozenset("abfvNxuU01234567")
_QUOTES: Final = frozenset("“”„‟«»‘’‚‛″′＂＇")


def tokens_of(lines: Sequence[str], first: int, last: int, report: Report) -> list[Token]:
    """Read the lines from `first` to `last`. Of a line with a fault the rest is left out."""
    tokens: list[Token] = []
    number, start = first, 0
    while number <= last:
        line = lines[number - 1]
        try:
            tokens.extend(_of_line(line, number, start))
        except _Brace as brace:
            try:
                token, number, start = _json(lines, number, brace.column, last)
            except Wrong as wrong:
                report(wrong)
                return tokens
            tokens.append(token)
            continue
        except Wrong as wrong:
            report(wrong)
        number, start = number + 1, 0
    return tokens


class _Brace(Exception):
    """A brace opens at a column."""

    def __init__(self, column: int) -> None:
        super().__init__()
        self.column = column


def _of_line(line: str, number: int, start: int) -> Iterator[Token]:
    at = start
    while at < len(line):
        found = _TOKEN.match(line, at)
        if found is None or found.lastgroup is None:
            raise _unreadable(line, number, at)
        if found.lastgroup == "brace":
            raise _Brace(at)
        if found.lastgroup not in {"space", "comment"}:
            yield _token(found, number)
        at = found.end()


def _token(found: re.Match[str], number: int) -> Token:
    text, column = found[0], found.start()
    match found.lastgroup:
        case "number":
            return Token(Sort.NUMBER, text, number, column, _number(found, number))
        case "text":
            return Token(Sort.TEXT, text, number, column, _text(found, number))
        case "name" if text.startswith("_"):
            says = f"`{_cut(text)}` begins with an underscore."
            raise Wrong(Span(number, column + 1, len(text)), says, expected="a letter first")
        case group:
            return Token(_SORTS[group or ""], text, number, column)


def _number(found: re.Match[str], number: int) -> int | float:
    text, span = found[0], Span(number, found.start() + 1, len(found[0]))
    if len(text) > _DIGITS_MAX:
        says = f"A number of {len(text):,} characters is too long; {_DIGITS_MAX} are the most."
        raise Wrong(span, says, hint="numbers lie within 64 bits")
    behind = found.string[found.end() : found.end() + 1]
    if behind.isalnum() or behind == "_":
        raise Wrong(
            Span(number, found.start() + 1, len(text) + 1),
            f"`{text}{behind}…` is no number.",
            expected="a number such as 5, 0.5 or 1e6, or a time span such as 30d",
        )
    if any(sign in text for sign in ".eE"):
        value = float(text)
        if not math.isfinite(value):
            raise Wrong(span, f"{text} is greater than any number a rule can hold.")
        return value
    if len(text) > 1 and text.startswith("0"):
        raise Wrong(span, f"{text} begins with a zero.", hint=f"write {int(text)}")
    whole = int(text)
    if whole > INT_MAX + 1:
        says = f"{text} does not lie within 64 bits."
        raise Wrong(span, says, hint=f"the greatest whole number is {INT_MAX}")
    return whole


def _text(found: re.Match[str], number: int) -> str:
    token = found[0]
    quote = min(at for at in (token.find('"'), token.find("'")) if at >= 0)
    prefix, inside = token[:quote], token[quote + 1 : -1]
    span = Span(number, found.start() + 1, len(token))
    if prefix.lower() not in {"", "r"}:
        what = "Bytes" if "b" in prefix.lower() else "A text with code in it"
        if "f" not in prefix.lower() and "b" not in prefix.lower():
            what = f"`{prefix}` before a text"
        raise Wrong(span, f"{what} cannot stand in a rule.", expected='"text" or r"pattern"')
    if not inside and found.string[found.end() : found.end() + 1] == token[-1]:
        says = "A text stands between two quotation marks, not six."
        raise Wrong(Span(number, found.start() + 1, 3), says, expected='"text" on one line')
    if len(inside) > TEXT_CHARS_MAX:
        says = f"This text has {len(inside):,} characters; {TEXT_CHARS_MAX:,} are the most."
        raise Wrong(span, says)
    if prefix or "\\" not in inside:
        return inside
    start = found.start() + quote + 1
    return _ESCAPE.sub(lambda escape: _unescaped(escape, number, start), inside)


def _unescaped(escape: re.Match[str], number: int, start: int) -> str:
    span = Span(number, start + escape.start() + 1, len(escape[0]))
    code = escape["x"] or escape["u"] or escape["U"]
    if code is None:
        one = escape["one"]
        if one in _TRAPS:
            says = f"`\\{one}` does not mean here what it seems to."
            hint = 'before a pattern write r, as in r"\\b", or write the backslash twice'
            raise Wrong(span, says, hint=hint)
        return _ESCAPES.get(one, escape[0])
    point = int(code, 16)
    if point > 0x10FFFF or 0xD800 <= point <= 0xDFFF:
        raise Wrong(span, f"`{escape[0]}` is no character.")
    return chr(point)


def _json(lines: Sequence[str], number: int, column: int, last: int) -> tuple[Token, int, int]:
    """Read from a brace to the one that closes it; returns where to go on."""
    depth, quoted, line, at = 0, False, number, column
    while line <= last:
        text = lines[line - 1]
        while at < len(text):
            char = text[at]
            if quoted:
                at += char == "\\"
                quoted = char != '"'
            elif char == '"':
                quoted = True
            elif char in "{[":
                depth += 1
                if depth > _BRACES_MAX:
                    says = f"Brackets stand more than {_BRACES_MAX} deep here."
                    raise Wrong(Span(line, at + 1), says)
            elif char in "}]":
                depth -= 1
                if depth == 0:
                    parts = [*lines[number - 1 : line]]
                    parts[-1] = parts[-1][: at + 1]
                    parts[0] = parts[0][column:]
                    return Token(Sort.JSON, "\n".join(parts), number, column), line, at + 1
            at += 1
        line, at, quoted = line + 1, 0, False
    raise Wrong(
        Span(number, column + 1),
        "This brace is not closed.",
        expected="`}` before the next block begins",
    )


def _unreadable(line: str, number: int, at: int) -> Wrong:
    char = line[at]
    if char in "\"'":
        span = Span(number, at + 1, len(line) - at)
        says = "This text is not closed."
        return Wrong(span, says, expected=f"`{char}` at its end, on the same line")
    span = Span(number, at + 1)
    if char in _QUOTES:
        says = f"`{char}` is a typographic quotation mark."
        return Wrong(span, says, expected='a plain one: "')
    if not char.isascii():
        says = f"`{char}` (U+{ord(char):04X}) stands outside a text."
        hint = 'texts stand between quotation marks: "…"; names are plain a to z, 0 to 9 and _'
        return Wrong(span, says, hint=hint)
    return Wrong(span, f"`{char}` has no meaning here.")


def _cut(text: str) -> str:
    return text if len(text) <= _SAID_CHARS else text[:_SAID_CHARS] + "…"
