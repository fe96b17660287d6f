"""Untrusted JSON: read one way, every problem named, nothing coerced."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.intake.reading import (
    PROBLEMS_MAX,
    Reader,
    shown,
)


class TestReader:
    """One value at a time."""

    @pytest.mark.parametrize(
        ("method", "value", "code"),
        [
            ("text", 1, "wrong_type"),
            ("text", None, "wrong_type"),
            ("text", ["a"], "wrong_type"),
            ("text", "a\0b", "unstorable"),
            ("text", "a\ud83d", "unstorable"),
            ("text", "abcdef", "too_long"),
            ("text", "  ", "empty"),
            ("link", "javascript:alert(1)", "not_a_link"),
            ("link", "ftp://example.org/", "not_a_link"),
            ("link", "https://", "not_a_link"),
            ("link", "https://name:secret@example.org/", "not_a_link"),
            ("link", "https://example.org/a\nb", "not_a_link"),
            ("link", "https://example.org/" + "a" * 3000, "too_long"),
            ("link", {"href": "x"}, "wrong_type"),
            ("email", "nobody", "not_an_email"),
            ("email", "a@b.c\nBcc: x@y.z", "not_an_email"),
            ("email", "a@b@c.d", "not_an_email"),
            ("language", "english", "not_a_language"),
            ("whole", True, "wrong_type"),
            ("whole", 1.0, "wrong_type"),
            ("whole", "1", "wrong_type"),
            ("whole", 2**53, "out_of_range"),
            ("number", True, "wrong_type"),
            ("number", float("inf"), "out_of_range"),
            ("number", float("nan"), "out_of_range"),
            ("number", 10**400, "out_of_range"),
            ("boolean", 1, "wrong_type"),
            ("boolean", "true", "wrong_type"),
            ("time", 1_700_000_000, "not_a_time"),
            ("time", "2026-11-21T09:00:00", "not_a_time"),
            ("time", "2026-13-01T09:00:00Z", "not_a_time"),
            ("time", "0001-01-01T00:00:00+14:00", "not_a_time"),
            ("time", "0999-01-01T00:00:00Z", "not_a_time"),
            ("time", "9999-12-31T23:59:59-10:00", "not_a_time"),
        ],
    )
    def test_refuses_and_says_why(self, method: str, value: object, code: str) -> None:
        """Each wrong value has its code; nothing is coerced."""
        reader = Reader()
        extra = {"chars_max": 5, "chars_min": 1} if method == "text" else {}
        assert getattr(reader, method)(value, "here", **extra) is None
        assert [(problem.path, problem.code) for problem in reader.problems] == [("here", code)]

    def test_keeps_a_link_as_it_was_written(self) -> None:
        """What somebody wrote is evidence; only the space around it goes."""
        reader = Reader()
        written = " HTTPS://exämple.org/Pfad?x=ü#y "
        assert reader.link(written, "here") == written.strip()
        assert reader.problems == []

    def test_keeps_control_characters_that_can_be_stored(self) -> None:
        """Refusing a bell would let a bell hide a text from review."""
        reader = Reader()
        assert reader.text("ring \x07 \x1b[31m", "here", chars_max=50) == "ring \x07 \x1b[31m"

    def test_stops_listing_problems_at_the_limit(self) -> None:
        """A million unknown fields do not make a million problems."""
        reader = Reader()
        reader.mapping(dict.fromkeys(map(str, range(10_000))), "", allowed=frozenset())
        assert len(reader.problems) == PROBLEMS_MAX

    @given(st.text(st.characters()) | st.integers())
    def test_shows_any_name_as_short_ascii(self, name: object) -> None:
        """A path in an answer never breaks the answer."""
        assert len(shown(name)) <= 60
        assert json.loads(json.dumps(shown(name)).encode("ascii")) == shown(name)
