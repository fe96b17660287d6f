"""Envelopes: a fresh key for everything, bound to one name."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from evenhand.evidence.envelope import Envelope, close, open_envelope
from evenhand.kit.seal import Keyring, SealBroken

KEYS = Keyring(b"k" * 32)


def reopen(envelope: Envelope, *, name: str = "a", keys: Keyring = KEYS) -> bytes:
    """Open an envelope."""
    return open_envelope(keys, envelope, purpose="evidence", name=name)


class TestEnvelope:
    """What opens, and what does not."""

    @pytest.mark.parametrize("plain", [b"", b"x", b"pixels" * 100_000])
    def test_gives_back_what_was_closed(self, plain: bytes) -> None:
        """Of any size; the same content never looks the same twice."""
        one, other = (close(KEYS, plain, purpose="evidence", name="a") for _ in range(2))
        assert reopen(one) == reopen(other) == plain
        assert one.sealed != other.sealed
        assert len(plain) < 16 or plain not in one.sealed

    def test_opens_for_one_name_purpose_and_house(self) -> None:
        """Rows cannot be swapped, nor a table be used for another."""
        closed = close(KEYS, b"x", purpose="evidence", name="a")
        other = close(KEYS, b"y", purpose="evidence", name="a")
        refused: list[Callable[[], bytes]] = [
            lambda: reopen(closed, name="b"),
            lambda: reopen(closed, keys=Keyring(b"j" * 32)),
            lambda: open_envelope(KEYS, closed, purpose="identity", name="a"),
            lambda: reopen(Envelope(closed.sealed, other.sealed_key)),
            lambda: reopen(Envelope(closed.sealed[:-1], closed.sealed_key)),
            lambda: reopen(Envelope(b"", closed.sealed_key)),
            lambda: reopen(Envelope(closed.sealed, b"")),
        ]
        for attempt in refused:
            with pytest.raises(SealBroken):
                attempt()

    def test_prints_nothing_of_its_content(self) -> None:
        """A stray log line shows no byte."""
        assert "sealed" not in repr(close(KEYS, b"x", purpose="evidence", name="a"))
