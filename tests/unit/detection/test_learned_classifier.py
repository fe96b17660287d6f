"""A classifier reads letters, is stored as plain arrays, and refuses what is not its own."""

from __future__ import annotations

import hashlib
import io
import pickle
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.detection.learned.classifier import (
    Classifier,
    Features,
    MeaningWeights,
    fingerprint,
    from_bytes,
    to_bytes,
    weighed,
)
from evenhand.detection.learned.errors import ClassifierDamaged
from evenhand.detection.learned.letters import BITS, CHARS_MAX, letters_of, plain
from tests.lessons import by_hand, text


def made() -> Classifier:
    """Read back a version made by hand."""
    content = by_hand()
    return from_bytes(content, sha256=fingerprint(content))


def score(words: str) -> float:
    """Score a text."""
    return made().score(Features(letters_of(words)))


class TestLetters:
    """The runs of a text."""

    @given(st.text(max_size=80))
    def test_are_every_run_of_two_to_five_characters(self, said: str) -> None:
        """As many as there are places where one can begin, and all within the space."""
        found = letters_of(said)
        length = len(plain(said)) + 2
        assert found.counts.sum() == sum(max(0, length - run + 1) for run in range(2, 6))
        assert (np.diff(found.ids.astype(np.int64)) > 0).all()
        assert found.ids.max() < 2**BITS

    @given(st.text(max_size=40), st.sampled_from([" ", "\n", "\t  "]))
    def test_do_not_depend_on_case_or_white_space(self, said: str, space: str) -> None:
        """Shouting and spacing are not what people decided about."""
        other = letters_of(space + said.replace(" ", space) + space)
        assert letters_of(said).ids.tolist() == other.ids.tolist()

    def test_are_the_same_on_every_machine(self) -> None:
        """A stored version would be worthless otherwise."""
        told = letters_of("Pay me first with a gift card. 用礼品卡付款。")
        digest = hashlib.sha256(told.ids.astype("<u4").tobytes()).hexdigest()
        assert digest[:16] == "2ac21223740d01c7"

    def test_of_very_long_texts_are_read_up_to_a_limit(self) -> None:
        """The detector says what was not."""
        begun = letters_of("a" * CHARS_MAX)
        assert letters_of("a" * CHARS_MAX + "zzz").ids.tolist() == begun.ids.tolist()

    def test_are_found_again_with_weights_of_length_one(self) -> None:
        """However long a text is, it weighs the same; one that knows no run weighs nothing."""
        known = letters_of("gift card").ids
        rarity = np.ones(len(known), dtype=np.float32)
        places, values = weighed(letters_of("a gift card, a gift card"), known, rarity)
        assert len(places) > 10
        assert values @ values == pytest.approx(1)
        places, values = weighed(letters_of("zzzz"), known, rarity)
        assert (len(places), len(values)) == (0, 0)


class TestAScore:
    """What a classifier says of a text."""

    def test_tells_what_it_learned_from_the_rest(self) -> None:
        """By its letters alone."""
        assert min(score(text(n, broke=True)) for n in range(30)) > 0.9
        assert max(score(text(n, broke=False)) for n in range(30)) < 0.5

    @pytest.mark.parametrize("words", ["", " ", "\ud800", "🙂" * 9, "x" * 60_000])
    def test_is_a_probability_whatever_the_text(self, words: str) -> None:
        """Nothing, half characters, and more than is read."""
        assert 0 <= score(words) <= 1

    def test_mixes_letters_and_meaning_by_their_share(self) -> None:
        """A share of one is letters alone, of nothing meaning alone."""
        weights = np.array([0.0, 1.0], dtype=np.float32)
        seen = Features(letters_of("a gift card"), np.array([1.0, 0.5], dtype=np.float32))
        both = replace(made(), meaning=MeaningWeights("e 1", weights, bias=1.0, scale=2.0))
        assert replace(both, share=0.0).logit(seen) == pytest.approx(0.75)
        assert replace(both, share=1.0).logit(seen) == pytest.approx(made().logit(seen))
        assert replace(both, share=0.5).logit(seen) == pytest.approx(
            (0.75 + made().logit(seen)) / 2
        )


class TestAStoredClassifier:
    """Its file."""

    def test_comes_back_as_it_was(self) -> None:
        """With meaning and without, to the last bit."""
        both = replace(
            made(),
            share=0.25,
            meaning=MeaningWeights("enc 1.2", np.arange(4, dtype=np.float32), bias=0.5, scale=2.0),
        )
        for one in (made(), both):
            content = to_bytes(one)
            again = from_bytes(content, sha256=fingerprint(content))
            assert to_bytes(again) == content
            assert (again.share, again.encoder) == (one.share, one.encoder)

    def test_is_refused_when_any_byte_has_changed(self) -> None:
        """Its digest is in the database, apart from it."""
        content = bytearray(by_hand())
        sha256 = fingerprint(bytes(content))
        content[len(content) // 2] ^= 1
        with pytest.raises(ClassifierDamaged):
            from_bytes(bytes(content), sha256=sha256)

    @pytest.mark.parametrize(
        "content",
        [
            b"",
            b"PK\x03\x04 no archive",
            pickle.dumps({"letter_ids": [1, 2]}),
            by_hand()[:-40],
        ],
        ids=["nothing", "torn", "pickle", "cut"],
    )
    def test_is_refused_when_it_is_something_else(self, content: bytes) -> None:
        """Even when the digest is right: whoever can write rows runs no code here."""
        with pytest.raises(ClassifierDamaged):
            from_bytes(content, sha256=fingerprint(content))

    @pytest.mark.parametrize(
        "changed",
        [
            {"format": np.array([2])},
            {"mix": np.array([0.5, np.nan, 0.0])},
            {"mix": np.array([2.0, 1.0, 0.0])},
            {"letter_ids": np.array([3, 2, 1], dtype=np.uint32)},
            {"letter_ids": np.array([], dtype=np.uint32)},
            {"letter_weights": np.array([1.0], dtype=np.float32)},
            {"letter_rarity": np.array([{"a": 1}] * 3, dtype=object)},
            {"letter_line": np.array([0.0, 0.0])},
        ],
        ids=lambda changed: next(iter(changed)),
    )
    def test_is_refused_when_its_arrays_do_not_fit(self, changed: dict[str, object]) -> None:
        """Another format, no numbers, out of order, of another length, objects."""
        arrays = {
            "format": np.array([1]),
            "mix": np.array([1.0, 1.0, 0.0]),
            "letter_ids": np.array([1, 2, 3], dtype=np.uint32),
            "letter_rarity": np.ones(3, dtype=np.float32),
            "letter_weights": np.ones(3, dtype=np.float32),
            "letter_line": np.array([0.0, 1.0]),
        }
        good, bad = io.BytesIO(), io.BytesIO()
        np.savez(good, **arrays)  # type: ignore[arg-type]  # its stubs take arrays by position
        np.savez(bad, **(arrays | changed))  # type: ignore[arg-type]  # the same
        from_bytes(good.getvalue(), sha256=fingerprint(good.getvalue()))
        with pytest.raises(ClassifierDamaged):
            from_bytes(bad.getvalue(), sha256=fingerprint(bad.getvalue()))
