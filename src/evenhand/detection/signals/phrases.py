"""Phrases are found the way a reader would find them, however they were dressed up.

Width, case, accents, zero-width characters, line breaks, look-alike letters and leet digits do
not hide a phrase, and a word inside a longer word is not a hit where the script writes word
edges. The scan is naive on purpose: it is the meaning that faster matchers are compared with.
Limits: letters spaced out or split by punctuation ("s c a m") are not joined.
"""

import functools
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum, auto

from evenhand.detection.signals.look_alikes import letters_meant, shapes_of

_MARKS_IN_CLUSTER_MAX = 30
"""UAX 15's stream-safe limit; longer runs of marks would make normalising slow on purpose."""

_STRIPPED_MARKS = (
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

_INVISIBLE = (
    (0x115F, 0x1160),  # Hangul fillers
    (0x17B4, 0x17B5),
    (0x180B, 0x180F),
    (0x3164, 0x3164),
    (0xFE00, 0xFE0F),  # variation selectors
    (0xFFA0, 0xFFA0),
    (0xE0100, 0xE01EF),
)

_UNSPACED = (
    (0x0E00, 0x0EFF),  # Thai, Lao
    (0x0F00, 0x0FFF),  # Tibetan
    (0x1000, 0x109F),  # Myanmar
    (0x1780, 0x17FF),  # Khmer
    (0x1950, 0x19DF),  # Tai Le, New Tai Lue
    (0x1A20, 0x1AAF),  # Tai Tham
    (0x2E80, 0x2FDF),  # Han radicals
    (0x3005, 0x3007),
    (0x3041, 0x312F),  # kana, Bopomofo
    (0x31A0, 0x31FF),
    (0x3400, 0x4DBF),
    (0x4E00, 0x9FFF),  # Han
    (0xA000, 0xA4CF),  # Yi
    (0xA980, 0xA9DF),  # Javanese
    (0xAA60, 0xAADF),
    (0xF900, 0xFAFF),
    (0x1B000, 0x1B16F),
    (0x20000, 0x3FFFF),
)
"""Scripts written without spaces between words: any place in them may be a word edge."""

_HANGUL = ((0x1100, 0x11FF), (0xA960, 0xA97F), (0xAC00, 0xD7FF))


class EmptyPhrase(ValueError):
    """The phrase has nothing left to look for once spaces and invisible characters go."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A phrase stands at original[start:end]; exact when only case, spacing or form differ."""

    phrase: str
    start: int
    end: int
    exact: bool


@dataclass(frozen=True, slots=True)
class _Unit:
    """One normalised character and the stretch of the original it came from."""

    character: str
    start: int
    end: int


class _Kind(Enum):
    EDGE = auto()  # no word goes on through it
    WORD = auto()  # letters and digits of scripts that write spaces
    HANGUL = auto()  # spaced, but particles are glued to the end of a word


def normalise(text: str) -> str:
    """Fold width, case, accents, invisible characters and whitespace; trim the ends.

    NFKC and full case folding (Unicode 3.13), without look-alikes: those are for matching only.
    """
    return "".join(unit.character for unit in _trimmed(_units(text)))


def find_phrases(text: str, phrases: Iterable[str]) -> list[Hit]:
    """Find every place each phrase stands in the text, by start, end and phrase.

    Offsets count characters of the text as it was given. Digits and signs may stand for letters,
    but a hit of only digits and signs for a phrase of letters is not one. In a script with spaces
    both ends must be word edges; in Hangul the left one; in Han, kana, Thai and their like
    neither. Raises EmptyPhrase.
    """
    units = _units(text)
    hits = {hit for phrase in phrases for hit in _hits(text, units, phrase)}
    return sorted(hits, key=lambda hit: (hit.start, hit.end, hit.phrase))


def _hits(text: str, units: list[_Unit], phrase: str) -> Iterator[Hit]:
    wanted = normalise(phrase)
    if not wanted:
        message = "a phrase needs at least one visible character"
        raise EmptyPhrase(message)
    sought = [shapes_of(character) for character in wanted]
    for first in range(len(units) - len(wanted) + 1):
        found = units[first : first + len(wanted)]
        if not all(
            letters & letters_meant(unit.character)
            for letters, unit in zip(sought, found, strict=True)
        ):
            continue
        if _is_cut_out_of_a_word(units, first, wanted) or _is_only_signs(wanted, found):
            continue
        start, end = found[0].start, found[-1].end
        yield Hit(phrase, start, end, exact=_light(text[start:end]) == _light(phrase))


def _is_only_signs(wanted: str, found: list[_Unit]) -> bool:
    """Tell whether the phrase has letters and the text only signs, as "100" for "loo"."""
    letters_found = any(unit.character.isalpha() for unit in found)
    return not letters_found and any(character.isalpha() for character in wanted)


def _is_cut_out_of_a_word(units: list[_Unit], first: int, wanted: str) -> bool:
    """Judge by the phrase's own ends, so that "$" read as "s" is an end like any other."""
    after = first + len(wanted)
    before_kind = _kind(units[first - 1].character) if first else _Kind.EDGE
    after_kind = _kind(units[after].character) if after < len(units) else _Kind.EDGE
    cut_at_start = before_kind is not _Kind.EDGE and before_kind is _kind(wanted[0])
    return cut_at_start or after_kind is _Kind.WORD is _kind(wanted[-1])


@functools.lru_cache(maxsize=65_536)
def _kind(character: str) -> _Kind:
    if _within(character, _HANGUL):
        return _Kind.HANGUL
    wordy = character.isalnum() or unicodedata.category(character).startswith("M")
    return _Kind.WORD if wordy and not _within(character, _UNSPACED) else _Kind.EDGE


def _within(character: str, ranges: tuple[tuple[int, int], ...]) -> bool:
    code = ord(character)
    return any(low <= code <= high for low, high in ranges)


def _light(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())


def _trimmed(units: list[_Unit]) -> list[_Unit]:
    first = 1 if units and units[0].character == " " else 0
    last = -1 if len(units) > first and units[-1].character == " " else None
    return units[first:last]


def _units(text: str) -> list[_Unit]:
    """Normalise cluster by cluster, remembering where each character came from."""
    units: list[_Unit] = []
    for start, end, cluster in _clusters(text):
        for character in _folded(cluster):
            if not character.isspace():
                units.append(_Unit(character, start, end))
            elif units and units[-1].character == " ":
                units[-1] = _Unit(" ", units[-1].start, end)
            else:
                units.append(_Unit(" ", start, end))
    return units


def _clusters(text: str) -> Iterator[tuple[int, int, str]]:
    """Split into letters with the marks that follow them, leaving strippable characters out."""
    start, end, cluster = 0, 0, ""
    for at, character in enumerate(text):
        if _is_stripped(character):
            continue
        if cluster and _joins(character) and len(cluster) <= _MARKS_IN_CLUSTER_MAX:
            cluster, end = cluster + character, at + 1
            continue
        if cluster:
            yield start, end, cluster
        start, end, cluster = at, at + 1, character
    if cluster:
        yield start, end, cluster


@functools.lru_cache(maxsize=65_536)
def _is_stripped(character: str) -> bool:
    if _within(character, _STRIPPED_MARKS) or _within(character, _INVISIBLE):
        return True
    return unicodedata.category(character) == "Cf"


@functools.lru_cache(maxsize=65_536)
def _joins(character: str) -> bool:
    """Tell whether NFKC may merge the character into the one before: marks and Hangul parts."""
    halfwidth_voicing = character in "\uff9e\uff9f"
    hangul_part = "\u1161" <= character <= "\u11ff" or "\uffa0" <= character <= "\uffdc"
    return unicodedata.combining(character) != 0 or halfwidth_voicing or hangul_part


@functools.lru_cache(maxsize=65_536)
def _folded(cluster: str) -> str:
    folded = unicodedata.normalize("NFKC", cluster).casefold()
    apart = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", folded))
    kept = "".join(character for character in apart if not _is_stripped(character))
    return unicodedata.normalize("NFC", kept)
