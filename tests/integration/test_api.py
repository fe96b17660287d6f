"""The API against a real house: what goes in, what is answered, and what is refused how."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient
from PIL import Image

from evenhand import banks, decision, intake, ledger, people, policy, queue, review, rules
from evenhand.api import documents
from evenhand.api.limits import BODY_BYTES_MAX
from evenhand.bootstrap import House
from evenhand.kit.clock import SetClock
from evenhand.policy import Measure
from evenhand.worker import Outside, Worker

#: Doors ask rooms, which have both databases; what is sent at random goes to both as well.
pytestmark = pytest.mark.on("sqlite")

SCOPES = ("items:write", "reports:write", "decisions:read")


@dataclass
class Host:
    """The host's own service, as it speaks to the API with one key."""

    client: TestClient
    house: House
    worker: Worker

    def key(self, *scopes: str) -> dict[str, str]:
        issued = self.house.do(people.issue_key, people.SYSTEM, name="host", scopes=scopes)
        return {"Authorization": f"Bearer {issued.text}"}

    def post(self, path: str, body: Any, **headers: str) -> Any:
        return self.client.post(
            f"/api/v1{path}", json=body, headers={**self.key(*SCOPES), **headers}
        )

    def get(self, path: str) -> Any:
        return self.client.get(f"/api/v1{path}", headers=self.key(*SCOPES))


@pytest.fixture
def host(house: House) -> Iterator[Host]:
    """Serve a furnished house: policy and kinds are there, and a worker advances what comes."""
    from evenhand.doors import build_app

    house.do(policy.seed)
    house.do(intake.seed_kinds)
    house.do(rules.seed)
    worker = Worker(house, outside=Outside(host=None, post=None))
    with TestClient(build_app(house, worker.advance), raise_server_exceptions=False) as client:
        yield Host(client, house, worker)


def post(number: int = 1, **fields: Any) -> dict[str, Any]:
    return {
        "kind": "post",
        "id": f"p-{number}",
        "account": {"id": "a-17", "name": "Rosa"},
        "fields": {"text": "A boat for sale.", **fields},
    }


def photo(seed: int = 1) -> bytes:
    """A picture of noise: it has detail everywhere, so its hash is a good one."""
    noise = np.random.default_rng(seed).integers(0, 256, (16, 16, 3), dtype=np.uint8)
    out = io.BytesIO()
    Image.fromarray(noise).resize((256, 256), Image.Resampling.BICUBIC).save(out, format="PNG")
    return out.getvalue()


def problem(answer: Any, status: int, code: str) -> dict[str, Any]:
    """Check that an answer is a problem document, and return it."""
    assert (answer.status_code, answer.headers["content-type"]) == (
        status,
        "application/problem+json",
    ), answer.text
    body: dict[str, Any] = answer.json()
    assert body["code"] == code
    assert body["type"] == f"urn:evenhand:error:{code}"
    assert body["status"] == status
    assert body["title"]
    assert " " in body["detail"]
    return body


