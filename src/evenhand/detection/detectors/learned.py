"""What classifiers learned from decisions say of an item's text, clause by clause.

Asked are those that a person put in force; with none, nobody looked. Only what the account wrote
is read: not what was read out of its media, which nobody wrote, and no name.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from evenhand.banks import Snapshot
from evenhand.detection.learned.letters import CHARS_MAX, plain
from evenhand.detection.learned.model import DETECTOR
from evenhand.detection.model import Answer, Finding, ItemContent


class Learned:
    """Asks every classifier in force about an item's own text."""

    name: Final = DETECTOR
    version: Final = "1"

    def examine(self, content: ItemContent, bank: Snapshot) -> Sequence[Finding]:  # noqa: ARG002 - it knows no bank
        """Return an answer for each clause a classifier is in force for, or why there is none."""
        text = text_of(content)
        if not plain(text):
            return [Finding(Answer.SKIPPED, "The item has no text.")]
        findings = list(content.ask_classifiers(text, content.language))
        if not findings:
            says = "No classifier has been trained yet, or none was put in force."
            return [Finding(Answer.SKIPPED, says)]
        if len(text) > CHARS_MAX:
            says = f"Its text beyond the first {CHARS_MAX:,} characters was not looked at."
            findings.append(Finding(Answer.SKIPPED, says))
        return findings


def text_of(content: ItemContent) -> str:
    """Join what the account wrote, field by field."""
    return "\n".join(one.text for one in content.texts if one.read_from is None)
