"""A hundred thousand phrases are looked for in one pass, with the answers of `find_phrases`.

Letters that may be read alike fall into one class, and phrases and texts into strings of classes.
An automaton (Aho-Corasick) finds every place where the classes agree; whether a phrase really
stands there is then asked of the plain reference. Texts are read in portions, so that no text and
no list makes one step long.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

import ahocorasick_rs

from evenhand.detection.signals.interface import Near, NotAValue
from evenhand.detection.signals.phrases import (
    EmptyPhrase,
    Hit,
    find_phrases,
    lightly,
    stands_at,
    wanted_of,
)
from evenhand.kit.folding import LetterTable, fold, letters_of, normalise
from evenhand.kit.look_alikes import read_alike

PORTION: Final = 2_048
_ASK_EVERY: Final = 1_024  # places at which classes agree


class Stopped(Exception):
    """Whoever asked would wait no longer."""


@dataclass(frozen=True, slots=True)
class _Sought:
    """Phrases that are the same once they are folded."""

    letters: str
    phrases: tuple[str, ...]


class PhraseIndex:
    """Many phrases, made ready for being looked for in texts."""

    def __init__(self, phrases: Iterable[str], *, portion: int = PORTION) -> None:
        """Fold the phrases and build the automaton; texts are read `portion` letters at a time.

        Raises EmptyPhrase.
        """
        self._portion = portion
        by_letters: dict[str, list[str]] = {}
        for phrase in dict.fromkeys(phrases):
            by_letters.setdefault(wanted_of(phrase), []).append(phrase)
        by_classes: dict[str, list[_Sought]] = {}
        for letters, same in by_letters.items():
            by_classes.setdefault(classes_of(letters), []).append(_Sought(letters, tuple(same)))
        self._sought = [tuple(sought) for sought in by_classes.values()]
        self._longest = max(map(len, by_classes), default=0)
        self._automaton = ahocorasick_rs.AhoCorasick(
            by_classes,
            store_patterns=False,
            implementation=ahocorasick_rs.Implementation.ContiguousNFA,
        )

    def find(self, text: str) -> list[Hit]:
        """Find every place each phrase stands in the text, just as `find_phrases` does."""
        return sorted(self.hits(text), key=lambda hit: (hit.start, hit.end, hit.phrase))

    def hits(self, text: str, *, go_on: Callable[[], bool] = lambda: True) -> Iterator[Hit]:
        """Yield the hits about in order. Asks now and then whether to; raises Stopped if not."""
        letters = letters_of(text)
        folded = None
        last: dict[str, tuple[int, int]] = {}
        for first, sought in self._standing(letters, go_on):
            folded = folded or fold(text)
            start = folded.starts[first]
            end = folded.ends[first + len(sought.letters) - 1]
            light = lightly(text[start:end])
            for phrase in sought.phrases:
                if last.get(phrase) != (start, end):  # one letter may fold into several
                    last[phrase] = start, end
                    yield Hit(phrase, start, end, exact=light == lightly(phrase))

    def _standing(self, letters: str, go_on: Callable[[], bool]) -> Iterator[tuple[int, _Sought]]:
        classes = classes_of(letters)
        for begin in range(0, len(classes), self._portion):
            portion = classes[begin : begin + self._portion + self._longest - 1]
            for count, (which, first, _) in enumerate(self.candidates(portion)):
                if not count % _ASK_EVERY and not go_on():
                    raise Stopped
                if first < self._portion:
                    for sought in self._sought[which]:
                        if stands_at(letters, begin + first, sought.letters):
                            yield begin + first, sought

    def candidates(self, portion: str) -> list[tuple[int, int, int]]:
        """Return where classes agree: the number of what is sought, first place, end."""
        return self._automaton.find_matches_as_indexes(portion, overlapping=True)


def classes_of(letters: str) -> str:
    """Write folded letters as the classes of what they may be read as, one for one."""
    if letters.isascii():
        return letters.encode("ascii").translate(_PLAIN).decode("ascii")
    return letters.translate(_CLASS)


def _class(letter: str) -> str:
    return "\ufffd" if "\ud800" <= letter <= "\udfff" else read_alike(letter)


_CLASS: Final = LetterTable(_class)
_PLAIN: Final = "".join(map(_class, map(chr, range(128)))).encode("ascii").ljust(256)


@dataclass(frozen=True, slots=True)
class PhraseSignal:
    """Looks for phrases in texts; the distance is 0 for one as it is, 1 for one in disguise."""

    name: str = "phrase"
    version: str = "1"

    def normalised(self, value: str) -> str:
        """Return the phrase folded. Raises NotAValue."""
        folded = normalise(value)
        if not folded:
            raise NotAValue("A phrase needs at least one visible character.")
        return folded

    def distance(self, listed: str, seen: str) -> float | None:
        """Return 0 where the phrase stands as it is, 1 where only in disguise. Raises NotAValue."""
        return _nearest(find_phrases(seen, [listed]))

    def among(self, listed: Mapping[str, str]) -> PhraseLookup:
        """Make phrases, by id, ready for being looked for. Raises NotAValue."""
        by_phrase: dict[str, list[str]] = {}
        for id_, phrase in listed.items():
            by_phrase.setdefault(phrase, []).append(id_)
        try:
            return PhraseLookup(PhraseIndex(by_phrase), by_phrase)
        except EmptyPhrase as why:
            raise NotAValue(f"One of these is no phrase: {why}.") from why


@dataclass(frozen=True, slots=True)
class PhraseLookup:
    """Many phrases, each with the ids under which it is listed."""

    index: PhraseIndex
    by_phrase: Mapping[str, list[str]] = field(repr=False)

    def near(self, seen: str) -> list[Near]:
        """Return every phrase that stands in the text, those that stand as they are first."""
        places: dict[str, list[Hit]] = {}
        for hit in self.index.find(seen):
            places.setdefault(hit.phrase, []).append(hit)
        return sorted(
            Near(0.0 if any(hit.exact for hit in hits) else 1.0, id_)
            for phrase, hits in places.items()
            for id_ in self.by_phrase[phrase]
        )


def _nearest(hits: list[Hit]) -> float | None:
    return min((0.0 if hit.exact else 1.0 for hit in hits), default=None)


PHRASES: Final = PhraseSignal()
