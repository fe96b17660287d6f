"""Of a pattern is known which texts it cannot match without: an index looks for those first.

Only what is certain is said: a part of a pattern that is not understood here requires nothing.
Texts are folded, so that a pattern that does not mind case is served as well.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, TypeAlias

LITERAL_CHARACTERS_MIN: Final = 3
LITERALS_MAX: Final = 64
_NESTED_MAX: Final = 50

Required: TypeAlias = frozenset[str] | None
"""Folded texts of which every match holds at least one; None where nothing is certain."""

folded: Final[Callable[[str], str]] = str.casefold
"""Folds a text letter by letter, as the literals are."""

_REPEATS: Final = frozenset("*+?{")
_SPECIAL: Final = frozenset("\\^$.|?*+()[]{}")


class _NotUnderstood(Exception):
    """The pattern holds something whose meaning is not certain here."""


def quoted(text: str) -> str:
    """Write a text as a pattern of RE2 that finds it and nothing else."""
    return "".join(
        one if (one.isascii() and one.isalnum()) or one == " " else f"\\x{{{ord(one):x}}}"
        for one in text
    )


@lru_cache(maxsize=16_384)
def required(pattern: str) -> Required:
    """Return folded texts of which every match of an RE2 pattern holds at least one, or None."""
    reader = _Reader(pattern)
    try:
        found = reader.alternatives(0)
    except _NotUnderstood:
        return None
    return found if reader.at == len(pattern) else None


@dataclass(slots=True)
class _Reader:
    pattern: str
    at: int = 0

    def alternatives(self, nested: int) -> Required:
        """Read alternatives up to the end or a closing bracket."""
        if nested > _NESTED_MAX:
            raise _NotUnderstood
        ways = [self._sequence(nested)]
        while self._peek() == "|":
            self.at += 1
            ways.append(self._sequence(nested))
        if any(way is None for way in ways):
            return None
        united = frozenset().union(*(way for way in ways if way is not None))
        return united if len(united) <= LITERALS_MAX else None

    def _sequence(self, nested: int) -> Required:
        best: Required = None
        run = ""
        while self._peek() not in {"", "|", ")"}:
            literal, part = self._piece(nested)
            least = self._least()
            if literal is not None and least is None:
                run += literal
                continue
            if literal is not None and least:
                part = _of_run(run + literal)  # the letter stands there at least once
            best = _better(best, _of_run(run))
            if least is None or least > 0:
                best = _better(best, part)
            run = ""
        return _better(best, _of_run(run))

    def _piece(self, nested: int) -> tuple[str | None, Required]:
        """Read one piece: a letter that is certain, or what a group requires."""
        character = self._take()
        if character == "(":
            return None, self._group(nested)
        if character == "[":
            self._class()
            return None, None
        if character == "\\":
            return self._escaped(), None
        if character in "^$.":
            return None, None
        if character in "*+?{}])":  # a brace that counts nothing stands for itself in RE2
            raise _NotUnderstood
        return (character if _is_certain(character) else None), None

    def _group(self, nested: int) -> Required:
        if self._peek() == "?":
            start = self.at
            while self._peek() not in {"", ":", ")", ">"}:
                self.at += 1
            opened = self.pattern[start : self.at]
            closing = self._take()
            named = closing == ">" and opened.startswith(("?P<", "?<"))
            plain = closing in {":", ")"} and set(opened) <= set("?ims-")
            if not (named or plain):
                raise _NotUnderstood
            if closing == ")":
                if self._peek() in _REPEATS:  # it repeats what stands before the flags
                    raise _NotUnderstood
                return None  # flags for what follows: none of them makes a literal less certain
        found = self.alternatives(nested + 1)
        if self._take() != ")":
            raise _NotUnderstood
        return found

    def _class(self) -> None:
        """Pass over a class of characters."""
        if self._peek() == "^":
            self.at += 1
        first = True
        while first or self._peek() != "]":
            first = False
            if self.pattern.startswith("[:", self.at):
                end = self.pattern.find(":]", self.at)
                if end < 0:
                    raise _NotUnderstood
                self.at = end + 2
            elif self._take() == "\\":
                if self._peek() in {"Q", "E", "p", "P", "x", ""}:
                    raise _NotUnderstood
                self.at += 1
        self.at += 1

    def _escaped(self) -> str | None:
        character = self._take()
        if character in _SPECIAL or (character.isascii() and not character.isalnum()):
            return character
        if character in set("bBdDsSwWAz"):
            return None
        raise _NotUnderstood

    def _least(self) -> int | None:
        """Read what says how often a piece stands; None when nothing does."""
        least: int | None = None
        while (sign := self._peek()) in _REPEATS:
            if sign == "{":
                end = self.pattern.find("}", self.at)
                low, _, high = self.pattern[self.at + 1 : end].partition(",")
                digits = low.isdecimal() and low.isascii() and (high.isascii())
                if end < 0 or not digits or (high and not high.isdecimal()):
                    raise _NotUnderstood
                times = int(low)
                self.at = end + 1
            else:
                times = 1 if sign == "+" else 0
                self.at += 1
            if self._peek() == "?":  # as few as possible: how often stays the same
                self.at += 1
            least = times if least is None else min(least, times)
        return least

    def _peek(self) -> str:
        return self.pattern[self.at : self.at + 1]

    def _take(self) -> str:
        if self.at >= len(self.pattern):
            raise _NotUnderstood
        self.at += 1
        return self.pattern[self.at - 1]


def _of_run(run: str) -> Required:
    literal = folded(run)
    return frozenset({literal}) if len(literal) >= LITERAL_CHARACTERS_MIN else None


def _better(one: Required, other: Required) -> Required:
    """Choose what fewer texts hold: the longer of the shortest literals."""
    if one is None or other is None:
        return one if other is None else other
    return one if min(map(len, one)) >= min(map(len, other)) else other


def _is_certain(character: str) -> bool:
    """Tell whether folding a letter also folds every letter RE2 takes for it, in any Unicode.

    Outside of old and settled alphabets a newer table than ours may know of another case.
    """
    code = ord(character)
    if code < 0x180 or 0x391 <= code <= 0x3C9 or 0x400 <= code <= 0x45F:
        return True
    return unicodedata.category(character) in {"Lo", "Nd", "Po"}
