"""What a browser carries is sealed, ends, and opens nothing when it is not ours."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from evenhand.kit.seal import Keyring
from evenhand.portal.pocket import SENT, STATUS

KEYS = Keyring(b"k" * 32)
NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
DIGITS = "1234567890123456"


class TestPocket:
    """A pocket gives back what was put in, for a while."""

    def test_gives_back_what_was_put_in(self) -> None:
        """And shows nothing of it."""
        cookie = STATUS.fill(KEYS, {"receipt": DIGITS}, now=NOW)
        assert DIGITS not in cookie
        opened = STATUS.empty(KEYS, cookie, now=NOW)
        assert opened is not None
        assert opened["receipt"] == DIGITS

    def test_is_empty_when_its_time_is_over(self) -> None:
        """To the second."""
        cookie = STATUS.fill(KEYS, {"receipt": DIGITS}, now=NOW)
        last = NOW + STATUS.lasts - timedelta(seconds=1)
        assert STATUS.empty(KEYS, cookie, now=last)
        assert STATUS.empty(KEYS, cookie, now=NOW + STATUS.lasts) is None

    def test_does_not_open_as_another_pocket(self) -> None:
        """A new receipt's cookie does not open the status page."""
        cookie = SENT.fill(KEYS, {"receipt": DIGITS}, now=NOW)
        assert STATUS.empty(KEYS, cookie, now=NOW) is None

    @pytest.mark.parametrize("cookie", [None, "", "x", "AAAA", "é" * 9, "A" * 3000, "===="])
    def test_is_empty_when_it_is_not_ours(self, cookie: str | None) -> None:
        """Whatever is sent opens nothing and breaks nothing."""
        assert STATUS.empty(KEYS, cookie, now=NOW) is None

    def test_is_empty_under_another_key(self) -> None:
        """Another house cannot open it."""
        cookie = STATUS.fill(KEYS, {"receipt": DIGITS}, now=NOW)
        assert STATUS.empty(Keyring(b"o" * 32), cookie, now=NOW) is None
