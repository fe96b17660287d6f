"""Whatever the host and the mail server do, what must leave arrives once, or visibly does not."""

from __future__ import annotations

import email
import email.policy
import socket
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from evenhand import appeal, delivery, evidence, intake, ledger, people
from evenhand.adapters.mail import MailMisconfigured, MailServer, SmtpPost
from evenhand.adapters.webhook import WebhookHost, WebhookMisconfigured, read_secret
from evenhand.bootstrap import House
from evenhand.delivery import NotADeadLetter, NotDelivered, Parcel, State
from evenhand.kit.clock import SetClock, SystemClock
from evenhand.policy import Measure
from evenhand.worker import Outside, Worker
from tests.outside import SECRET, Host, Letterbox, receiving, serving
from tests.stage import Stage, member, violation

PARCEL = Parcel("0199-a", b'{"type":"effect.apply","data":{}}')


@pytest.fixture
def host() -> Iterator[Host]:
    """A host that answers as it is told to."""
    with serving(Host(seconds_late=1.0)) as served:
        yield served


@pytest.fixture
def box() -> Iterator[Letterbox]:
    """A mail server that takes letters."""
    with receiving(Letterbox()) as served:
        yield served


def webhook(url: str) -> WebhookHost:
    """Make the adapter, impatient."""
    return WebhookHost(url, secret=SECRET, clock=SystemClock(), timeout_seconds=0.3)


def mail(box: Letterbox, **changes: Any) -> SmtpPost:
    """Make the adapter for a server on this machine."""
    server = MailServer(host="127.0.0.1", port=box.port, sender="trust@e.example", tls=False)
    return SmtpPost(replace(server, **changes), clock=SystemClock(), timeout_seconds=1)


def worker(house: House, host: Host, box: Letterbox | None = None) -> Worker:
    """Make a worker that delivers to these."""
    return Worker(house, outside=Outside(webhook(host.url), mail(box) if box else None))


def effect(house: House, subject: str = "d1", **changes: Any) -> str:
    """Put one effect in the outbox; return its id."""
    payload = {
        "effect": "apply",
        "measure": "hide",
        "target": {"type": "item", "kind": "post", "id": "p1"},
        "decision_id": subject,
    }
    put = {"subject": subject, "secret": {"receipt": "1234567890123456"}} | changes
    found = house.do(ledger.outbox.put, "effect.host", payload, **put)
    assert found is not None
    return found


def lines(house: House, event: str) -> list[dict[str, Any]]:
    """Return the ledger's lines of one type."""
    return house.ask(lambda tx: list(ledger.events(tx, [event])))


