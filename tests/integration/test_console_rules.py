"""The rules in the console: from a form to a version that acts, and back, with nobody left out.

What rules do is tested in their own room; here it is the pages, on one database.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from html import unescape

import pytest
from starlette.testclient import TestClient

from evenhand import intake, people, policy, rules
from evenhand.bootstrap import House
from evenhand.db import Tx
from evenhand.kit.clock import SetClock
from evenhand.kit.intervals import wilson
from evenhand.people import Role
from evenhand.rules import version_store
from tests import desk_day
from tests.desk_day import Hired
from tests.stage import Stage, fine, violation

pytestmark = pytest.mark.on("sqlite")

GIFT = """rule gift-cards on listing
  when has_phrase(text, ["gift card"])
  propose hide
  policy fraud
  why "It asks to be paid by {matched_words}."
  fires {"text": "Pay by gift card only"}
  silent {"text": "Cash is fine"}
"""

PRIZE = """rule prizes on post
  when has_word(text, "prize")
  enqueue fraud
  policy fraud
"""


@dataclass(frozen=True)
class Board:
    """A lead's browser, and the house behind it."""

    house: House
    clock: SetClock
    ada: Hired
    desk: TestClient

    def see(self, address: str, status: int = 200) -> str:
        """Open a page; return its text."""
        answer = self.desk.get(address)
        assert answer.status_code == status, answer.text
        return unescape(re.sub(r"\s+", " ", answer.text))

    def send(self, address: str, form: Mapping[str, object], status: int = 303) -> str:
        """Send a form; return where it leads, or the page that comes back."""
        answer = self.desk.post(address, data=form)
        assert answer.status_code == status, answer.text
        return answer.headers["location"] if status == 303 else unescape(answer.text)

    def deploy(self, text: str, name: str = "gift.rules") -> str:
        """Deploy a file beside those that are there; return the page of the version it makes."""
        form = self.files() | {"do": "deploy", "why": "Sellers ask for gift cards."}
        at = sum(field.startswith("text-") for field in form)
        return self.send("/console/rules/files", form | {f"name-{at}": name, f"text-{at}": text})

    def files(self) -> dict[str, object]:
        """Return the form of the files as a browser would send it."""
        files = self.house.ask(rules.deployed_files, people.SYSTEM)
        named: dict[str, object] = {f"name-{at}": name for at, (name, _) in enumerate(files)}
        crlf = {f"text-{at}": text.replace("\n", "\r\n") for at, (_, text) in enumerate(files)}
        return named | crlf

    def tried(self, page: str) -> str:
        """Try a version on the last days; return the page of the trial, ended."""
        self.clock.forward(timedelta(minutes=1))
        today = self.clock.now().date()
        form: dict[str, object] = {
            "begin": (today - timedelta(days=3)).isoformat(),
            "end": today.isoformat(),
        }
        trial = self.send(f"{page}/try", form)
        assert "It waits for a worker" in self.see(trial)
        desk_day.run(self.house)
        return trial


@pytest.fixture
def board(house: House, clock: SetClock) -> Board:
    """Sign a lead in."""
    desk_day.open_for_work(house)
    ada = desk_day.first_administrator(house)
    lin = desk_day.hire(house, ada, "Lin Ek", Role.LEAD)
    return Board(house, clock, ada, desk_day.sign_in(house, clock, lin))


def test_a_rule_goes_all_the_way_with_two_people(board: Board) -> None:
    """Tried, watched, asked, approved by somebody else, acting; then rolled back with a reason."""
    desk_day.send_listing(board.house, 1)
    page = board.deploy(GIFT)
    assert "gift-cards@1" in board.see("/console/rules")
    seen = board.see(page)
    assert "On a listing, when text has the words “gift card”: propose to hide." in seen
    assert "never tried on the past" in seen
    assert "so that cannot be you" in seen
    on = {"to": "shadow", "why": "Watch it."}
    assert "was never tried" in board.send(f"{page}/stage", on, 422)
    trial = board.see(board.tried(page))
    assert "1 of 1 events, by 1 accounts" in trial
    assert "unknown</strong>, because nobody decided" in trial
    assert 'http-equiv="refresh"' not in trial
    assert board.send(f"{page}/stage", {**on, "why": " "}, 422).count("Say why") == 1
    board.send(f"{page}/stage", on)
    item_id = desk_day.send_listing(board.house, 2)
    assert "only written down" in board.see(page)
    why = board.see(f"{page}/items/{item_id}")
    assert "gift card" in why
    assert "found:" in why
    board.send(f"{page}/stage", {"to": "enqueue", "why": "Fine so far."})
    assert "a second person has to approve it" in board.see(page)
    assert "cannot approve it" in board.send(f"{page}/approve", {"why": "Mine."}, 422)
    ada = desk_day.sign_in(board.house, board.clock, board.ada)
    assert "Approve it" in ada.get(page).text
    assert ada.post(f"{page}/approve", data={"why": "I read it."}).status_code == 303
    canary = {"to": "canary", "why": "A few first.", "share": "25", "held_out": "3"}
    assert "whole numbers" in board.send(f"{page}/stage", {**canary, "share": "x"}, 422)
    board.send(f"{page}/stage", canary)
    seen = board.see(page)
    assert "acts for 25 % of accounts" in seen
    assert "approved by a second person · Ada Adeyemi" in seen
    board.send(f"{page}/stage", {"to": "on", "why": "All is well."})
    refused = board.send(f"{page}/roll-back", {"why": "It is not."}, 422)
    assert "no version acted before it" in refused
    board.send(f"{page}/retire", {"why": "Gift shops sell gift cards."})
    seen = board.see(page)
    assert "Gift shops sell gift cards." in seen
    assert "Retire it for good" not in seen


