"""A name is like another when a reader would take it for that one, and what was undone is said."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.detection.signals.likeness import is_generic, name_like
from evenhand.detection.signals.site_likeness import site_like
from evenhand.kit.addresses import canonical_host

LETTERS = "look-alike letters are read as what they look like"
SIGNS = "spaces and signs are taken out"
PLAIN = "styled, accented or invisible characters are made plain"
ONE = "one letter is changed"


class TestNameLike:
    """Names of accounts, and handles."""

    @pytest.mark.parametrize(
        ("shown", "protected", "undone"),
        [
            ("harbor post", "Harbor Post", ()),
            ("  HARBOR   POST ", "Harbor Post", ()),
            ("Lumipay_Official", "Lumipay", ("“official” taken off",)),
            ("bbcnews_live", "BBCNews", ("“live” taken off",)),
            ("The Lumipay Support Team", "Lumipay", ("“the”, “support”, “team” taken off",)),
            ("lumipay24", "Lumipay", ("“24” taken off",)),
            ("nordstarnews", "Nordstar", ("“news” taken off",)),
            ("Lumipay官方", "Lumipay", ("“官方” taken off",)),
            ("ВВС", "BBC", (LETTERS,)),
            ("Lumірау", "Lumipay", (LETTERS,)),
            ("Lum1p@y", "Lumipay", (LETTERS,)),
            ("IumipaI", "lumipai", (LETTERS,)),
            ("rnorning post", "Morning Post", (LETTERS,)),
            ("Νοrdstаr Helpdesk", "Nordstar", (LETTERS, "“helpdesk” taken off")),
            ("L u m i p a y", "Lumipay", (SIGNS,)),
            ("lumi.pay ✔", "Lumipay", (SIGNS,)),
            ("𝓛𝓾𝓶𝓲𝓹𝓪𝔂", "Lumipay", (PLAIN,)),
            ("Lumi\u200bpay", "Lumipay", (PLAIN,)),
            ("Lúmipay", "Lumipay", (PLAIN,)),
            ("Lumippay", "Lumipay", (ONE,)),
            ("Lumiapy official", "Lumipay", (ONE,)),
            ("Kestrel Bonk", "Kestrel Bank", (ONE,)),
            ("Пpaвдa", "Правда", (LETTERS,)),
        ],
    )
    def test_says_what_was_undone(
        self, shown: str, protected: str, undone: tuple[str, ...]
    ) -> None:
        """So that whoever looks sees why."""
        found = name_like(shown, protected)
        assert found is not None
        assert (found.of, found.undone) == (protected, undone)

    @pytest.mark.parametrize(
        ("shown", "protected"),
        [
            ("I love Lumipay", "Lumipay"),
            ("Lumipay fan club", "Lumipay"),
            ("Not Lumipay", "Lumipay"),
            ("Lumipal", "Lumipay"),
            ("abc123", "ABC"),
            ("NBC", "BBC"),
            ("Evening Post", "Morning Post"),
            ("Marisol", "Lumipay"),
            ("", "Lumipay"),
            ("✔✔✔", "Lumipay"),
            ("Lumipay " * 20, "Lumipay"),
            ("a", "a"),
        ],
    )
    def test_accuses_nobody_else(self, shown: str, protected: str) -> None:
        """To speak of a name is not to pretend to be it."""
        assert name_like(shown, protected) is None

    @given(st.text(max_size=60), st.text(max_size=30))
    def test_answers_any_text(self, shown: str, protected: str) -> None:
        """Names are written by strangers."""
        found = name_like(shown, protected)
        assert found is None or found.of == protected

    def test_takes_no_long_time(self) -> None:
        """However a name is made."""
        began = time.monotonic()
        for shown in ("official" * 15, "rn" * 60, "1" * 120, "\u0300" * 120):
            name_like(shown, "official rnrnrn")
        assert time.monotonic() - began < 1

    def test_knows_what_is_nobodys_name(self) -> None:
        """A site called news.example protects no other site with news in it."""
        assert all(map(is_generic, ("news", "support-online", "news24", "TV")))
        assert not any(map(is_generic, ("newsday", "harbor", "")))


SITES = ("lumipay.example", "kestrelbank.example")


class TestSiteLike:
    """Hosts of links."""

    @pytest.mark.parametrize(
        ("host", "like", "says"),
        [
            ("lumipay.net", SITES[0], "another ending"),
            ("lumipay.github.io", SITES[0], "another ending"),
            ("luміpay.com", SITES[0], "look-alike letters"),
            ("kestre1bank.com", SITES[1], "look-alike letters"),
            ("lurnipay.org", SITES[0], "look-alike letters"),
            ("lumi-pay.com", SITES[0], "spaces and signs"),
            ("lumipay-login.com", SITES[0], "“login” taken off"),
            ("securelumipay.shop", SITES[0], "“secure” taken off"),
            ("kestrelbbank.com", SITES[1], "one letter"),
            ("kestrlebnak.com", SITES[1], "letters are changed"),
            ("lumipay.example.pay.net", SITES[0], "in front of another's name"),
            ("lumipay-verify.evil.co.uk", SITES[0], "in front of another's name, evil.co.uk"),
        ],
    )
    def test_says_which_and_how(self, host: str, like: str, says: str) -> None:
        """By the name that was registered, or what stands before it."""
        found = site_like(canonical_host(host), SITES)
        assert found is not None
        assert found.of == like
        assert says in "; ".join(found.undone)

    @pytest.mark.parametrize(
        "host",
        [
            "lumipay.example",
            "www.shop.lumipay.example",
            "lumi.example",
            "bank.com",
            "kestrel.org",
            "luminary.com",
            "203.0.113.7",
            "example.com",
            "github.io",
        ],
    )
    def test_accuses_nobody_else(self, host: str) -> None:
        """Themselves, words of their name, and strangers."""
        assert site_like(host, SITES) is None

    def test_protects_no_word_that_anybody_uses(self) -> None:
        """Of a site called news.example only itself is imitated."""
        assert site_like("news.com", ["news.example"]) is None
        assert site_like("morning-news.com", ["news.example"]) is None
        found = site_like("news.example.evil.com", ["news.example"])
        assert found is not None

    def test_takes_a_handle_for_the_name_of_a_site(self) -> None:
        """Where no site is listed."""
        assert site_like("harborpost.com", [], ["harborpost"]) is not None
        assert site_like("hp.com", [], ["hp"]) is None
