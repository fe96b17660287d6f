"""Two spellings of one web address are one address, and every name has one owner."""

from __future__ import annotations

import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.kit import addresses
from evenhand.kit.addresses import (
    NotALink,
    canonical_host,
    canonical_url,
    is_address,
    is_top_level,
    read_address,
    registrable_domain,
)


class TestCanonicalUrl:
    """The path and the query."""

    @pytest.mark.parametrize(
        ("written", "canonical"),
        [
            ("https://a.example/%7euser/%41%2f%c3%bc", "https://a.example/~user/A%2F%C3%BC"),
            ("https://a.example/x/./y/../z", "https://a.example/x/z"),
            ("https://a.example/x/%2e%2E/y/.", "https://a.example/y/"),
            ("https://a.example/../../x/..", "https://a.example/"),
            ("https://a.example\\x\\..\\y", "https://a.example/y"),
            ("https://a.example/x//y", "https://a.example/x//y"),
            ("https://a.example/?q=..%2f.&%71=1", "https://a.example/?q=..%2F.&q=1"),
            ("https://a.example/100%", "https://a.example/100%"),
            ("https://a.example/%2541", "https://a.example/%2541"),
        ],
    )
    def test_gives_one_spelling(self, written: str, canonical: str) -> None:
        """As a browser would ask for it, and once only: what is encoded twice stays once."""
        assert canonical_url(written) == canonical
        assert canonical_url(canonical) == canonical

    @given(st.from_regex(r"[a-z/.%2eEfF\\?]{0,24}", fullmatch=True))
    def test_is_stable_for_any_path(self, path: str) -> None:
        """What is written in its one form is not changed again."""
        canonical = canonical_url(f"https://a.example/{path}")
        assert canonical_url(canonical) == canonical
        assert "/../" not in canonical

    @pytest.mark.parametrize("half", ["https://a.example/\ud800", "https://\ud800.example/"])
    def test_refuses_half_a_character(self, half: str) -> None:
        """Nothing else is raised for it."""
        with pytest.raises(NotALink):
            read_address(half)
        with pytest.raises(NotALink):
            canonical_host("\ud800.example")


class TestRegistrableDomain:
    """Who owns a name."""

    @pytest.mark.parametrize(
        ("host", "owned"),
        [
            ("www.example.com", "example.com"),
            ("a.b.example.co.uk", "example.co.uk"),
            ("login.evil.github.io", "evil.github.io"),
            ("x.scam.example", "scam.example"),
            ("xn--80ak6aa92e.xn--p1ai", "xn--80ak6aa92e.xn--p1ai"),
            ("co.uk", None),
            ("github.io", None),
            ("com", None),
            ("203.0.113.7", None),
            ("2001:db8::1", None),
        ],
    )
    def test_is_what_one_owner_registered(self, host: str, owned: str | None) -> None:
        """By the public suffix list, private suffixes among them."""
        assert registrable_domain(host) == owned

    def test_asks_nobody(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """The list lies in the package: nothing is fetched, and no cache is kept."""

        def refused(*_: object, **__: object) -> None:
            raise AssertionError("something reached for the network")

        monkeypatch.setattr(socket, "getaddrinfo", refused)
        monkeypatch.setattr(socket.socket, "connect", refused)
        addresses._suffixes.cache_clear()
        assert registrable_domain("www.example.co.uk") == "example.co.uk"

    def test_knows_the_top_level_domains_that_exist(self) -> None:
        """And no file names."""
        assert all(map(is_top_level, ("com", "UK", "рф", "xn--p1ai", "photography")))
        assert not any(map(is_top_level, ("jpg", "txt", "example", "co.uk", "")))

    def test_tells_an_address_from_a_name(self) -> None:
        """Both as they are canonically written."""
        assert is_address("203.0.113.7")
        assert is_address("::1")
        assert not is_address("a.example")
