"""The public pages, over real rooms on real databases: report, follow, read, object, check."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from evenhand import appeal, intake, ledger, queue, review
from evenhand.bootstrap import House
from evenhand.kit.clock import SetClock
from evenhand.ledger import merkle
from evenhand.policy import Measure
from evenhand.portal import words
from evenhand.portal.pocket import STATUS
from tests import public
from tests.stage import Stage, fine, violation

#: Pages ask rooms, which have both databases; one is enough for pages.
pytestmark = pytest.mark.on("sqlite")

ORIGIN = "https://testserver"
PLAIN = {"url": "https://plaza.example/p1", "harm": "fraud", "explanation": "They took my money."}
NOTICE = {
    **PLAIN,
    "illegal": "yes",
    "locations": "https://plaza.example/p1",
    "explanation": "It offers stolen cards for sale, which the penal code forbids.",
    "name": "Wen Moreau",
    "email": "wen@example.org",
    "good_faith": "yes",
}


@pytest.fixture
def stage(house: House) -> Stage:
    """Open a house with its policy, kinds and staff."""
    return Stage.open(house)


@pytest.fixture
def browser(house: House) -> Iterator[TestClient]:
    """Open a browser on the portal of a house."""
    with public.browser(house) as client:
        yield client


def send(browser: TestClient, path: str, **fields: str) -> str:
    """Send a form and return the page that answers."""
    return str(browser.post(path, data=fields).text)


def receipt_on(page: str) -> str:
    """Read the receipt off the page that shows it."""
    found = re.search(r"\d{4} \d{4} \d{4} \d{4}", page)
    assert found, page
    return found[0]


def receipt_of_affected(stage: Stage, decision_id: str) -> str:
    """Open the sealed receipt that goes to the person decided about."""
    with stage.house.db.read() as tx:
        table = ledger.outbox.table
        rows = tx.rows(table.select().where(table.c.subject == decision_id))
    for row in rows:
        if row["kind"] == "message.host" and row["sealed"]:
            opened = stage.house.resources.keys.open(
                bytes(row["sealed"]), purpose=ledger.outbox.PURPOSE, context=row["id"]
            )
            return str(json.loads(opened)["receipt"])
    raise AssertionError("nothing was sent to the person decided about")


def open_as(browser: TestClient, receipt: str) -> str:
    """Enter a receipt and return the status page."""
    return send(browser, "/status", receipt=receipt)


class TestReading:
    """What anybody may read."""

    @pytest.mark.parametrize("language", ["en", "ar", "zh-Hans"])
    @pytest.mark.parametrize(
        "path", ["/", "/report", "/status", "/register", "/numbers", "/policy", "/log"]
    )
    def test_opens_every_page_in_every_language(
        self, browser: TestClient, stage: Stage, path: str, language: str
    ) -> None:
        """Each page says its language and direction."""
        answer = browser.get(path, headers={"accept-language": language})
        assert answer.status_code == 200
        direction = "rtl" if language == "ar" else "ltr"
        assert f'<html lang="{language}" dir="{direction}">' in answer.text
        assert "<script" not in answer.text
        assert "style=" not in answer.text

    def test_keeps_the_language_chosen_by_link(self, browser: TestClient, stage: Stage) -> None:
        """A link outweighs the browser, from then on."""
        browser.get("/?lang=ar")
        assert 'lang="ar"' in browser.get("/report").text

    def test_shows_a_decision_in_the_register_without_naming_anybody(
        self, browser: TestClient, stage: Stage
    ) -> None:
        """The row has the rule and the measure; the account's name is nowhere."""
        decision_id = stage.decide(stage.reported(account="zelda"), violation())
        page = browser.get("/register").text
        assert decision_id[-6:] in page
        assert "Removed" in page
        assert "zelda" not in page.lower()
        assert decision_id[-6:] not in browser.get("/register?measure=close").text

    def test_leads_from_each_figure_to_its_query(self, browser: TestClient, stage: Stage) -> None:
        """Every link on the numbers page opens."""
        stage.decide(stage.reported(), violation())
        page = browser.get("/numbers").text
        links = re.findall(r'class="figure" href="([^"]+)"', page)
        assert len(links) > 60
        for link in links[:: max(1, len(links) // 8)]:
            answer = browser.get(link.replace("&amp;", "&"))
            assert answer.status_code == 200
            assert "&#34;events&#34;" in answer.text
        assert "fewer than 3" in page

    def test_says_when_there_is_no_such_figure(self, browser: TestClient, stage: Stage) -> None:
        """A wrong address is answered with a way on."""
        answer = browser.get("/numbers/none")
        assert answer.status_code == 404
        assert "There is no such figure" in answer.text

    @pytest.mark.parametrize("query", ["since=x", "since=9999-12-31&until=0001-01-01", "until=٣"])
    def test_takes_any_period(self, browser: TestClient, stage: Stage, query: str) -> None:
        """What is no date counts as the year so far."""
        assert browser.get(f"/numbers?{query}").status_code == 200

    def test_gives_the_log_that_the_checkpoint_signs(
        self, browser: TestClient, stage: Stage
    ) -> None:
        """The download rebuilds the root of the downloaded checkpoint."""
        stage.decide(stage.reported(), violation())
        note = browser.get("/checkpoint").text
        lines = browser.get("/log.jsonl").text.splitlines()
        leaves = [
            bytes.fromhex(json.loads(line)["leaf"])
            if "leaf" in json.loads(line)
            else merkle.leaf_hash(line.encode())
            for line in lines
        ]
        _, size, root = note.split("\n")[:3]
        assert int(size) == len(leaves)
        assert base64.b64decode(root) == merkle.root_of(leaves)

    def test_prints_the_rules_with_their_ladders(self, browser: TestClient, stage: Stage) -> None:
        """Every clause in force is there, by number."""
        page = browser.get("/policy").text
        assert "No sexual abuse of children, in any form" in page
        assert "Account paused" in page


class TestReporting:
    """Reporting without an account."""

    def test_shows_the_receipt_once(self, browser: TestClient, stage: Stage) -> None:
        """Loading the page again sends nothing and shows nothing."""
        page = send(browser, "/report", **PLAIN)
        receipt = receipt_on(page)
        assert receipt not in browser.get("/report/sent").text
        assert "Your report waits for a person" in open_as(browser, receipt)

    def test_records_that_it_came_through_the_portal(
        self, browser: TestClient, stage: Stage
    ) -> None:
        """The log says so, and holds none of the words."""
        send(browser, "/report", **PLAIN)
        (line,) = stage.house.ask(lambda tx: list(ledger.events(tx, ["report.received"])))
        assert line["data"]["via"] == "portal"
        assert "money" not in json.dumps(line)

    def test_asks_for_what_the_law_needs_on_a_second_page(
        self, browser: TestClient, stage: Stage
    ) -> None:
        """Illegal content opens the elements of Article 16, and keeps what was written."""
        page = send(browser, "/report", **PLAIN, illegal="yes")
        assert "in good faith" in page
        assert "They took my money." in page
        assert "https://plaza.example/p1" in page
        assert receipt_on(send(browser, "/report/notice", **NOTICE))
        (line,) = stage.house.ask(lambda tx: list(ledger.events(tx, ["report.received"])))
        assert line["data"]["basis"] == "notice"

    def test_names_every_field_to_mend_and_loses_nothing(
        self, browser: TestClient, stage: Stage
    ) -> None:
        """Each problem stands at its field, in the reader's language."""
        answer = browser.post(
            "/report/notice",
            data={**NOTICE, "name": "", "email": "wen", "good_faith": "", "locations": "plaza"},
        )
        assert answer.status_code == 422
        for field in ("name", "email", "good_faith", "locations"):
            assert f'id="w-{field}"' in answer.text
        assert "It offers stolen cards" in answer.text

    def test_asks_no_name_of_whoever_reports_the_abuse_of_a_child(
        self, browser: TestClient, stage: Stage
    ) -> None:
        """Article 16(2)(c) exempts them."""
        nameless = {**NOTICE, "harm": "child_safety", "name": "", "email": ""}
        assert receipt_on(send(browser, "/report/notice", **nameless))

    def test_takes_a_report_about_an_item_by_its_id(
        self, browser: TestClient, stage: Stage
    ) -> None:
        """A link from the service fills in what it is about."""
        stage.item(external_id="p77")
        page = browser.get("/report?kind=post&id=p77&harm=fraud").text
        assert 'name="id" value="p77"' in page
        assert receipt_on(send(browser, "/report", kind="post", id="p77", harm="fraud"))

    def test_asks_for_the_address_of_an_item_it_does_not_know(
        self, browser: TestClient, stage: Stage
    ) -> None:
        """An unknown id gives way to a field for the address."""
        answer = browser.post("/report", data={"kind": "post", "id": "none", "harm": "fraud"})
        assert answer.status_code == 422
        assert 'id="f-url"' in answer.text
        assert "give its address instead" in answer.text

    def test_takes_nothing_from_whatever_fills_in_the_hidden_field(
        self, browser: TestClient, stage: Stage
    ) -> None:
        """And says so, for the person whose browser did it."""
        answer = browser.post("/report", data={**PLAIN, "website": "x"})
        assert answer.status_code == 422
        assert "They took my money." in answer.text
        assert stage.house.ask(lambda tx: list(ledger.events(tx, ["report.received"]))) == []

    def test_slows_down_a_flood(self, browser: TestClient, stage: Stage) -> None:
        """The twenty-first report of an hour waits."""
        for number in range(20):
            send(browser, "/report", **{**PLAIN, "url": f"https://plaza.example/{number}"})
        answer = browser.post("/report", data=PLAIN)
        assert answer.status_code == 429
        assert "wait" in answer.text

    def test_shows_what_somebody_wrote_as_text(self, browser: TestClient, stage: Stage) -> None:
        """Markup in a field stays text."""
        page = send(browser, "/report", url="x", explanation="<b>bold</b>", harm="fraud")
        assert "<b>bold" not in page
        assert "&lt;b&gt;bold" in page

    def test_refuses_a_form_from_another_site(self, browser: TestClient, stage: Stage) -> None:
        """The guard lets only our own pages send."""
        answer = browser.post("/report", data=PLAIN, headers={"sec-fetch-site": "cross-site"})
        assert answer.status_code == 403

    def test_refuses_a_form_beyond_any_length(self, browser: TestClient, stage: Stage) -> None:
        """It is not read to its end."""
        answer = browser.post("/report", data={**PLAIN, "explanation": "x" * 400_000})
        assert answer.status_code == 413


class TestStock:
    """What the house itself writes is said in every language."""

    def test_knows_the_sentences_the_house_puts_into_letters(self, stage: Stage) -> None:
        """The default ways to object, and the reasons given where nothing is wrong."""
        service = stage.house.resources.service
        decision_id = stage.decide(stage.reported(), fine())
        view = stage.decision(decision_id)
        assert view.no_action is not None
        said = {service.out_of_court, service.judicial, view.no_action.reasons}
        assert said <= set(words.STOCK)


class TestStatus:
    """What a receipt opens."""

    def test_answers_wrong_receipts_alike_and_then_not_at_all(
        self, browser: TestClient, stage: Stage
    ) -> None:
        """Ten may be wrong; the eleventh is not looked at."""
        said = {
            re.sub(r'value="[^"]*"', "", send(browser, "/status", receipt=digits))
            for digits in ("1234", "0" * 16, "")
        }
        assert len(said) == 1
        for _ in range(7):
            send(browser, "/status", receipt="1" * 16)
        assert browser.post("/status", data={"receipt": "1" * 16}).status_code == 429

    def test_carries_the_receipt_in_a_sealed_cookie_for_half_an_hour(
        self, browser: TestClient, stage: Stage, clock: SetClock
    ) -> None:
        """No address and no cookie shows the digits; the cookie ends."""
        receipt = receipt_on(send(browser, "/report", **PLAIN))
        answer = browser.post("/status", data={"receipt": receipt}, follow_redirects=False)
        cookie = answer.headers["set-cookie"]
        assert answer.headers["location"] == "/status"
        assert "Path=/status" in cookie
        assert "HttpOnly" in cookie
        assert receipt.replace(" ", "") not in cookie
        clock.forward(STATUS.lasts)
        assert "Your report" not in browser.get("/status").text

    def test_closes_on_request(self, browser: TestClient, stage: Stage) -> None:
        """On a shared device the next person sees the empty form."""
        open_as(browser, receipt_on(send(browser, "/report", **PLAIN)))
        assert "Your report waits" not in send(browser, "/status/close")

    def test_tells_a_reporter_what_came_of_it_and_nothing_about_the_other(
        self, browser: TestClient, stage: Stage
    ) -> None:
        """The rule and what changed; not what was said to the person decided about."""
        item_id = stage.item()
        received = stage.report(item_id)
        stage.settle()
        stage.decide(item_id, violation())
        page = open_as(browser, received.receipt)
        assert "You were right" in page
        assert "It was removed" in page
        assert "gift card" not in page

    def test_lets_a_reporter_object_when_nothing_was_done(
        self, browser: TestClient, stage: Stage
    ) -> None:
        """Article 20(1) covers decisions not to act."""
        item_id = stage.item()
        received = stage.report(item_id)
        stage.settle()
        stage.decide(item_id, fine())
        page = open_as(browser, received.receipt)
        assert "breaks no rule" in page
        page = send(browser, "/status/appeal", text="It is the same shop under a new name.")
        assert "waits for somebody who did not decide first" in page

    def test_shows_the_reasons_like_a_letter(self, browser: TestClient, stage: Stage) -> None:
        """Every line of the statement, the measures with their dates, who decided."""
        decision_id = stage.decide(stage.reported(), violation())
        page = open_as(browser, receipt_of_affected(stage, decision_id))
        for label, value in stage.decision(decision_id).lines:
            assert label in page
            assert value.split(". From")[0].split("2026-")[0].split("2027-")[0] in page
        assert "November 21, 2026" in page
        assert "a person" in page
        assert "no end date" in page
        assert "A decision about you, with its reasons" in page
        assert "reporter" not in page.lower()

    def test_says_a_warning_in_the_readers_language(
        self, browser: TestClient, stage: Stage
    ) -> None:
        """A warning has no statement, yet its letter has the same labels."""
        decision_id = stage.decide(stage.reported(), violation(Measure.WARN))
        receipt = receipt_of_affected(stage, decision_id)
        assert "A warning was sent" in open_as(browser, receipt)
        browser.get("/?lang=ar")
        assert "A warning was sent" not in browser.get("/status").text

    def test_keeps_what_was_written_when_an_appeal_is_too_short(
        self, browser: TestClient, stage: Stage
    ) -> None:
        """And says what is missing."""
        decision_id = stage.decide(stage.reported(), violation())
        open_as(browser, receipt_of_affected(stage, decision_id))
        answer = browser.post("/status/appeal", data={"text": "No."})
        assert answer.status_code == 422
        assert "Say in a sentence or two" in answer.text
        assert ">No.</textarea>" in answer.text

    def test_follows_an_appeal_to_its_restitution(self, browser: TestClient, stage: Stage) -> None:
        """Granted by somebody else: what was undone, and what could not be, is listed."""
        decision_id = stage.decide(stage.reported(), violation())
        receipt = receipt_of_affected(stage, decision_id)
        open_as(browser, receipt)
        page = send(browser, "/status/appeal", text="I own these tickets and can show it.")
        assert "waits for somebody who did not decide first" in page
        assert "I own these tickets" in page
        stage.settle()
        (task,) = stage.house.ask(queue.waiting, stage.ren)
        stage.house.do(review.claim, stage.ren, task.id)
        stage.house.do(appeal.judge, stage.ren, task.id, fine())
        said = "The tickets were shown to be real and yours."
        stage.house.do(appeal.conclude, stage.ren, task.id, explanation=said)
        page = browser.get("/status").text
        assert "Your appeal was granted." in page
        assert said in page
        assert "It was put back" in page
        assert "What could not be undone" in page
        browser.get("/?lang=zh-Hans")
        assert "It was put back" not in browser.get("/status").text

    def test_proves_that_the_decision_is_in_the_log(
        self, browser: TestClient, stage: Stage
    ) -> None:
        """The page has the leaf's text, its proof, the checkpoint and the key."""
        decision_id = stage.decide(stage.reported(), violation())
        open_as(browser, receipt_of_affected(stage, decision_id))
        page = browser.get("/status/log").text
        assert decision_id in page
        assert "evenhand/ledger" in page

    def test_asks_for_the_receipt_again_where_there_is_none(
        self, browser: TestClient, stage: Stage
    ) -> None:
        """Each page behind the receipt is closed without it."""
        assert browser.get("/status/log").status_code == 404
        assert browser.post("/status/appeal", data={"text": "x"}).status_code == 404

    def test_shows_nobody_elses_matter(self, browser: TestClient, stage: Stage) -> None:
        """A forged or foreign cookie opens nothing."""
        browser.cookies.set(STATUS.name, "AAAA", path="/status")
        assert "Open your receipt" in browser.get("/status").text


def test_the_portal_reads_no_identity(house: House) -> None:
    """What the portal can ask of intake carries no name and no address (promise 10)."""
    assert "identity_id" not in set(intake.ReportView.__dataclass_fields__)
