"""Likeness to a protected name is found, explained, and never said of what is genuine."""

from __future__ import annotations

import pytest

from evenhand.banks import Confidence, EntryKind, LiveEntry, Snapshot
from evenhand.detection import Answer, DetectorFailed, Finding, ItemContent
from evenhand.detection.detectors.impersonation import FOUND_MAX, PLACES_MAX, Impersonation
from evenhand.detection.model import LinkContent, TextContent

POST = (
    "Harbor Post; domains: harborpost.example; handles: harborpost; "
    "genuine: 4711, harborpost.social, hp_sport"
)


def bank(*names: str) -> Snapshot:
    """List protected names."""
    unsure = Confidence.INDICATIVE
    return Snapshot(
        tuple(
            LiveEntry(f"e-{at}", "b", "names", unsure, "impersonation", EntryKind.NAME, name)
            for at, name in enumerate(names)
        )
    )


def examine(
    *names: str,
    account: str = "",
    account_id: str = "",
    link: str = "",
    text: str = "",
    seconds_max: float = 10.0,
) -> list[Finding]:
    """Let the detector look at an item."""
    content = ItemContent(
        "i",
        texts=(TextContent("text", text),) if text else (),
        links=(LinkContent("link", link),) if link else (),
        account_name=account,
        account_id=account_id,
    )
    return list(Impersonation(seconds_max=seconds_max).examine(content, bank(*names)))


class TestFinding:
    """What is like a protected name."""

    @pytest.mark.parametrize(
        "account", ["Harbor Post", "Harbor Post Live", "HarborPost_Official", "Нarbor Pоst"]
    )
    def test_says_how_an_account_is_like_it(self, account: str) -> None:
        """With the entry it rests on, and no field: it is not in the item."""
        [finding] = examine(POST, account=account, account_id="666")
        assert (finding.answer, finding.entry_id, finding.field) == (Answer.FOUND, "e-0", None)
        assert finding.evidence["account_name"] == account
        assert finding.evidence["protected"] == "Harbor Post"
        assert finding.why.startswith("The account's name is like Harbor Post")

    @pytest.mark.parametrize(
        ("link", "text"),
        [
            ("https://harborpost-news.com/x", ""),
            ("", "read harborp0st.com today"),
            ("", "see https://harborpost.example.evil.net"),
        ],
    )
    def test_finds_a_site_wherever_a_link_stands(self, link: str, text: str) -> None:
        """In link fields and in texts."""
        [finding] = examine(POST, link=link, text=text)
        assert finding.answer is Answer.FOUND
        assert finding.evidence["like"] == "harborpost.example"
        assert finding.field == ("link" if link else "text")
        assert finding.evidence["undone"]

    @pytest.mark.parametrize(
        "handle", ["harborpost_support", "harb0rpost", "harbor.post", "hаrborpost"]
    )
    def test_finds_a_handle_that_a_text_names(self, handle: str) -> None:
        """Where people are sent to is what they are cheated by."""
        [finding] = examine(POST, text=f"Refunds: write to @{handle}!")
        assert finding.evidence["handle"] == handle

    def test_says_each_once(self) -> None:
        """However often it stands there."""
        text = "harborpost.net and again harborpost.net and https://harborpost.net/2"
        assert len(examine(POST, text=text)) == 1

    def test_says_it_often_enough_and_no_more(self) -> None:
        """And what was not compared is said."""
        text = " ".join(f"https://harborpost{n}.com" for n in range(PLACES_MAX + 7))
        findings = examine(POST, text=text)
        assert len(findings) == FOUND_MAX + 1
        assert findings[-1].answer is Answer.SKIPPED
        assert findings[-1].why.startswith("7 more")


class TestNotFinding:
    """What is theirs, and what is only said."""

    @pytest.mark.parametrize(
        ("account", "account_id"),
        [("Harbor Post", "4711"), ("harborpost", "9"), ("@HarborPost", "9"), ("HP_Sport", "9")],
    )
    def test_lets_their_own_accounts_be(self, account: str, account_id: str) -> None:
        """By handle, or by what the host knows them by."""
        [finding] = examine(POST, account=account, account_id=account_id)
        assert finding.answer is Answer.NOT_FOUND

    @pytest.mark.parametrize(
        "text",
        [
            "https://harborpost.example/a https://m.harborpost.social/b",
            "thanks @harborpost and @HarborPost.",
            "Harbor Post lied again, and I say so",
            "mail me at ann@harborpost-support.example.org",
        ],
    )
    def test_lets_what_is_said_of_them_be(self, text: str) -> None:
        """Only likeness is looked for, and their own sites and handles are theirs."""
        [finding] = examine(POST, account="Marisol", text=text)
        assert finding.answer is Answer.NOT_FOUND

    def test_looks_at_the_links_of_their_own_accounts(self) -> None:
        """A genuine account may have been taken over."""
        [finding] = examine(POST, account_id="4711", account="x", link="https://harborpost.net")
        assert finding.answer is Answer.FOUND

    def test_lets_a_handle_be_that_may_well_be_theirs(self) -> None:
        """Nothing says how their handle is written."""
        [finding] = examine("Harbor Post", text="thanks @harbor_post")
        assert finding.answer is Answer.NOT_FOUND


class TestSkippingAndFailing:
    """What was not compared."""

    def test_skips_without_names_or_anything_to_compare(self) -> None:
        """Nothing to look at, or nothing to look for."""
        assert examine(POST)[0].answer is Answer.SKIPPED
        assert examine(account="Harbor Post")[0].answer is Answer.SKIPPED

    def test_fails_when_there_is_no_time(self) -> None:
        """A bank too large for the time there is compares nothing in silence."""
        with pytest.raises(DetectorFailed, match="too long"):
            examine(POST, account="x", seconds_max=-1.0)

    def test_fails_when_an_entry_is_no_name(self) -> None:
        """A broken bank is seen."""
        with pytest.raises(DetectorFailed, match="e-0"):
            examine("x; nonsense", account="x")
