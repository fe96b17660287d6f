"""One post from the moment somebody writes it to the moment its removal is undone, in a browser.

Everybody does what they would do: the author and a stranger on Plaza, two reviewers at the
console by keyboard, the public in the register and the log.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterator
from typing import Final

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from playwright.sync_api import Browser, BrowserContext, Page, expect

from evenhand import evidence, people, queue
from tests.browser.chromium import at_work, complaints_of, window
from tests.town import PASSWORD, PHOTOS, Town

TEXT: Final = (
    "My grandmother's coffee set, complete, collected in the harbour. Forty for all of it."
)
REPORT: Final = "I have seen this photo in a shop's catalogue, so the set is surely not hers."
FACTS: Final = "The post offers a coffee set with a photo taken from the catalogue of a shop."
REASONS: Final = "Whoever pays for goods shown in a borrowed photo cannot know what will arrive."
APPEAL: Final = "I took the photo in my own kitchen, and the window behind it is mine."
SECOND: Final = "The photo shows a kitchen that appears in no catalogue we could find anywhere."
ANSWER: Final = "The photo was compared with the catalogue named, and it is not in it."
AUTHOR: Final = "Greta"
SECONDS_LOOKED: Final = 1_500


class Day:
    """Who sits at which window on this day, and what they carry from one to the next."""

    def __init__(self, chromium: Browser, town: Town) -> None:
        self.town = town
        self.contexts: dict[str, BrowserContext] = {
            "author": window(chromium, town.plaza),
            "stranger": window(chromium, town.plaza),
            "portal": window(chromium, town.base),
            "Rosa": window(chromium, town.base),
            "Ren": window(chromium, town.base),
        }
        self.pages = {who: context.new_page() for who, context in self.contexts.items()}
        self.complaints = {who: complaints_of(page) for who, page in self.pages.items()}
        self.post = ""
        self.receipt = ""
        self.task = ""
        self.appeal = ""
        self.decision = ""

    def page(self, who: str) -> Page:
        """Return somebody's page."""
        return self.pages[who]

    def close(self) -> None:
        """Close every window."""
        for context in self.contexts.values():
            context.close()


@pytest.fixture(scope="module")
def day(chromium: Browser, quiet_town: Town) -> Iterator[Day]:
    """Open everybody's windows for the length of the day."""
    found = Day(chromium, quiet_town)
    yield found
    found.close()


def sign_in(page: Page, town: Town, name: str) -> None:
    """Type address, password and the code of the moment, as one does."""
    page.goto("/console")
    expect(page).to_have_title(re.compile("Sign in"))
    expect(page.get_by_label("Email")).to_be_focused()
    for text in (town.staff[name].email, PASSWORD, town.code(name)):
        page.keyboard.type(text)
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="What waits for a person")).to_be_visible()


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until something has the focus."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("(one) => document.activeElement?.matches(one)", selector):
            return
    raise AssertionError(f"The Tab key never came to {selector}.")


def write(page: Page, selector: str, text: str) -> None:
    """Go to a field with the Tab key and write into it instead of what is there."""
    tab_to(page, selector)
    page.keyboard.press("Control+a")
    page.keyboard.type(text)