class TestWebhook:
    """The host's webhook."""

    def test_is_signed_so_that_the_reference_library_accepts_it(self, host: Host) -> None:
        """The host verifies with the Standard Webhooks library before it does anything."""
        assert webhook(host.url).send(PARCEL) == "HTTP 204"
        assert list(host.applied) == [PARCEL.id]

    @pytest.mark.parametrize("way", ["500", "drop", "lost", "late", "redirect", "410"])
    def test_is_not_delivered_until_it_is_acknowledged(self, host: Host, way: str) -> None:
        """Only a 2xx acknowledges; only 410 is for good; no redirect is followed."""
        host.script = [way]
        with pytest.raises(NotDelivered) as refused:
            webhook(host.url).send(PARCEL)
        assert refused.value.for_good is (way == "410")
        assert len(host.tries) == 1

    def test_says_so_when_nobody_is_there(self) -> None:
        """A closed port is tried again like anything else."""
        with socket.create_server(("127.0.0.1", 0)) as probe:
            port = probe.getsockname()[1]
        with pytest.raises(NotDelivered, match="could not be reached"):
            webhook(f"http://127.0.0.1:{port}").send(PARCEL)

    @pytest.mark.parametrize(
        "address",
        ["127.0.0.1", "10.1.2.3", "169.254.169.254", "100.64.0.1", "::1", "fd00::1",
         "::ffff:127.0.0.1", "2002:7f00:1::", "0.0.0.0", "224.0.0.1"],
    )  # fmt: skip
    def test_never_follows_a_name_to_a_private_address(
        self, host: Host, address: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A name that leads inside is refused before anything is sent."""
        port = int(host.url.rpartition(":")[2])
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        answer = [(family, socket.SOCK_STREAM, 6, "", (address, port))]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: answer)
        with pytest.raises(NotDelivered, match="private address"):
            webhook(f"http://host.example:{port}/").send(PARCEL)
        assert host.tries == []

    @pytest.mark.parametrize("url", ["ftp://host.example", "host.example", "http://", "/there"])
    def test_goes_over_http_and_nothing_else(self, url: str) -> None:
        """Said when the worker starts, not when the first decision is lost."""
        with pytest.raises(WebhookMisconfigured):
            webhook(url)

    @pytest.mark.parametrize("secret", ["", "whsec_", "whsec_AAAA", "whsec_not base64!"])
    def test_needs_a_secret_worth_the_name(self, secret: str) -> None:
        """At least 24 bytes, as the specification says."""
        with pytest.raises(WebhookMisconfigured):
            read_secret(secret)


class TestMail:
    """Mail."""

    def test_arrives_as_plain_text_with_the_same_name_every_time(self, box: Letterbox) -> None:
        """A letter sent twice carries the same Message-ID twice."""
        letter = delivery.Letter("0199-b", "bo@example.org", "Grüße", "Zum Beispiel: ä, 中文.\n")
        for _ in range(2):
            mail(box).send(letter)
        read = [
            email.message_from_bytes(raw, policy=email.policy.default) for _, raw in box.letters
        ]
        assert {message["message-id"] for message in read} == {"<0199-b@e.example>"}
        assert read[0]["subject"] == "Grüße"
        assert read[0]["auto-submitted"] == "auto-generated"
        assert "中文" in read[0].get_content()

    @pytest.mark.parametrize(("answer", "for_good"), [("550 no such", True), ("451 later", False)])
    def test_tells_a_wrong_address_from_a_busy_server(
        self, box: Letterbox, answer: str, *, for_good: bool
    ) -> None:
        """And keeps the address out of what it says."""
        box.refuse["bo@example.org"] = answer
        with pytest.raises(NotDelivered) as refused:
            mail(box).send(delivery.Letter("1", "bo@example.org", "s", "t"))
        assert refused.value.for_good is for_good
        assert "bo@" not in refused.value.says

    @pytest.mark.parametrize("to", ["bo@example.org\r\nBcc: all@example.org", "nobody", ""])
    def test_does_not_let_an_address_write_headers(self, box: Letterbox, to: str) -> None:
        """What is no address is refused for good, or by the server."""
        with pytest.raises(NotDelivered):
            mail(box).send(delivery.Letter("1", to, "s", "t"))
        assert box.letters == []

    def test_does_not_leave_this_machine_without_tls(self, box: Letterbox) -> None:
        """Nor goes on in clear when the server does not offer it."""
        with pytest.raises(MailMisconfigured):
            mail(box, host="mail.example.org")
        with pytest.raises(NotDelivered):
            mail(box, tls=True).send(delivery.Letter("1", "bo@example.org", "s", "t"))
        assert box.letters == []


class TestDelivering:
    """Delivering effects."""

    def test_tries_again_with_the_same_id_until_acknowledged(
        self, house: House, host: Host, clock: SetClock
    ) -> None:
        """Whatever happened on the way, the host did it once and the ledger says it once."""
        host.script = ["500", "drop", "lost", "late"]
        host.check_age = False
        put = effect(house)
        running = worker(house, host)
        for _ in range(8):
            running.run_due()
            clock.forward(timedelta(minutes=10))
        assert set(host.tries) == {put}
        assert len(host.tries) == 5
        assert list(host.applied) == [put]
        said = lines(house, "effect.acknowledged")
        assert [line["data"]["delivery"] for line in said] == [put]
        log = house.ask(delivery.attempts, people.SYSTEM, put)
        assert [one.status.value for one in log] == ["failed"] * 4 + ["acknowledged"]

    def test_says_when_it_was_decided_and_where_to_read_why(self, house: House, host: Host) -> None:
        """The parcel carries the receipt once, spaced for people, and the status page."""
        host.check_age = False
        put = effect(house)
        worker(house, host).run_due()
        event = host.applied[put]
        assert event["type"] == "effect.apply"
        assert event["timestamp"] == "2026-11-21T09:00:00.000000Z"
        assert event["data"]["receipt"] == "1234 5678 9012 3456"
        assert event["data"]["status_url"].endswith("/status")

    def test_stands_visibly_failed_when_it_was_given_up(
        self, house: House, host: Host, clock: SetClock
    ) -> None:
        """After five days of trying, with a line; a person may send it again."""
        host.script = ["500"] * 15
        host.check_age = False
        put = effect(house)
        running = worker(house, host)
        for _ in range(20):
            running.run_due()
            clock.forward(timedelta(days=2))
        dead = house.ask(delivery.dead_letters, people.SYSTEM)
        assert [one.id for one in dead] == [put]
        assert dead[0].error == "The host answered HTTP 500."
        assert [line["data"]["delivery"] for line in lines(house, "effect.buried")] == [put]
        lead = member(people.Role.LEAD)
        house.do(delivery.resend, lead, put)
        running.run_due()
        assert list(host.applied) == [put]
        assert house.ask(delivery.counts, people.SYSTEM)[State.DONE] == 1
        assert house.ask(ledger.actor_of, lines(house, "effect.resent")[0]) == lead.ref
        with pytest.raises(NotADeadLetter):
            house.do(delivery.resend, lead, put)

    def test_is_given_up_at_once_when_the_host_never_wants_it(
        self, house: House, host: Host
    ) -> None:
        """410 Gone."""
        host.script = ["410"]
        effect(house)
        worker(house, host).run_due()
        assert len(house.ask(delivery.dead_letters, people.SYSTEM)) == 1

    def test_waits_for_an_address_and_then_leaves(
        self, house: House, host: Host, clock: SetClock
    ) -> None:
        """Nothing is dropped because the operator has not set a host up yet."""
        host.check_age = False
        effect(house)
        Worker(house, outside=Outside()).run_due()
        waiting = house.ask(delivery.outbox, people.SYSTEM, State.READY)
        assert waiting[0].error == "No host is set: set EVENHAND_HOST_WEBHOOK_URL."
        clock.forward(timedelta(minutes=1))
        worker(house, host).run_due()
        assert len(host.applied) == 1

    def test_refuses_an_answer_from_whoever_lost_the_lease(
        self, house: House, clock: SetClock
    ) -> None:
        """A sender thought dead cannot overwrite the one that took over."""
        effect(house)
        (old,) = house.do(delivery.claim, "one", limit=1)
        assert house.do(delivery.claim, "two", limit=1) == []
        clock.forward(timedelta(seconds=61))
        (new,) = house.do(delivery.claim, "two", limit=1)
        for late in (
            lambda: house.do(delivery.acknowledged, old, answer="late"),
            lambda: house.do(delivery.failed, old, says="late"),
        ):
            with pytest.raises(ledger.LeaseLost):
                late()
        house.do(delivery.acknowledged, new, answer="HTTP 204")
        assert len(lines(house, "effect.acknowledged")) == 1

    def test_lets_only_those_resend_who_may(self, house: House) -> None:
        """A reviewer sees the outbox and sends nothing again."""
        put = effect(house)
        with pytest.raises(people.NotAllowed):
            house.do(delivery.resend, member(people.Role.REVIEWER), put)
        with pytest.raises(people.NotAllowed):
            house.ask(delivery.outbox, people.PUBLIC, State.READY)


class TestMessages:
    """Messages to people."""

    def test_tell_everybody_who_must_know_and_nobody_else(
        self, house: House, host: Host, box: Letterbox
    ) -> None:
        """The author through the host and by mail, the reporter by mail, each their own part."""
        host.check_age = False
        stage = Stage.open(house)
        item_id = stage.reported()
        stage.decide(item_id, violation(Measure.REMOVE, Measure.SUSPEND, days=3))
        worker(house, host, box).run_due()
        told = [one for one in host.applied.values() if one["type"] == "message.to_account"]
        assert [one["data"]["account"] for one in told] == [{"id": "ann"}]
        assert "It was removed" in told[0]["data"]["text"]
        assert told[0]["data"]["receipt"] in told[0]["data"]["text"]
        to_ann = _letters_to(box, "ann@example.org")
        to_bo = _letters_to(box, "bo@example.org")
        assert len(to_ann) == 1
        assert "gift card" in to_ann[0]
        received, decided = sorted(to_bo, key=lambda text: "This is what we decided" in text)
        assert "waits for a person" in received
        assert "It was removed" in decided
        assert "paused" not in decided
        counted = house.ask(delivery.counts, people.SYSTEM)
        assert counted[State.READY] == counted[State.RUNNING] == counted[State.DEAD] == 0

    def test_tell_of_an_appeal_and_what_came_of_it(
        self, house: House, host: Host, box: Letterbox
    ) -> None:
        """The appellant hears that it arrived; the text of an appeal is never sent on."""
        host.check_age = False
        stage = Stage.open(house)
        item_id = stage.reported()
        decision_id = stage.decide(item_id, violation())
        holder = people.Actor(
            "receipt", "r", "receipt", holder="affected", subject_kind="decision",
            subject_id=decision_id,
        )  # fmt: skip
        house.do(appeal.file, holder, text="The tickets are mine and they are real.")
        worker(house, host, box).run_due()
        texts = _letters_to(box, "ann@example.org")
        assert any("judge it anew" in text for text in texts)
        assert not any("tickets are mine" in text for text in texts)

    def test_are_given_up_when_the_address_was_erased(
        self, house: House, host: Host, box: Letterbox
    ) -> None:
        """There is nobody to write to, and it says so."""
        stage = Stage.open(house)
        item_id = stage.item()
        report = stage.report(item_id)
        identity = house.ask(intake.identity_of_report, report.report_id)
        assert identity is not None
        house.do(evidence.erase_identity, people.SYSTEM, identity, reason="asked by themselves")
        worker(house, host, box).run_due()
        dead = house.ask(delivery.dead_letters, people.SYSTEM)
        assert [one.what for one in dead] == ["report_received"]
        assert box.letters == []


def _letters_to(box: Letterbox, address: str) -> list[str]:
    """Return the texts of the letters to one address, in the order they came."""
    return [
        email.message_from_bytes(raw, policy=email.policy.default).get_content()
        for to, raw in box.letters
        if to == address
    ]
