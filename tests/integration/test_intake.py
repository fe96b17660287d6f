"""Items on real databases: stored whole or not at all, and once however often they are sent."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from evenhand import evidence, intake, ledger, people
from evenhand.bootstrap import House
from evenhand.db import Tx
from evenhand.intake import store
from evenhand.intake.once import idempotency
from evenhand.kit.clock import SetClock
from evenhand.people import PUBLIC, Actor
from tests.arrivals import (
    ADMIN,
    HOST,
    NOOR,
    at_once,
    counts,
    item,
    lines,
    photo,
    picture,
    report,
    say,
    send,
)


@pytest.fixture(autouse=True)
def kinds(house: House) -> None:
    """Declare the starter kinds."""
    house.do(intake.seed_kinds)


class TestItems:
    """What a host sends."""

    def test_come_back_whole(self, house: House) -> None:
        """Every field, the account, and the picture's bytes out of the vault."""
        shot = picture()
        received = send(house, item("شكراً 谢谢 🎈", shot=shot, reach=5))
        view = house.ask(intake.item, NOOR, received.item_id)
        assert (view.kind, view.external_id, view.version, view.reach) == ("post", "p-1", 1, 5)
        assert view.account is not None
        assert (view.account.external_id, view.account.name) == ("a-1", "Marisol")
        [media] = view.media
        values = {field.name: field.value for field in view.fields}
        assert values == {"text": "شكراً 谢谢 🎈", "photo": media.id}
        assert house.ask(evidence.read_object, media.object_id) == (shot, "image/jpeg")

    def test_leave_one_line_and_go_on(self, house: House) -> None:
        """The line holds codes and counts, and the path has its job."""
        received = send(house, item("secret text", shot=picture()))
        [line] = lines(house, "item.received")
        assert line["data"] == {"kind": "post", "version": 1, "media": 1}
        assert line["actor"] == "key"
        assert house.ask(ledger.actor_of, line) == "key:k-1"
        for personal in ("secret", "Marisol", "'a-1'", "'p-1'", "plaza"):
            assert personal not in str(line)
        assert house.ask(ledger.jobs.waiting_for, received.item_id, "item.received")

    def test_seal_the_account_holders_address(self, house: House) -> None:
        """It stands in no row in clear, once for as long as it stays the same."""
        send(house, item())
        send(house, item("Second", id="p-2"))
        assert counts(house)["sealed_identities"] == 1
        account = house.ask(lambda tx: tx.rows(sa.select(store.accounts)))[0]
        assert "m@example.org" not in str(dict(account))
        assert house.ask(evidence.contact_of, account["identity_id"])["email"] == "m@example.org"

    def test_are_the_same_when_sent_again(self, house: House) -> None:
        """No second row, no second line, no second blob."""
        first = send(house, item(shot=picture()))
        before = counts(house)
        again = send(house, item(shot=picture(), reach=77))
        assert (again.item_id, again.created) == (first.item_id, False)
        assert counts(house) == before

    def test_are_the_next_version_when_changed(self, house: House) -> None:
        """The earlier version stays as it was; going back is a version too."""
        sent = [send(house, item(text)) for text in ("one", "two", "one")]
        assert [received.version for received in sent] == [1, 2, 3]
        first = house.ask(intake.item, NOOR, sent[0].item_id)
        assert first.fields[0].value == "one"
        assert house.ask(intake.item_named, "post", "p-1") == sent[2].item_id

    def test_are_one_when_sent_at_the_same_time(self, house: House) -> None:
        """Eight senders of one thing make one item; the others' blobs go."""
        raw = item(shot=picture())
        results = at_once(*[lambda: send(house, raw)] * 8)
        assert sorted(received.created for received in results) == [False] * 7 + [True]
        after = counts(house)
        assert (after["items"], after["media"], after["accounts"], after["blobs"]) == (1, 1, 1, 1)

    def test_get_one_version_each_when_changed_at_the_same_time(self, house: House) -> None:
        """No number twice, none left out."""
        acts = [lambda n=n: send(house, item(f"text {n}")) for n in range(6)]
        assert sorted(received.version for received in at_once(*acts)) == [1, 2, 3, 4, 5, 6]

    @pytest.mark.parametrize(
        "changes",
        [
            {"kind": "essay"},
            {"kind": "address"},
            {"id": 5},
            {"id": "\0"},
            {"extra": 1},
            {"account": {"id": "a", "name": "\ud800"}},
            {"fields": {}},
            {"fields": {"text": "x", "colour": "red"}},
            {"fields": {"text": "\ud83d", "photo": photo(picture())}},
            {"fields": {"text": "x", "photo": photo(picture()[:500])}},
            {"fields": {"text": "x", "photo": photo(b"")}},
            {"fields": {"text": "x", "photo": photo(picture()) | {"media_type": "image/png"}}},
            {"url": "javascript:alert(1)", "fields": {"text": "x", "photo": photo(picture())}},
        ],
        ids=str,
    )
    def test_leave_nothing_when_refused(self, house: House, changes: dict[str, Any]) -> None:
        """Neither rows nor blobs, whatever was good about the rest."""
        before = counts(house)
        with pytest.raises(intake.ItemRefused):
            send(house, item() | changes)
        assert counts(house) == before

    def test_leave_nothing_when_the_sender_may_not(self, house: House) -> None:
        """A key without the scope is stopped before anything is opened."""
        before = counts(house)
        for actor in (NOOR, PUBLIC, Actor("key", "k-2", "reader", frozenset())):
            with pytest.raises(people.NotAllowed):
                send(house, item(shot=picture()), actor=actor)
        assert counts(house) == before

    def test_leave_nothing_when_the_transaction_fails(self, house: House) -> None:
        """The blobs that were staged for it go too."""
        before = counts(house)

        def failing(command: Any, /, *args: Any, **kwargs: Any) -> Any:
            def fail(tx: Tx) -> None:
                command(tx, *args, **kwargs)
                raise RuntimeError("the disk is full")

            return house.do(fail)

        known = house.ask(intake.kinds)
        raw = item(shot=picture())
        with pytest.raises(RuntimeError):
            intake.submit_item(failing, house.resources, known, HOST, raw)
        assert counts(house) == before

    def test_keep_their_blobs_when_a_commit_is_in_doubt(self, house: House) -> None:
        """A row must never lose its picture because an answer was lost on the way."""

        def lost(command: Any, /, *args: Any, **kwargs: Any) -> Any:
            house.do(command, *args, **kwargs)
            raise sa.exc.OperationalError("commit", {}, ConnectionError("gone"))

        known = house.ask(intake.kinds)
        raw = item(shot=picture())
        with pytest.raises(sa.exc.OperationalError):
            intake.submit_item(lost, house.resources, known, HOST, raw)
        item_id = house.ask(intake.item_named, "post", "p-1")
        assert item_id is not None
        [media] = house.ask(intake.item, NOOR, item_id).media
        assert house.ask(evidence.read_object, media.object_id)[0] == picture()

    @pytest.mark.parametrize("item_id", ["", "x", "\0", "\ud800", "0" * 36])
    def test_are_unknown_by_any_other_id(self, house: House, item_id: str) -> None:
        """Whatever a door passes on is answered the same."""
        with pytest.raises(intake.NoSuchItem):
            house.ask(intake.item, NOOR, item_id)

    def test_are_shown_to_staff_and_the_host_alone(self, house: House) -> None:
        """No object without a gate."""
        received = send(house, item())
        assert house.ask(intake.item, HOST, received.item_id).id == received.item_id
        with pytest.raises(people.NotAllowed):
            house.ask(intake.item, PUBLIC, received.item_id)


