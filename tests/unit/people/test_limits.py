"""Limits of sign-in, and what a name and an address may be."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from evenhand.people import DetailsRefused
from evenhand.people.limits import clean_email, clean_name, retry_seconds, session_over

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


class TestSessionOver:
    """When a session runs out."""

    @pytest.mark.parametrize(
        ("opened", "seen", "over"),
        [
            (timedelta(0), timedelta(0), False),
            (timedelta(days=6), timedelta(hours=11, minutes=59), False),
            (timedelta(days=1), timedelta(hours=12), True),
            (timedelta(days=7), timedelta(0), True),
        ],
    )
    def test_is_idle_time_or_age(self, opened: timedelta, seen: timedelta, *, over: bool) -> None:
        """Twelve hours idle or seven days old."""
        assert session_over(opened_at=NOW - opened, seen_at=NOW - seen, now=NOW) is over


class TestRetrySeconds:
    """How long to wait."""

    def test_counts_from_the_oldest_attempt(self) -> None:
        """The window is a quarter of an hour."""
        assert retry_seconds(NOW - timedelta(minutes=14), NOW) == 60

    def test_is_never_nothing(self) -> None:
        """A machine told to wait zero seconds would hammer."""
        assert retry_seconds(NOW - timedelta(hours=1), NOW) == 1


class TestDetails:
    """Names and addresses of staff."""

    def test_are_tidied(self) -> None:
        """One line, one spelling."""
        assert clean_name("  Anna \n Berg ") == "Anna Berg"
        assert clean_email(" Anna@Example.ORG ") == "anna@example.org"

    @pytest.mark.parametrize("name", ["", "   ", "x" * 101, "a\u202eb", "a\x00b"])
    def test_refuse_a_name_that_hides_or_is_none(self, name: str) -> None:
        """Empty, endless, or with invisible characters."""
        with pytest.raises(DetailsRefused):
            clean_name(name)

    @pytest.mark.parametrize("email", ["", "anna", "a b@c", "a@b@c", "@", "a@" + "b" * 260])
    def test_refuse_what_is_no_address(self, email: str) -> None:
        """One @ with something on both sides, and no spaces."""
        with pytest.raises(DetailsRefused):
            clean_email(email)
