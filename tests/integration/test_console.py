"""The console through a browser's requests: sign in, decide and go on, see safely, ask again."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from starlette.testclient import TestClient

from evenhand import appeal, decision, evidence, ledger, people, policy, queue
from evenhand.bootstrap import House
from evenhand.kit.clock import SetClock
from evenhand.queue import TaskState
from tests import desk_day
from tests.desk_day import Office
from tests.stage import Stage

#: Pages ask rooms, which have both databases; one is enough for pages.
pytestmark = pytest.mark.on("sqlite")

FACTS = "Your listing asks buyers to pay by gift card only and offers no other way."
REASONS = "Gift cards cannot be refunded, which is how this kind of fraud works."


def next_task(desk: TestClient) -> str:
    answer = desk.post("/console/next")
    assert answer.status_code == 303
    found = re.fullmatch(r"/console/tasks/([0-9a-f-]{36})", answer.headers["location"])
    assert found, answer.headers["location"]
    return found[1]


def verdict(office: Office, **more: object) -> dict[str, object]:
    clause = desk_day.clause_of(office.house, policy.Harm.FRAUD)
    form: dict[str, object] = {
        "choice": f"clause:{clause}",
        "measures_for": clause,
        "measures": ["remove"],
        "facts": FACTS,
        "reasons": REASONS,
    }
    return form | more


def decide(office: Office) -> tuple[str, str]:
    """Decide the next task and return (decision id, where the browser was sent)."""
    task_id = next_task(office.desk)
    answer = office.desk.post(f"/console/tasks/{task_id}/decide", data=verdict(office))
    assert answer.status_code == 303, answer.text
    found = re.search(r"after=([0-9a-f-]{36})", answer.headers["location"])
    assert found
    return found[1], answer.headers["location"]


class TestGettingIn:
    def test_whoever_is_not_signed_in_is_asked_to_and_brought_back(self, house: House) -> None:
        answer = desk_day.browser(house).get("/console/decisions")
        assert answer.status_code == 303
        assert answer.headers["location"] == "/console/sign-in?next=/console/decisions"

    def test_the_first_administrator_is_set_up_once(self, house: House, clock: SetClock) -> None:
        desk_day.open_for_work(house)
        token = house.do(people.new_setup_token)
        client = desk_day.browser(house)
        page = client.get(f"/console/setup/{token}")
        assert page.status_code == 200
        secret = re.search(r'name="secret" value="([A-Z2-7]+)"', page.text)
        assert secret
        form = {
            "name": "Ada Adeyemi",
            "email": "ada@example.org",
            "secret": secret[1],
            "password": "short",
            "code": people.totp_code(secret[1], clock.now()),
        }
        refused = client.post(f"/console/setup/{token}", data=form)
        assert refused.status_code == 422
        assert "at least 12 characters" in refused.text
        assert secret[1] in refused.text  # the same secret: the phone has it already
        good = client.post(f"/console/setup/{token}", data=form | {"password": desk_day.PASSWORD})
        assert good.status_code == 303
        assert client.get(f"/console/setup/{token}").status_code == 403

    def test_a_setup_address_that_was_not_printed_opens_nothing(self, house: House) -> None:
        assert desk_day.browser(house).get("/console/setup/guess").status_code == 403

    def test_an_invited_colleague_joins_and_signs_in(self, office: Office) -> None:
        boss = desk_day.sign_in(office.house, office.clock, office.ada)
        form = {"name": "Kim Park", "email": "kim@example.org", "role": "reviewer"}
        invited = boss.post("/console/staff", data=form)
        token = re.search(r"/console/join/([\w-]+)", invited.text)
        assert token
        client = desk_day.browser(office.house)
        page = client.get(f"/console/join/{token[1]}")
        secret = re.search(r'name="secret" value="([A-Z2-7]+)"', page.text)
        assert secret
        code = people.totp_code(secret[1], office.clock.now())
        means = {"secret": secret[1], "password": desk_day.PASSWORD, "code": code}
        assert client.post(f"/console/join/{token[1]}", data=means).status_code == 303
        kim = desk_day.sign_in(
            office.house, office.clock, desk_day.Hired("", "kim@example.org", secret[1])
        )
        assert kim.get("/console/exposure").status_code == 200
        assert kim.get("/console/keys").status_code == 403

    def test_it_is_never_said_what_was_wrong(self, office: Office) -> None:
        client = desk_day.browser(office.house)
        answers = [
            client.post("/console/sign-in", data={"email": email, "password": word, "code": "1"})
            for email, word in (("ada@example.org", desk_day.PASSWORD), ("nobody@a.example", "x"))
        ]
        assert [answer.status_code for answer in answers] == [403, 403]
        said = [re.findall(r"<li>(.*?)</li>", answer.text) for answer in answers]
        assert said[0] == said[1]

    def test_the_cookie_is_for_this_site_and_no_script(self, office: Office) -> None:
        office.clock.forward(timedelta(seconds=60))
        code = people.totp_code(office.ada.secret, office.clock.now())
        form = {"email": office.ada.email, "password": desk_day.PASSWORD, "code": code}
        answer = desk_day.browser(office.house).post("/console/sign-in", data=form)
        cookie = answer.headers["set-cookie"].lower()
        assert cookie.startswith("evenhand=")
        assert "httponly" in cookie
        assert "samesite=lax" in cookie

    def test_signing_out_ends_the_session_itself(self, office: Office) -> None:
        token = office.desk.cookies["evenhand"]
        assert office.desk.post("/console/sign-out").status_code == 303
        with pytest.raises(people.SessionEnded):
            office.house.ask(people.session_actor, token)

    def test_a_write_from_another_site_does_nothing(self, office: Office) -> None:
        desk_day.send_listing(office.house)
        answer = office.desk.post("/console/next", headers={"sec-fetch-site": "cross-site"})
        assert answer.status_code == 403
        actor = office.house.ask(people.staff_actor, office.rui.id)
        assert office.house.ask(queue.held, actor) == []


class TestQueues:
    def test_an_empty_house_says_what_to_do_next(self, office: Office) -> None:
        assert "Nothing waits" in office.desk.get("/console").text

    def test_the_order_is_explained(self, office: Office) -> None:
        desk_day.send_listing(office.house)
        page = office.desk.get("/console/queues/fraud").text
        assert "severity 3 of 4" in page
        assert "seen by 1,204 people" in page

    def test_when_nothing_is_left_the_reviewer_is_told_so(self, office: Office) -> None:
        answer = office.desk.post("/console/next")
        assert answer.headers["location"] == "/console?done=1"
        assert "Nothing more waits for you" in office.desk.get("/console?done=1").text

    def test_an_unknown_queue_is_not_here(self, office: Office) -> None:
        assert office.desk.get("/console/queues/none").status_code == 404

    @pytest.mark.parametrize("path", ["staff", "keys", "ledger", "banks"])
    def test_a_role_opens_what_it_may_and_shows_no_more(self, office: Office, path: str) -> None:
        assert f'href="/console/{path}"' not in office.desk.get("/console").text
        assert office.desk.get(f"/console/{path}").status_code == 403


class TestTheDesk:
    def test_shows_the_item_with_what_was_found_marked(self, office: Office) -> None:
        desk_day.send_listing(office.house)
        page = office.desk.get(f"/console/tasks/{next_task(office.desk)}").text
        assert re.search(r"<mark title=\"[^\"]*\">pay by gift card only</mark>", page)
        assert 'data-mark="●">found' in page
        assert "skipped" in page

    def test_says_nothing_of_who_reported(self, office: Office) -> None:
        desk_day.send_listing(office.house)
        desk_day.send_report(office.house, 1, "They asked me for a gift card and vanished.")
        page = office.desk.get(f"/console/tasks/{next_task(office.desk)}").text
        assert "They asked me for a gift card" in page
        assert "reporter_ref" not in page

    def test_a_choice_of_clause_brings_the_mildest_measure(self, office: Office) -> None:
        desk_day.send_listing(office.house)
        task_id = next_task(office.desk)
        form = verdict(office, measures_for="", measures=[])
        page = office.desk.post(f"/console/tasks/{task_id}/draft", data=form).text
        clause = desk_day.clause_of(office.house, policy.Harm.FRAUD)
        rung = office.house.ask(policy.clause, clause).ladder[0]
        chosen = set(re.findall(r'name="measures" value="(\w+)" checked', page))
        assert chosen == {measure.value for measure in rung.measures}
        assert FACTS in page

    def test_more_than_the_mildest_asks_for_a_sentence(self, office: Office) -> None:
        desk_day.send_listing(office.house)
        task_id = next_task(office.desk)
        form = verdict(office, measures=["remove", "close"])
        assert 'id="f-above"' in office.desk.post(f"/console/tasks/{task_id}/draft", data=form).text
        refused = office.desk.post(f"/console/tasks/{task_id}/decide", data=form)
        assert refused.status_code == 422
        assert "why less would not do" in refused.text

    def test_a_refusal_gives_back_what_was_typed_and_says_what_to_mend(
        self, office: Office
    ) -> None:
        desk_day.send_listing(office.house)
        task_id = next_task(office.desk)
        form = verdict(office, reasons="", note="<b>see me</b>")
        answer = office.desk.post(f"/console/tasks/{task_id}/decide", data=form)
        assert answer.status_code == 422
        assert "The reasons are missing" in answer.text
        assert FACTS in answer.text
        assert "&lt;b&gt;see me&lt;/b&gt;" in answer.text

    def test_a_decision_leads_straight_to_the_next_task(self, office: Office) -> None:
        for number in (1, 2):
            desk_day.send_listing(office.house, number)
        decision_id, onward = decide(office)
        assert onward.startswith("/console/tasks/")
        assert f"/console/decisions/{decision_id}" in office.desk.get(onward).text

    def test_a_lost_lease_keeps_what_was_typed(self, office: Office) -> None:
        desk_day.send_listing(office.house)
        task_id = next_task(office.desk)
        office.clock.forward(timedelta(minutes=11))
        answer = office.desk.post(f"/console/tasks/{task_id}/decide", data=verdict(office))
        assert answer.status_code == 422
        assert "Take it again" in answer.text
        assert FACTS in answer.text
        again = office.desk.post(f"/console/tasks/{task_id}/retake", data=verdict(office))
        assert again.status_code == 200
        assert FACTS in again.text
        done = office.desk.post(f"/console/tasks/{task_id}/decide", data=verdict(office))
        assert done.status_code == 303

    def test_what_a_colleague_took_meanwhile_is_not_taken_back(self, office: Office) -> None:
        desk_day.send_listing(office.house)
        task_id = next_task(office.desk)
        office.clock.forward(timedelta(minutes=11))
        boss = desk_day.sign_in(office.house, office.clock, office.ada)
        assert next_task(boss) == task_id
        answer = office.desk.post(f"/console/tasks/{task_id}/retake", data=verdict(office))
        assert answer.status_code == 422
        assert "Somebody else is working" in answer.text
        assert FACTS in answer.text

    def test_the_open_desk_keeps_its_lease(self, office: Office) -> None:
        desk_day.send_listing(office.house)
        task_id = next_task(office.desk)
        for _ in range(3):
            office.clock.forward(timedelta(minutes=9))
            assert office.desk.post(f"/console/tasks/{task_id}/beat").status_code == 204
        office.clock.forward(timedelta(minutes=11))
        assert office.desk.post(f"/console/tasks/{task_id}/beat").status_code == 409

    def test_what_is_passed_on_does_not_come_back(self, office: Office) -> None:
        desk_day.send_listing(office.house)
        task_id = next_task(office.desk)
        form = {"reason": "I know the seller."}
        answer = office.desk.post(f"/console/tasks/{task_id}/skip", data=form)
        assert answer.headers["location"] == "/console?done=1"

    def test_what_is_put_back_waits_for_anybody(self, office: Office) -> None:
        desk_day.send_listing(office.house)
        task_id = next_task(office.desk)
        assert office.desk.post(f"/console/tasks/{task_id}/release").status_code == 303
        assert next_task(office.desk) == task_id

    def test_a_note_stays_on_the_task_with_its_author(self, office: Office) -> None:
        desk_day.send_listing(office.house)
        task_id = next_task(office.desk)
        office.desk.post(f"/console/tasks/{task_id}/notes", data={"text": "Seen twice <today>."})
        page = office.desk.get(f"/console/tasks/{task_id}").text
        assert "Seen twice &lt;today&gt;." in page
        assert "Rui Costa" in page

    def test_a_colleague_sees_who_has_it(self, office: Office) -> None:
        desk_day.send_listing(office.house)
        task_id = next_task(office.desk)
        boss = desk_day.sign_in(office.house, office.clock, office.ada)
        page = boss.get(f"/console/tasks/{task_id}").text
        assert "Rui Costa has this task in hand" in page
        assert 'name="choice"' not in page
        assert boss.post(f"/console/tasks/{task_id}/claim").status_code == 409

    def test_a_task_that_is_not_there_says_so(self, office: Office) -> None:
        answer = office.desk.get("/console/tasks/none")
        assert answer.status_code == 404
        assert "Back to the queues" in answer.text


class TestMedia:
    def test_arrives_veiled_and_opens_by_steps_on_record(self, office: Office) -> None:
        desk_day.send_listing(office.house, with_picture=True)
        task_id = next_task(office.desk)
        page = office.desk.get(f"/console/tasks/{task_id}").text
        assert "not shown" in page
        assert "<img" not in page
        media_id = re.search(r'id="media-([0-9a-f-]{36})"', page)
        assert media_id
        where = f"/console/tasks/{task_id}/media/{media_id[1]}"
        opened = office.desk.post(where, data={"level": "outline"})
        shown = office.desk.get(opened.headers["location"]).text
        image = re.search(r'src="(/console/viewings/[0-9a-f-]{36}/image)"', shown)
        assert image
        pixels = office.desk.get(image[1])
        assert pixels.headers["content-type"] == "image/jpeg"
        assert pixels.headers["cache-control"] == "no-store"
        assert len(pixels.content) < len(desk_day.picture())
        events = list(office.house.ask(lambda tx: list(ledger.events(tx, ["media.opened"]))))
        assert events[0]["data"]["level"] == "outline"

    def test_only_the_viewer_gets_the_pixels_and_only_while_open(self, office: Office) -> None:
        desk_day.send_listing(office.house, with_picture=True)
        task_id = next_task(office.desk)
        page = office.desk.get(f"/console/tasks/{task_id}").text
        media_id = re.search(r'id="media-([0-9a-f-]{36})"', page)
        assert media_id
        where = f"/console/tasks/{task_id}/media/{media_id[1]}"
        onward = office.desk.post(where, data={"level": "full"}).headers["location"]
        viewing = onward.partition("seen=")[2]
        boss = desk_day.sign_in(office.house, office.clock, office.ada)
        assert boss.get(f"/console/viewings/{viewing}/image").status_code == 404
        assert office.desk.post(f"/console/viewings/{viewing}/beat").status_code == 204
        office.desk.post(f"/console/tasks/{task_id}/veil")
        assert office.desk.get(f"/console/viewings/{viewing}/image").status_code == 404
        actor = office.house.ask(people.staff_actor, office.rui.id)
        seen = office.house.ask(evidence.exposure_today, actor)
        assert seen[evidence.Veil.FULL] > 0
        assert "Full" in office.desk.get("/console/exposure").text

    def test_that_is_known_is_not_shown_and_says_what_it_matches(self, office: Office) -> None:
        """No button for a reviewer; an administrator's form asks for a reason."""
        clause = replace(
            office.house.ask(policy.clause, "counterfeit"),
            version=2,
            originals=policy.Originals.KEEP_IN_VAULT,
        )
        office.house.do(policy.publish, people.SYSTEM, policy.Policy("Rules", (clause,)))
        entry = Stage(office.house).image_bank(desk_day.picture(), name="known copies")
        desk_day.send_listing(office.house, with_picture=True)
        task_id = next_task(office.desk)
        page = office.desk.get(f"/console/tasks/{task_id}").text
        assert f"Entry {entry[-6:]} of bank known copies, distance 0" in page
        media_id = re.search(r'id="media-([0-9a-f-]{36})"', page)
        assert media_id
        where = f"/console/tasks/{task_id}/media/{media_id[1]}"
        assert where not in page
        assert office.desk.post(where, data={"level": "full"}).status_code == 409
        known = f"/console/tasks/{task_id}/known/{media_id[1]}"
        asked = {"level": "outline", "reason": "The police asked for it by letter."}
        assert office.desk.post(known, data=asked).status_code == 403
        office.desk.post(f"/console/tasks/{task_id}/release")
        boss = desk_day.sign_in(office.house, office.clock, office.ada)
        assert next_task(boss) == task_id
        assert known in boss.get(f"/console/tasks/{task_id}").text
        assert boss.post(known, data=asked | {"reason": "no"}).status_code == 409
        opened = boss.post(known, data=asked).headers["location"]
        assert "/console/viewings/" in boss.get(opened).text
        events = list(office.house.ask(lambda tx: list(ledger.events(tx, ["sealed.opened"]))))
        assert len(events) == 1

    def test_a_level_that_is_none_opens_nothing(self, office: Office) -> None:
        desk_day.send_listing(office.house, with_picture=True)
        task_id = next_task(office.desk)
        answer = office.desk.post(f"/console/tasks/{task_id}/media/x", data={"level": "all"})
        assert answer.status_code == 404

    def test_without_the_task_in_hand_nothing_opens(self, office: Office) -> None:
        desk_day.send_listing(office.house, with_picture=True)
        task_id = next_task(office.desk)
        office.desk.post(f"/console/tasks/{task_id}/release")
        answer = office.desk.post(f"/console/tasks/{task_id}/media/x", data={"level": "grey"})
        assert answer.status_code == 409


