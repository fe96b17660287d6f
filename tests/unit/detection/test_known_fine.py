"""What is known to be fine is said beside what was found, and covers no more than it is."""

from __future__ import annotations

from typing import Any

import pytest

from evenhand.banks import Confidence, EntryKind, LiveEntry, Polarity, Snapshot
from evenhand.detection import Answer, Assessment, Finding, run
from evenhand.detection.detectors import KnownLinks, KnownPhrases
from evenhand.detection.known_fine import noted
from evenhand.detection.model import ItemContent, LinkContent, TextContent

FINE = Polarity.FINE


def entry(name: str, kind: EntryKind, value: str, polarity: Polarity = Polarity.HARM) -> LiveEntry:
    """List something."""
    clause = None if polarity is FINE else "fraud"
    return LiveEntry(
        name,
        f"b-{polarity}",
        f"{polarity} bank",
        Confidence.INDICATIVE,
        clause,
        kind,
        value,
        polarity,
    )


HARMFUL = entry("harmful", EntryKind.PDQ, "ab" * 32)
LIKE = entry("like", EntryKind.PDQ, "cd" * 32, FINE)
SAME = entry("same", EntryKind.SHA256, "ef" * 32, FINE)
BANK = Snapshot((HARMFUL, LIKE, SAME))


def found(one: LiveEntry, media: str = "m", **evidence: Any) -> Assessment:
    """Find an entry in a picture."""
    named = {"entry_id": one.id, "bank": one.bank, "kind": one.kind.value, "frame": 1, "page": None}
    finding = Finding(Answer.FOUND, "Found.", "photo", media, one.id, named | evidence)
    return Assessment("known_images", "3", finding)


def words(text: str, *listed: LiveEntry) -> Assessment:
    """Let a text be compared; return what is said of the harmful entry in it."""
    content = ItemContent("i", texts=(TextContent("text", text),))
    said = run([KnownPhrases(), KnownLinks()], content, Snapshot(listed))
    [one] = [each for each in said if each.finding.answer is Answer.FOUND]
    return one


class TestPictures:
    """By likeness."""

    @pytest.mark.parametrize(
        ("fine", "covered"),
        [
            (found(LIKE, distance=20), True),
            (found(LIKE, distance=4), True),
            (found(LIKE, distance=21), False),
            (found(LIKE, distance=4, frame=2), False),
            (found(LIKE, distance=4, page="black"), False),
            (found(SAME, distance=0), True),
        ],
    )
    def test_are_covered_by_what_is_at_least_as_near(
        self, *, fine: Assessment, covered: bool
    ) -> None:
        """The same bytes, or as near a likeness of the same frame on the same page."""
        [said] = noted(ItemContent("i"), [found(HARMFUL, distance=20), fine], BANK)
        assert said.finding.answer is Answer.FOUND
        assert said.finding.evidence["covered"] is covered
        assert "Also known fine: it is listed in fine bank." in said.finding.why

    def test_say_nothing_of_another_picture(self) -> None:
        """A fine picture beside a harmful one excuses nothing."""
        said = noted(
            ItemContent("i"), [found(HARMFUL, distance=2), found(SAME, "other", distance=0)], BANK
        )
        assert [one.finding.answer for one in said] == [Answer.FOUND, Answer.NOT_FOUND]
        assert "also_fine" not in said[0].finding.evidence
        assert said[1].finding.entry_id is None

    def test_leave_everything_as_it_is_where_nothing_is_fine(self) -> None:
        """Most of the time."""
        said = [found(HARMFUL, distance=2)]
        assert noted(ItemContent("i"), said, BANK) == said


class TestTexts:
    """By the words themselves."""

    HARM = entry("h", EntryKind.PHRASE, "gift card")
    OURS = entry("f", EntryKind.PHRASE, "gift card of our shop", FINE)

    @pytest.mark.parametrize(
        ("text", "covered"),
        [
            ("Here is a gift card of our shop.", True),
            ("A GIFT  CARD of our shop, and a gift card of our shop.", True),
            ("Here is a gift card of our shop. Pay by gift card.", False),
        ],
    )
    def test_are_covered_where_every_place_is(self, *, text: str, covered: bool) -> None:
        """One place that is not would be hidden behind the others."""
        said = words(text, self.HARM, self.OURS)
        assert said.finding.evidence["covered"] is covered

    def test_are_covered_where_every_link_leads_to_what_is_fine(self) -> None:
        """Also in a field of links, and not for another host of the same domain."""
        harm = entry("h", EntryKind.DOMAIN, "example.com")
        docs = entry("f", EntryKind.DOMAIN, "docs.example.com", FINE)
        assert words("https://docs.example.com/a", harm, docs).finding.evidence["covered"] is True
        both = "https://docs.example.com/a https://evil.example.com/b"
        assert words(both, harm, docs).finding.evidence["covered"] is False
        content = ItemContent(
            "i",
            links=(LinkContent("links", "https://docs.example.com"), LinkContent("links", "x:")),
        )
        said = run([KnownLinks()], content, Snapshot((harm, docs)))
        assert said[0].finding.evidence["covered"] is True
