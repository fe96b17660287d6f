"""A link is known by the host it leads to, wherever in an item it stands."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.banks import Confidence, EntryKind, LiveEntry, Snapshot
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
