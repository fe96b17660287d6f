"""Tokens outside of conditions are taken one after another, each with what was expected."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from evenhand.rules.language.faults import Span, Wrong
from evenhand.rules.language.naming import NAME_CHARS_MAX
from evenhand.rules.language.shape import RESERVED
from evenhand.rules.language.tokens import INT_MAX, Sort, Token

DAYS_MAX: Final = 3_660
_SECONDS: Final = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800}
_WORDS: Final = frozenset({Sort.NAME, Sort.NUMBER, Sort.DURATION})
_HOLDS_TOGETHER: Final = frozenset(".-:/")


class Cursor:
    """A place among the tokens of a block."""

    def __init__(self, tokens: Sequence[Token], at: int = 0) -> None:
        assert tokens, "a block begins with a word"
        self.tokens, self.at = tokens, at

    @property
    def done(self) -> bool:
        """Tell whether all is taken."""
        return self.at >= len(self.tokens)

    @property
    def next(self) -> Token | None:
        """Return what comes next, without taking it."""
        return None if self.done else self.tokens[self.at]

    @property
    def here(self) -> Span:
        """Return where the next token stands, or else the place behind the last."""
        if not self.done:
            return self.tokens[self.at].span
        last = self.tokens[-1]
        return Span(last.line, last.end + 1) if "\n" not in last.text else last.span

    def wrong(self, expected: str, *, hint: str | None = None) -> Wrong:
        """Return what is wrong when something else was expected here."""
        token = self.next
        if token is None:
            after = self.tokens[-1].text
            says = f"Something is missing after `{after}`." if len(after) < 40 else "The line ends."
        else:
            shown = token.text if len(token.text) <= 30 else token.text[:30] + "…"
            says = f"`{shown}` is not what belongs here."
        return Wrong(self.here, says, expected=expected, hint=hint)

    def take(self, *texts: str) -> Token | None:
        """Take the next token when it is one of some words or signs."""
        token = self.next
        if token is None or not token.is_sign(*texts):
            return None
        self.at += 1
        return token

    def need(self, *texts: str, expected: str | None = None) -> Token:
        """Take one of some words or signs. Raises Wrong."""
        token = self.take(*texts)
        if token is None:
            raise self.wrong(expected or " or ".join(f"`{one}`" for one in texts))
        return token

    def name(self, what: str) -> Token:
        """Take a name that conditions may use. Raises Wrong."""
        token = self.next
        if token is None or token.sort is not Sort.NAME:
            raise self.wrong(f"the name of a {what}", hint="names are written a to z, 0 to 9 and _")
        if token.text in RESERVED:
            says = f"`{token.text}` has a meaning of its own, and cannot name a {what}."
            raise Wrong(token.span, says, expected="another name")
        if len(token.text) > NAME_CHARS_MAX:
            says = f"The name of a {what} has {NAME_CHARS_MAX} characters at most."
            raise Wrong(token.span, says)
        self.at += 1
        return token

    def names(self, what: str) -> list[Token]:
        """Take names with commas between them. Raises Wrong."""
        found = [self.name(what)]
        while self.take(","):
            found.append(self.name(what))
        return found

    def word(self, what: str) -> Token:
        """Take the name of something outside of rules, bare or as a text. Raises Wrong."""
        token = self.next
        if token is not None and token.sort is Sort.TEXT:
            self.at += 1
            return Token(Sort.NAME, str(token.value), token.line, token.column)
        if token is None or token.sort not in _WORDS:
            raise self.wrong(f"the name of a {what}")
        self.at += 1
        written, end = token.text, token.end
        while (more := self.next) is not None and more.line == token.line and more.column == end:
            if more.sort not in _WORDS and more.text not in _HOLDS_TOGETHER:
                break
            written, end = written + more.text, more.end
            self.at += 1
        return Token(Sort.NAME, written, token.line, token.column)

    def text(self, what: str) -> Token:
        """Take a text between quotation marks. Raises Wrong."""
        token = self.next
        if token is None or token.sort is not Sort.TEXT:
            raise self.wrong(f'{what}, between quotation marks: "…"')
        self.at += 1
        return token

    def number(self, what: str) -> tuple[int | float, Span]:
        """Take a number, which may be negative. Raises Wrong."""
        first = self.here
        sign = -1 if self.take("-") else 1
        token = self.next
        if token is None or token.sort is not Sort.NUMBER:
            raise self.wrong(what)
        self.at += 1
        assert not isinstance(token.value, str)
        value = sign * token.value
        if isinstance(value, int) and value > INT_MAX:
            raise Wrong(token.span, f"{value} does not lie within 64 bits.")
        return value, Span(first.line, first.column, token.end - first.column + 1)

    def duration(self) -> timedelta:
        """Take a span of time such as 30d. Raises Wrong."""
        token = self.next
        if token is None or token.sort is not Sort.DURATION or token.text.endswith("ms"):
            hint = "s are seconds, m minutes, h hours, d days and w weeks"
            raise self.wrong("a span of time such as 10m, 24h or 30d", hint=hint)
        self.at += 1
        count, unit = token.text[:-1], token.text[-1]
        if len(count) > 10 or int(count) * _SECONDS[unit] > DAYS_MAX * 86_400:
            raise Wrong(token.span, "This span of time is too long.", expected="ten years at most")
        if int(count) == 0:
            raise Wrong(token.span, "This span of time has no length.", expected="at least 1s")
        return timedelta(seconds=int(count) * _SECONDS[unit])

    def finish(self, what: str) -> None:
        """Make sure that nothing is left. Raises Wrong."""
        if not self.done:
            raise self.wrong(f"the end of the {what}")