class TestItems:
    def test_a_harmless_item_is_allowed(self, host: Host) -> None:
        answer = host.post("/items", post())
        assert answer.status_code == 201
        body = answer.json()
        assert body["created"] is True
        assert (body["verdict"], body["reasons"], body["task_id"]) == ("allow", [], None)
        assert body["looked_at"] is True

    def test_confirmed_known_material_is_held_and_waits_for_a_person(self, host: Host) -> None:
        clause = host.house.ask(policy.clauses)[0].key
        host.house.do(
            banks.create_bank,
            people.SYSTEM,
            name="known",
            signal=banks.Signal.PHRASE,
            confidence=banks.Confidence.CONFIRMED,
            clause_key=clause,
        )
        host.house.do(
            banks.add_entry,
            people.SYSTEM,
            bank="known",
            kind=banks.EntryKind.PHRASE,
            value="secret gift cards",
            source="partner",
            reason="a known script",
        )
        body = host.post("/items", post(text="Buy secret gift cards now")).json()
        assert body["verdict"] == "hold"
        assert body["task_id"]
        assert {reason["rule"] for reason in body["reasons"]} == {"known-material@1"}

    def test_a_picture_is_taken(self, host: Host) -> None:
        data = base64.b64encode(photo()).decode()
        answer = host.post("/items", post(photo={"data": data, "media_type": "image/png"}))
        assert answer.status_code == 201
        seen = host.get(f"/items/{answer.json()['item_id']}").json()
        assert seen["media"][0]["media_type"] == "image/png"

    def test_the_same_content_again_is_the_item_that_is_here(self, host: Host) -> None:
        first, second = host.post("/items", post()), host.post("/items", post())
        assert (first.status_code, second.status_code) == (201, 200)
        assert second.json()["item_id"] == first.json()["item_id"]
        assert second.json()["created"] is False

    def test_an_item_can_be_read_back(self, host: Host) -> None:
        sent = host.post("/items", documents.ITEM_EXAMPLE).json()
        seen = host.get(f"/items/{sent['item_id']}").json()
        assert (seen["kind"], seen["id"], seen["version"]) == ("post", "p-1001", 1)
        assert seen["account"]["name"] == "Rosa from the harbour"
        assert seen["verdict"] == "allow"

    def test_a_path_that_could_not_be_finished_never_reads_as_clean(self, house: House) -> None:
        """Charter, promise 5: "not looked at" is not "clean"."""
        from evenhand.doors import build_app

        house.do(intake.seed_kinds)
        with TestClient(build_app(house, lambda _item: False)) as client:
            body = Host(client, house, Worker(house)).post("/items", post()).json()
        assert body["looked_at"] is False

    def test_an_unknown_field_names_the_nearest(self, host: Host) -> None:
        body = problem(host.post("/items", post(titel="x")), 422, "not_valid")
        assert body["problems"] == [
            {"path": "fields.titel", "says": "There is no such field here. Did you mean “title”?"}
        ]

    def test_every_problem_is_listed_at_once(self, host: Host) -> None:
        answer = host.post("/items", {"kind": "post", "acount": {}, "fields": {}})
        paths = {each["path"] for each in problem(answer, 422, "not_valid")["problems"]}
        assert {"acount", "id", "account"} <= paths

    def test_what_was_sent_is_not_repeated_in_errors(self, host: Host) -> None:
        answer = host.post("/items", post(photo={"data": "c2VjcmV0LXdvcmQ="}))
        assert "c2VjcmV0" not in answer.text

    @pytest.mark.parametrize("item_id", ["nothing", "%00", "01936f0e-6d80-7c4e-9d2a-6f0f5a6d7c11"])
    def test_nothing_is_under_another_id(self, host: Host, item_id: str) -> None:
        problem(host.get(f"/items/{item_id}"), 404, "not_found")


class TestReports:
    def test_a_report_gets_a_receipt_that_opens_its_status(self, host: Host) -> None:
        host.post("/items", documents.ITEM_EXAMPLE)
        body = host.post("/reports", documents.REPORT_EXAMPLE).json()
        actor = host.house.ask(people.receipt_actor, body["receipt"])
        assert (actor.holder, actor.subject_id) == ("reporter", body["report_id"])
        assert body["status_url"].endswith("/status")
        assert "receipt" in body["acknowledgement"]

    def test_the_examples_are_taken(self, host: Host) -> None:
        host.post("/items", documents.ITEM_EXAMPLE)
        for example in (documents.REPORT_EXAMPLE, documents.NOTICE_EXAMPLE):
            assert host.post("/reports", example).status_code == 201

    def test_a_report_puts_the_item_before_a_person(self, host: Host) -> None:
        item = host.post("/items", documents.ITEM_EXAMPLE).json()
        host.post("/reports", documents.REPORT_EXAMPLE)
        host.worker.run_due()
        seen = host.get(f"/items/{item['item_id']}").json()
        assert seen["verdict"] == "review"
        assert seen["reasons"] == [{"rule": "reported@1", "says": "Somebody reported it."}]

    def test_a_misspelt_field_of_the_reporter_names_the_nearest(self, host: Host) -> None:
        report = documents.REPORT_EXAMPLE | {"reporter": {"emial": "x@y.example"}}
        body = problem(host.post("/reports", report), 422, "not_valid")
        assert body["problems"][0]["path"] == "reporter.emial"
        assert "“email”" in body["problems"][0]["says"]

    def test_a_report_about_nothing_known_says_so(self, host: Host) -> None:
        problem(host.post("/reports", documents.REPORT_EXAMPLE), 422, "not_valid")