class TestTheWholeDay:
    """One post, from first to last. Each test is the next hour of the same day."""

    def test_01_somebody_posts_a_photo_on_plaza(self, day: Day) -> None:
        """It passes the gate, and strangers see it."""
        page = day.page("author")
        page.goto("/")
        page.get_by_label("Name").fill(AUTHOR)
        page.get_by_label("Password").fill("a long enough password")
        page.get_by_role("button", name="Sign in").click()
        page.get_by_label("Say something").fill(TEXT)
        page.get_by_label("A photo, if you like").set_input_files(PHOTOS / "espresso-cup.jpg")
        page.get_by_role("button", name="Post", exact=True).click()
        expect(page.get_by_text(TEXT)).to_be_visible()
        day.post = page.url
        stranger = day.page("stranger")
        stranger.goto(day.post)
        expect(stranger.get_by_role("img", name=f"Photo posted by {AUTHOR}")).to_be_visible()

    def test_02_somebody_else_reports_it(self, day: Day) -> None:
        """They get a receipt, and the post stays."""
        page = day.page("stranger")
        page.get_by_text("Report this post").click()
        page.get_by_label("What is wrong?").select_option("fraud")
        page.get_by_label("Tell us in your own words").fill(REPORT)
        page.get_by_role("button", name="Send the report").click()
        expect(page.get_by_text(re.compile(r"\d{4} \d{4} \d{4} \d{4}"))).to_be_visible()
        assert page.goto(day.post).status == 200  # type: ignore[union-attr]  # it went somewhere
        day.town.settle()

    def test_03_a_reviewer_signs_in_and_takes_it_by_key(self, day: Day) -> None:
        """The picture is veiled: no pixel of it has left the house."""
        page = day.page("Rosa")
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        sign_in(page, day.town, "Rosa")
        expect(page.get_by_role("link", name="Scams and fraud").first).to_be_visible()
        page.keyboard.press("j")
        page.wait_for_url("**/console/tasks/*")
        day.task = page.url
        expect(page.get_by_text("not shown.")).to_be_visible()
        expect(page.locator(".veil img")).to_have_count(0)
        expect(page.get_by_text(TEXT)).to_be_visible()
        expect(page.get_by_text(REPORT)).to_be_visible()
        assert AUTHOR in page.content()
        assert not [url for url in asked if "/image" in url]

    def test_04_the_veil_rises_by_keys_and_the_viewing_is_on_record(self, day: Day) -> None:
        """Outline, then grey; how long it was open is counted."""
        page = day.page("Rosa")
        for key, level in (("1", "outline"), ("2", "grey")):
            page.keyboard.press(key)
            picture = page.get_by_role("img", name=re.compile(level))
            expect(picture).to_be_visible()
            expect(picture).to_have_js_property("complete", value=True)
            assert picture.evaluate("(one) => one.naturalWidth") > 0
        page.wait_for_timeout(SECONDS_LOOKED)
        page.keyboard.press("0")
        expect(page.get_by_text("not shown.")).to_be_visible()
        task_id = day.task.rpartition("/")[2].partition("?")[0]
        seen = day.town.house.ask(evidence.viewings_of, task_id=task_id)
        assert [one.level.value for one in seen] == ["outline", "grey"]
        assert {one.staff_id for one in seen} == {day.town.staff["Rosa"].id}
        assert all(one.closed_at for one in seen)
        assert 1 < seen[1].seconds < 15

    def test_05_facts_too_short_are_sent_back_with_everything_typed(self, day: Day) -> None:
        """Nothing is decided, nothing is lost."""
        page = day.page("Rosa")
        _choose(page, "No scams, phishing or fake shops")
        expect(page.get_by_label("Remove the item")).to_be_checked()
        page.keyboard.press("t")
        page.keyboard.type("Bad photo.")
        page.keyboard.press("Tab")
        page.keyboard.type(REASONS)
        page.keyboard.press("Control+Enter")
        alert = page.get_by_role("alert").filter(visible=True)
        expect(alert).to_contain_text("shorter than a sentence")
        expect(alert).to_be_focused()
        expect(page.get_by_label("Facts")).to_have_value("Bad photo.")
        expect(page.get_by_label("Why the rule applies")).to_have_value(REASONS)
        expect(page.get_by_role("radio", name=re.compile("No scams"))).to_be_checked()
        expect(page.get_by_label("Remove the item")).to_be_checked()

    def test_06_it_is_decided_under_a_clause_without_touching_the_mouse(self, day: Day) -> None:
        """Then the next task would open; there is none."""
        page = day.page("Rosa")
        write(page, "#f-facts", FACTS)
        page.keyboard.press("Control+Enter")
        page.wait_for_url("**/console?*done=1*")
        expect(page.get_by_text("Nothing more waits for you")).to_be_visible()
        day.town.settle()

    def test_07_plaza_hides_it_and_tells_the_author_why(self, day: Day) -> None:
        """Strangers find nothing; the author finds the rule, the reasons and the receipt."""
        assert day.page("stranger").goto(day.post).status == 404  # type: ignore[union-attr]  # it went somewhere
        page = day.page("author")
        page.goto(day.post)
        expect(page.get_by_text("It was removed.")).to_be_visible()
        expect(page.get_by_text("4.1 No scams, phishing or fake shops").first).to_be_visible()
        found = re.search(r"\d{4} ?\d{4} ?\d{4} ?\d{4}", page.locator("main").inner_text())
        assert found
        day.receipt = found[0]
        page.goto("/messages")
        expect(page.locator("pre").first).to_contain_text(FACTS)
        expect(page.locator("pre").first).to_contain_text(REASONS)

    def test_08_the_author_reads_the_reasons_and_objects(self, day: Day) -> None:
        """The receipt opens it; it stands in no address."""
        page = day.page("portal")
        page.goto("/status")
        page.get_by_label("Receipt").fill(day.receipt)
        page.get_by_role("button", name="Open").click()
        expect(page.get_by_role("heading", name=re.compile("you can object"))).to_be_visible()
        letter = page.locator(".letter")
        for says in (FACTS, REASONS, "No scams, phishing or fake shops"):
            expect(letter).to_contain_text(says)
        assert day.receipt.replace(" ", "") not in page.url
        page.get_by_label("Why do you think the decision is wrong?").fill("No.")
        page.get_by_role("button", name="Ask for a second look").click()
        expect(page.locator("#w-text")).to_contain_text("Say in a sentence or two")
        page.get_by_label("Why do you think the decision is wrong?").fill(APPEAL)
        page.get_by_role("button", name="Ask for a second look").click()
        expect(page.get_by_text("waits for somebody who did not decide first")).to_be_visible()
        day.town.settle()

    def test_09_whoever_decided_is_not_offered_the_appeal(self, day: Day) -> None:
        """Not as the next task, and not by its address."""
        page = day.page("Rosa")
        page.goto("/console")
        page.keyboard.press("j")
        page.wait_for_url("**/console?*done=1*")
        waiting = day.town.house.ask(queue.waiting, day.town.actor("Ren"), queue="appeals")
        day.appeal = f"/console/tasks/{waiting[0].id}"
        page.goto(day.appeal)
        page.get_by_role("button", name="Take this task").click()
        expect(page.get_by_text("you decided it first")).to_be_visible()
        page.goto(day.appeal)
        expect(page.locator("#verdict")).to_have_count(0)

    def test_10_a_colleague_judges_without_seeing_the_first_decision(self, day: Day) -> None:
        """It is nowhere in the page: not its words, not its clause chosen, not who made it."""
        page = day.page("Ren")
        sign_in(page, day.town, "Ren")
        page.keyboard.press("j")
        page.wait_for_url(f"**{day.appeal}*")
        expect(page.get_by_text(APPEAL)).to_be_visible()
        shown = page.content().partition('id="main"')[2]
        for hidden in (FACTS, REASONS, "Rosa", "/console/decisions/", "strike", ' checked="'):
            assert hidden not in shown
        page.keyboard.press("n")
        write(page, "#f-reasons", SECOND)
        page.keyboard.press("Control+Enter")
        expect(page.get_by_role("heading", name="Both judgements")).to_be_visible()

    def test_11_then_sees_it_and_answers(self, day: Day) -> None:
        """What it comes to follows from the two; an answer needs its reasons."""
        page = day.page("Ren")
        expect(page.get_by_text(FACTS)).to_be_visible()
        expect(page.get_by_text("the appeal is granted")).to_be_visible()
        day.decision = str(
            page.get_by_role("link", name="the whole decision").get_attribute("href")
        ).rpartition("/")[2]
        page.keyboard.press("t")
        page.keyboard.type(ANSWER)
        page.keyboard.press("Control+Enter")
        page.wait_for_url("**/console?*done=1*")
        day.town.settle()

    def test_12_plaza_shows_it_again(self, day: Day) -> None:
        """To everybody; nothing is held against the author."""
        page = day.page("stranger")
        page.goto(day.post)
        expect(page.get_by_text(TEXT)).to_be_visible()
        author = day.page("author")
        author.goto(day.post)
        expect(author.locator(".told")).to_have_count(0)
        author.goto("/messages")
        expect(author.locator("pre").first).to_contain_text(ANSWER)

    def test_13_the_status_page_lists_what_was_put_right(self, day: Day) -> None:
        """And what could not be."""
        page = day.page("portal")
        page.goto("/status")
        expect(page.get_by_role("heading", name="The decision was undone")).to_be_visible()
        expect(page.get_by_text(ANSWER)).to_be_visible()
        right = page.locator("#appeal")
        expect(right).to_contain_text("What was put right")
        expect(right.locator("h3 + ul > li").first).to_be_visible()
        expect(right).to_contain_text("What could not be undone")

    def test_14_the_register_says_reversed_and_names_nobody(self, day: Day) -> None:
        """Anybody may read it."""
        page = day.page("portal")
        page.goto("/register")
        row = page.get_by_role("row").filter(has_text=day.decision[-6:])
        expect(row).to_contain_text("4.1 No scams, phishing or fake shops")
        expect(row).to_contain_text(re.compile("reversed|undone", re.IGNORECASE))
        shown = page.content()
        for personal in (AUTHOR, "Rosa", "example.org", TEXT, FACTS, "/post/"):
            assert personal not in shown.replace(day.town.house.settings.contact, "")
        assert not re.search(r"\bRen\b", shown)

    def test_15_the_author_checks_the_line_in_the_log(self, day: Day) -> None:
        """With nothing but a hash function and a signature: leaf, proof, root, checkpoint."""
        page = day.page("portal")
        page.goto("/status")
        page.get_by_role("link", name="Check that this decision is in the public log").click()
        text, leaf, *rest = page.locator("pre.code-block").all_inner_texts()
        proof, checkpoint, key = rest if len(rest) == 3 else ("", *rest)
        heading = page.get_by_role("heading", name=re.compile(r"Line \d")).inner_text()
        index, size = map(int, re.findall(r"\d+", heading))
        assert hashlib.sha256(b"\x00" + text.strip().encode()).hexdigest() == leaf.strip()
        assert json.loads(text)["subject"] == day.decision
        root = _root(leaf.strip(), index, size, proof.split())
        origin, signed_size, signed_root, *_ = checkpoint.split("\n")
        assert int(signed_size) == size
        assert base64.b64decode(signed_root) == root
        _check_signature(checkpoint, key.strip(), origin)

    def test_16_nobodys_browser_complained(self, day: Day) -> None:
        """No error and nothing blocked, all day; the answers that were meant to fail aside."""
        meant = re.compile(r"status of (404|409|422)")
        for who, said in day.complaints.items():
            assert [each for each in said if not meant.search(each)] == [], who


