"""Writing is folded: what carries no meaning goes, and each letter left knows where it stood.

Width, case, accents, invisible characters and runs of whitespace are folded away (NFKC and full
case folding, Unicode 3.13); marks that carry a sound stay. Folding takes time in proportion to
the text: a cluster of marks is cut where UAX 15 cuts it.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

_MARKS_IN_CLUSTER_MAX: Final = 30
"""UAX 15's stream-safe limit; longer runs of marks would make folding slow on purpose."""

_STRIPPED_MARKS: Final = (
    (0x0300, 0x036F),  # Latin, Greek and Cyrillic accents, and stacked "zalgo"
    (0x0483, 0x0489),
    (0x0591, 0x05C7),  # Hebrew points
    (0x0610, 0x061A),  # Arabic vowel signs
    (0x0640, 0x0640),  # Arabic tatweel, which only stretches a word
    (0x064B, 0x065F),
    (0x0670, 0x0670),
    (0x06D6, 0x06ED),
    (0x1AB0, 0x1AFF),
    (0x1DC0, 0x1DFF),
    (0x20D0, 0x20FF),
    (0xFE20, 0xFE2F),
)
"""Marks that may be left out of a word. Thai, Indic and kana marks carry sounds and stay."""

_INVISIBLE: Final = (
    (0x115F, 0x1160),  # Hangul fillers
    (0x17B4, 0x17B5),
    (0x180B, 0x180F),
    (0x3164, 0x3164),
    (0xFE00, 0xFE0F),  # variation selectors
    (0xFFA0, 0xFFA0),
    (0xE0100, 0xE01EF),
)

_RUN: Final = re.compile(r"\s+")
JOINS: Final = "\udfff"
"""No written character: stands for one that joins the one before it."""

KEPT_TEXTS_MAX: Final = 256
"""So many of the last texts are kept folded, in each process."""
KEPT_CHARS_MAX: Final = 10_000
"""A longer text is folded whenever it is asked about, so that what is kept stays small."""

_KNOWN_MAX: Final = 65_536  # characters kept in one table


@dataclass(frozen=True, slots=True)
class Folded:
    """What is left of a text, letter by letter, and the stretch of the text each came from."""

    letters: str
    starts: Sequence[int] = field(repr=False)
    ends: Sequence[int] = field(repr=False)


class LetterTable(dict[int, str]):
    """What each character becomes, for `str.translate`; found out once, for as many as fit."""

    def __init__(self, becomes: Callable[[str], str]) -> None:
        super().__init__()
        self._becomes = becomes

    def __missing__(self, code: int) -> str:
        """Find out what a character becomes."""
        made = self._becomes(chr(code))
        if len(self) < _KNOWN_MAX:
            self[code] = made
        return made


def normalise(text: str) -> str:
    """Fold a text and trim its ends. A folded text stays as it is."""
    return letters_of(text).strip(" ")


def letters_of(text: str) -> str:
    """Return what is left of a text when it is folded: `fold(text).letters`, without the places.

    Detectors, rules and explanations ask about the same text one after the other: it is folded
    once, and handed on for as long as it is among the last that were.
    """
    if text.isascii():
        alone = text.encode("ascii").translate(_PLAIN).decode("ascii")
        return _RUN.sub(" ", alone) if "  " in alone else alone
    return letters_once(text) if len(text) <= KEPT_CHARS_MAX else _letters(text)


def _letters(text: str) -> str:
    alone = text.translate(_ALONE)
    if JOINS in alone:
        return fold(text).letters
    return _RUN.sub(" ", alone) if "  " in alone else alone


letters_once = functools.lru_cache(maxsize=KEPT_TEXTS_MAX)(_letters)


def fold(text: str) -> Folded:
    """Fold a text, remembering of each letter that is left where it came from."""
    return _fold_plain(text) if text.isascii() else _fold_clusters(text)


def _fold_clusters(text: str) -> Folded:
    letters: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for start, end, cluster in _clusters(text):
        for letter in _folded(cluster):
            if not letter.isspace():
                letters.append(letter)
            elif letters and letters[-1] == " ":
                ends[-1] = end
                continue
            else:
                letters.append(" ")
            starts.append(start)
            ends.append(end)
    return Folded("".join(letters), starts, ends)


def _fold_plain(text: str) -> Folded:
    """Fold a text of ASCII, where only whitespace changes places."""
    letters = letters_of(text)
    if len(letters) == len(text):
        return Folded(letters, range(len(text)), range(1, len(text) + 1))
    starts: list[int] = []
    ends: list[int] = []
    at = 0
    for run in _RUN.finditer(text):
        starts += [*range(at, run.start() + 1)]
        ends += [*range(at + 1, run.start() + 1), run.end()]
        at = run.end()
    starts += range(at, len(text))
    ends += range(at + 1, len(text) + 1)
    return Folded(letters, starts, ends)


def _clusters(text: str) -> Iterator[tuple[int, int, str]]:
    """Split into letters with the marks that follow them, leaving strippable characters out."""
    start, end, cluster = 0, 0, ""
    for at, character in enumerate(text):
        role = _ROLES[ord(character)]
        if role == _STRIPPED:
            continue
        if cluster and role == _JOINING and len(cluster) <= _MARKS_IN_CLUSTER_MAX:
            cluster, end = cluster + character, at + 1
            continue
        if cluster:
            yield start, end, cluster
        start, end, cluster = at, at + 1, character
    if cluster:
        yield start, end, cluster


_STRIPPED, _JOINING, _STANDING = "stripped", "joining", "standing"


def _role(character: str) -> str:
    """Tell whether a character may be left out, or may join the one before it."""
    if within(character, _STRIPPED_MARKS) or is_invisible(character):
        return _STRIPPED
    halfwidth_voicing = character in "\uff9e\uff9f"
    hangul_part = "\u1161" <= character <= "\u11ff" or "\uffa0" <= character <= "\uffdc"
    joins = unicodedata.combining(character) != 0 or halfwidth_voicing or hangul_part
    return _JOINING if joins else _STANDING


def is_invisible(character: str) -> bool:
    """Tell whether a reader sees nothing of a character, not even a space."""
    return within(character, _INVISIBLE) or unicodedata.category(character) == "Cf"


def within(character: str, ranges: Sequence[tuple[int, int]]) -> bool:
    """Tell whether a character lies in one of some ranges of code points, ends included."""
    return any(low <= ord(character) <= high for low, high in ranges)


_ROLES: Final = LetterTable(_role)


@functools.lru_cache(maxsize=_KNOWN_MAX)
def _folded(cluster: str) -> str:
    folded = unicodedata.normalize("NFKC", cluster).casefold()
    apart = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", folded))
    kept = "".join(character for character in apart if _ROLES[ord(character)] != _STRIPPED)
    return unicodedata.normalize("NFC", kept)


def fold_alone(character: str) -> str:
    """Fold a character by itself; JOINS for one that could not be by itself."""
    role = _ROLES[ord(character)]
    if role != _STANDING:
        return JOINS if role == _JOINING else ""
    return "".join(" " if letter.isspace() else letter for letter in _folded(character))


_ALONE: Final = LetterTable(fold_alone)
_PLAIN: Final = "".join(map(fold_alone, map(chr, range(128)))).encode().ljust(256)
