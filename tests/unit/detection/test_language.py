"""A language is told where there is enough to tell it by, and nothing follows from it."""

from __future__ import annotations

import sys

import pytest

from evenhand.banks import Snapshot
from evenhand.detection import Answer, Finding
from evenhand.detection.detectors import Language
from evenhand.detection.model import ItemContent, TextContent


def told(*texts: str) -> list[Finding]:
    """Let the detector look at some texts."""
    content = tuple(TextContent(f"text[{at}]", text) for at, text in enumerate(texts))
    return list(Language().examine(ItemContent("i", texts=content), Snapshot()))


class TestLanguage:
    """What the detector says."""

    @pytest.mark.parametrize(
        ("text", "language"),
        [
            ("Two tickets for the concert on Saturday, half price.", "en"),
            ("Zwei Karten für das Konzert am Samstag zum halben Preis.", "de"),
            ("Две билета на концерт в субботу за полцены, забрать в центре.", "ru"),
            ("سأبيع دراجتي القديمة مع المصابيح والجرس في نهاية الأسبوع", "ar"),
            ("周六音乐会的两张门票半价出售，可以在市中心交货，欢迎联系我们。", "zh"),
            ("Zwei Karten\0 für das\ud800 Konzert am Samstag zum halben Preis.", "de"),
        ],
    )
    def test_names_a_language_with_its_confidence(self, text: str, language: str) -> None:
        """And which model says so, in which version."""
        [finding] = told(text)
        assert finding.answer is Answer.FOUND
        assert finding.evidence["language"] == language
        assert 0 < finding.evidence["confidence"] <= 1
        assert finding.evidence["model"] == "eldc"

    @pytest.mark.parametrize("text", ["", "hello there", "12345 " * 50, "\U0001f600" * 30])
    def test_tells_nothing_from_too_little(self, text: str) -> None:
        """Unknown is an answer of its own."""
        [finding] = told(text)
        assert finding.answer is Answer.SKIPPED
        assert (finding.evidence["language"], finding.evidence["confidence"]) == ("unknown", 0)

    def test_tells_nothing_where_there_is_no_language(self) -> None:
        """It looked, and could not tell."""
        [finding] = told("lkjasdf qwpoeiru zmxncbv qpwoei zxmcn")
        assert finding.answer is Answer.NOT_FOUND
        assert finding.evidence["language"] == "unknown"

    def test_answers_for_each_text(self) -> None:
        """In their order; without a text there is nothing to tell."""
        assert [one.field for one in told("short", "shorter")] == ["text[0]", "text[1]"]
        assert told()[0].answer is Answer.SKIPPED

    def test_says_what_to_install_when_it_is_not_there(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A model that is missing has not found nothing: it has not looked."""
        monkeypatch.setitem(sys.modules, "eldc", None)
        [finding] = told("Two tickets for the concert on Saturday, half price.")
        assert finding.answer is Answer.SKIPPED
        assert "evenhand[models]" in finding.why