def test_faults_point_into_the_file_and_deploy_nothing(board: Board) -> None:
    """A check says where and how to mend it; what comes true is said in plain words."""
    form = board.files() | {"do": "deploy", "why": "x"}
    at = sum(field.startswith("text-") for field in form)
    wrong = {f"name-{at}": "a.rules", f"text-{at}": GIFT.replace("has_phrase", "has_frase")}
    page = board.send("/console/rules/files", form | wrong, 422)
    assert "a.rules:2:8" in page
    assert "^^^^^^^^^" in page
    assert "did you mean `has_phrase`?" in page
    lying = {f"text-{at}": GIFT.replace("Cash is fine", "A gift card is fine")}
    page = board.send("/console/rules/files", form | wrong | lying, 422)
    assert "this example says that it stays silent" in page
    page = board.send("/console/rules/files", form | {f"text-{at}": GIFT, "do": "check"}, 200)
    assert "Deploying makes 1 new version, a draft" in page
    twice = {f"name-{at}": form["name-0"], f"text-{at}": GIFT}
    assert "Two files have one name" in board.send("/console/rules/files", form | twice, 422)
    assert board.send("/console/rules/files", board.files() | {"do": "deploy"}, 422).count(
        "Say why"
    )
    assert "gift-cards" not in board.see("/console/rules")


def test_a_rule_is_built_row_by_row_and_comes_back_the_same(board: Board) -> None:
    """Buttons add and remove rows without a script; what is built is opened again unchanged."""
    form: dict[str, object] = {
        "name": "cheap-phones",
        "kinds": ["listing"],
        "kind:0": "all",
        "group:0": "all",
        "kind:0.0": "row",
        "field:0.0": "title",
        "is:0.0": "has_word",
        "value:0.0": "phone, tablet",
        "action-0:do": "enqueue",
        "action-0:name": "fraud",
        "action-0:priority": "40",
        "policy": "fraud",
        "why": "A device offered for {price}.",
    }
    page = board.send("/console/rules/builder", form | {"do": "row:0"}, 200)
    assert 'name="field:0.1"' in page
    page = board.send("/console/rules/builder", form | {"do": "any:0"}, 200)
    assert 'name="field:0.1.0"' in page
    assert 'name="field:0.0"' not in board.send(
        "/console/rules/builder", form | {"do": "remove:0.0"}, 200
    )
    assert "action-1:on" in board.send("/console/rules/builder", form | {"do": "action:label"}, 200)
    empty = {**form, "field:0.0": "", "do": "check"}
    assert "Say in at least one row" in board.send("/console/rules/builder", empty, 422)
    price = {"kind:0.1": "row", "field:0.1": "price", "is:0.1": "<", "value:0.1": "10"}
    page = board.send("/console/rules/builder", form | price | {"do": "check"}, 200)
    assert "when title has the word “phone” or “tablet” and price is less than 10" in page
    unknown = {**form, "field:0.0": "titel", "do": "check"}
    assert "title" in board.send("/console/rules/builder", unknown, 422)
    assert "cheap-phones.rules" in board.send(
        "/console/rules/builder", form | price | {"do": "files"}, 200
    )
    version = board.send(
        "/console/rules/builder", form | price | {"do": "deploy", "deploy_why": "Try it."}
    )
    again = board.see(f"/console/rules/builder?version={version.rpartition('/')[2]}")
    assert 'value="phone, tablet"' in again
    changed = form | price | {"value:0.1": "20", "do": "deploy", "deploy_why": "Dearer ones too."}
    assert "cheap-phones@2" in board.see(board.send("/console/rules/builder", changed))


