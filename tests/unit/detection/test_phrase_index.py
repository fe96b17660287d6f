"""A hundred thousand phrases looked for at once: exactly what looking for each finds."""

from __future__ import annotations

import itertools
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evenhand.detection.signals.phrase_index import PhraseIndex, Stopped
from evenhand.detection.signals.phrases import EmptyPhrase, find_phrases
from evenhand.kit.folding import normalise
from evenhand.kit.look_alikes import drawn_as, letters_meant, read_alike, shapes_of

#: Letters of one class and of none, edges of every kind, what folds away and what expands.
LETTERS = "abiIl1!|oO0sS$5e\u00e93gb689 nvuy\u03bd\u03c5\u0430\u0456\u0440ц\u20ac.-\n"
SCRIPTS = (
    "\u793c\u54c1\u5361\u3053\u30ab\uff76\uff9e\ud55c\uae00\u1112\u1161\u0e01\u0e34\u0e48\u0627"
    "\u0648\u0645\u0640\u064e\u0915\u094d\u0937\u0301\u200b\u200d\ufb01\ufdfa\U0001d41f"
    "\U0001f175\U0001f600\uff26\u00df\u0130\u3000"
)
TEXTS = st.text(st.sampled_from(LETTERS + SCRIPTS) | st.characters(), max_size=40)
PHRASES = st.text(st.sampled_from(LETTERS + SCRIPTS), min_size=1, max_size=6)


class TestPhraseIndex:
    @settings(max_examples=200)
    @given(TEXTS, st.lists(PHRASES, max_size=8))
    def test_finds_exactly_what_the_reference_finds(self, text: str, phrases: list[str]) -> None:
        """Every place, every offset, and whether it was disguised."""
        listed = [phrase for phrase in phrases if normalise(phrase)]
        listed += [
            text[at : at + 3] for at in range(0, len(text), 7) if normalise(text[at : at + 3])
        ]
        assert PhraseIndex(listed).find(text) == find_phrases(text, listed)

    @pytest.mark.parametrize(
        ("text", "phrases"),
        [
            ("scampi, a fullscam, US$cam, scam", ["scam"]),
            (
                "fr33 m0n3y FREE\u200b MONEY fr\u0435\u0435 m\u043en\u0435\u0443",
                ["free money", "money"],
            ),
            ("buy now, buy", ["buy now", "buy", "now"]),
            ("mail mall ma1l", ["mail", "mall"]),
            ("only 100 left, loo", ["loo", "100"]),
            (
                "\u5feb\u6765\u514d\u8d39\u9886\u53d6\u5427\u3002\u7121\u6599\u3067\u3059",
                ["\u514d\u8d39", "\u7121\u6599", "\u8d39\u9886"],
            ),
            (
                "\u0e02\u0e2d\u0e07\u0e1f\u0e23\u0e35\u0e04\u0e23\u0e31\u0e1a",
                ["\u0e1f\u0e23\u0e35"],
            ),
            ("\uacf5\uc0ac\uae30\uac04 \uc0ac\uae30\ub97c", ["\uc0ac\uae30"]),
            (
                "\u0648\u0627\u0644\u0645\u0627\u0644 \u0645\u0640\u0627\u0644\u060c",
                ["\u0645\u0627\u0644", "\u0627\u0644\u0645\u0627\u0644"],
            ),
            (
                "\u041f\u0420\u041e\u0414\u0410\u041c! \u043f\u0440\u043e\u0434\u0430\u043c\u0430",
                ["\u043f\u0440\u043e\u0434\u0430\u043c"],
            ),
            ("\U0001f600\U0001f600 \u2764\ufe0f", ["\U0001f600", "\u2764"]),
            ("\uff26\uff32\uff25\uff25 \uff2d\uff4f\uff4e\uff45\uff59", ["free money"]),
            ("\ufdfa \ufdfa\ufdfa", ["\u0635\u0644\u0649", "\ufdfa"]),
            ("\ud800scam\udfff", ["scam", "\ud800"]),
        ],
    )
    def test_finds_what_the_reference_finds_in_each_script(
        self, text: str, phrases: list[str]
    ) -> None:
        """Latin, Cyrillic, Arabic with what is joined to a word, Han, kana, Thai, Hangul, emoji."""
        found = PhraseIndex(phrases).find(text)
        assert found == find_phrases(text, phrases)
        assert found

    @settings(max_examples=50)
    @given(st.lists(PHRASES, min_size=1, max_size=4), st.integers(0, 2**16))
    def test_loses_nothing_where_it_cuts_a_long_text(self, phrases: list[str], seed: int) -> None:
        """Hits at, before and across the end of a portion."""
        listed = [phrase for phrase in phrases if normalise(phrase)]
        text = "".join([*itertools.islice(itertools.cycle(f"{phrase}. " for phrase in listed), 30)])
        found = PhraseIndex(listed, portion=7 + seed % 5).find(text)
        assert found == find_phrases(text, listed)

    def test_finds_nothing_where_nothing_is_listed(self) -> None:
        assert PhraseIndex([]).find("anything") == []

    def test_refuses_a_phrase_of_nothing(self) -> None:
        with pytest.raises(EmptyPhrase):
            PhraseIndex(["scam", "\u200b"])


class TestTime:
    """A text made to be slow is read in proportion, or given up when that is asked for."""

    def test_grows_with_the_text(self) -> None:
        """Fifty thousand characters, each of which stands for eighteen."""
        index = PhraseIndex(["\u0635\u0644\u0649", "gift card", "\ufdfa" * 10])
        began = time.perf_counter()
        assert len(index.find("\ufdfa" * 50_000)) == 1
        assert time.perf_counter() - began < 10

    def test_has_an_end_when_whoever_waits_says_so(self) -> None:
        """Also while nothing is found: the question is asked between candidates."""
        index = PhraseIndex(["i" * length for length in range(2, 100)])
        asked = iter([True, True, False])
        with pytest.raises(Stopped):
            list(index.hits("1" * 10_000, go_on=lambda: next(asked)))


class TestClasses:
    """`read_alike` keeps together whatever the reference may read as one another."""

    def test_never_parts_a_letter_from_what_it_may_mean(self) -> None:
        """For every pair of characters that have a letter in common."""
        every = [chr(code) for code in range(0x10000) if letters_meant(chr(code)) != {chr(code)}]
        every += [chr(code) for code in range(ord("a"), ord("z") + 1)]
        parted = [
            (a, b)
            for a, b in itertools.product(every, every)
            if shapes_of(a) & letters_meant(b) and read_alike(a) != read_alike(b)
        ]
        assert parted == []

    def test_gives_one_letter_where_a_key_needs_one(self) -> None:
        """The letter it is most like, or the character itself."""
        assert [drawn_as(one) for one in "a\u0430\u03bd\u03c5\u0446\u043f\u793c\u0627"] == [
            "a",
            "a",
            "v",
            "u",
            "u",
            "n",
            "\u793c",
            "l",
        ]
