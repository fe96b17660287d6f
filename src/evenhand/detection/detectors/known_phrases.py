"""A text is known when a listed phrase stands in it, however it was dressed up.

The comparison is `signals.phrases`; in front of it stands a filter that leaves out phrases of
which some three neighbouring letters occur nowhere in the text, which drops no hit. Work on one
item has an end: past it the answer is "failed", so a text made to be slow is not taken for clean.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from typing import Final

from evenhand.banks import EntryKind, LiveEntry, Snapshot
from evenhand.detection.errors import DetectorFailed
from evenhand.detection.model import Answer, Finding, ItemContent, TextContent
from evenhand.detection.signals.look_alikes import letters_meant, shapes_of
from evenhand.detection.signals.phrases import EmptyPhrase, Hit, find_phrases, normalise

SECONDS_MAX: Final = 20.0
PHRASES_PER_STEP: Final = 8
RUN: Final = 3


class KnownPhrases:
    """Compares every text field with the listed phrases."""

    name: Final = "known_phrases"
    version: Final = "1"

    def __init__(self, *, seconds_max: float = SECONDS_MAX) -> None:
        self._seconds_max = seconds_max

    def examine(self, content: ItemContent, bank: Snapshot) -> Sequence[Finding]:
        """Return each listed phrase once per field where it stands, at its first place."""
        entries = bank.of_kind(EntryKind.PHRASE)
        if not content.texts:
            return [Finding(Answer.SKIPPED, "The item has no text.")]
        if not entries:
            return [Finding(Answer.SKIPPED, "No bank holds a phrase to compare with.")]
        until = time.monotonic() + self._seconds_max
        return [found for text in content.texts for found in _examined(text, entries, until)]


def _examined(text: TextContent, entries: Sequence[LiveEntry], until: float) -> Iterator[Finding]:
    by_phrase: dict[str, list[LiveEntry]] = {}
    for entry in entries:
        by_phrase.setdefault(entry.value, []).append(entry)
    hits: dict[str, list[Hit]] = {}
    possible = _possible(text.text, by_phrase)
    try:
        for step in _steps(possible):
            if time.monotonic() > until:
                raise DetectorFailed("the texts took too long to compare")
            for hit in find_phrases(text.text, step):
                hits.setdefault(hit.phrase, []).append(hit)
    except EmptyPhrase as why:
        raise DetectorFailed(f"a listed phrase cannot be compared: {why}") from why
    for phrase, places in hits.items():
        for entry in by_phrase[phrase]:
            yield _found(text, entry, places)
    if not hits:
        says = f"None of {len(by_phrase)} listed phrases stands in it."
        yield Finding(Answer.NOT_FOUND, says, text.field)


def _steps(phrases: list[str]) -> Iterator[list[str]]:
    for at in range(0, len(phrases), PHRASES_PER_STEP):
        yield phrases[at : at + PHRASES_PER_STEP]


def _found(text: TextContent, entry: LiveEntry, places: Sequence[Hit]) -> Finding:
    first = places[0]
    return Finding(
        Answer.FOUND,
        "A listed phrase stands in it." + ("" if first.exact else " It was disguised."),
        text.field,
        entry_id=entry.id,
        evidence={
            "entry_id": entry.id,
            "bank_id": entry.bank_id,
            "bank": entry.bank,
            "kind": entry.kind.value,
            "phrase": entry.value,
            "start": first.start,
            "end": first.end,
            "times": len(places),
        },
    )


def _possible(text: str, phrases: Iterable[str]) -> list[str]:
    """Leave out phrases that cannot stand in the text."""
    letters = normalise(text)
    there = {
        gram
        for run in set(_runs(letters))
        for gram in itertools.product(*(letters_meant(character) for character in run))
    }
    return [phrase for phrase in phrases if _may_stand(normalise(phrase), there)]


def _may_stand(phrase: str, there: AbstractSet[tuple[str, ...]]) -> bool:
    """Tell whether every run of the phrase, in some shape of its letters, occurs in the text."""
    return all(
        any(gram in there for gram in itertools.product(*(shapes_of(one) for one in run)))
        for run in _runs(phrase)
    )


def _runs(letters: str) -> Iterator[tuple[str, ...]]:
    return zip(*(letters[at:] for at in range(RUN)), strict=False)
