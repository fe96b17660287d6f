"""Every signal keeps the one small interface: whatever looks up fast answers as one by one."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evenhand.detection.signals.domains import DOMAINS
from evenhand.detection.signals.exact import MD5, SHA256, sha256_hex
from evenhand.detection.signals.interface import Near, NotAValue, OneByOne, Signal
from evenhand.detection.signals.near_text import TEXTS
from evenhand.detection.signals.phrase_index import PHRASES
from evenhand.detection.signals.pictures import PDQ, PdqSignal

WORDS = ["bank", "fee", "gift", "card", "prize", "parcel", "late", "cloud", "boat", "grey", "lamp"]


def _hash(dice: random.Random) -> str:
    return f"{dice.getrandbits(256):064x}"


def _turned(dice: random.Random, value: str) -> str:
    """Change some of the bits of a hash: about as many as may differ."""
    bits = dice.sample(range(256), dice.choice((0, 1, 30, 31, 32, 33)))
    return f"{int(value, 16) ^ sum(1 << bit for bit in bits):064x}"


def _host(dice: random.Random) -> str:
    labels = dice.choices(("shop", "pay", "www", "a", "b"), k=dice.randint(0, 2))
    end = dice.choice(("scam.example", "example", "fine.example", "203.0.113.7"))
    return end if end[0].isdigit() else ".".join([*labels, end])


def _sentence(dice: random.Random) -> str:
    return " ".join(dice.choices(WORDS, k=dice.randint(14, 30)))


def _edited(dice: random.Random, text: str) -> str:
    """Put other words into a text: from none to most of them."""
    words = text.split()
    for at in dice.sample(range(len(words)), dice.randint(0, len(words) // 2)):
        words[at] = dice.choice(WORDS)
    return " ".join(words)


Drawn = Callable[[random.Random], str]
Seen = Callable[[random.Random, str], str]

MADE: dict[str, tuple[Signal[str], Drawn, Seen]] = {
    "sha256": (SHA256, _hash, lambda _, value: value.upper()),
    "md5": (MD5, lambda dice: _hash(dice)[:32], lambda _, value: value),
    "pdq": (PDQ, _hash, _turned),
    "domain": (DOMAINS, _host, lambda _, value: f"https://{value}/x"),
    "text": (TEXTS, _sentence, _edited),
    "phrase": (
        PHRASES,
        lambda dice: " ".join(dice.choices(WORDS, k=2)),
        lambda dice, value: f"{_sentence(dice)} {value.replace('e', dice.choice('e3'))}",
    ),
}
"""Of every signal: how a value is drawn, and how what is seen is drawn when that is listed."""


class TestEverySignal:
    @pytest.mark.parametrize("name", MADE)
    @settings(max_examples=15)
    @given(seed=st.integers(0, 2**32))
    def test_finds_what_comparing_one_by_one_finds(self, name: str, seed: int) -> None:
        """In the same order, whatever is listed."""
        signal, drawn, seen_of = MADE[name]
        dice = random.Random(seed)
        values = [drawn(dice) for _ in range(dice.randint(0, 12))]
        listed = {f"e{at}": signal.normalised(value) for at, value in enumerate(values)}
        lookup, plain = signal.among(listed), OneByOne(signal, listed)
        for value in [*values[:3], drawn(dice)]:
            seen = seen_of(dice, value)
            assert lookup.near(seen) == plain.near(seen)

    @pytest.mark.parametrize("name", MADE)
    def test_writes_a_value_one_way(self, name: str) -> None:
        """The written form is its own written form."""
        signal, drawn, _ = MADE[name]
        value = signal.normalised(drawn(random.Random(1)))
        assert signal.normalised(value) == value

    @pytest.mark.parametrize(
        ("signal", "value"),
        [
            (SHA256, "ab" * 31),
            (SHA256, "zz" * 32),
            (MD5, "ab" * 32),
            (PDQ, "ab" * 31),
            (DOMAINS, ""),
            (DOMAINS, "a b"),
            (TEXTS, "short"),
            (TEXTS, "minhash1:x"),
            (PHRASES, " \u200b"),
        ],
    )
    def test_refuses_what_it_cannot_compare(self, signal: Signal[str], value: str) -> None:
        """With a sentence."""
        with pytest.raises(NotAValue, match=r"\.$"):
            signal.normalised(value)


class TestDistances:
    """What a distance means, signal by signal."""

    def test_of_files_is_nothing_or_no_match(self) -> None:
        """The same file, or another."""
        digest = sha256_hex(b"abc")
        assert digest == hashlib.sha256(b"abc").hexdigest()
        assert SHA256.distance(digest, digest.upper()) == 0
        assert SHA256.distance(digest, sha256_hex(b"abd")) is None

    @pytest.mark.parametrize(
        ("bits", "reach", "apart"), [(31, 31, 31.0), (32, 31, None), (63, 63, 63.0)]
    )
    def test_of_pictures_is_in_bits(self, bits: int, reach: int, apart: float | None) -> None:
        """Just inside the distance and just outside."""
        other = f"{(1 << bits) - 1:064x}"
        assert PdqSignal(reach).distance("0" * 64, other) == apart
        assert PdqSignal(reach).among({"e": "0" * 64}).near(other) == (
            [] if apart is None else [Near(apart, "e")]
        )

    def test_of_links_is_in_labels(self) -> None:
        """The nearest is the domain itself."""
        listed = {"up": "example.com", "here": "pay.example.com", "other": "example.org"}
        found = DOMAINS.among(listed).near("http://user@Pay.Example.com:8080/x")
        assert found == [Near(0.0, "here"), Near(1.0, "up")]
        with pytest.raises(NotAValue):
            DOMAINS.among(listed).near("mailto:a")

    def test_of_phrases_tells_a_disguise(self) -> None:
        """What stands as it is comes first."""
        listed = {"b": "gift card", "a": "prize"}
        assert PHRASES.among(listed).near("A pr1ze: one Gift  Card, or a g1ft card") == [
            Near(0.0, "b"),
            Near(1.0, "a"),
        ]

    def test_of_texts_is_what_they_do_not_share(self) -> None:
        """From nothing to under a half."""
        dice = random.Random(3)
        text = _sentence(dice)
        listed = TEXTS.normalised(text)
        assert TEXTS.distance(listed, text.upper()) == 0
        assert 0 < (TEXTS.distance(listed, text + " and a little more") or 0) < 0.5
        assert (
            TEXTS.distance(listed, "completely different letters about kittens and milk jugs")
            is None
        )


def test_a_new_signal_is_compared_one_by_one() -> None:
    """The reference asks the signal about each value, and sorts what it says."""

    class Shouting:
        name = version = "x"

        def normalised(self, value: str) -> str:
            return value

        def distance(self, listed: str, seen: int) -> float | None:
            return len(listed) / seen if len(listed) < seen else None

        def among(self, listed: Any) -> OneByOne[int]:
            return OneByOne(self, listed)

    found = Shouting().among({"a": "xxx", "b": "x", "c": "xxxxx"}).near(4)
    assert found == [Near(0.25, "b"), Near(0.75, "a")]