class TestAppeals:
    def file(self, office: Office, decision_id: str) -> None:
        receipt = office.house.do(
            people.issue_receipt,
            holder="affected",
            subject_kind="decision",
            subject_id=decision_id,
        )
        holder = office.house.ask(people.receipt_actor, receipt)
        text = "Gift cards were only one of several ways to pay. Please look again."
        office.house.do(appeal.file, holder, text=text)
        desk_day.run(office.house)

    def test_the_first_decision_stays_hidden_until_the_second_is_on_record(
        self, office: Office
    ) -> None:
        desk_day.send_listing(office.house)
        decision_id, _ = decide(office)
        self.file(office, decision_id)
        boss = desk_day.sign_in(office.house, office.clock, office.ada)
        task_id = next_task(boss)
        blind = boss.get(f"/console/tasks/{task_id}").text
        assert "Judge it as if for the first time" in blind
        for secret in (FACTS, REASONS, decision_id, "This account before", "active strike"):
            assert secret not in blind
        form = verdict(office, measures_for="", measures=[], facts="", reasons="")
        drawn = boss.post(f"/console/tasks/{task_id}/draft", data=form).text
        assert "first time under this clause" in drawn

        judged = boss.post(f"/console/tasks/{task_id}/judge", data={"choice": "no_violation"})
        assert judged.status_code == 303, judged.text
        both = boss.get(f"/console/tasks/{task_id}").text
        assert FACTS in both
        assert "the appeal is granted" in both

        short = boss.post(f"/console/tasks/{task_id}/conclude", data={"explanation": "No"})
        assert short.status_code == 422
        said = {"explanation": "Several ways to pay were offered, so no rule was broken."}
        assert boss.post(f"/console/tasks/{task_id}/conclude", data=said).status_code == 303
        page = boss.get(f"/console/decisions/{decision_id}").text
        assert "Undone" in page
        assert "undone" in page

    def test_whoever_decided_first_is_not_given_it(self, office: Office) -> None:
        desk_day.send_listing(office.house)
        decision_id, _ = decide(office)
        self.file(office, decision_id)
        assert office.desk.post("/console/next").headers["location"] == "/console?done=1"


