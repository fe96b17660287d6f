"""A post is taken down by mistake, its author objects, and everything that followed is undone."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import httpx2
import pytest

from evenhand import decision, intake, ledger, people, queue
from evenhand.ledger import merkle
from tests.town import PHOTOS, Town, open_town, receipt_on

PASSWORD: Final = "a long enough password"
TEXT: Final = "Brown leather bag, bought second-hand in the shop on the station square."
FACTS: Final = "The post offers a branded bag with an unreadable stamp and without any receipt."
REASONS: Final = "A stamp that cannot be read and a missing receipt are signs of a counterfeit."
APPEAL: Final = "The stamp is worn, not false, and the shop on the square still knows me."
SECOND: Final = (
    "The stamp is worn in the way that old leather wears, and nothing else speaks of it."
)
ANSWER: Final = "The bag was compared with the maker's own pictures, and it is the maker's own."
PHOTO: Final = PHOTOS / "brick-paving.jpg"
BANK: Final = "Counterfeit photos"


@dataclass
class Matter:
    """What is known of the post as the day goes on."""

    where: str = ""
    receipt: str = ""
    decision_id: str = ""
    reporters: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """Open a town with Plaza, and a bank that the picture will be put into."""
    folder: Path = tmp_path_factory.mktemp("town")
    with open_town(folder) as opened:
        with opened.console("Lin") as lin:
            kind = {"name": BANK, "signal": "image", "confidence": "confirmed"}
            made = lin.post("/console/banks", data=kind | {"clause": "counterfeit"})
            assert made.status_code == 303, made.text
        yield opened


@pytest.fixture(scope="module")
def author(town: Town) -> Iterator[httpx2.Client]:
    """Open the author's browser on Plaza."""
    with town.visitor(at=town.plaza) as browser:
        browser.post("/sign-in", data={"name": "Greta", "password": PASSWORD})
        yield browser


@pytest.fixture(scope="module")
def matter(town: Town, author: httpx2.Client) -> Matter:
    """Post it, have it reported, and have it wrongly decided."""
    found = Matter()
    photo = ("bag.jpg", PHOTO.read_bytes(), "image/jpeg")
    posted = author.post("/posts", files={"text": (None, TEXT), "photo": photo})
    found.where = posted.headers["location"]
    with town.visitor(at=town.plaza) as browser:
        says = {"harm": "intellectual_property", "explanation": "This bag is surely a copy."}
        found.reporters.append(receipt_on(browser.post(f"{found.where}/report", data=says).text))
    town.settle()
    form = {"choice": "clause:counterfeit", "measures_for": "counterfeit", "facts": FACTS}
    form |= {"reasons": REASONS, "bank": BANK, "days": ""}
    _decide(town, "Rosa", "", form | {"measures": ["remove", "warn"]})
    town.settle()
    (made,) = _lines(town, "decision.made")
    found.decision_id = str(made["subject"])
    found.receipt = receipt_on(author.get(found.where).text)
    return found