class TestKinds:
    """What a host may send."""

    def test_are_declared_by_an_administrator(self, house: House) -> None:
        """With a line; the same again changes nothing and says so."""
        fields = [intake.Field("text", intake.FieldType.TEXT, intake.FieldRole.BODY)]
        with pytest.raises(people.NotAllowed):
            house.do(intake.declare_kind, NOOR, name="review", fields=fields)
        house.do(intake.declare_kind, ADMIN, name="review", fields=fields)
        with pytest.raises(intake.KindUnchanged):
            house.do(intake.declare_kind, ADMIN, name="review", fields=fields)
        assert [line["subject"] for line in lines(house, "kind.declared")][-1] == "review"
        assert send(house, item(kind="review")).created

    def test_declared_anew_leave_earlier_items_as_they_were(self, house: House) -> None:
        """An item carries the fields of its day."""
        received = send(house, item(fields={"title": "Old", "text": "words"}))
        fields = [intake.Field("body", intake.FieldType.TEXT, intake.FieldRole.BODY)]
        house.do(intake.declare_kind, ADMIN, name="post", fields=fields)
        view = house.ask(intake.item, NOOR, received.item_id)
        assert [(field.name, field.value) for field in view.fields] == [
            ("title", "Old"),
            ("text", "words"),
        ]

    def test_are_seeded_once(self, house: House) -> None:
        """A second start changes nothing."""
        assert house.do(intake.seed_kinds) is False


