"""What the detector says: proposed, let be, not known, or not looked at, and never just "clean"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from evenhand.banks import Snapshot
from evenhand.detection import (
    Answer,
    DetectorFailed,
    Finding,
    InForce,
    ItemContent,
    Thresholds,
    run,
)
from evenhand.detection.detectors import Learned
from evenhand.detection.learned.asking import ask
from evenhand.detection.learned.classifier import MeaningWeights, fingerprint, from_bytes
from evenhand.detection.learned.letters import CHARS_MAX
from evenhand.detection.learned.model import LanguageReport
from evenhand.detection.model import TextContent
from tests.lessons import by_hand, text

DRAWN = Thresholds(0.9, auto_from=0.8, ignore_below=0.2, fine=9, broke=9, needed=9)
SCAM, FINE = text(1, broke=True), text(1, broke=False)


def in_force(drawn: Thresholds = DRAWN, clause: str = "fraud") -> InForce:
    """Make a version in force by hand."""
    content = by_hand()
    made = from_bytes(content, sha256=fingerprint(content))
    languages = (LanguageReport("en", 30, 30, 0.99), LanguageReport("es", 3, 3, None))
    return InForce(f"id-{clause}", clause, "0123456789ab", drawn, languages, made)


def said(
    *asked: InForce, words: str = SCAM, language: str | None = "en", read_from: str | None = None
) -> list[Finding]:
    """Let the detector look at a text."""

    def asking(words: str, language: str | None) -> Sequence[Finding]:
        return ask(asked, words, language)

    content = ItemContent(
        "item",
        texts=(TextContent("text", words, read_from=read_from),),
        language=language,
        ask_classifiers=asking,
    )
    return list(Learned().examine(content, Snapshot()))


class TestTheAnswer:
    """Of a classifier in force."""

    def test_is_found_from_the_threshold_on(self) -> None:
        """With the version, the score and the thresholds as evidence."""
        [one] = said(in_force())
        assert one.answer is Answer.FOUND
        assert one.evidence["zone"] == "auto"
        assert one.evidence["scores"]["breaks_clause"] > 0.8
        assert (one.evidence["threshold"], one.evidence["ignore_below"]) == (0.8, 0.2)
        assert one.evidence["model_id"] == "id-fraud"
        assert (one.evidence["model"], one.evidence["model_version"]) == (
            "learned:fraud",
            "0123456789ab",
        )

    def test_is_not_found_where_hardly_anything_ever_broke_the_clause(self) -> None:
        """The zone says that it may be let be."""
        [one] = said(in_force(), words=FINE)
        assert (one.answer, one.evidence["zone"]) == (Answer.NOT_FOUND, "ignore")

    def test_says_between_the_thresholds_that_it_cannot_tell(self) -> None:
        """That is not found, and not clean."""
        [one] = said(in_force(replace(DRAWN, auto_from=0.9999999, ignore_below=0.1)))
        assert (one.answer, one.evidence["zone"]) == (Answer.NOT_FOUND, "people")
        assert "cannot tell" in one.why
        assert "does not make it clean" in one.why

    @pytest.mark.parametrize("words", [SCAM, FINE])
    def test_is_skipped_where_no_threshold_gives_a_score_a_meaning(self, words: str) -> None:
        """Not enough evidence is neither found nor not found; the score is there for learning."""
        drawn = replace(DRAWN, auto_from=None, ignore_below=None, fine=3, needed=99)
        [one] = said(in_force(drawn), words=words)
        assert (one.answer, one.evidence["zone"]) == (Answer.SKIPPED, "not_enough_evidence")
        assert "3 of 99 answers" in one.why
        assert 0 <= one.evidence["scores"]["breaks_clause"] <= 1

    def test_may_let_be_without_ever_proposing(self) -> None:
        """Each end has its own evidence."""
        drawn = replace(DRAWN, auto_from=None)
        assert [one.answer for one in said(in_force(drawn), words=FINE)] == [Answer.NOT_FOUND]
        assert [one.answer for one in said(in_force(drawn), words=SCAM)] == [Answer.SKIPPED]

    def test_is_one_for_each_clause(self) -> None:
        """The text is read once."""
        found = said(in_force(), in_force(clause="spam"))
        assert [one.evidence["clause"] for one in found] == ["fraud", "spam"]

    @pytest.mark.parametrize(
        ("language", "strange"), [("en", False), ("es", True), ("ja", True), (None, False)]
    )
    def test_says_when_it_hardly_knows_the_accounts_language(
        self, language: str | None, *, strange: bool
    ) -> None:
        """It answers all the same: whoever sets another language must not pass unseen."""
        [one] = said(in_force(), language=language)
        assert one.answer is Answer.FOUND
        assert ("hardly any item" in one.why, "strange_language" in one.evidence) == (
            strange,
            strange,
        )


class TestNotLooking:
    """When nobody looked."""

    def test_is_said_where_nothing_was_trained(self) -> None:
        """Skipped, as on the first day of every house."""
        [one] = said()
        assert (one.answer, one.why) == (
            Answer.SKIPPED,
            "No classifier has been trained yet, or none was put in force.",
        )

    @pytest.mark.parametrize("words", ["", " \n "])
    def test_is_said_where_there_is_no_text(self, words: str) -> None:
        """A picture without words is not clean."""
        assert [one.answer for one in said(in_force(), words=words)] == [Answer.SKIPPED]

    def test_is_said_of_words_that_were_read_out_of_media(self) -> None:
        """Nobody wrote them, and nothing was learned from such."""
        assert [one.answer for one in said(in_force(), read_from="m")] == [Answer.SKIPPED]

    def test_is_said_of_what_lies_beyond_the_limit(self) -> None:
        """What was found before stands."""
        found = said(in_force(), words="gift card " * (CHARS_MAX // 5))
        assert [one.answer for one in found] == [Answer.FOUND, Answer.SKIPPED]
        assert "beyond the first 20,000 characters" in found[1].why

    def test_is_said_where_its_encoder_is_another_one(self) -> None:
        """Other numbers would mean other things: it is trained anew, not guessed with."""
        one = in_force()
        weights = MeaningWeights("old encoder 0.1", np.ones(3, dtype=np.float32), 0.0, 1.0)
        other = replace(one, classifier=replace(one.classifier, meaning=weights))
        [found] = said(other)
        assert found.answer is Answer.SKIPPED
        assert "train it anew" in found.why
        assert "model_id" not in found.evidence

    def test_is_failed_where_the_weights_cannot_be_had(self) -> None:
        """A vault that does not answer is a failure, never "not found"."""

        def broken(_words: str, _language: str | None) -> Sequence[Finding]:
            raise DetectorFailed("the object is damaged")

        content = ItemContent("i", texts=(TextContent("text", SCAM),), ask_classifiers=broken)
        [one] = run([Learned()], content, Snapshot())
        assert (one.finding.answer, one.detector_version) == (Answer.FAILED, "1")