class TestIdempotency:
    @pytest.mark.parametrize("path", ["/items", "/reports"])
    def test_a_repeated_write_is_done_once_and_answered_the_same(
        self, host: Host, path: str
    ) -> None:
        host.post("/items", documents.ITEM_EXAMPLE)
        body = post() if path == "/items" else documents.REPORT_EXAMPLE
        key = host.key(*SCOPES) | {"Idempotency-Key": "one"}
        first = host.client.post(f"/api/v1{path}", json=body, headers=key)
        lines = host.house.ask(ledger.size)
        second = host.client.post(f"/api/v1{path}", json=body, headers=key)
        assert (second.status_code, second.json()) == (first.status_code, first.json())
        assert "Idempotent-Replay" not in first.headers
        assert second.headers["Idempotent-Replay"] == "true"
        assert host.house.ask(ledger.size) == lines

    def test_the_same_key_with_another_body_is_refused(self, host: Host) -> None:
        key = host.key(*SCOPES) | {"Idempotency-Key": "one"}
        host.client.post("/api/v1/items", json=post(1), headers=key)
        problem(host.client.post("/api/v1/items", json=post(2), headers=key), 409, "key_reused")

    def test_another_callers_key_is_another_key(self, host: Host) -> None:
        first = host.post("/items", post(1), **{"Idempotency-Key": "one"})
        second = host.post("/items", post(2), **{"Idempotency-Key": "one"})
        assert (first.status_code, second.status_code) == (201, 201)

    @pytest.mark.parametrize("key", ["", "with space", "x" * 256, "ümlaut"])
    def test_a_key_is_visible_ascii(self, host: Host, key: str) -> None:
        headers = {name.encode(): value.encode() for name, value in host.key(*SCOPES).items()}
        headers[b"Idempotency-Key"] = key.encode("latin-1")
        answer = host.client.post("/api/v1/items", json=post(), headers=headers)
        problem(answer, 422, "not_valid")

    def test_a_refused_write_leaves_the_key_free(self, host: Host) -> None:
        key = host.key(*SCOPES) | {"Idempotency-Key": "one"}
        host.client.post("/api/v1/reports", json=documents.REPORT_EXAMPLE, headers=key)
        host.post("/items", documents.ITEM_EXAMPLE)
        again = host.client.post("/api/v1/reports", json=documents.REPORT_EXAMPLE, headers=key)
        assert again.status_code == 201


class TestKeys:
    def test_no_key_is_told_from_a_wrong_key(self, host: Host) -> None:
        missing = host.client.get("/api/v1/me")
        problem(missing, 401, "key_missing")
        assert missing.headers["www-authenticate"].startswith("Bearer")
        for text in ("eh_00000000_x", "nonsense", "eh_\x00", "eh_\xe9"):
            headers = {b"authorization": f"Bearer {text}".encode("latin-1")}
            problem(host.client.get("/api/v1/me", headers=headers), 401, "key_unknown")

    def test_a_revoked_key_is_unknown(self, host: Host) -> None:
        issued = host.house.do(people.issue_key, people.SYSTEM, name="host", scopes=["items:write"])
        headers = {"Authorization": f"Bearer {issued.text}"}
        assert host.client.get("/api/v1/me", headers=headers).json() == {
            "key_id": issued.id,
            "name": "host",
            "scopes": ["items:write"],
        }
        host.house.do(people.revoke_key, people.SYSTEM, issued.id)
        problem(host.client.get("/api/v1/me", headers=headers), 401, "key_unknown")

    @pytest.mark.parametrize(
        ("method", "path", "scope"),
        [
            ("POST", "/items", "items:write"),
            ("GET", "/items/x", "items:write"),
            ("POST", "/appeals", "items:write"),
            ("POST", "/reports", "reports:write"),
            ("GET", "/decisions", "decisions:read"),
            ("GET", "/decisions/x", "decisions:read"),
            ("GET", "/queues", "decisions:read"),
        ],
    )
    def test_each_route_needs_its_scope(
        self, host: Host, method: str, path: str, scope: str
    ) -> None:
        headers = host.key(*(set(SCOPES) - {scope}))
        answer = host.client.request(method, f"/api/v1{path}", headers=headers, content=b"{")
        problem(answer, 403, "not_allowed")

    def test_without_a_key_no_body_is_read(self, host: Host) -> None:
        def endless() -> Iterator[bytes]:
            raise AssertionError("the body was read")
            yield b""

        answer = host.client.post("/api/v1/items", content=endless())
        problem(answer, 401, "key_missing")