def _choose(page: Page, title: str) -> None:
    """Choose a clause by the key that is printed beside it."""
    choice = page.get_by_role("radio", name=re.compile(title))
    page.keyboard.press(str(choice.get_attribute("data-key")))
    expect(choice).to_be_checked()


def _root(leaf: str, index: int, size: int, proof: list[str]) -> bytes:
    """Work out the root that an inclusion proof leads to (RFC 9162 §2.1.3.2)."""
    node, last, found = index, size - 1, bytes.fromhex(leaf)
    for each in map(bytes.fromhex, proof):
        if node % 2 or node == last:
            found = hashlib.sha256(b"\x01" + each + found).digest()
            while node % 2 == 0 and node:
                node, last = node >> 1, last >> 1
        else:
            found = hashlib.sha256(b"\x01" + found + each).digest()
        node, last = node >> 1, last >> 1
    assert last == 0
    return found


def _check_signature(checkpoint: str, verifier_key: str, origin: str) -> None:
    """Check a note as C2SP says: the text up to the empty line, one signature by this key."""
    name, _, encoded = verifier_key.split("+", 2)  # base64 may hold the same sign
    assert name == origin
    text, _, signatures = checkpoint.partition("\n\n")
    line = next(one for one in signatures.split("\n") if one.startswith(f"— {name} "))
    signature = base64.b64decode(line.rpartition(" ")[2])
    public = Ed25519PublicKey.from_public_bytes(base64.b64decode(encoded)[1:])
    public.verify(signature[4:], f"{text}\n".encode())


