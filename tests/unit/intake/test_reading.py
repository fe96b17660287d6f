"""Untrusted JSON: read one way, every problem named, nothing coerced."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.intake import BodyUnreadable
from evenhand.intake.reading import (
    DEPTH_MAX,
    PROBLEMS_MAX,
    Reader,
    is_deeper,
    read_json,
    shown,
    storable,
)


def refusal(body: bytes, **limits: int) -> str:
    """Return the code with which a body is refused."""
    with pytest.raises(BodyUnreadable) as caught:
        read_json(body, **limits)
    [problem] = caught.value.problems
    return problem.code


class TestReadJson:
    """A request's body."""

    @pytest.mark.parametrize(
        ("body", "code"),
        [
            (b"", "not_json"),
            (b"{", "not_json"),
            (b'{"a":1}x', "not_json"),
            (b'{"a":NaN}', "not_json"),
            (b'{"a":-Infinity}', "not_json"),
            (b'{"a":1,"a":2}', "not_json"),
            (b'{"a":{"b":1,"b":1}}', "not_json"),
            (b'{"a":' + b"9" * 5_000 + b"}", "not_json"),
            (b"[]", "wrong_type"),
            (b'"text"', "wrong_type"),
            (b"null", "wrong_type"),
            (b'{"a":"\xff"}', "not_utf8"),
            (b'{"a":"\xed\xa0\x80"}', "not_utf8"),
            (b"\xff\xfe{\x00}\x00", "not_utf8"),
            (b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}", "too_deep"),
            (b'{"a":' + b"[" * 100_000, "too_deep"),
            (b'{"a":' * 50 + b"1" + b"}" * 50, "too_deep"),
        ],
    )
    def test_is_refused_when_it_is_not_one_plain_object(self, body: bytes, code: str) -> None:
        """Bad syntax, bad bytes, names twice and depth each have a code of their own."""
        assert refusal(body) == code

    def test_is_refused_when_it_is_too_large_before_it_is_parsed(self) -> None:
        """The limit counts bytes and is inclusive."""
        assert read_json(b'{"a": 1}', bytes_max=8) == {"a": 1}
        assert refusal(b'{"a": 1}', bytes_max=7) == "too_large"

    def test_may_nest_as_deep_as_the_limit(self) -> None:
        """The deepest that is allowed passes; one more does not."""
        fits = b'{"a":' + b"[" * (DEPTH_MAX - 1) + b"]" * (DEPTH_MAX - 1) + b"}"
        assert read_json(fits)
        assert refusal(b'{"b":' + fits + b"}") == "too_deep"

    @given(st.binary(max_size=200))
    def test_is_read_or_refused_whatever_the_bytes(self, body: bytes) -> None:
        """No bytes bring out another error."""
        try:
            assert isinstance(read_json(body), dict)
        except BodyUnreadable as refused:
            assert refused.problems

    @given(
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.text(),
            lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner),
            max_leaves=20,
        )
    )
    def test_depth_is_counted_without_recursion(self, value: object) -> None:
        """It agrees with the plain recursive definition."""

        def depth(one: object) -> int:
            if not isinstance(one, dict | list):
                return 0
            inner = one.values() if isinstance(one, dict) else one
            return 1 + max((depth(each) for each in inner), default=0)

        for limit in range(6):
            assert is_deeper(value, limit) is (depth(value) > limit)


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

    @given(st.text(st.characters()))
    def test_calls_storable_what_encodes(self, text: str) -> None:
        """It means exactly: valid UTF-8 without NUL."""
        try:
            encodes = "\0" not in text and bool(text.encode() or True)
        except UnicodeEncodeError:
            encodes = False
        assert storable(text) is encodes