class TestAWrongTakedown:
    """From the mistake to the undoing. Each test goes on where the one before it stopped."""

    def test_1_takes_the_post_down_and_says_why(
        self, town: Town, author: httpx2.Client, matter: Matter
    ) -> None:
        """Strangers see nothing; the author reads rule, facts, reasons and how to object."""
        with town.visitor(at=town.plaza) as stranger:
            assert stranger.get(matter.where).status_code == 404
            assert TEXT not in stranger.get("/").text
        told = author.get("/messages").text
        for says in (FACTS.replace("'", "&#x27;"), "No counterfeit goods", "/status"):
            assert says in told

    def test_2_holds_the_same_picture_at_the_gate(self, town: Town, matter: Matter) -> None:
        """What was banked is recognised: held, and not removed, until a person looks."""
        with town.visitor(at=town.plaza) as other:
            other.post("/sign-in", data={"name": "Otto", "password": PASSWORD})
            photo = ("same.jpg", PHOTO.read_bytes(), "image/jpeg")
            posted = other.post("/posts", files={"text": (None, "A bag."), "photo": photo})
            town.settle()
            page = other.get(posted.headers["location"]).text
        assert "Somebody will look at it; until then it is held." in page
        (held,) = town.house.ask(queue.waiting, town.actor("Rosa"))
        assert held.kind is queue.TaskKind.REVIEW

    def test_3_can_be_objected_to_once(self, town: Town, matter: Matter) -> None:
        """With the receipt from Plaza."""
        with town.visitor(seat=1) as browser:
            assert browser.post("/status", data={"receipt": matter.receipt}).status_code == 303
            assert browser.post("/status/appeal", data={"text": APPEAL}).status_code == 303
            assert browser.post("/status/appeal", data={"text": APPEAL}).status_code == 422
            assert "waits for somebody who did not decide first" in browser.get("/status").text
        town.settle()

    def test_4_is_judged_by_somebody_else_who_does_not_know(self, town: Town) -> None:
        """Rosa cannot take it; nothing of the first decision is in the page that Ren gets."""
        task = _appeal_task(town)
        with town.console("Rosa") as rosa:
            refused = rosa.post(f"/console/tasks/{task}/claim")
            assert refused.status_code == 409
        with town.console("Ren") as ren:
            assert ren.post(f"/console/tasks/{task}/claim").status_code == 303
            blind = ren.get(f"/console/tasks/{task}").text.partition('id="main"')[2]
            assert APPEAL in blind
            for hidden in (FACTS, REASONS, "Rosa"):
                assert hidden not in blind
            form = {"choice": "no_violation", "reasons": SECOND}
            assert ren.post(f"/console/tasks/{task}/judge", data=form).status_code == 303
            both = ren.get(f"/console/tasks/{task}").text
            assert FACTS in both
            assert "the appeal is granted" in both
            answer = {"explanation": ANSWER}
            assert ren.post(f"/console/tasks/{task}/conclude", data=answer).status_code == 303
        town.settle()

    def test_5_is_back_on_plaza(self, town: Town, author: httpx2.Client, matter: Matter) -> None:
        """For everybody, with its picture."""
        with town.visitor(at=town.plaza) as stranger:
            assert TEXT in stranger.get(matter.where).text
            photo = stranger.get(matter.where.replace("/post/", "/photo/"))
            assert photo.content == PHOTO.read_bytes()
        assert "It was removed" not in author.get(matter.where).text

    def test_6_leaves_no_trace_of_the_decision_in_force(self, town: Town, matter: Matter) -> None:
        """No measure, no strike, no bank entry; the reporter's accuracy is not what it was."""
        view = town.house.ask(decision.decision, town.actor("Lin"), matter.decision_id)
        assert view.reversed_at
        assert all(one.lifted_at for one in view.measures if one.measure.facts.restricts)
        strikes = town.house.ask(decision.strikes, town.actor("Lin"), str(view.account_id))
        assert all(one.voided_at for one in strikes)
        reporter = town.house.ask(people.receipt_actor, matter.reporters[0])
        report = town.house.ask(intake.report_for_receipt, reporter)
        assert report.outcome != "upheld"
        assert view.restitution
        assert view.restitution.undone

    def test_7_lets_the_picture_through_the_gate_again(self, town: Town) -> None:
        """Nothing that was banked because of it holds anybody up."""
        with town.visitor(at=town.plaza) as other:
            other.post("/sign-in", data={"name": "Orla", "password": PASSWORD})
            photo = ("same.jpg", PHOTO.read_bytes(), "image/jpeg")
            posted = other.post("/posts", files={"text": (None, "My bag."), "photo": photo})
            town.settle()
            page = other.get(posted.headers["location"]).text
            assert "until then it is held" not in page
        with town.visitor(at=town.plaza) as stranger:
            assert stranger.get(posted.headers["location"]).status_code == 200

    def test_8_is_told_to_everybody_who_asked(
        self, town: Town, author: httpx2.Client, matter: Matter
    ) -> None:
        """The author hears why; the status page lists what was put right and what could not be."""
        assert ANSWER.replace("'", "&#x27;") in author.get("/messages").text
        with town.visitor(seat=1) as browser:
            browser.post("/status", data={"receipt": matter.receipt})
            page = browser.get("/status").text
        for says in ("The decision was undone", "What was put right", "What could not be undone"):
            assert says in page

    def test_9_stands_reversed_in_a_log_that_verifies(self, town: Town, matter: Matter) -> None:
        """The register shows both, the lines rebuild the signed root, and nobody is named."""
        with town.visitor(seat=2) as anybody:
            register = anybody.get("/register").text
            lines = anybody.get("/log.jsonl").text.splitlines()
            checkpoint = anybody.get("/checkpoint").text
        row = register.partition(matter.decision_id[-6:])[2].partition("</tr>")[0]
        assert re.search("reversed|undone", row, re.IGNORECASE)
        for personal in ("Greta", "Rosa", TEXT, FACTS, APPEAL, ANSWER):
            assert personal not in register + "".join(lines)
        leaves = [
            bytes.fromhex(leaf) if (leaf := json.loads(line).get("leaf"))
            else merkle.leaf_hash(line.encode())
            for line in lines
        ]  # fmt: skip
        _, size, root = checkpoint.split("\n")[:3]
        assert int(size) == len(leaves)
        assert base64.b64decode(root) == merkle.root_of(leaves)


def _decide(town: Town, name: str, queue_name: str, form: dict[str, object]) -> None:
    """Take the next task as somebody on the staff, and decide it with the form."""
    with town.console(name) as browser:
        taken = browser.post("/console/next", data={"queue": queue_name})
        where = taken.headers["location"].partition("?")[0]
        assert "/tasks/" in where, taken.text
        decided = browser.post(f"{where}/decide", data=form)
        assert decided.status_code == 303, decided.text


def _appeal_task(town: Town) -> str:
    (task,) = town.house.ask(queue.waiting, town.actor("Ren"), queue="appeals")
    return task.id


def _lines(town: Town, event: str) -> list[dict[str, object]]:
    """Return the ledger's lines of one type."""
    return town.house.ask(lambda tx: [dict(one) for one in ledger.events(tx, [event])])
