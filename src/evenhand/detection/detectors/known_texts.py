"""A text is known when it is a near copy of a listed one, whatever was changed to disguise it.

Only signatures are listed, so nobody needs to keep the harmful text. A text that is too short to
be known by its likeness is skipped, and so said: phrases are for such texts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from evenhand.banks import Confidence, EntryKind, LiveEntry, Snapshot
from evenhand.detection.errors import DetectorFailed
from evenhand.detection.model import Answer, Finding, ItemContent, TextContent, found_entry
from evenhand.detection.ready import Listed, Ready
from evenhand.detection.signals.interface import NotAValue
from evenhand.detection.signals.near_text import TEXTS, TextLookup, signed
from evenhand.kit.text_likeness import TextSignature, TextTooShort, read_signature

FOUND_MAX: Final = 20  # per text: a text that is listed more often than this is known well enough

_READY: Final = Ready(
    EntryKind.TEXT, lambda values: TEXTS.among({value: value for value in values})
)


class KnownTexts:
    """Compares every text field with the listed texts."""

    name: Final = "known_texts"
    version: Final = "1"

    def examine(self, content: ItemContent, bank: Snapshot) -> Sequence[Finding]:
        """Return the listed texts that each field is a near copy of, confirmed and near first."""
        if not content.texts:
            return [Finding(Answer.SKIPPED, "The item has no text.")]
        try:
            listed = _READY.of(bank)
        except NotAValue as why:
            raise DetectorFailed(f"a listed text cannot be compared: {why}") from why
        if listed is None:
            return [Finding(Answer.SKIPPED, "No bank holds a text to compare with.")]
        return [found for text in content.texts for found in _examined(text, listed)]


def _examined(text: TextContent, listed: Listed[TextLookup]) -> Iterator[Finding]:
    try:
        seen = signed(text.text)
    except TextTooShort:
        says = "The text is too short to be compared by its likeness."
        yield Finding(Answer.SKIPPED, says, text.field)
        return
    near = [
        (entry.confidence is not Confidence.CONFIRMED, one.distance, entry.id, entry)
        for lookup in listed.lookups
        for one in lookup.near_signature(seen)
        for entry in listed.entries.get(one.id, ())
    ]
    for _, distance, _, entry in sorted(near, key=lambda one: one[:3])[:FOUND_MAX]:
        yield _found(text, entry, distance, seen)
    if not near:
        says = f"It is no near copy of any of {len(listed.entries)} listed texts."
        yield Finding(Answer.NOT_FOUND, says, text.field)


def _found(text: TextContent, entry: LiveEntry, distance: float, seen: TextSignature) -> Finding:
    same = read_signature(entry.value).digest == seen.digest
    near = f"It is a near copy of a listed text: about {1 - distance:.0%} alike."
    says = "It is a listed text." if same else near
    how = {"similarity": round(1 - distance, 3), "distance": round(distance, 3), "same": same}
    return found_entry(entry, says, how, field=text.field)
