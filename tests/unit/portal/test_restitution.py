"""Recorded sentences of restitution are said in every language."""

from __future__ import annotations

import pytest

from evenhand.policy import Measure
from evenhand.portal.languages import translations
from evenhand.portal.restitution import _KNOWN, in_words

SENTENCES = [
    *(known if known.endswith(".") else f"It was removed: {known}." for known in _KNOWN),
    *(f"{measure.facts.inverse}." for measure in Measure),
    "The time it was restricted (3 days) cannot be given back.",
    "The time it was restricted (less than a day) cannot be given back.",
]


class TestInWords:
    """Each sentence is taken apart and said."""

    @pytest.mark.parametrize("sentence", SENTENCES)
    def test_is_unchanged_in_english(self, sentence: str) -> None:
        """English is what was recorded."""
        assert in_words(sentence, translations("en")) == sentence

    @pytest.mark.parametrize("language", ["ar", "zh-Hans"])
    @pytest.mark.parametrize("sentence", SENTENCES)
    def test_has_no_english_left(self, sentence: str, language: str) -> None:
        """No Latin letter stays."""
        said = in_words(sentence, translations(language))
        assert not any("a" <= char.lower() <= "z" for char in said), said

    def test_shows_what_it_does_not_know_as_it_was_recorded(self) -> None:
        """Better untranslated than lost."""
        assert (
            in_words("Something new: happened.", translations("ar")) == "Something new: happened."
        )
