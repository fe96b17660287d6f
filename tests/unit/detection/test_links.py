"""Links are found as written and compared by where they lead."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.detection.signals.links import (
    LookAlike,
    LookAlikeKind,
    NotALink,
    canonical_host,
    canonical_url,
    find_links,
    host_of,
    looks_like,
    matches_domain,
)


class TestCanonicalUrl:
    """`canonical_url` gives one spelling to one address."""

    @pytest.mark.parametrize(
        ("written", "canonical"),
        [
            ("HTTP://Example.COM", "http://example.com/"),
            ("https://example.com:443/A?b=C#d", "https://example.com/A?b=C"),
            ("http://example.com:8080/", "http://example.com:8080/"),
            ("https://example.com./", "https://example.com/"),
            ("example.com/x", "https://example.com/x"),
            ("localhost:8000/x", "https://localhost:8000/x"),
            (
                "https://b\u00fccher.example/\u00fc?q=\u00fc",
                "https://xn--bcher-kva.example/%C3%BC?q=%C3%BC",
            ),
            ("https://a.example/?utm_source=x&b=%20", "https://a.example/?utm_source=x&b=%20"),
            ("https://good.example@evil.example/", "https://evil.example/"),
            ("https://evil.example\\@good.example/", "https://evil.example/@good.example/"),
            ("http:/\\evil.example", "http://evil.example/"),
            ("ht\ntps://evil.example", "https://evil.example/"),
            ("hxxps://evil[.]example/a", "https://evil.example/a"),
            ("http://%65vil.example/", "http://evil.example/"),
            ("http://evil\u3002example/", "http://evil.example/"),
            ("http://0x7f.1/", "http://127.0.0.1/"),
            ("http://2130706433/", "http://127.0.0.1/"),
            ("http://[0:0::1]:80/", "http://[::1]/"),
            ("https://example.com?q", "https://example.com/?q"),
        ],
    )
    def test_gives_one_spelling(self, written: str, canonical: str) -> None:
        """Host, port and path as a browser reads them; query and order untouched."""
        assert canonical_url(written) == canonical
        assert canonical_url(canonical) == canonical

    @pytest.mark.parametrize(
        "written",
        [
            "",
            "https://",
            "javascript:alert(1)",
            "mailto:a@example.com",
            "https://example.com:99999/",
            "https://a..example/",
            "https://" + "a" * 300,
            "http://1.2.3.4.5/",
            "http://256.1.1.1/",
            "http://4294967296/",
            "http://[::zz]/",
            "https://exa mple.com",
            "https://exa%2fmple.com",
        ],
    )
    def test_refuses_what_leads_nowhere(self, written: str) -> None:
        """One error for every way an address cannot be read."""
        with pytest.raises(NotALink):
            canonical_url(written)

    @given(st.text(max_size=60))
    def test_answers_any_text_with_a_link_or_a_refusal(self, text: str) -> None:
        """Untrusted text raises nothing but NotALink, and the answer is stable."""
        for written in (text, "http://" + text):
            try:
                canonical = canonical_url(written)
            except NotALink:
                continue
            assert canonical_url(canonical) == canonical


class TestHostOf:
    """`host_of` is where the browser connects."""

    def test_is_what_stands_after_the_last_at_sign(self) -> None:
        """A user name that looks like a host is no host."""
        assert host_of("https://bank.example:x@evil.example/") == "evil.example"


class TestCanonicalHost:
    """`canonical_host` applies IDNA and what browsers forgive."""

    @pytest.mark.parametrize(
        ("host", "canonical"),
        [
            ("B\u00dcCHER.example", "xn--bcher-kva.example"),
            ("fa\u00df.example", "xn--fa-hia.example"),
            ("a_b.example", "a_b.example"),
            ("\u2764.example", "xn--qei.example"),
            ("\uff45vil.example", "evil.example"),
            ("2130706433\u200b", "127.0.0.1"),
            ("::1", "::1"),
        ],
    )
    def test_encodes(self, host: str, canonical: str) -> None:
        """Non-transitional UTS 46; emoji and underscores, which open in browsers, are kept."""
        assert canonical_host(host) == canonical


class TestFindLinks:
    """`find_links` finds what a reader could follow."""

    @pytest.mark.parametrize(
        ("text", "written"),
        [
            ("see https://example.com/a_(b), ok", "https://example.com/a_(b)"),
            ("(https://example.com/a).", "https://example.com/a"),
            ("go to bit.ly/x1!", "bit.ly/x1"),
            ("www.example.com", "www.example.com"),
            ("\u8bbf\u95eeexample.com\u5427", "example.com"),
            ("\u770b https://example.com\u3002\u7136\u540e", "https://example.com"),
            ("\u770bhttps://example.com\u5427", "https://example.com"),
            ("hxxp://evil[.]com/a now", "hxxp://evil[.]com/a"),
            ("evil[.]com", "evil[.]com"),
            ("p\u0430yp\u0430l.com here", "p\u0430yp\u0430l.com"),
            ('<a href="http://a.com/x">', "http://a.com/x"),
            ("a.com:8080/x?y=1#z", "a.com:8080/x?y=1#z"),
            ("t.me/abc?start=1", "t.me/abc?start=1"),
            (
                "\u043f\u043e\u0447\u0442\u0430.\u0440\u0444",
                "\u043f\u043e\u0447\u0442\u0430.\u0440\u0444",
            ),
        ],
    )
    def test_finds_the_link_as_written(self, text: str, written: str) -> None:
        """Offsets cut out the link without the punctuation around it."""
        assert [text[link.start : link.end] for link in find_links(text)] == [written]

    @pytest.mark.parametrize(
        "text",
        [
            "bob@example.com",
            "version 1.2.3",
            "e.g. this",
            "photo.jpg",
            "...",
            "http://",
            "10.5",
            "a.b.c",
        ],
    )
    def test_passes_over_what_only_resembles_one(self, text: str) -> None:
        """Mail addresses, versions and file names are not links."""
        assert find_links(text) == []

    def test_keeps_the_order_of_the_text(self) -> None:
        """Two links give two results, with canonical hosts."""
        links = find_links("http://B.com and a.com")
        assert [link.host for link in links] == ["b.com", "a.com"]

    @pytest.mark.parametrize(
        "piece", ["a", "a.", "a-", "http:", "[.]", "(", "http://a.com)", "/", "1."]
    )
    def test_is_not_slowed_by_repetition(self, piece: str) -> None:
        """Thirty thousand repeats are read in seconds, not minutes."""
        started = time.perf_counter()
        find_links(piece * 30_000)
        assert time.perf_counter() - started < 5

    @given(st.text())
    def test_answers_any_text(self, text: str) -> None:
        """Whatever is found lies inside the text and reads again as itself."""
        for link in find_links(text):
            assert canonical_url(text[link.start : link.end]) == link.url


class TestMatchesDomain:
    """`matches_domain` cuts only between labels."""

    @pytest.mark.parametrize("host", ["example.com", "a.example.com", "A.B.EXAMPLE.com."])
    def test_takes_the_domain_and_what_is_under_it(self, host: str) -> None:
        """Equal, or a subdomain, in any case."""
        assert matches_domain(host, "*.example.com")
        assert matches_domain(host, "Example.com")

    @pytest.mark.parametrize("host", ["badexample.com", "example.com.evil.net", "com"])
    def test_leaves_neighbours_alone(self, host: str) -> None:
        """Sharing an ending is not being under it."""
        assert not matches_domain(host, "example.com")

    def test_takes_an_address_only_as_itself(self) -> None:
        """Nothing is under a number."""
        assert matches_domain("0x7f000001", "127.0.0.1")
        assert not matches_domain("a.127.example", "127.0.0.1")


PROTECTED = ["paypal.com", "bbc.co.uk", "morningpost.example"]


class TestLooksLike:
    """`looks_like` names the domain that is imitated, and how."""

    @pytest.mark.parametrize(
        ("host", "protected", "kind"),
        [
            ("paypa1.com", "paypal.com", LookAlikeKind.CONFUSABLE),
            ("p\u0430yp\u0430l.com", "paypal.com", LookAlikeKind.CONFUSABLE),
            ("login.paypa1.net", "paypal.com", LookAlikeKind.CONFUSABLE),
            ("p\u00e1ypal.com", "paypal.com", LookAlikeKind.CONFUSABLE),
            ("rnorningpost.example", "morningpost.example", LookAlikeKind.CONFUSABLE),
            ("paypall.com", "paypal.com", LookAlikeKind.ONE_EDIT),
            ("www.payapl.com", "paypal.com", LookAlikeKind.ONE_EDIT),
            ("papal.com", "paypal.com", LookAlikeKind.ONE_EDIT),
            ("paypal.co", "paypal.com", LookAlikeKind.ONE_EDIT),
            ("paypal.com.evil.net", "paypal.com", LookAlikeKind.EMBEDDED),
        ],
    )
    def test_names_the_imitated(self, host: str, protected: str, kind: LookAlikeKind) -> None:
        """Look-alike letters, one edit, or the name held inside another."""
        assert looks_like(host, PROTECTED) == LookAlike(protected, kind)

    @pytest.mark.parametrize(
        "host",
        ["paypal.com", "www.paypal.com", "nbc.co.uk", "paypal.de", "example.com", "127.0.0.1"],
    )
    def test_accuses_nobody_else(self, host: str) -> None:
        """The real one, short names, the same name elsewhere, and strangers."""
        assert looks_like(host, PROTECTED) is None

    def test_takes_a_protected_name_that_is_international(self) -> None:
        """A protected name may itself be outside ASCII."""
        assert looks_like("b\u00fccher.example", ["b\u00fccher.example"]) is None


def test_a_host_of_nothing_but_marks_takes_no_time() -> None:
    """Putting marks in order takes quadratic time: in a host this long it took many seconds."""
    began = time.monotonic()
    assert find_links("http://a" + "\u0300\u0316" * 25_000) == []
    assert time.monotonic() - began < 1
