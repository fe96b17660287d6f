"""The search for personal data: what has a form is found, and what only looks alike is let be."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.transparency.dsa import masked, places

FOUND = [
    ("Write to anna@example.org now", "anna@example.org"),
    ("Write to anna [at] example [dot] org now", "anna [at] example [dot] org"),
    ("Write to anna＠example.org", "anna＠example.org"),
    ("Write to an\u200bna@example.org", "an\u200bna@example.org"),
    ("posted by @anna_k, again", "@anna_k"),
    ("posted by @anna@social.example", "@anna@social.example"),
    ("see https://social.example/@anna/1", "https://social.example/@anna/1"),
    ("see https://social.example/users/anna", "https://social.example/users/anna"),
    ("see https://anna:secret@example.org/", "https://anna:secret@example.org/"),
    ("see https://example.org/?user=anna", "https://example.org/?user=anna"),
    ("write to t.me/anna", "t.me/anna"),
    ("see https://www.instagram.com/anna.k/", "https://www.instagram.com/anna.k/"),
    ("see facebook.com/profile.php?id=1000", "facebook.com/profile.php?id=1000"),
    ("see anna.tumblr.com now", "anna.tumblr.com"),
    ("from 203.0.113.7, twice", "203.0.113.7"),
    ("from 2001:db8::17 then", "2001:db8::17"),
    ("device 00:1a:2b:3c:4d:5e", "00:1a:2b:3c:4d:5e"),
    ("pay DE89 3704 0044 0532 0130 00 PLEASE", "DE89 3704 0044 0532 0130 00"),
    ("card 4111 1111 1111 1111.", "4111 1111 1111 1111"),
    ("receipt 1234 5678 9012 3450", "1234 5678 9012 3450"),
    ("call +49 30 1234567", "+49 30 1234567"),
    ("call 030/1234567", "030/1234567"),
    ("call (0171) 234-5678", "(0171) 234-5678"),
    ("call 555 123 4567", "555 123 4567"),
]
LET_BE = [
    "Regulation (EU) 2022/2065, Article 16(2), and Directive 2011/93/EU; 18 USC 2258A.",
    "On 2026-11-21 at 09:00, and again on 21.11.2026 12:30:15 and 3/4/26.",
    "It cost 1,234,567.00 euros, was seen 1 000 000 times, and is 300 MB.",
    "Number 4006381333931 of the maker, build 20261121, order 123456789.",
    "See https://shop.example/item/0123456789 and https://example.org/rules#6.2.",
    "Paragraph 6.2.1 of version 1.2.3; a ratio of 12:30; a@b is no address; C++ ::",
    "See https://www.tumblr.com and http://shop.example/x.com for the makers.",
    "Using @media in a style, and @ alone.",
    "Your listing asks buyers to pay by gift card before the tickets are sent.",
]


class TestPlaces:
    """Where personal data seems to stand."""

    @pytest.mark.parametrize(("text", "wanted"), FOUND)
    def test_are_found(self, text: str, wanted: str) -> None:
        """The whole of it, and nothing beside it."""
        assert [text[start:end] for start, end, _ in places(text)] == [wanted]

    @pytest.mark.parametrize("text", LET_BE)
    def test_are_not_found_where_none_are(self, text: str) -> None:
        """Laws, days, prices and the numbers of things."""
        assert places(text) == []

    def test_say_each_what_it_is(self) -> None:
        """In the order of the text, so that somebody can go through it."""
        found = places("From 203.0.113.7 to anna@example.org")
        assert [why for _, _, why in found] == [
            "A network address: it leads to a person.",
            "An email address: it names a person.",
        ]

    @given(st.text())
    def test_lie_within_the_text_and_apart(self, text: str) -> None:
        """Whatever is written."""
        ends = [0, *(at for start, end, _ in places(text) for at in (start, end)), len(text)]
        assert ends == sorted(ends)

    @pytest.mark.parametrize("piece", ["w", "@", "1 ", "1.", "A1", "a:", "@a", "a@", "://u/"])
    def test_are_looked_for_in_time_that_grows_with_the_text(self, piece: str) -> None:
        """The longest text there may be, made to be tedious, takes no time worth naming."""
        before = time.process_time()
        places(piece * (5000 // len(piece)) + "x")
        assert time.process_time() - before < 1


class TestMasked:
    """A place as it is shown."""

    def test_does_not_show_what_was_found(self) -> None:
        """Enough to find it in the file."""
        assert masked("at anna@example.org", (3, 19)) == "a… (16 characters)"
