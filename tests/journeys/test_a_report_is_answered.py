"""Somebody without an account sends a legal notice, and is answered by mail and by receipt."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from functools import partial
from pathlib import Path
from typing import Final

import httpx2
import pytest

from evenhand import decision, evidence, intake, ledger, people, queue, review
from evenhand.policy import Measure
from tests.outside import Letterbox, receiving
from tests.stage import fine, violation
from tests.town import Town, eventually, open_town, receipt_on

URL: Final = "https://plaza.example/post/stolen-cards"
NAME: Final = "Wen Moreau"
EMAIL: Final = "wen.moreau@example.org"
WORDS: Final = "It offers stolen payment cards with their numbers, which the penal code forbids."
FIRST: Final = {"url": URL, "harm": "fraud", "explanation": WORDS, "illegal": "yes"}
#: Every element that Article 16(2) of the Digital Services Act asks a notice for.
NOTICE: Final = FIRST | {
    "locations": URL,
    "name": NAME,
    "email": EMAIL,
    "good_faith": "yes",
    "legal_provision": "Penal code, article 263a",
}


@pytest.fixture(scope="module")
def letters() -> Iterator[Letterbox]:
    """Receive mail at a real mail server."""
    with receiving(Letterbox()) as box:
        yield box


@pytest.fixture(scope="module")
def town(letters: Letterbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """Open a town that sends its mail there."""
    folder: Path = tmp_path_factory.mktemp("town")
    with open_town(
        folder, plaza=False, smtp_host="127.0.0.1", smtp_port=letters.port, smtp_tls=False
    ) as opened:
        yield opened


@pytest.fixture(scope="module")
def reporter(town: Town) -> Iterator[httpx2.Client]:
    """Open the reporter's browser."""
    with town.visitor() as browser:
        yield browser


@pytest.fixture(scope="module")
def receipt(reporter: httpx2.Client) -> str:
    """Fill in both pages of the form; return the receipt shown at the end."""
    page = reporter.post("/report", data=FIRST)
    assert page.status_code == 200
    assert "Article 16" in page.text
    sent = reporter.post("/report/notice", data=NOTICE)
    assert sent.status_code == 303
    return receipt_on(reporter.get("/report/sent").text)


def letter(letters: Letterbox, number: int) -> EmailMessage:
    """Wait for a letter and read it."""
    eventually(lambda: len(letters.letters) >= number, f"letter {number} arrives")
    to, raw = letters.letters[number - 1]
    assert to == EMAIL
    found = message_from_bytes(raw, policy=default)
    assert isinstance(found, EmailMessage)
    return found


def text_of(found: EmailMessage) -> str:
    """Return what a letter says."""
    return str(found.get_content())


