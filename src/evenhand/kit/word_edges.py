"""Where words begin and end, in scripts that write it and in scripts that do not."""

import functools
import unicodedata
from enum import Enum, auto

from evenhand.kit.folding import within

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


class Edges(Enum):
    """How a character stands to the words around it."""

    EDGE = auto()  # no word goes on through it
    WORD = auto()  # letters and digits of scripts that write spaces
    HANGUL = auto()  # spaced, but particles are glued to the end of a word


@functools.lru_cache(maxsize=65_536)
def edges_of(character: str) -> Edges:
    """Tell how a character stands to the words around it."""
    if within(character, _HANGUL):
        return Edges.HANGUL
    return Edges.WORD if is_written(character) and not is_unspaced(character) else Edges.EDGE


def is_unspaced(character: str) -> bool:
    """Tell whether its script writes no spaces, so that it may be a word by itself."""
    return within(character, _UNSPACED)


def is_written(character: str) -> bool:
    """Tell whether it is a letter, a digit or a mark, in any script."""
    return character.isalnum() or unicodedata.category(character).startswith("M")
