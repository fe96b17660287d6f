"""How viewing is counted, and what a reason is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from evenhand.evidence import ReasonRefused
from evenhand.evidence.model import clean_reason, day_begin, seconds_since_beat

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


class TestSecondsSinceBeat:
    """Only watched time counts."""

    @pytest.mark.parametrize(
        ("passed", "counted"), [(0, 0.0), (4.5, 4.5), (15, 15.0), (3600, 15.0), (-5, 0.0)]
    )
    def test_is_capped_and_never_negative(self, passed: float, counted: float) -> None:
        """A silence counts fifteen seconds; a clock that jumps back counts none."""
        assert seconds_since_beat(NOW - timedelta(seconds=passed), NOW) == counted


class TestDayBegin:
    """Exposure is counted by the day."""

    def test_is_midnight_in_utc(self) -> None:
        """Whatever zone the instant is told in."""
        late = datetime(2026, 11, 21, 0, 30, tzinfo=timezone(timedelta(hours=2)))
        assert day_begin(late) == datetime(2026, 11, 20, tzinfo=UTC)


class TestCleanReason:
    """Why an identity is opened."""

    def test_says_something(self) -> None:
        """Ten characters at least, counted without the spaces around."""
        assert clean_reason("  court order 12 ") == "court order 12"

    @pytest.mark.parametrize("reason", ["", "because", " " * 40, "x" * 2001])
    def test_is_refused_when_it_says_nothing(self, reason: str) -> None:
        """Empty, a word, blanks, or a book."""
        with pytest.raises(ReasonRefused, match="Write down why"):
            clean_reason(reason)