def test_the_desk_says_which_rules_hit_and_not_those_that_only_watch(board: Board) -> None:
    """Whoever decides sees what brought the item; a rule in the shadow must not tell the answer."""
    desk_day.scams(board.house)
    page = board.deploy(GIFT)
    board.tried(page)
    board.send(f"{page}/stage", {"to": "shadow", "why": "Watch it."})
    desk_day.send_listing(board.house, 1)
    task = board.desk.post("/console/next").headers["location"]
    seen = board.see(task)
    assert "possibly-known-material@1" in seen
    assert "gift-cards@1" not in seen


def test_a_hit_is_explained_by_what_was_known_then(board: Board) -> None:
    """What is found out later changes nothing of it, and tells which rules nearly hit."""
    condition = 'has_phrase(text, ["gift card"]) and not label(account, "trusted")'
    text = GIFT.replace('has_phrase(text, ["gift card"])', condition)
    labels = '"labels": {"account": []}}'
    text = text.replace('only"}', f'only", {labels}').replace('fine"}', f'fine", {labels}')
    desk_day.send_listing(board.house, 9)
    page = board.deploy(text)
    board.tried(page)
    board.send(f"{page}/stage", {"to": "shadow", "why": "Watch it."})
    hit = desk_day.send_listing(board.house, 1)
    account = board.house.ask(intake.item, people.SYSTEM, hit).account
    assert account is not None
    label = {"entity": "account", "entity_id": account.id, "name": "trusted", "until": None}
    by = {"by_ref": people.SYSTEM.ref, "item_id": hit}
    board.house.do(lambda tx: version_store.save_label(tx, label | by))
    board.house.do(rules.evaluate_item, hit)
    seen = board.see(f"{page}/items/{hit}")
    assert "with what was known when it hit" in seen
    assert seen.count(">yes<") == 2
    assert ">no<" not in seen
    assert "It came near none of them" in board.see(f"{page}/near-misses")
    missed = desk_day.send_listing(board.house, 2, seller=1)
    nearly = board.see(f"{page}/near-misses")
    assert 'not label(account, "trusted")' in nearly
    assert "the account does not carry the label “trusted”" in nearly
    assert "the other clause holds" in nearly
    assert board.see(f"/console/rules/items/{hit}").count("gift-cards@1") == 0
    assert "gift-cards@1" in board.see(f"/console/rules/items/{missed}")
    board.desk.cookies.clear()
    for address in (f"{page}/near-misses", f"/console/rules/items/{missed}"):
        assert board.desk.get(address).headers["location"].startswith("/console/sign-in")


def test_near_misses_do_not_tell_whoever_has_yet_to_decide(board: Board) -> None:
    """Of a rule in the shadow nothing is said while the item waits."""
    desk_day.scams(board.house)
    text = GIFT.replace("when has", 'when title == "Never" and has')
    page = board.deploy(text.replace('only"}', 'only", "title": "Never"}'))
    board.tried(page)
    board.send(f"{page}/stage", {"to": "shadow", "why": "Watch it."})
    item_id = desk_day.send_listing(board.house, 1)
    seen = board.see(board.desk.post("/console/next").headers["location"])
    assert f"/console/rules/items/{item_id}" in seen
    assert "Rules in the shadow are left out" in board.see(f"/console/rules/items/{item_id}")
    assert "gift-cards@1" not in board.see(f"/console/rules/items/{item_id}")
    board.send(f"{page}/stage", {"to": "enqueue", "why": "On."})
    assert "gift-cards@1" in board.see(f"/console/rules/items/{item_id}")


def test_the_desk_names_the_rule_that_failed(board: Board) -> None:
    """An item that a rule could not look at is not taken for clean."""
    desk_day.scams(board.house)
    item_id = desk_day.send_listing(board.house, 1)

    def fail(tx: Tx) -> None:
        event = version_store.event_of(tx, item_id)
        assert event is not None
        version_store.change_event(tx, event["id"], failed=["gift-cards"])

    board.house.do(fail)
    seen = board.see(board.desk.post("/console/next").headers["location"])
    assert "rule failed" in seen
    assert "gift-cards. Not looked at is not clean." in seen


def test_a_house_without_rules_says_what_to_do(house: House, clock: SetClock) -> None:
    """What is always there is listed, and where to begin is said."""
    house.do(policy.seed)
    house.do(intake.seed_kinds)
    ada = desk_day.sign_in(house, clock, desk_day.first_administrator(house))
    page = ada.get("/console/rules").text
    assert "There is no rule yet" in page
    assert "not-looked-at" in page
    form = {"name-0": "first.rules", "text-0": GIFT, "do": "deploy", "why": "The first."}
    assert ada.post("/console/rules/files", data=form).status_code == 303


