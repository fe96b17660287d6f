"""A link is known by the host it leads to, wherever in an item it stands."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.banks import Confidence, EntryKind, LiveEntry, Signal, Snapshot
from evenhand.banks.model import entry_value
from evenhand.detection import Answer, DetectorFailed, Finding
from evenhand.detection.detectors import KnownLinks, known_links
from evenhand.detection.model import ItemContent, LinkContent, TextContent
from evenhand.detection.signals.links import matches_domain


def entries(*domains: str) -> Snapshot:
    """List domains."""
    return Snapshot(
        tuple(
            LiveEntry(
                f"e-{at}", "b", "bad places", Confidence.CONFIRMED, "c", EntryKind.DOMAIN, domain
            )
            for at, domain in enumerate(domains)
        )
    )


def examine(
    bank: Snapshot, *, links: tuple[str, ...] = (), text: str | None = None
) -> list[Finding]:
    """Let the detector look at links and a text."""
    content = ItemContent(
        "i",
        links=tuple(LinkContent(f"links[{at}]", link) for at, link in enumerate(links)),
        texts=() if text is None else (TextContent("text", text),),
    )
    return list(KnownLinks().examine(content, bank))


def pages(*urls: str) -> Snapshot:
    """List pages."""
    sure = Confidence.CONFIRMED
    return Snapshot(
        tuple(
            LiveEntry(
                f"e-{at}",
                "b",
                "phishing",
                sure,
                "c",
                EntryKind.URL,
                entry_value(EntryKind.URL, url, signal=Signal.LINK),
            )
            for at, url in enumerate(urls)
        )
    )


class TestKnownPages:
    """A listed page, and what lies below it."""

    @pytest.mark.parametrize(
        "link",
        [
            "https://sites.example/view/evil",
            "http://sites.example/view/evil/",
            "https://Sites.example:443/view/./x/../%65vil/login?next=1#top",
            "https://user@sites.example\\view\\evil",
        ],
    )
    def test_is_found_however_it_was_written(self, link: str) -> None:
        """By http and by https, with dots and percent signs."""
        [finding] = examine(pages("https://sites.example/view/evil"), links=(link,))
        assert (finding.answer, finding.entry_id) == (Answer.FOUND, "e-0")
        assert finding.evidence["url"] == "https://sites.example/view/evil"
        assert "page" in finding.why

    @pytest.mark.parametrize(
        "link",
        [
            "https://sites.example/view/evil-twin",
            "https://sites.example/view",
            "https://sites.example/View/Evil",
            "https://sites.example:8443/view/evil",
            "https://www.sites.example/view/evil",
            "https://other.example/view/evil",
        ],
    )
    def test_leaves_its_neighbours_alone(self, link: str) -> None:
        """A path is cut only at its slashes; host, port and case are the page's own."""
        [finding] = examine(pages("https://sites.example/view/evil"), links=(link,))
        assert finding.answer is Answer.NOT_FOUND

    def test_is_one_address_when_it_was_listed_with_a_query(self) -> None:
        """Another query is another page."""
        bank = pages("https://a.example/go?to=evil")
        assert examine(bank, links=("https://a.example/go?to=evil",))[0].entry_id == "e-0"
        for other in ("https://a.example/go", "https://a.example/go?to=good"):
            assert examine(bank, links=(other,))[0].answer is Answer.NOT_FOUND

    def test_is_found_beside_its_domain(self) -> None:
        """Each entry answers for itself, the nearest first."""
        both = Snapshot(
            (
                *pages("https://a.example/x", "https://a.example/x/y").entries,
                replace(entries("a.example").entries[0], id="d"),
            )
        )
        found = examine(both, links=("https://a.example/x/y/z",))
        assert [one.entry_id for one in found] == ["e-1", "e-0", "d"]


class TestShortened:
    """A link that was shortened."""

    def test_leads_nobody_knows_where_and_that_is_said(self) -> None:
        """It is not clean for want of a match."""
        findings = examine(entries("scam.example"), text="see bit.ly/x and tinyurl.com/y")
        assert [one.answer for one in findings] == [Answer.NOT_FOUND, Answer.SKIPPED]
        assert findings[1].evidence == {"host": "bit.ly", "shortened": True}
        assert "not known" in findings[1].why

    def test_is_found_when_it_is_listed_itself(self) -> None:
        """Then more is known than that it is short."""
        findings = examine(pages("https://bit.ly/x"), links=("https://bit.ly/x",))
        assert [one.answer for one in findings] == [Answer.FOUND]


class TestKnownLinks:
    """What the detector says."""

    @pytest.mark.parametrize(
        "link",
        [
            "https://scam.example/x",
            "http://WWW.Scam.Example:8080/",
            "https://good.example@scam.example/",
            "https:\\\\scam.example\\x",
            "hxxps://scam[.]example/x",
        ],
    )
    def test_finds_where_a_link_field_leads(self, link: str) -> None:
        """By the host a browser would open, however it was written."""
        [finding] = examine(entries("scam.example"), links=(link,))
        assert (finding.answer, finding.entry_id) == (Answer.FOUND, "e-0")
        assert finding.evidence["host"].endswith("scam.example")

    def test_finds_a_link_inside_a_text_and_says_where(self) -> None:
        """The first place, once for each entry and field."""
        text = "Look: https://a.scam.example/1 and https://scam.example/2 now"
        [finding] = examine(entries("scam.example"), text=text)
        place = slice(finding.evidence["start"], finding.evidence["end"])
        assert text[place] == "https://a.scam.example/1"

    def test_cuts_only_between_labels(self) -> None:
        """A longer name is another name."""
        [finding] = examine(entries("scam.example"), links=("https://notscam.example",))
        assert finding.answer is Answer.NOT_FOUND

    def test_fails_for_a_field_it_cannot_read_and_finds_the_rest(self) -> None:
        """Nobody knows where it leads, so it is not clean."""
        findings = examine(entries("scam.example"), links=("https://a..b", "https://scam.example"))
        assert [one.answer for one in findings] == [Answer.FOUND, Answer.FAILED]

    def test_fails_when_an_entry_is_no_domain(self) -> None:
        """A broken bank is seen."""
        with pytest.raises(DetectorFailed, match="e-0"):
            examine(entries("no domain"), links=("https://scam.example",))

    def test_skips_without_links_or_domains(self) -> None:
        """Nothing to look at, or nothing to look for."""
        assert examine(entries("scam.example"), text="hello")[0].answer is Answer.SKIPPED
        assert examine(entries(), links=("https://scam.example",))[0].answer is Answer.SKIPPED

    def test_says_it_often_enough_and_no_more(self) -> None:
        """A text of links does not make a table of findings."""
        bank = entries(*(f"s{n}.example" for n in range(200)))
        text = " ".join(f"https://s{n}.example" for n in range(200))
        assert len(examine(bank, text=text)) == known_links.FOUND_MAX

    @given(
        st.from_regex(r"([ab]{1,2}\.){0,3}[ab]{1,2}\.example", fullmatch=True),
        st.from_regex(r"([ab]{1,2}\.){0,2}[ab]{1,2}\.example", fullmatch=True),
    )
    def test_matches_exactly_as_the_reference_does(self, host: str, listed: str) -> None:
        """One look-up for each label says what the naive comparison says."""
        [finding] = examine(entries(listed), links=(f"https://{host}/",))
        assert (finding.answer is Answer.FOUND) is matches_domain(host, listed)
