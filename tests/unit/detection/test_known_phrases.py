"""A listed phrase is found however it was dressed up, and slowness is not cleanness."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evenhand.banks import Confidence, EntryKind, LiveEntry, Snapshot
from evenhand.detection import Answer, DetectorFailed, Finding
from evenhand.detection.detectors import KnownPhrases
from evenhand.detection.detectors.known_phrases import FOUND_MAX
from evenhand.detection.model import ItemContent, TextContent
from evenhand.detection.signals.phrases import EmptyPhrase, Hit, find_phrases


def entries(*phrases: str) -> Snapshot:
    """List phrases."""
    return Snapshot(
        tuple(
            LiveEntry(
                f"e-{at}", "b", "scam words", Confidence.INDICATIVE, "c", EntryKind.PHRASE, phrase
            )
            for at, phrase in enumerate(phrases)
        )
    )


def examine(bank: Snapshot, *texts: str, **options: float) -> list[Finding]:
    """Let the detector look at some texts."""
    content = tuple(TextContent(f"text[{at}]", text) for at, text in enumerate(texts))
    return list(KnownPhrases(**options).examine(ItemContent("i", texts=content), bank))


class TestKnownPhrases:
    """What the detector says."""

    def test_finds_a_phrase_and_says_where(self) -> None:
        """Place, times, and the entry by id."""
        text = "Pay by gift card. Yes: GIFT  CARD!"
        [finding] = examine(entries("gift card", "wire transfer"), text)
        assert finding.answer is Answer.FOUND
        assert finding.entry_id == "e-0"
        assert finding.evidence["times"] == 2
        assert text[finding.evidence["start"] : finding.evidence["end"]] == "gift card"

    @pytest.mark.parametrize(
        "text", ["ＧＩＦＴ ｃａｒｄ", "g1ft c@rd", "gi\u200bft card", "gіft cаrd"]
    )
    def test_finds_it_in_disguise(self, text: str) -> None:
        """And says that it was disguised or not, but finds it."""
        [finding] = examine(entries("gift card"), text)
        assert finding.answer is Answer.FOUND

    def test_finds_han_without_word_edges(self) -> None:
        """Scripts without spaces are searched inside."""
        [finding] = examine(entries("礼品卡"), "请用礼品卡付款")
        assert finding.answer is Answer.FOUND

    def test_answers_for_each_text(self) -> None:
        """One field may be clean and another not."""
        answers = [one.answer for one in examine(entries("gift card"), "hello", "gift card")]
        assert answers == [Answer.NOT_FOUND, Answer.FOUND]

    def test_skips_without_texts_or_phrases(self) -> None:
        """Nothing to look at, or nothing to look for."""
        assert examine(entries("gift card"))[0].answer is Answer.SKIPPED
        assert examine(entries(), "hello")[0].answer is Answer.SKIPPED

    def test_fails_when_it_takes_too_long(self) -> None:
        """A text made to be slow is not taken for clean."""
        with pytest.raises(DetectorFailed, match="too long"):
            examine(entries("hello"), "hello " * 100, seconds_max=-1)

    def test_fails_when_a_listed_phrase_is_empty(self) -> None:
        """Such an entry would otherwise stop nothing and everybody's scan."""
        with pytest.raises(DetectorFailed):
            examine(entries("\u200b"), "hello")

    @settings(max_examples=100, deadline=None)
    @given(
        st.text("abcilo10@ée\u200b Ωаі礼品 ", max_size=30),
        st.lists(st.text("abcilo10@é Ωаі礼品", min_size=1, max_size=6), max_size=5, unique=True),
    )
    def test_finds_exactly_what_the_reference_finds(self, text: str, phrases: list[str]) -> None:
        """Each phrase at its first place, as often as it stands there."""
        try:
            hits = find_phrases(text, phrases)
        except EmptyPhrase:
            return
        expected: dict[str, list[Hit]] = {}
        for hit in hits:
            expected.setdefault(hit.phrase, []).append(hit)
        found = [one.evidence for one in examine(entries(*phrases), text) if one.entry_id]
        assert {one["phrase"]: (one["start"], one["end"], one["times"]) for one in found} == {
            phrase: (at[0].start, at[0].end, len(at)) for phrase, at in expected.items()
        }

    def test_tells_an_entry_of_each_bank_that_lists_the_phrase(self) -> None:
        """The same words may stand in two banks."""
        twice = entries("gift card", "gift card")
        assert [one.entry_id for one in examine(twice, "a gift card")] == ["e-0", "e-1"]

    def test_says_it_often_enough_and_what_is_sure_first(self) -> None:
        """A text of nothing but listed phrases is known well enough."""
        many = entries(*(f"phrase number {number}" for number in range(2 * FOUND_MAX)))
        sure = replace(many.entries[-1], confidence=Confidence.CONFIRMED)
        text = ". ".join(entry.value for entry in many.entries)
        found = examine(Snapshot((*many.entries[:-1], sure)), text)
        assert len(found) == FOUND_MAX
        assert found[0].entry_id == sure.id

    def test_follows_the_banks(self) -> None:
        """What joins is found, and what is withdrawn is not, without making all of it anew."""
        many = entries(*(f"phrase number {number}" for number in range(2_000)))
        assert examine(many, "phrase number 7")[0].entry_id == "e-7"
        fewer = Snapshot((*many.entries[:7], *many.entries[8:], *entries("old town").entries))
        assert examine(fewer, "phrase number 7")[0].answer is Answer.NOT_FOUND
        assert examine(fewer, "old town, phrase number 8")[1].entry_id == "e-8"
        assert examine(fewer, "old town")[0].answer is Answer.FOUND
