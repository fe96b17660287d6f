"""A listed address is written one way, and a name that half the web is under is none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.banks import EntryKind, EntryRefused, Signal
from evenhand.banks.model import entry_value
from evenhand.kit.addresses import read_address


def written(kind: EntryKind, text: str) -> str:
    """Write a value in a bank of links."""
    return entry_value(kind, text, signal=Signal.LINK)


class TestDomain:
    """An entry for a domain and all that is under it."""

    @pytest.mark.parametrize("site", ["evil.github.io", "evil.co.uk", "a.evil.blogspot.com"])
    def test_is_taken_under_a_private_suffix(self, site: str) -> None:
        """Whoever registered it owns it, and none of its neighbours."""
        assert written(EntryKind.DOMAIN, f"*.{site.upper()}.") == site

    @pytest.mark.parametrize("suffix", ["co.uk", "github.io", "*.blogspot.com", "com.br"])
    def test_is_refused_when_strangers_register_under_it(self, suffix: str) -> None:
        """With the domain that may have been meant."""
        with pytest.raises(EntryRefused, match="match strangers") as caught:
            written(EntryKind.DOMAIN, suffix)
        assert f"example.{suffix.removeprefix('*.')}" in caught.value.why

    @pytest.mark.parametrize("text", ["example.com?x=1", "a@example.com", "exa\tmple.com", ""])
    def test_is_refused_when_it_is_more_or_less_than_a_domain(self, text: str) -> None:
        """A sentence says what to write."""
        with pytest.raises(EntryRefused, match=r"Write a domain such as example\.com"):
            written(EntryKind.DOMAIN, text)


class TestUrl:
    """An entry for a page and what lies below it."""

    @pytest.mark.parametrize(
        ("text", "value"),
        [
            ("HTTP://Example.com/Login/", "https://example.com/Login"),
            ("example.com:8080/%7Ejo/../x#top", "https://example.com:8080/x"),
            ("https://u:p@example.com/a?b=%c3%bc", "https://example.com/a?b=%C3%BC"),
            ("https://example.com/?id=7", "https://example.com/?id=7"),
            ("http://203.0.113.7/x", "https://203.0.113.7/x"),
            ("hxxps://evil[.]example/pay", "https://evil.example/pay"),
        ],
    )
    def test_has_one_written_form(self, text: str, value: str) -> None:
        """Which is its own."""
        assert written(EntryKind.URL, text) == value
        assert written(EntryKind.URL, value) == value

    @pytest.mark.parametrize(
        ("text", "says"),
        [
            ("https://example.com", "a whole site"),
            ("https://example.com//#top", "a whole site"),
            ("https://localhost/x", "whole address"),
            ("ftp://example.com/x", "whole address"),
            ("https://example.com/a b", "whole address"),
            ("https://example.com/" + "x" * 2_083, "whole address"),
            ("https://example.com/\ud800", "whole address"),
        ],
    )
    def test_is_refused_with_a_sentence(self, text: str, says: str) -> None:
        """A whole site is a domain, and what is no address is nothing."""
        with pytest.raises(EntryRefused, match=says):
            written(EntryKind.URL, text)

    @given(st.text(st.characters(), max_size=20) | st.from_regex(r"[a-z%.]{1,9}/[a-z%/.?2e]{1,20}"))
    def test_can_always_be_compared(self, text: str) -> None:
        """Whatever is let in is an address to the detector too."""
        try:
            value = written(EntryKind.URL, text)
        except EntryRefused:
            return
        assert read_address(value).url == value
        assert written(EntryKind.URL, value) == value