class TestOneTaskInOnePairOfHands:
    """Two reviewers at two screens."""

    def test_is_given_to_one_of_them(self, chromium: Browser, quiet_town: Town) -> None:
        """The other is told who has it, and has no form to decide it with."""
        task = _reported(quiet_town, "exclusive")
        nia, lin = (at_work(chromium, quiet_town, name) for name in ("Nia", "Lin"))
        first, second = nia.new_page(), lin.new_page()
        for page in (first, second):
            page.goto(f"/console/tasks/{task}")
            expect(page.get_by_role("button", name="Take this task")).to_be_visible()
        first.keyboard.press("Enter")
        expect(first.locator("#verdict")).to_be_visible()
        second.keyboard.press("Enter")
        expect(second.get_by_text("Somebody else is working on this task now")).to_be_visible()
        second.goto(f"/console/tasks/{task}")
        expect(second.get_by_text("Nia has this task in hand until")).to_be_visible()
        expect(second.locator("#verdict")).to_have_count(0)
        nia.close()
        lin.close()

    def test_stays_in_them_while_the_desk_is_open(
        self, chromium: Browser, quiet_town: Town
    ) -> None:
        """The heartbeat renews the lease, with nobody touching anything."""
        task = _reported(quiet_town, "heartbeat")
        with at_work(chromium, quiet_town, "Nia") as context:
            page = context.new_page()
            page.clock.install()
            page.goto(f"/console/tasks/{task}")
            page.keyboard.press("Enter")
            expect(page.locator("#verdict")).to_be_visible()
            with page.expect_response(re.compile("/beat$")) as beat:
                page.clock.fast_forward("00:31")
            assert beat.value.status == 204
            expect(page.locator("#lost")).to_be_hidden()

    def test_leaves_them_with_a_word_when_the_session_ends(
        self, chromium: Browser, quiet_town: Town
    ) -> None:
        """Signed out elsewhere: the desk says so, and what was typed stays."""
        task = _reported(quiet_town, "lost")
        with at_work(chromium, quiet_town, "Lin") as context:
            page = context.new_page()
            page.clock.install()
            page.goto(f"/console/tasks/{task}")
            page.keyboard.press("Enter")
            page.locator("#f-facts").fill(FACTS)
            quiet_town.house.do(people.close_session, quiet_town.sessions.pop("Lin"))
            page.clock.fast_forward("00:31")
            expect(page.locator("#lost")).to_be_visible()
            expect(page.locator("#f-facts")).to_have_value(FACTS)


def _reported(town: Town, name: str) -> str:
    """Send a post and a report of it as the host does; return the task."""
    with town.api() as api:
        item = {"kind": "post", "id": name, "account": {"id": f"a-{name}", "name": name}}
        sent = api.post("/api/v1/items", json=item | {"fields": {"text": f"A boat, {name}."}})
        assert sent.status_code == 201, sent.text
        report = {"item": {"kind": "post", "id": name}, "harm": "fraud", "illegal": False}
        told = api.post("/api/v1/reports", json=report | {"explanation": "It is not there."})
        assert told.status_code == 201, told.text
        town.settle()
        found = api.get(f"/api/v1/items/{sent.json()['item_id']}").json()["task_id"]
        assert found
        return str(found)