class TestOnce:
    """A request that is sent twice."""

    KEY = intake.request_key("key:k-1 POST /items", "7f0c", b"{}")

    def test_acts_once(self, house: House) -> None:
        """The second gets the first one's answer, and its blobs go."""
        first = send(house, item(shot=picture()), key=self.KEY)
        before = counts(house)
        again = send(house, item(shot=picture()), key=self.KEY)
        assert (again.item_id, again.replayed) == (first.item_id, True)
        assert counts(house) == before

    def test_acts_once_even_at_the_same_time(self, house: House) -> None:
        """One acts, the others wait and hear of it."""
        send(house, item())
        results = at_once(*[lambda: say(house, report(), key=self.KEY)] * 6)
        assert len({received.report_id for received in results}) == 1
        assert len({received.receipt for received in results}) == 1
        assert sorted(received.replayed for received in results) == [False] + [True] * 5
        assert counts(house)["reports"] == 1

    def test_is_refused_with_another_body(self, house: House) -> None:
        """Nothing of the second remains: no item, no blob."""
        send(house, item(), key=self.KEY)
        before = counts(house)
        other = intake.request_key(self.KEY.scope, self.KEY.key, b'{"other": 1}')
        with pytest.raises(intake.KeyReused):
            send(house, item("other", id="p-2", shot=picture()), key=other)
        assert counts(house) == before

    def test_is_a_different_request_in_another_scope(self, house: House) -> None:
        """Another caller's key of the same text is another key."""
        send(house, item())
        first = say(house, report(), key=self.KEY)
        elsewhere = intake.request_key("key:k-2 POST /reports", "7f0c", b"{}")
        assert not say(house, report(), key=elsewhere).replayed
        assert first.report_id

    def test_remembers_nothing_of_a_refusal(self, house: House) -> None:
        """A mended request may use its key again."""
        with pytest.raises(intake.ReportRefused):
            say(house, report(), key=self.KEY)
        send(house, item())
        assert not say(house, report(), key=self.KEY).replayed

    def test_seals_the_answer_it_remembers(self, house: House) -> None:
        """A receipt stands nowhere in clear."""
        send(house, item())
        received = say(house, report(), key=self.KEY)
        row = house.ask(lambda tx: tx.rows(sa.select(idempotency)))[0]
        assert received.receipt.encode() not in bytes(row["body"])

    def test_is_forgotten_after_a_day(self, house: House, clock: SetClock) -> None:
        """Then the key is free, and the worker sweeps it out."""
        send(house, item())
        first = say(house, report(), key=self.KEY)
        clock.forward(timedelta(hours=25))
        second = say(house, report(), key=self.KEY)
        assert second.report_id != first.report_id
        clock.forward(timedelta(hours=25))
        assert house.do(intake.forget_answers) == 1

    @pytest.mark.parametrize("key", ["", "a" * 256, "with space", "ünïcode", "a\nb"])
    def test_needs_a_key_that_is_one(self, key: str) -> None:
        """Visible ASCII, so that it is the same in every header and log."""
        with pytest.raises(intake.KeyMalformed):
            intake.request_key("scope", key, b"")
