"""A text is written in each form a rule may look inside, once; needles are written the same way.

Looking is then a plain search for a substring, which every engine does alike, and which is right in
Cyrillic, Arabic, Chinese and full-width text because the form is. Whoever dresses a word up in
look-alike letters, accents or invisible characters writes the same form.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

from evenhand.kit.folding import (
    KEPT_CHARS_MAX,
    KEPT_TEXTS_MAX,
    LetterTable,
    is_invisible,
    normalise,
)
from evenhand.kit.look_alikes import drawn_as
from evenhand.kit.word_edges import Edges, edges_of, is_unspaced, is_written
from evenhand.rules.language.ir import Form

_PLAIN_WORDS: Final = bytes(c if chr(c).isalnum() else 0x20 for c in range(128)).ljust(256, b" ")


class NothingToLookFor(ValueError):
    """Of what a rule looks for nothing is left when it is written in its form."""


def form_of(text: str, form: Form) -> str:
    """Write a text in a form."""
    if form is Form.SENT:
        return text
    if form is Form.PLAIN:
        return _plain(text)
    if text.isascii() or len(text) > KEPT_CHARS_MAX:
        return _folded(text, form)
    return folded_once(text, form)


def _folded(text: str, form: Form) -> str:
    letters = _letters(text)
    return letters if form is Form.LETTERS else _words(letters)


folded_once = lru_cache(maxsize=2 * KEPT_TEXTS_MAX)(_folded)
"""Every rule that asks, and whoever explains it, is given what was written the first time."""


def needle_of(wanted: str, form: Form) -> str:
    """Write what is looked for in a form; in words it stands as words.

    A word of Hangul may go on, for particles are glued to its end. Raises NothingToLookFor.
    """
    written = form_of(wanted, form)
    if not written.strip(" "):
        raise NothingToLookFor
    if form is Form.WORDS and edges_of(written[-2]) is Edges.HANGUL:
        return written[:-1]
    return written


def _plain(text: str) -> str:
    if text.isascii():
        return text
    return unicodedata.normalize("NFKC", text.translate(_SEEN))


def _letters(text: str) -> str:
    folded = normalise(text)
    return folded if folded.isascii() else folded.translate(_DRAWN)


def _words(letters: str) -> str:
    if letters.isascii():
        found = letters.encode("ascii").translate(_PLAIN_WORDS).decode("ascii").split()
    else:
        apart = letters.translate(_APART)
        if _MARK in apart:
            apart = _HANGUL.sub(r" \g<0> ", apart).replace(_MARK, "")
        found = apart.split()
    return f" {' '.join(found)} " if found else " "


_MARK: Final = "\udffe"
"""No written character: stands before each letter of Hangul, to find where other writing begins."""

_HANGUL: Final = re.compile(rf"(?:{_MARK}.)+")


def _apart(character: str) -> str:
    edges = edges_of(character)
    if edges is Edges.HANGUL:
        return _MARK + character
    if edges is Edges.WORD:
        return character
    return f" {character} " if is_unspaced(character) and is_written(character) else " "


_SEEN: Final = LetterTable(lambda character: "" if is_invisible(character) else character)
_DRAWN: Final = LetterTable(drawn_as)
_APART: Final = LetterTable(_apart)
