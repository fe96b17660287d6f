"""Which language a text is in, as far as its letters tell: for rules and people, never against.

"Found" means that a language was told. Nothing is proposed because of it: a language breaks no
clause. It is asked only where the operator switched it on and `evenhand[models]` is installed.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping, Sequence
from typing import Any, Final

from evenhand.banks import Snapshot
from evenhand.detection.model import Answer, Cost, Finding, ItemContent, TextContent
from evenhand.detection.models import eldc

CHARS_MIN: Final = 20
READ_CHARS: Final = 1_000  # the model reads no more than a thousand bytes
UNKNOWN: Final = "unknown"
NO_SCORES: Final[Mapping[str, float]] = {}


class Language:
    """Names the language of every text field."""

    name: Final = "language"
    version: Final = f"1/{eldc.CARD.version}"
    cost: Final = Cost.CHEAP
    seconds_max: Final = 5.0
    needs: Final = eldc.NEEDS
    card: Final = eldc.CARD

    def examine(self, content: ItemContent, bank: Snapshot) -> Sequence[Finding]:  # noqa: ARG002
        """Return the language of each text with the model's confidence, or why there is none."""
        if not content.texts:
            return [Finding(Answer.SKIPPED, "The item has no text.")]
        try:
            model = importlib.import_module("eldc")
        except ImportError:
            return [Finding(Answer.SKIPPED, eldc.NEEDS.says)]
        model.init()  # once; again it does nothing
        return [_told(text, model) for text in content.texts]


def _told(text: TextContent, model: Any) -> Finding:
    written = "".join(map(_readable, text.text[:READ_CHARS]))
    if sum(map(str.isalpha, written)) < CHARS_MIN:
        says = f"With fewer than {CHARS_MIN} letters no language is told."
        return _finding(Answer.SKIPPED, says, text)
    made = model.detect_details(written)
    if not made.reliable:
        return _finding(Answer.NOT_FOUND, "No language could be told.", text)
    scores = {language: round(score, 3) for language, score in made.scores.items()}
    return _finding(Answer.FOUND, f"It reads as {made.language}.", text, made.language, scores)


def _finding(
    answer: Answer,
    says: str,
    text: TextContent,
    language: str = UNKNOWN,
    scores: Mapping[str, float] = NO_SCORES,
) -> Finding:
    evidence = {
        "model": eldc.CARD.name,
        "model_version": eldc.CARD.version,
        "language": language,
        "confidence": scores.get(language, 0.0),
        "scores": dict(scores),
    }
    return Finding(answer, says, text.field, evidence=evidence)


def _readable(character: str) -> str:
    """Leave out what would end the text for the model, or what it cannot take."""
    return " " if character < " " or "\ud800" <= character <= "\udfff" else character