class TestBodies:
    def send(self, host: Host, content: bytes | Iterator[bytes], **headers: str) -> Any:
        given = {"content-type": "application/json"} | {
            name.replace("_", "-"): value for name, value in headers.items()
        }
        return host.client.post(
            "/api/v1/reports", content=content, headers=host.key(*SCOPES) | given
        )

    def test_a_claimed_length_over_the_limit_is_refused(self, host: Host) -> None:
        problem(self.send(host, b"x" * (BODY_BYTES_MAX + 1)), 413, "too_large")

    def test_bytes_over_the_limit_are_refused_without_a_claim(self, host: Host) -> None:
        def parts() -> Iterator[bytes]:
            for _ in range(10):
                yield b" " * (BODY_BYTES_MAX // 4)

        problem(self.send(host, parts()), 413, "too_large")

    @pytest.mark.parametrize(
        "content_type", ["", "text/plain", "application/xml", "application/json; charset=utf-16"]
    )
    def test_other_media_types_are_refused(self, host: Host, content_type: str) -> None:
        problem(self.send(host, b"{}", content_type=content_type), 415, "not_json")

    def test_compressed_bodies_are_refused(self, host: Host) -> None:
        problem(self.send(host, b"{}", content_encoding="gzip"), 415, "not_json")

    @pytest.mark.parametrize(
        ("body", "path"),
        [
            (b'{"a": "\xff"}', ""),
            (b'{"a": NaN}', "a"),
            (b'{"a": {"b": 1, "b": 2}}', "a"),
            (b'{"a": "\\ud800"}', "a"),
            (b'{"a": ' + b"[" * 50 + b"]" * 50 + b"}", "a" + ".0" * 19),
            (b"{", ""),
            (b"", ""),
        ],
    )
    def test_json_that_could_mean_two_things_is_refused_with_its_spot(
        self, host: Host, body: bytes, path: str
    ) -> None:
        found = problem(self.send(host, body), 400, "bad_json")
        assert [each["path"] for each in found["problems"]] == [path]


def decide(host: Host, clock: SetClock) -> tuple[str, str]:
    """Have a reviewer hide the example item. Returns the decision and the person's receipt."""
    host.post("/items", documents.ITEM_EXAMPLE)
    host.post("/reports", documents.REPORT_EXAMPLE)
    host.worker.run_due()
    reviewer = reviewer_of(host.house, clock)
    task = host.house.ask(queue.waiting, people.SYSTEM)[0]
    host.house.do(review.claim, reviewer, task.id)
    clause = next(c for c in host.house.ask(policy.clauses) if c.harm is policy.Harm.FRAUD)
    decision_id = host.house.do(
        decision.decide,
        reviewer,
        task.id,
        decision.Verdict(
            outcome=decision.Outcome.VIOLATION,
            clause_key=clause.key,
            measures=(Measure.HIDE,),
            facts="The listing asks buyers to pay with gift cards outside of this service.",
            reasons="Payment with gift cards cannot be traced back, which is how buyers lose it.",
            above_ladder_reason="The seller keeps taking money from people while this is shown.",
        ),
    )
    receipt = host.house.do(
        people.issue_receipt, holder="affected", subject_kind="decision", subject_id=decision_id
    )
    return decision_id, receipt


def reviewer_of(house: House, clock: SetClock) -> people.Actor:
    secret = people.new_totp_secret()
    invited = house.do(
        people.add_staff,
        people.SYSTEM,
        name="Ada",
        email="ada@example.org",
        role=people.Role.REVIEWER,
    )
    house.do(
        people.accept_invitation,
        invited.token,
        password_hash="x",
        totp_secret=secret,
        code=people.totp_code(secret, clock.now()),
    )
    return house.ask(people.staff_actor, invited.staff_id)


class TestDecisions:
    def test_a_decision_is_read_with_its_statement(self, host: Host, clock: SetClock) -> None:
        decision_id, _ = decide(host, clock)
        body = host.get(f"/decisions/{decision_id}").json()
        assert body["outcome"] == "violation"
        assert body["measures"][0]["measure"] == "hide"
        assert body["statement"]["ground"]["clause"]["key"] == body["clause"]["key"]
        assert "Ada" not in json.dumps(body)

    def test_decisions_come_in_pages(self, host: Host, clock: SetClock) -> None:
        decision_id, _ = decide(host, clock)
        clock.forward(timedelta(seconds=10))
        page = host.get("/decisions?limit=1").json()
        assert [each["decision_id"] for each in page["decisions"]] == [decision_id]
        assert page["next"] == decision_id
        later = host.get(f"/decisions?after={page['next']}").json()
        assert later == {"decisions": [], "next": decision_id, "more": False}

    def test_a_decision_is_listed_once_none_before_it_can_still_appear(
        self, host: Host, clock: SetClock
    ) -> None:
        """A cursor must not run past a decision whose transaction began earlier and ends later."""
        decide(host, clock)
        clock.forward(timedelta(seconds=9))
        assert host.get("/decisions").json() == {"decisions": [], "next": None, "more": False}

    @pytest.mark.parametrize("query", ["after=x", "limit=0", "limit=1000", "limit=a"])
    def test_a_page_that_cannot_be_is_refused(self, host: Host, query: str) -> None:
        found = problem(host.get(f"/decisions?{query}"), 422, "not_valid")
        assert found["problems"][0]["path"] == f"query.{query.partition('=')[0]}"

    def test_a_misspelt_query_is_not_passed_over(self, host: Host) -> None:
        found = problem(host.get("/decisions?limt=5"), 422, "not_valid")
        says = "There is no such field here. Did you mean “limit”?"
        assert found["problems"] == [{"path": "query.limt", "says": says}]
        problem(host.get("/me?x=1"), 422, "not_valid")

    def test_nothing_is_under_another_id(self, host: Host) -> None:
        problem(host.get("/decisions/nothing"), 404, "not_found")

    def test_queues_are_counted(self, host: Host) -> None:
        host.post("/items", documents.ITEM_EXAMPLE)
        host.post("/reports", documents.REPORT_EXAMPLE)
        host.worker.run_due()
        counts = {one["name"]: one["waiting"] for one in host.get("/queues").json()["queues"]}
        assert counts["fraud"] == 1
        assert counts["urgent"] == 0


class TestAppeals:
    def test_an_appeal_is_handed_on(self, host: Host, clock: SetClock) -> None:
        _, receipt = decide(host, clock)
        text = "This is my own boat, and I never asked anybody for gift cards."
        answer = host.post("/appeals", {"receipt": receipt, "text": text})
        assert answer.status_code == 201, answer.text
        again = host.post("/appeals", {"receipt": receipt, "text": text})
        problem(again, 409, "already_done")

    def test_too_late_is_gone(self, host: Host, clock: SetClock) -> None:
        _, receipt = decide(host, clock)
        clock.forward(timedelta(days=400))
        answer = host.post("/appeals", {"receipt": receipt, "text": "This is my own boat here."})
        problem(answer, 410, "too_late")

    def test_a_wrong_receipt_is_unknown(self, host: Host) -> None:
        answer = host.post("/appeals", {"receipt": "0000 0000 0000 0000", "text": "It is wrong."})
        problem(answer, 404, "receipt_unknown")

    def test_what_is_missing_is_named(self, host: Host) -> None:
        found = problem(host.post("/appeals", {"reciept": "1", "text": 7}), 422, "not_valid")
        says = {each["path"]: each["says"] for each in found["problems"]}
        assert "“receipt”" in says["reciept"]
        assert {"receipt", "text"} <= set(says)


class TestElsewhere:
    def test_an_unknown_address_of_the_api_is_a_problem(self, host: Host) -> None:
        problem(host.client.get("/api/v1/nothing"), 404, "not_found")
        answer = host.client.put("/api/v1/items")
        problem(answer, 405, "method_not_allowed")
        assert "POST" in answer.headers["allow"]

    def test_a_fault_says_nothing_about_itself(self, house: House) -> None:
        from evenhand.doors import build_app

        def broken(_item: str) -> None:
            raise RuntimeError("a secret in a message")

        house.do(intake.seed_kinds)
        with TestClient(build_app(house, broken), raise_server_exceptions=False) as client:
            answer = Host(client, house, Worker(house)).post("/items", post())
        problem(answer, 500, "fault")
        assert "secret" not in answer.text
