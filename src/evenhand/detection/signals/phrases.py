"""Phrases are found the way a reader would find them, however they were dressed up.

Width, case, accents, zero-width characters, line breaks, look-alike letters and leet digits do
not hide a phrase, and a word inside a longer word is not a hit where the script writes word
edges. The scan is naive on purpose: it is the meaning that faster matchers are compared with.
Limits: letters spaced out or split by punctuation ("s c a m") are not joined.
"""

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from evenhand.kit.folding import Folded, fold, normalise
from evenhand.kit.look_alikes import letters_meant, shapes_of
from evenhand.kit.word_edges import Edges, edges_of


class EmptyPhrase(ValueError):
    """The phrase has nothing left to look for once spaces and invisible characters go."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A phrase stands at original[start:end]; exact when only case, spacing or form differ."""

    phrase: str
    start: int
    end: int
    exact: bool


def find_phrases(text: str, phrases: Iterable[str]) -> list[Hit]:
    """Find every place each phrase stands in the text, by start, end and phrase.

    Offsets count characters of the text as it was given. Digits and signs may stand for letters,
    but a hit of only digits and signs for a phrase of letters is not one. In a script with spaces
    both ends must be word edges; in Hangul the left one; in Han, kana, Thai and their like
    neither. Raises EmptyPhrase.
    """
    folded = fold(text)
    hits = {hit for phrase in phrases for hit in _hits(text, folded, phrase)}
    return sorted(hits, key=lambda hit: (hit.start, hit.end, hit.phrase))


def wanted_of(phrase: str) -> str:
    """Fold a phrase into the letters that are looked for. Raises EmptyPhrase."""
    wanted = normalise(phrase)
    if not wanted:
        raise EmptyPhrase("a phrase needs at least one visible character")
    return wanted


def _hits(text: str, folded: Folded, phrase: str) -> Iterator[Hit]:
    wanted = wanted_of(phrase)
    for first in range(len(folded.letters) - len(wanted) + 1):
        if stands_at(folded.letters, first, wanted):
            start, end = folded.starts[first], folded.ends[first + len(wanted) - 1]
            yield Hit(phrase, start, end, exact=lightly(text[start:end]) == lightly(phrase))


def stands_at(letters: str, first: int, wanted: str) -> bool:
    """Tell whether folded letters hold what is wanted at a place, and hold it as a word."""
    if _is_cut_out_of_a_word(letters, first, wanted):
        return False
    found = letters[first : first + len(wanted)]
    return found == wanted or (_reads_as(found, wanted) and not _is_only_signs(wanted, found))


def _reads_as(found: str, wanted: str) -> bool:
    return all(shapes_of(a) & letters_meant(b) for a, b in zip(wanted, found, strict=True))


def _is_only_signs(wanted: str, found: str) -> bool:
    """Tell whether the phrase has letters and the text only signs, as "100" for "loo"."""
    return not any(map(str.isalpha, found)) and any(map(str.isalpha, wanted))


def _is_cut_out_of_a_word(letters: str, first: int, wanted: str) -> bool:
    """Judge by the phrase's own ends, so that "$" read as "s" is an end like any other."""
    after = first + len(wanted)
    before_kind = edges_of(letters[first - 1]) if first else Edges.EDGE
    after_kind = edges_of(letters[after]) if after < len(letters) else Edges.EDGE
    cut_at_start = before_kind is not Edges.EDGE and before_kind is edges_of(wanted[0])
    return cut_at_start or after_kind is Edges.WORD is edges_of(wanted[-1])


def lightly(text: str) -> str:
    """Fold only case and spacing: what differs in more than these was disguised."""
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())