def test_what_the_brake_took_back_stands_first(board: Board) -> None:
    """In red on the list, with the reason, and on its page what to look at again."""
    desk_day.send_listing(board.house, 99)
    page = board.deploy(GIFT.replace("propose hide", "enqueue fraud"))
    board.tried(page)
    for stage in ("shadow", "enqueue"):
        board.send(f"{page}/stage", {"to": stage, "why": "On."})
    board.clock.forward(timedelta(minutes=1))
    for number in range(22):
        desk_day.send_listing(board.house, number)
    assert "The brake took 1 rule back" in board.see("/console/rules")
    seen = board.see(page)
    assert "22 items to look at again" in seen or "21 items to look at again" in seen
    board.send(f"{page}/stage", {"to": "enqueue", "why": "A real wave."})
    assert "The brake took" not in board.see("/console/rules")


def test_a_trial_that_comes_to_nothing_says_why(board: Board) -> None:
    """The version was retired before a worker came to it; a second trial is not begun meanwhile."""
    page = board.deploy(GIFT)
    day = board.clock.now().date().isoformat()
    board.clock.forward(timedelta(minutes=1))
    assert "Choose a first and a last day" in board.send(f"{page}/try", {"begin": day}, 422)
    backwards = {"begin": "2031-01-01", "end": "2030-01-01"}
    assert "ends before it begins" in board.send(f"{page}/try", backwards, 422)
    trial = board.send(f"{page}/try", {"begin": day, "end": day})
    again = board.send(f"{page}/try", {"begin": day, "end": day}, 422)
    assert "it is being tried already" in again
    assert 'http-equiv="refresh"' in board.see(trial)
    assert 'http-equiv="refresh"' not in board.see(f"{trial}?still=1")
    board.send(f"{page}/retire", {"why": "A mistake."})
    desk_day.run(board.house)
    seen = board.see(trial)
    assert "It came to nothing" in seen
    assert "it is retired" in seen
    assert "came to nothing" in board.see(page)


def test_a_reviewer_looks_and_changes_nothing(board: Board) -> None:
    """What a reviewer may not do is not offered, and refused when sent."""
    page = board.deploy(GIFT)
    rui = desk_day.sign_in(
        board.house, board.clock, desk_day.hire(board.house, board.ada, "Rui", Role.REVIEWER)
    )
    seen = rui.get(page).text
    assert "Take it on" not in seen
    assert "Retire it for good" not in seen
    assert rui.post(f"{page}/retire", data={"why": "No."}).status_code == 403
    assert rui.get("/console/rules/builder").status_code == 403
    assert "readonly" in rui.get("/console/rules/files").text
    assert rui.get("/console/rules/none").status_code == 404
    assert rui.get("/console/rules/trials/none").status_code == 404


def test_a_trial_is_held_against_what_people_decided(board: Board) -> None:
    """Precision from the matches they decided, recall from the lot alone, else unknown."""
    house, stage = board.house, Stage(board.house)
    page = board.deploy(PRIZE)
    lot = [stage.item(f"prize {n}" if n < 2 else f"a walk {n}") for n in range(4)]
    stage.settle()
    board.clock.forward(timedelta(hours=3))
    assert sorted(house.do(rules.ask_for_labels, a_day=9, at_random=1.0, waiting=0)) == sorted(lot)
    stage.settle()
    for item_id in (lot[0], lot[2], lot[3]):
        stage.decide(item_id, violation(clause="fraud"))
    stage.decide(lot[1], fine())
    reported = [stage.reported(text=f"prize again {n}") for n in range(4)]
    for item_id in reported[:3]:
        stage.decide(item_id, violation(clause="fraud"))
    stage.reported(text="nothing to win, and wrong otherwise")
    seen = board.see(board.tried(page))
    assert "6 of 14 events, by 1 accounts" in seen
    precise = wilson(4, 5)
    found = wilson(1, 3)
    assert precise is not None
    assert found is not None
    for share, says in ((precise, "80.0 %"), (found, "33.3 %")):
        low, high = (f"{100 * one:.1f} %" for one in (share.low, share.high))
        sure = f"95 % sure between {low} and {high}"
        assert f"<strong>{says}</strong> ({share.hits} of {share.of}; {sure})" in seen
    assert "1 item nobody decided about" in seen
    assert "which nothing else had asked about" in seen
    for stage_ in ("shadow", "enqueue"):
        board.send(f"{page}/stage", {"to": stage_, "why": "On."})
    stage.item("another prize")
    stage.settle()
    again = board.see(board.tried(page))
    assert "unknown</strong>, because the rule asked people itself" in again
