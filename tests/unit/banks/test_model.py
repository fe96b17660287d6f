"""An entry is written one way only, and nothing that would match everything is an entry."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.banks import EntryKind, EntryRefused, Signal
from evenhand.banks.model import (
    bank_name,
    confidence_of,
    entry_value,
    labels_of,
    reason_of,
    rollout_of,
)
from evenhand.detection.signals.links import canonical_host
from evenhand.kit.folding import normalise
from evenhand.kit.text_likeness import read_signature

REAL_PDQ = "f8f8f0cee0f4a84f06370a22038f63f0b36e2ed596621e1d33e6b39c4e9c9b22"
SIGNAL_OF = {
    EntryKind.SHA256: Signal.IMAGE,
    EntryKind.MD5: Signal.IMAGE,
    EntryKind.PDQ: Signal.IMAGE,
    EntryKind.PHRASE: Signal.PHRASE,
    EntryKind.TEXT: Signal.TEXT,
    EntryKind.DOMAIN: Signal.LINK,
}


def value(kind: EntryKind, text: str) -> str:
    """Write a value in a bank that holds its kind."""
    return entry_value(kind, text, signal=SIGNAL_OF[kind])


class TestEntryValue:
    """The one written form."""

    @pytest.mark.parametrize(
        ("kind", "text", "written"),
        [
            (EntryKind.SHA256, " " + "AB" * 32 + "\n", "ab" * 32),
            (EntryKind.PDQ, REAL_PDQ.upper(), REAL_PDQ),
            (EntryKind.MD5, " FACE" + "face" * 7, "face" * 8),
            (EntryKind.PHRASE, "  send   gift\tcards ", "send gift cards"),
            (EntryKind.PHRASE, "礼品卡", "礼品卡"),
            (EntryKind.DOMAIN, "*.Example.COM.", "example.com"),
            (EntryKind.DOMAIN, "bücher.example", "xn--bcher-kva.example"),
            (EntryKind.DOMAIN, "203.0.113.7", "203.0.113.7"),
            (EntryKind.DOMAIN, "[2001:DB8::1]", "2001:db8::1"),
        ],
    )
    def test_is_reached_from_any_writing(self, kind: EntryKind, text: str, written: str) -> None:
        """And is its own written form."""
        assert value(kind, text) == written
        assert value(kind, written) == written

    @pytest.mark.parametrize(
        ("kind", "text"),
        [
            (EntryKind.SHA256, ""),
            (EntryKind.SHA256, "ab" * 31),
            (EntryKind.SHA256, "zz" * 32),
            (EntryKind.SHA256, "٠" * 64),
            (EntryKind.MD5, "ab" * 32),
            (EntryKind.MD5, "d41d8cd98f00b204e9800998ecf8427e"),  # the empty file
            (EntryKind.SHA256, hashlib.sha256(b"").hexdigest()),
            (EntryKind.PDQ, "0" * 64),
            (EntryKind.PDQ, "f" * 64),
            (EntryKind.PHRASE, ""),
            (EntryKind.PHRASE, " a "),
            (EntryKind.PHRASE, "\u200b\u200b\u200b"),
            (EntryKind.PHRASE, "\u3164\u3164\u115f"),
            (EntryKind.PHRASE, "\u0301\u0301\u0301"),
            (EntryKind.PHRASE, "!!!"),
            (EntryKind.PHRASE, "a\0b"),
            (EntryKind.PHRASE, "\ud800\ud800"),
            (EntryKind.PHRASE, "x" * 201),
            (EntryKind.PHRASE, "\ufdfa" * 20),
            (EntryKind.TEXT, "Call me!"),
            (EntryKind.TEXT, "ha" * 1_000),
            (EntryKind.TEXT, "minhash1:AAAA:0000"),
            (EntryKind.TEXT, "ab" * 60_000),
            (EntryKind.DOMAIN, "com"),
            (EntryKind.DOMAIN, "https://example.com"),
            (EntryKind.DOMAIN, "example.com/path"),
            (EntryKind.DOMAIN, "exa mple.com"),
            (EntryKind.DOMAIN, "a..com"),
            (EntryKind.DOMAIN, "999.1.1.1"),
            (EntryKind.DOMAIN, "\ud800.com"),
            (EntryKind.DOMAIN, "x" * 64 + ".com"),
        ],
    )
    def test_is_refused_with_a_sentence(self, kind: EntryKind, text: str) -> None:
        """What could not be compared, or would match everything, is no entry."""
        with pytest.raises(EntryRefused) as caught:
            value(kind, text)
        assert caught.value.field == "value"
        assert caught.value.why.endswith(".")

    def test_of_a_text_is_its_signature(self) -> None:
        """The text is not kept; the signature is its own written form, so exports come back."""
        text = "Pay the customs fee with the card you use online, and keep the code at hand."
        written = value(EntryKind.TEXT, text)
        assert "customs" not in written
        assert read_signature(written).written == written
        assert value(EntryKind.TEXT, f" {written}\n") == written
        assert value(EntryKind.TEXT, text.upper()) == written

    def test_fits_the_signal_of_its_bank(self) -> None:
        """A bank of phrases holds no hashes."""
        with pytest.raises(EntryRefused, match="does not hold"):
            entry_value(EntryKind.SHA256, "ab" * 32, signal=Signal.PHRASE)

    @given(st.text(st.characters(), max_size=40))
    def test_of_a_phrase_can_always_be_compared(self, text: str) -> None:
        """Whatever is let in has something left to look for."""
        try:
            written = value(EntryKind.PHRASE, text)
        except EntryRefused:
            return
        assert normalise(written)

    @given(
        st.text(st.characters(), max_size=20)
        | st.from_regex(r"[a-z0-9_.*é\[\]:-]{1,30}", fullmatch=True)
    )
    def test_of_a_domain_can_always_be_compared(self, text: str) -> None:
        """Whatever is let in is a host to the detector too."""
        try:
            written = value(EntryKind.DOMAIN, text)
        except EntryRefused:
            return
        assert canonical_host(written)


class TestWords:
    """Names and reasons."""

    def test_are_trimmed_and_bounded(self) -> None:
        """Each limit has its sentence."""
        assert bank_name("  scam photos ") == "scam photos"
        for bad in ("", "  ", "x" * 81, "a\0"):
            with pytest.raises(EntryRefused):
                bank_name(bad)
        with pytest.raises(EntryRefused, match="why"):
            reason_of("x", "why")

    def test_list_the_choices_when_there_is_a_choice(self) -> None:
        """Whoever mistypes is told what there is."""
        with pytest.raises(EntryRefused, match="confirmed, indicative"):
            confidence_of("sure")


class TestLabels:
    """Short tags."""

    def test_are_written_once_and_in_order(self) -> None:
        """However they were typed."""
        assert labels_of([" B ", "a", "b", "partner:case-7", ""]) == ("a", "b", "partner:case-7")

    @pytest.mark.parametrize(
        "labels", [["a b"], ["-a"], ["a" * 41], ["é"], list(map(str, range(21)))]
    )
    def test_are_refused_when_they_are_none(self, labels: list[str]) -> None:
        """Free text belongs into the reason."""
        with pytest.raises(EntryRefused):
            labels_of(labels)


@pytest.mark.parametrize("percent", [-1, 101])
def test_a_rollout_is_a_percentage(percent: int) -> None:
    """Nothing below none, nothing above all."""
    assert rollout_of(0) == 0
    with pytest.raises(EntryRefused):
        rollout_of(percent)
