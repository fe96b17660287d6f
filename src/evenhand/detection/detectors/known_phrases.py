"""A text is known when a listed phrase stands in it, however it was dressed up.

All phrases are looked for at once by `signals.phrase_index`. Work on one item has an end: past it
the answer is "failed", so a text made to be slow is not taken for clean.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import Final

from evenhand.banks import Confidence, EntryKind, LiveEntry, Snapshot
from evenhand.detection.errors import DetectorFailed
from evenhand.detection.model import Answer, Cost, Finding, ItemContent, TextContent, found_entry
from evenhand.detection.ready import Listed, Ready
from evenhand.detection.signals.phrase_index import PhraseIndex, Stopped
from evenhand.detection.signals.phrases import EmptyPhrase, Hit

SECONDS_MAX: Final = 20.0
FOUND_MAX: Final = 100  # per text: what stands in more lists than this is known well enough

_READY: Final = Ready(EntryKind.PHRASE, PhraseIndex)


class KnownPhrases:
    """Compares every text field with the listed phrases."""

    name: Final = "known_phrases"
    version: Final = "2"
    cost: Final = Cost.CHEAP
    seconds_max: Final = SECONDS_MAX

    def __init__(self, *, seconds_max: float = SECONDS_MAX) -> None:
        self._seconds_max = seconds_max

    def examine(self, content: ItemContent, bank: Snapshot) -> Sequence[Finding]:
        """Return each listed phrase once per field where it stands, at its first place."""
        if not content.texts:
            return [Finding(Answer.SKIPPED, "The item has no text.")]
        try:
            listed = _READY.of(bank)
        except EmptyPhrase as why:
            raise DetectorFailed(f"a listed phrase cannot be compared: {why}") from why
        if listed is None:
            return [Finding(Answer.SKIPPED, "No bank holds a phrase to compare with.")]
        until = time.monotonic() + self._seconds_max
        return [found for text in content.texts for found in _examined(text, listed, until)]


def _examined(text: TextContent, listed: Listed[PhraseIndex], until: float) -> Iterator[Finding]:
    first: dict[str, Hit] = {}
    times: dict[str, int] = {}
    try:
        for index in listed.lookups:
            for hit in index.hits(text.text, go_on=lambda: time.monotonic() <= until):
                before = first.setdefault(hit.phrase, hit)
                if (hit.start, hit.end) < (before.start, before.end):
                    first[hit.phrase] = hit
                times[hit.phrase] = times.get(hit.phrase, 0) + 1
    except Stopped as why:
        raise DetectorFailed("the texts took too long to compare") from why
    standing = [
        (hit, entry) for hit in first.values() for entry in listed.entries.get(hit.phrase, ())
    ]
    for hit, entry in sorted(standing, key=_most_certain_first)[:FOUND_MAX]:
        yield _found(text, entry, hit, times[hit.phrase])
    if not standing:
        says = f"None of {len(listed.entries)} listed phrases stands in it."
        yield Finding(Answer.NOT_FOUND, says, text.field)


def _most_certain_first(found: tuple[Hit, LiveEntry]) -> tuple[bool, int, int, str]:
    hit, entry = found
    return entry.confidence is not Confidence.CONFIRMED, hit.start, hit.end, entry.id


def _found(text: TextContent, entry: LiveEntry, first: Hit, times: int) -> Finding:
    says = "A listed phrase stands in it." + ("" if first.exact else " It was disguised.")
    how = {"phrase": entry.value, "start": first.start, "end": first.end, "times": times}
    return found_entry(entry, says, how, field=text.field)
