"""A text is known by a signature that near copies share, and that nobody can read it from."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.kit import text_likeness
from evenhand.kit.folding import fold
from evenhand.kit.text_likeness import (
    SLOTS,
    MalformedSignature,
    TextTooShort,
    likeness,
    matching_key,
    read_signature,
    signature_of,
    written_signature,
)

TEXT = (
    "Dear friend, I am a lawyer for the late owner of a large estate. Send a small fee by gift "
    "card today, and next week the whole inheritance will be moved to your account."
)
OTHER = (
    "The kittens were born in the barn behind the old mill. Two of them are grey and one is black; "
    "they eat by themselves and look for a quiet home with a garden."
)

GOLDEN = (
    "minhash1:LcR_vPtRXBymD5GoAtWsIXWlwGhZrzwzULmh76giXweHdJBePNnbur9YzNGTkcuEgz5PcmVhpPCOMuE"
    "b4XyMbXA1KhHlSNsuk3qvtCkpo0aCCIjOoXAh63-HqOrTPx5vrvfm5Myx1Kiy6qEHVBP8yccz5IJc1jAmvSN5qw3"
    "U_MPL0PIurimYHsHlzWg-fQM-iJ44xzYpqhNL4ObOzRN7sPOiCGf-r3GBfawnatfVQh8DFnK8YSXqUwcjznBlKKV"
    "K3teD-akHvk7i1SPczFjeEgtOf4JVlaqVUG94_KK7ruWfu96IAdSRVlCwlf2-wB2zZSKxYEq7DCQ6gal8KhmryQ:"
    "b6c70f9cbc4ba0fc2537c6c3c0f3ad28"
)


class TestMatchingKey:
    """`matching_key` is what is left of a text under every disguise."""

    @pytest.mark.parametrize(
        ("text", "key"),
        [
            ("Free Money!", "freemoney"),
            ("f r e e  m-o-n-e-y", "freemoney"),
            ("Fr33 M0n€y", "freemoney"),
            ("$ave @ f!ne pri2e + t|me", "saveafineprizettime"),
            ("wow!!! yes!", "wowyes"),
            ("f ! n e", "fine"),
            ("Bonjour ! Merci !", "bonjourmerci"),
            ("\uff46\uff52\uff45\uff45 \U0001d426oney", "freemoney"),
            ("fr\u0435\u0435 m\u043en\u0435\u0443", "freemoney"),
            ("f\u200br\u0336e\u0301e", "free"),
            ("\u13a1\u13ac", "re"),  # Cherokee, through the prototypes of UTS 39
            ("I will", "iwiii"),  # i and l are drawn alike
            ("¡hola! ¿qué?", "hoiaque"),
            ("请用礼品卡付款，谢谢。", "请用礼品卡付款谢谢"),
            ("\u0e2a\u0e27\u0e31\u0e2a\u0e14\u0e35", "\u0e2a\u0e27\u0e31\u0e2a\u0e14\u0e35"),
            ("\ud800 \U0001f600", ""),
        ],
    )
    def test_keeps_what_was_meant(self, text: str, key: str) -> None:
        """Letters and digits, read as what they stand for."""
        assert matching_key(text).decode() == key

    @given(
        st.text(
            st.characters() | st.sampled_from("\u3099\u0301\u1112\u1161\uff9e!1$ a"), max_size=30
        )
    )
    def test_is_the_same_letter_by_letter_and_folded(self, text: str) -> None:
        """The short way through a table gives the key of the folded letters."""
        letters = "".join(map(text_likeness._meant, fold(text).letters))
        assert matching_key(text) == matching_key(letters)


class TestSignature:
    """`signature_of`, and its written form."""

    def test_never_changes(self) -> None:
        """Stored signatures are compared with new ones for years: this one was written in 2026."""
        assert signature_of(TEXT).written == GOLDEN

    def test_is_read_back_as_it_was_written(self) -> None:
        """And is its own written form, so that an export can be imported."""
        made = signature_of(TEXT)
        assert read_signature(made.written) == made
        assert written_signature(f" {made.written}\n") == made.written == written_signature(TEXT)

    @pytest.mark.parametrize(
        "damaged",
        [
            "minhash1:",
            "minhash1:" + "A" * 342 + ":" + "0" * 31,
            "minhash1:" + "A" * 341 + "B:" + "0" * 32,  # bits beyond the last number
            "minhash1:" + "A" * 342 + ":" + "Z" * 32,
        ],
    )
    def test_is_refused_when_it_was_not_copied_whole(self, damaged: str) -> None:
        """Nor is it taken for a text that begins that way."""
        with pytest.raises(MalformedSignature):
            written_signature(damaged)

    @pytest.mark.parametrize(
        "text",
        ["", "Free money!", "ha" * 500, "x" * 1000, "!" * 100, "a short text of few letters"],
    )
    def test_is_not_made_of_too_little(self, text: str) -> None:
        """A few letters, however often, stand in too many texts."""
        with pytest.raises(TextTooShort, match="phrase"):
            signature_of(text)

    def test_holds_none_of_the_text(self) -> None:
        """Two texts of one key have one signature, and case or spacing are not in it."""
        assert signature_of(TEXT) == signature_of(TEXT.upper().replace(" ", "\u00a0 \u200b"))


class TestLikeness:
    """`likeness` estimates what two texts share."""

    def test_is_near_the_share_of_runs_in_common(self) -> None:
        """Within four standard errors of it, from almost nothing to almost all."""
        dice = random.Random(1)
        words = [f"{a}{b}{c}" for a in "bdfgk" for b in "aeiou" for c in ("rst", "mlp", "nkt")]
        for changed in (0, 4, 8, 16, 32, 60):
            first = [dice.choice(words) for _ in range(60)]
            second = [dice.choice(words) if at < changed else w for at, w in enumerate(first)]
            one, other = " ".join(first), " ".join(second)
            runs, others = (_runs(matching_key(text)) for text in (one, other))
            share = len(runs & others) / len(runs | others)
            error = 4 * (share * (1 - share) / SLOTS) ** 0.5
            assert abs(likeness(signature_of(one), signature_of(other)) - share) <= error + 0.01

    def test_is_small_for_other_texts(self) -> None:
        """Texts about other things share next to nothing."""
        assert likeness(signature_of(TEXT), signature_of(OTHER)) < 0.1


def _runs(key: bytes) -> set[bytes]:
    return {key[at : at + 5] for at in range(len(key) - 4)}