class TestANotice:
    """From the form to the answer. Each test goes on where the one before it stopped."""

    @pytest.mark.parametrize("missing", ["name", "email", "good_faith", "explanation", "locations"])
    def test_1_is_not_taken_without_what_the_law_asks_for(
        self, reporter: httpx2.Client, missing: str
    ) -> None:
        """The field is named, and everything else that was written is still there."""
        answer = reporter.post("/report/notice", data=NOTICE | {missing: "", "url": ""})
        assert answer.status_code == 422
        assert f'id="w-{missing}"' in answer.text
        assert missing == "explanation" or WORDS in answer.text

    def test_2_is_acknowledged_by_mail(self, receipt: str, letters: Letterbox) -> None:
        """The letter has the receipt, and says where it opens (Article 16(4))."""
        found = letter(letters, 1)
        assert found["From"]
        assert found["Auto-Submitted"] == "auto-generated"
        assert receipt in text_of(found)
        assert "/status" in text_of(found)

    def test_3_can_be_followed_with_its_receipt(
        self, reporter: httpx2.Client, receipt: str
    ) -> None:
        """The page says that it waits; who reported stands nowhere on it."""
        opened = reporter.post("/status", data={"receipt": receipt})
        assert opened.status_code == 303
        assert receipt.replace(" ", "") not in opened.headers["location"]
        page = reporter.get("/status").text
        assert "Your report waits for a person" in page
        assert NAME not in page
        assert EMAIL not in page

    @pytest.mark.usefixtures("receipt")
    def test_4_shows_reviewers_what_was_said_and_not_who(self, town: Town) -> None:
        """The console has the words of the notice, on no page the name or the address."""
        with town.console("Rosa") as rosa:
            listed = rosa.get("/console/queues/fraud").text
            address = re.search(r"/console/tasks/[0-9a-f-]{36}", listed)
            assert address
            desk = rosa.get(address[0]).text
        assert "stolen payment cards" in desk
        for page in (listed, desk):
            assert NAME not in page
            assert EMAIL not in page

    @pytest.mark.usefixtures("receipt")
    def test_5_is_decided_and_the_reporter_hears_of_it(
        self, town: Town, letters: Letterbox
    ) -> None:
        """The second letter says what was decided, and under which rule (Article 16(5))."""
        _decide(town, _verdict())
        said = text_of(letter(letters, 2))
        assert "we acted" in said
        assert "4.1 No scams, phishing or fake shops (version 1)" in said
        assert "/status" in said
        assert NAME not in said

    def test_6_stands_decided_on_the_status_page(
        self, reporter: httpx2.Client, receipt: str
    ) -> None:
        """With the same receipt."""
        reporter.post("/status", data={"receipt": receipt})
        page = reporter.get("/status").text
        assert "Your report waits for a person" not in page
        assert "Your report was decided" in page

    @pytest.mark.usefixtures("receipt")
    def test_7_leaves_no_name_in_the_public_log(self, reporter: httpx2.Client) -> None:
        """Codes, ids and counts: neither who reported, nor what they wrote, nor where."""
        log = reporter.get("/log.jsonl").text
        assert '"report.received"' in log
        for personal in (NAME, EMAIL, WORDS, URL, "article 263a", "Wen"):
            assert personal not in log

    def test_8_can_have_its_sender_named_only_on_record(self, town: Town, receipt: str) -> None:
        """An administrator may open the identity, with a reason; the log says that it was done."""
        holder = town.house.ask(people.receipt_actor, receipt)
        identity = town.house.ask(intake.identity_of_report, str(holder.subject_id))
        assert identity
        reason = "A court order of this morning asks for it."
        with pytest.raises(people.NotAllowed):
            town.house.do(evidence.open_identity, town.actor("Lin"), identity, reason=reason)
        opened = town.house.do(evidence.open_identity, town.actor("Ada"), identity, reason=reason)
        assert opened["email"] == EMAIL
        lines = town.house.ask(lambda tx: list(ledger.events(tx, ["identity.opened"])))
        who = [town.house.ask(ledger.actor_of, line) for line in lines]
        assert who == [town.actor("Ada").ref]

    def test_9_that_is_turned_down_is_answered_with_the_way_to_object(
        self, reporter: httpx2.Client, town: Town, letters: Letterbox
    ) -> None:
        """Why, by whom it can be looked at again, and until when (Articles 16(5) and 20)."""
        another = NOTICE | {"url": f"{URL}-2", "locations": f"{URL}-2"}
        assert reporter.post("/report/notice", data=another).status_code == 303
        letter(letters, 3)
        _decide(town, fine())
        said = " ".join(text_of(letter(letters, 4)).split())
        assert "Ask us to look again, free of charge." in said
        assert "court" in said


def _decide(town: Town, verdict: decision.Verdict) -> None:
    """Decide the one task that waits, as Rosa, once it does."""
    rosa = town.actor("Rosa")
    look = partial(town.house.ask, queue.waiting, rosa, queue="fraud")
    (task,) = eventually(look, "the task is opened")
    town.house.do(review.claim, rosa, task.id)
    town.house.do(decision.decide, rosa, task.id, verdict)


def _verdict() -> decision.Verdict:
    """Find the violation that the notice speaks of; nobody knows the account of an address."""
    found = violation(Measure.REMOVE, clause="fraud")
    return replace(
        found,
        facts="The page lists payment cards of other people with their numbers and prices.",
        reasons="Whoever sells stolen cards helps others to take money that is not theirs.",
        above_ladder_reason=None,
    )
