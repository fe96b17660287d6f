"""Lines of a rule are put together where one goes on in the next."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from evenhand.rules.language.faults import Wrong
from evenhand.rules.language.shape import CLAUSES
from evenhand.rules.language.tokens import Report, Sort, Token

JOINS_BEHIND: Final = frozenset(
    {"and", "or", "not", "in", "==", "!=", "<", "<=", ">", ">=", "+", "-", "*", "/", ",", ".."}
)
_JOINS_BEFORE: Final = frozenset(
    {"and", "or", "in", "==", "!=", "<", "<=", ">", ">=", "+", "-", "*", "/", ",", ")", "]", ".."}
)


def logical_lines(tokens: Sequence[Token], report: Report) -> list[list[Token]]:
    """Join lines that go on: in open brackets, further in, or around an operator."""
    lines: list[list[Token]] = []
    depth, base, row = 0, None, -1
    for token in tokens:
        new = token.line != row
        row = token.line
        if not lines:
            lines.append([])
        elif (
            new
            and not depth
            and (base is None or token.column <= base)
            and not _goes_on(lines[-1][-1], token)
        ):
            if base is not None and token.column < base:
                says = "This line stands further out than the lines above it."
                hint = "lines of a rule are indented alike"
                report(Wrong(token.span, says, expected=f"{base} spaces before it", hint=hint))
            base = token.column if base is None else base
            lines.append([])
        lines[-1].append(token)
        if token.sort is Sort.SIGN and token.text in "()[]":
            depth = max(0, depth + (1 if token.text in "([" else -1))
    return lines


def _goes_on(last: Token, token: Token) -> bool:
    """Tell whether a line goes on with the line before, for an operator stands between them."""
    if last.is_sign(*JOINS_BEHIND):
        return token.text not in CLAUSES
    return token.is_sign(*_JOINS_BEFORE)