class TestRecords:
    def test_a_decision_is_shown_whole(self, office: Office) -> None:
        desk_day.send_listing(office.house)
        decision_id, _ = decide(office)
        page = office.desk.get(f"/console/decisions/{decision_id}").text
        assert "Statement of reasons" in page
        assert FACTS in page
        assert "Remove the item" in page
        assert "Rui Costa</p>" not in page
        assert decision_id in office.desk.get("/console/decisions").text
        boss = desk_day.sign_in(office.house, office.clock, office.ada)
        assert "Rui Costa" in boss.get(f"/console/decisions/{decision_id}").text

    def test_the_outbox_shows_what_is_on_its_way(self, office: Office) -> None:
        desk_day.send_listing(office.house)
        decide(office)
        boss = desk_day.sign_in(office.house, office.clock, office.ada)
        assert "Remove the item" in boss.get("/console/outbox").text
        assert boss.post("/console/outbox/none/resend").status_code == 409

    def test_the_ledger_is_checked_on_the_spot(self, office: Office) -> None:
        boss = desk_day.sign_in(office.house, office.clock, office.ada)
        assert "evenhand/ledger" in boss.get("/console/ledger").text
        assert "Sound" in boss.post("/console/ledger/verify").text

    def test_the_policy_is_there_for_everybody_to_read(self, office: Office) -> None:
        page = office.desk.get("/console/policy").text
        assert "No scams, phishing or fake shops" in page
        assert 'name="policy"' not in page
        assert office.desk.post("/console/policy", data={"policy": ""}).status_code == 403

    def test_a_policy_file_that_is_none_comes_back(self, office: Office) -> None:
        boss = desk_day.sign_in(office.house, office.clock, office.ada)
        answer = boss.post("/console/policy", data={"policy": "title = broken"})
        assert answer.status_code == 422
        assert "title = broken" in answer.text


