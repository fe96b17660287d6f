"""Near copies are found among many by compiled code, which misses nothing the plain way finds."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.detection.signals.interface import NotAValue, OneByOne
from evenhand.detection.signals.near_text import EQUAL_MIN, TEXTS, signed
from evenhand.kit.text_likeness import SLOTS, TextSignature, TextTooShort, signature_of

TEXT = (
    "Dear friend, I am a lawyer for the late owner of a large estate. Send a small fee by gift "
    "card today, and next week the whole inheritance will be moved to your account."
)
LEET = str.maketrans("aeiost", "4310$7")
CYRILLIC = str.maketrans("aeopcyx", "\u0430\u0435\u043e\u0440\u0441\u0443\u0445")


def signature(slots: list[int]) -> TextSignature:
    """Make a signature of given numbers."""
    return TextSignature(np.array(slots, "<u2").tobytes(), "0" * 32)


class TestSigned:
    @given(st.text(max_size=200) | st.text("abcdefgh ", min_size=40, max_size=300))
    def test_is_the_plain_signature(self, text: str) -> None:
        """Number by number, and too short for the one when it is for the other."""
        try:
            plain = signature_of(text)
        except TextTooShort:
            with pytest.raises(TextTooShort):
                signed(text)
            return
        assert signed(text) == plain

    def test_is_the_plain_signature_of_a_long_text(self) -> None:
        """Longer than the plain way takes at a time."""
        text = " ".join(f"{number:x} and {number * 7919:x}" for number in range(3_000))
        assert signed(text) == signature_of(text)


class TestNear:
    @pytest.mark.parametrize(
        "disguised",
        [
            TEXT.upper(),
            TEXT.translate(LEET),
            TEXT.translate(CYRILLIC),
            " ".join(TEXT),
            TEXT.replace("e", "e\u200b"),
            ".".join(TEXT.split()),
            TEXT.replace("lawyer", "notary"),
            f"Hello! {TEXT} Thank you.",
        ],
    )
    def test_is_every_disguise(self, disguised: str) -> None:
        """Letters, spacing, invisible characters, a word, a greeting."""
        listed = {"e": TEXTS.normalised(TEXT)}
        [near] = TEXTS.among(listed).near(disguised)
        assert near.distance < 0.5

    @given(st.integers(0, 2**32), st.integers(EQUAL_MIN - 2, EQUAL_MIN + 2))
    def test_is_whoever_shares_more_than_half(self, seed: int, equal: int) -> None:
        """Wherever the equal numbers lie: no more than half can do without a whole pair."""
        dice = random.Random(seed)
        slots = [dice.randrange(2**16) for _ in range(SLOTS)]
        first_of_each_pair = list(range(0, SLOTS, 2)) + dice.sample(range(1, SLOTS, 2), 64)
        spread = dice.sample(range(SLOTS), SLOTS)
        for kept in (first_of_each_pair[:equal], spread[:equal]):
            other = [one if at in kept else one ^ 1 for at, one in enumerate(slots)]
            lookup = TEXTS.among({"e": signature(other).written})
            found = lookup.near_signature(signature(slots))
            assert [1 - near.distance for near in found] == (
                [equal / SLOTS] if equal >= EQUAL_MIN else []
            )

    def test_is_found_among_many_as_one_by_one(self) -> None:
        """Some hundreds of texts, each with copies of every nearness."""
        dice = random.Random(5)
        words = [f"{a}{b}{c}" for a in "bdfgk" for b in "aeiou" for c in ("rst", "mlp", "nkt")]
        texts = []
        for _ in range(12):
            text = [dice.choice(words) for _ in range(30)]
            for changed in range(0, 30, 5):
                texts.append(
                    [dice.choice(words) if at < changed else w for at, w in enumerate(text)]
                )
        listed = {f"e{at}": TEXTS.normalised(" ".join(text)) for at, text in enumerate(texts)}
        lookup, plain = TEXTS.among(listed), OneByOne(TEXTS, listed)
        for text in texts[::9]:
            assert lookup.near(" ".join(text)) == plain.near(" ".join(text))

    def test_is_given_whole_when_there_are_many(self) -> None:
        """A text that is listed a thousand times is found a thousand times."""
        listed = dict.fromkeys(map(str, range(1_000)), TEXTS.normalised(TEXT))
        assert {near.id for near in TEXTS.among(listed).near(TEXT)} == set(listed)

    def test_is_nothing_where_nothing_is_listed(self) -> None:
        assert TEXTS.among({}).near(TEXT) == []

    def test_is_not_asked_of_too_little(self) -> None:
        with pytest.raises(NotAValue, match="phrase"):
            TEXTS.among({"e": TEXTS.normalised(TEXT)}).near("hello")
        with pytest.raises(NotAValue):
            TEXTS.among({"e": "no signature"})
