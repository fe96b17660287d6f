"""Folding leaves out what carries no meaning, and knows where each letter that is left stood."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.kit import folding
from evenhand.kit.folding import fold, letters_of, normalise

#: Letters that fold in every way there is: alone, into several, into those before, into nothing.
WRITTEN = st.text(
    st.characters()
    | st.sampled_from(
        " \t\n\u3000aB1\u00e9\u0301\u3099\u200b\u00ad\ufb01\ufdfa\uff76\uff9e\u1112\u1161\u00a8"
    ),
    max_size=30,
)


class TestNormalise:
    """`normalise` folds what carries no meaning."""

    @pytest.mark.parametrize(
        ("text", "normal"),
        [
            ("Free MONEY", "free money"),
            ("\uff26\uff32\uff25\uff25", "free"),  # full width
            ("f\u200br\u200de\u00ade", "free"),  # zero width, soft hyphen
            ("fr\u0336e\u0301\u0489e", "free"),  # stacked marks
            ("caf\u00e9", "cafe"),
            ("free \t\n\u3000 money ", "free money"),
            ("\ufb01ne", "fine"),  # ligature
            ("Stra\u00dfe", "strasse"),
            ("\uff76\uff9e", "\u30ac"),  # half-width kana with its voicing mark
            ("\u1112\u1161\u11ab", "\ud55c"),  # Hangul parts make a syllable
            ("\u0645\u064e\u0640\u0640\u0627\u0644", "\u0645\u0627\u0644"),  # Arabic vowel, tatweel
            ("\u0e01\u0e34\u0e19", "\u0e01\u0e34\u0e19"),  # Thai vowels stay
            ("", ""),
            ("\u200b \u200b", ""),
        ],
    )
    def test_folds(self, text: str, normal: str) -> None:
        """NFKC, case, marks that may be left out, invisible characters, whitespace."""
        assert normalise(text) == normal

    @given(st.text())
    def test_changes_nothing_the_second_time(self, text: str) -> None:
        """A normal form is its own normal form."""
        assert normalise(normalise(text)) == normalise(text)

    def test_is_not_slowed_by_stacked_marks(self) -> None:
        """A hundred thousand kana marks on one letter are read in seconds."""
        started = time.perf_counter()
        normalise("a" + "\u3099\u302a" * 50_000)
        assert time.perf_counter() - started < 5


class TestFold:
    """`fold`, and `letters_of`, which leaves out the places."""

    @given(WRITTEN)
    def test_says_where_each_letter_stood(self, text: str) -> None:
        """In order, inside the text, and never beginning behind its own end."""
        folded = fold(text)
        places = list(zip(folded.starts, folded.ends, strict=True))
        assert len(places) == len(folded.letters)
        assert all(0 <= start < end <= len(text) for start, end in places)
        assert places == sorted(places)

    @given(WRITTEN)
    def test_is_the_same_without_the_places(self, text: str) -> None:
        """The short way gives the letters of the long one."""
        assert letters_of(text) == fold(text).letters

    @given(st.text(st.characters(max_codepoint=127), max_size=30))
    def test_is_the_same_for_plain_text(self, text: str) -> None:
        """ASCII has a way of its own, which gives what the way for every script gives."""
        plain, general = fold(text), folding._fold_clusters(text)
        assert (plain.letters, list(plain.starts), list(plain.ends)) == (
            general.letters,
            general.starts,
            general.ends,
        )

    def test_leads_back_to_what_was_written(self) -> None:
        """Through expansion, composition and what was left out."""
        text = "a \u200b \ufb01 \u1112\u1161\u11ab"
        folded = fold(text)
        assert folded.letters == "a fi \ud55c"
        stretches = [text[a:b] for a, b in zip(folded.starts, folded.ends, strict=True)]
        assert stretches == ["a", " \u200b ", "\ufb01", "\ufb01", " ", "\u1112\u1161\u11ab"]

    @pytest.mark.parametrize(
        "written", ["\ufdfa", "a\ufdfa\u0345", "\u1112\u1161\u11ab", "\u0e33\u0e48"]
    )
    def test_takes_time_in_proportion(self, written: str) -> None:
        """Eight times the text takes about eight times as long, also where it expands."""
        fold(written * 2_000)
        began = time.perf_counter()
        fold(written * 2_000)
        once = time.perf_counter() - began
        began = time.perf_counter()
        fold(written * 16_000)
        assert time.perf_counter() - began < 40 * once + 0.2