class TestEscalation:
    def test_an_escalated_task_goes_to_somebody_else(self, office: Office) -> None:
        desk_day.send_listing(office.house)
        task_id = next_task(office.desk)
        form = {"choice": "escalated", "note": "Is this a licensed reseller? Please check."}
        answer = office.desk.post(f"/console/tasks/{task_id}/decide", data=form)
        assert answer.status_code == 303, answer.text
        actor = office.house.ask(people.staff_actor, office.ada.id)
        assert office.house.ask(queue.task, actor, task_id).state is TaskState.WAITING
        boss = desk_day.sign_in(office.house, office.clock, office.ada)
        assert next_task(boss) == task_id


class TestHistory:
    def test_the_desk_shows_what_was_decided_about_the_account(self, office: Office) -> None:
        desk_day.send_listing(office.house)
        decision_id, _ = decide(office)
        actor = office.house.ask(people.staff_actor, office.rui.id)
        found = office.house.ask(decision.decision, actor, decision_id)
        page = office.desk.get(f"/console/tasks/{found.task_id}").text
        assert "This account before" in page
        assert f"/console/decisions/{decision_id}" in page
        assert "strike" in page
        assert "This task is closed" in page


def test_an_address_cannot_write_into_the_page_that_refuses_it(office: Office) -> None:
    """A link would otherwise act as whoever opens it: the script beats where data-beat says."""
    answer = office.desk.get("/console/tasks/<i data-beat=&#47;console&#47;sign-out>")
    assert answer.status_code == 404
    assert "<i data-beat" not in answer.text
    assert office.desk.get("/console/tasks/100% sure").status_code == 404
