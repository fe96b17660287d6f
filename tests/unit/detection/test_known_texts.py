"""A near copy of a listed text is found by what is left of it under a disguise."""

from __future__ import annotations

import pytest

from evenhand.banks import Confidence, EntryKind, LiveEntry, Signal, Snapshot
from evenhand.banks.model import entry_value
from evenhand.detection import Answer, DetectorFailed, Finding
from evenhand.detection.detectors import KnownTexts
from evenhand.detection.detectors.known_texts import FOUND_MAX
from evenhand.detection.model import ItemContent, TextContent

SCAM = (
    "Congratulations! Your parcel is waiting at our depot. To have it delivered tomorrow, pay the "
    "customs fee of two euros with the card you use online, and keep the code we send you ready."
)
KITTENS = "Three kittens are looking for a home together with their mother and her old basket."


def listed(*texts: str) -> Snapshot:
    """List texts, as a bank does."""
    values = [entry_value(EntryKind.TEXT, text, signal=Signal.TEXT) for text in texts]
    return Snapshot(
        tuple(
            LiveEntry(f"e-{at}", "b", "parcels", Confidence.INDICATIVE, "c", EntryKind.TEXT, value)
            for at, value in enumerate(values)
        )
    )


def examine(bank: Snapshot, *texts: str) -> list[Finding]:
    """Let the detector look at some texts."""
    content = tuple(TextContent(f"text[{at}]", text) for at, text in enumerate(texts))
    return list(KnownTexts().examine(ItemContent("i", texts=content), bank))


class TestKnownTexts:
    """What the detector says."""

    def test_finds_the_text_itself(self) -> None:
        """However it is spaced and capitalised, it is the same."""
        [finding] = examine(listed(KITTENS, SCAM), SCAM.upper().replace(" ", "  "))
        assert (finding.answer, finding.entry_id) == (Answer.FOUND, "e-1")
        assert finding.evidence == {
            "entry_id": "e-1",
            "bank_id": "b",
            "bank": "parcels",
            "kind": "text",
            "similarity": 1.0,
            "distance": 0.0,
            "same": True,
        }

    def test_finds_a_near_copy_and_says_how_near(self) -> None:
        """Other words here and there, and a greeting in front."""
        copy = "Hello Ann! " + SCAM.replace("tomorrow", "on Friday").replace("two", "tw0")
        [finding] = examine(listed(SCAM), copy)
        assert finding.answer is Answer.FOUND
        assert 0.5 < finding.evidence["similarity"] < 1
        assert finding.evidence["same"] is False

    def test_answers_for_each_text(self) -> None:
        """One is a copy, one is not, and one says too little to tell."""
        answers = [one.answer for one in examine(listed(SCAM), SCAM, KITTENS, "Call me!")]
        assert answers == [Answer.FOUND, Answer.NOT_FOUND, Answer.SKIPPED]

    def test_skips_without_texts_or_entries(self) -> None:
        """Nothing to look at, or nothing to look for."""
        assert examine(listed(SCAM))[0].answer is Answer.SKIPPED
        assert examine(listed(), SCAM)[0].answer is Answer.SKIPPED

    def test_fails_when_a_listed_text_cannot_be_read(self) -> None:
        """Nobody was compared with, which is not the same as nobody found."""
        broken = LiveEntry("e", "b", "n", Confidence.CONFIRMED, "c", EntryKind.TEXT, "minhash1:x")
        with pytest.raises(DetectorFailed, match="cannot be compared"):
            examine(Snapshot((broken,)), SCAM)

    def test_says_it_often_enough(self) -> None:
        """A text that many banks list is known well enough; the nearest come first."""
        found = examine(listed(*[SCAM + " Thank you."] * FOUND_MAX, SCAM), SCAM)
        assert len(found) == FOUND_MAX
        assert found[0].entry_id == f"e-{FOUND_MAX}"
