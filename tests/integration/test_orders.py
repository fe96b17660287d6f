"""An order from an authority waits for a person, is told, can be appealed, and is answered."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from evenhand import appeal, delivery, intake, ledger, people, queue, review, transparency
from evenhand.appeal import AppealOutcome
from evenhand.bootstrap import House
from evenhand.cli.exits import Exit
from evenhand.delivery import Letter
from evenhand.intake import OrderEffect, OrderRefused, OrderView
from evenhand.kit.clock import SetClock, midnight
from evenhand.people import Actor
from evenhand.policy import Basis
from evenhand.transparency import dsa
from tests.arrivals import counts, lines
from tests.shell import at_shell, in_json
from tests.stage import Stage, fine, violation

pytestmark = pytest.mark.on("sqlite")
AUTHORITY = "Office for Fair Trade"
OFFICIAL = "Inspector Vera Okafor"


def an_order(*items: str, **changes: Any) -> dict[str, Any]:
    """Write an order to act against posts, with all that Art. 9(2) asks for."""
    return {
        "order_type": "act",
        "issuing_authority": AUTHORITY,
        "official": OFFICIAL,
        "member_state": "FR",
        "legal_basis": "Consumer Code, Art. L. 521-3-1",
        "legal_provisions": ["Consumer Code, Art. L. 121-2"],
        "statement_of_reasons": "The listing sells tickets that do not exist.",
        "items": [{"kind": "post", "id": one} for one in items],
        "territorial_scope": ["FR"],
        "redress": "The administrative court of Paris, within two months.",
        "addressee_contact": "orders@plaza.example",
        "harm": "fraud",
    } | changes


def a_request(**changes: Any) -> dict[str, Any]:
    """Write an order for information about an account, as Art. 10(2) asks for."""
    asked = {
        "order_type": "info",
        "recipients": ["ann"],
        "information_requested": "When the account was opened.",
    }
    written = an_order() | asked
    return {name: value for name, value in written.items() if name != "items"} | changes


def receive(stage: Stage, raw: dict[str, Any]) -> OrderView:
    """Take an order in as a lead does, and let the path go on."""
    order = stage.house.do(intake.receive_order, stage.lin, intake.check_order(raw))
    stage.settle()
    return order


def answer(
    stage: Stage, order: OrderView, effect: OrderEffect, why: str | None = None
) -> OrderView:
    """Say what effect was given."""
    return stage.house.do(intake.answer_order, stage.lin, order.id, effect=effect, reason=why)


def affected(decision_id: str) -> Actor:
    """Hold the receipt of the person a decision is about."""
    return Actor(
        kind="receipt",
        id="r-1",
        name="receipt",
        holder="affected",
        subject_kind="decision",
        subject_id=decision_id,
    )


def figures_of(house: House) -> dict[str, int | None]:
    """Count what is published of the day."""
    since = midnight(house.clock.now().date())
    found = house.ask(transparency.numbers, since=since, until=since + timedelta(days=1))
    return {figure.id: figure.value for figure in found.figures()}


class TestOrdersToAct:
    """DSA Art. 9."""

    def test_wait_for_a_person_are_told_and_can_be_appealed(
        self, house: House, clock: SetClock
    ) -> None:
        """From arrival to answer, and an appeal that undoes what was decided."""
        stage = Stage.open(house)
        item_id = stage.item(external_id="p1")
        order = receive(stage, an_order("p1"))
        task = stage.task(item_id)
        assert (task.origin, task.reports, order.items) == ("order", 1, 1)
        [report] = house.ask(intake.reports_of, stage.rosa, item_id)
        assert "you decide" in report.explanation
        assert "L. 521-3-1" in report.explanation
        assert lines(house, "decision.made") == []
        with pytest.raises(intake.OrderNotSo, match="1 of its items still wait"):
            answer(stage, order, OrderEffect.GIVEN)

        clock.forward(timedelta(minutes=20))
        house.do(intake.confirm_order, stage.lin, order.id)
        clock.forward(timedelta(minutes=40))
        decision_id = stage.decide(item_id, violation())
        decided = stage.decision(decision_id)
        assert decided.source == Basis.ORDER
        [told] = [row for row in stage.sent(decision_id) if row["kind"] == "message.host"]
        assert told["payload"]["account_external_id"] == "ann"

        clock.forward(timedelta(minutes=30))
        with pytest.raises(intake.OrderNotSo, match="Answer given"):
            answer(stage, order, OrderEffect.REFUSED, "We would rather not.")
        ended = answer(stage, order, OrderEffect.GIVEN)
        assert ended.effect_at == decided.made_at
        with pytest.raises(intake.OrderAnswered):
            answer(stage, order, OrderEffect.GIVEN)

        figures = figures_of(house)
        assert figures["orders-by-kind.act"] == 1
        assert figures["orders-by-answer.given"] == 1
        assert figures["orders.items"] == 1
        assert figures["orders.median-confirmed"] == 20
        assert figures["orders.median-answered"] == 90
        assert figures["decisions-by-source.order"] == 1

        house.do(
            appeal.file, affected(decision_id), text="The tickets are real, look at the seller."
        )
        stage.settle()
        [again] = house.ask(queue.waiting, stage.omar, queue="appeals")
        house.do(review.claim, stage.ren, again.id)
        house.do(appeal.judge, stage.ren, again.id, fine())
        house.do(
            appeal.conclude,
            stage.ren,
            again.id,
            explanation="The seller showed us that they are real.",
        )
        [found] = lines(house, "appeal.decided")
        assert found["data"]["outcome"] == AppealOutcome.GRANTED
        assert stage.verify().sound

    def test_say_in_the_log_what_is_counted_and_name_nobody(self, house: House) -> None:
        """The authority is no person; whoever signed for it, and what was asked, is not there."""
        stage = Stage.open(house)
        item_id = stage.item(external_id="p1")
        order = receive(stage, an_order("p1"))
        stage.decide(item_id, fine())
        with pytest.raises(intake.OrderNotSo, match="Say why"):
            answer(stage, order, OrderEffect.REFUSED)
        answer(stage, order, OrderEffect.REFUSED, "The tickets exist: Zed showed them.")
        [received] = lines(house, "order.received")
        [answered] = lines(house, "order.answered")
        assert received["data"]["authority"] == AUTHORITY
        assert (received["data"]["kind"], received["data"]["items"]) == ("act", 1)
        assert (answered["data"]["ended"], answered["data"]["effect_at"]) == ("refused", None)
        every = json.dumps([received, answered, *lines(house, "report.received")])
        assert "Okafor" not in every
        assert "Zed" not in every

    @pytest.mark.parametrize(
        ("without", "path"),
        [
            ("legal_basis", "legal_basis"),
            ("issuing_authority", "issuing_authority"),
            ("territorial_scope", "territorial_scope"),
            ("redress", "redress"),
            ("items", "exact_locations"),
        ],
    )
    def test_are_refused_without_an_element_of_the_law(self, without: str, path: str) -> None:
        """Which one is missing is said."""
        raw = an_order("p1")
        del raw[without]
        with pytest.raises(OrderRefused) as refused:
            intake.check_order(raw)
        assert [problem.path for problem in refused.value.problems] == [path]

    def test_leave_nothing_when_one_item_is_not_known(self, house: House) -> None:
        """Whole or not at all; an address is an item of its own."""
        stage = Stage.open(house)
        stage.item(external_id="p1")
        before = counts(house)
        with pytest.raises(OrderRefused, match="unknown_item"):
            receive(stage, an_order("p1", "p2"))
        assert counts(house) == before
        order = receive(stage, an_order("p1", exact_locations=["https://plaza.example/x"]))
        assert (order.items, len(order.report_ids)) == (2, 2)

    def test_are_taken_once(self, house: House) -> None:
        """The authority's own reference tells one from another."""
        stage = Stage.open(house)
        stage.item(external_id="p1")
        receive(stage, an_order("p1", reference="2026-117"))
        with pytest.raises(intake.OrderKnown):
            receive(stage, an_order("p1", reference="2026-117"))

    def test_are_for_leads(self, house: House) -> None:
        """Neither a reviewer nor a key of the host enters one."""
        stage = Stage.open(house)
        stage.item(external_id="p1")
        for actor in (stage.rosa, stage.host, stage.omar):
            with pytest.raises(people.NotAllowed):
                house.do(intake.receive_order, actor, intake.check_order(an_order("p1")))


class TestTheHarmonisedReport:
    """Implementing Regulation (EU) 2024/2835, sheet 3."""

    def test_counts_orders_from_the_log_and_none_of_them_twice(
        self, house: House, clock: SetClock
    ) -> None:
        """One that the operator lists as well is refused, with what to do."""
        stage = Stage.open(house)
        item_id = stage.item(external_id="p1")
        order = receive(stage, an_order("p1"))
        clock.forward(timedelta(hours=2))
        house.do(intake.confirm_order, stage.lin, order.id)
        stage.decide(item_id, violation())
        clock.forward(timedelta(hours=3))
        answer(stage, order, OrderEffect.GIVEN)

        def orders_under(said: dsa.Answers) -> dict[str, Any]:
            year = {"first": date(2026, 1, 1), "last": date(2026, 12, 31)}
            sheet = dsa.fill(house.ask(dsa.harmonised_report, **year, answers=said))[2]
            return dict(zip((name.strip() for name in sheet.header), sheet.rows[0], strict=True))

        row = orders_under(dsa.Answers())
        assert row["Number of orders to act against illegal content received"] == 1
        done = "Median time to give effect to the order to act against illegal content"
        assert row[done] == 2
        again = {"kind": "act", "member_state": "FR", "received": order.received_at}
        with pytest.raises(dsa.AnswersRefused, match="did not go through the house"):
            orders_under(dsa.read_answers({"order": [again]}))
        with pytest.raises(dsa.AnswersRefused, match="no_orders"):
            orders_under(dsa.read_answers({"no_orders": True}))


class TestSilence:
    """Orders that demand that nobody be told."""

    def test_is_refused_on_record(self, house: House) -> None:
        """It is counted in public, opens nothing, and can be given no other answer."""
        stage = Stage.open(house)
        item_id = stage.item(external_id="p1")
        order = receive(stage, an_order("p1", silence=True))
        assert (order.effect, order.report_ids) == (OrderEffect.SILENCE_ASKED, ())
        assert house.ask(intake.reports_of, stage.rosa, item_id) == []
        [line] = lines(house, "order.answered")
        assert line["data"]["ended"] == "silence_asked"
        with pytest.raises(intake.OrderAnswered):
            answer(stage, order, OrderEffect.GIVEN)


class TestOrdersForInformation:
    """DSA Art. 10."""

    def test_open_nothing_and_are_told_to_whom_they_are_about(self, house: House) -> None:
        """The account learns who asked, under which law, and how to object."""
        stage = Stage.open(house)
        stage.item(account="ann", email="ann@example.org")
        order = receive(stage, a_request())
        assert (order.report_ids, stage.sent(order.id)) == ((), [])
        ended = answer(stage, order, OrderEffect.GIVEN)
        assert ended.effect_at == ended.answered_at
        rows = stage.sent(order.id)
        assert sorted(row["kind"] for row in rows) == ["message.host", "message.mail"]
        [work] = [
            one
            for one in house.do(ledger.outbox.claim, "test", limit=20)
            if one.kind == "message.mail"
        ]
        text = house.ask(delivery.prepare, work, appeal_of=appeal.for_delivery)
        assert isinstance(text, Letter)
        assert AUTHORITY in text.text
        assert "L. 521-3-1" in text.text
        assert "administrative court" in text.text
        assert OFFICIAL not in text.text
        [line] = lines(house, "order.answered")
        assert line["data"]["told"] == 1
        assert "ann" not in json.dumps(line["data"])


def test_the_shell_takes_confirms_and_answers(
    house: House,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """What lacks is named; an order that demands silence has an exit status of its own."""
    Stage.open(house)
    at_shell(house, monkeypatch)
    file = tmp_path / "order.json"
    say = in_json(capsys, "order")
    file.write_text(json.dumps(a_request(legal_basis=None)))
    refused = say("receive", str(file), status=Exit.NOT_POSSIBLE)
    assert "legal_basis: This is missing." in refused["says"]
    assert say("list") == {"orders": []}
    file.write_text(json.dumps(a_request(silence=True)))
    assert say("receive", str(file), status=Exit.FOUND)["effect"] == "silence_asked"
    file.write_text(json.dumps(a_request()))
    order = say("receive", str(file))
    assert say("confirm", order["id"])["confirmed_at"] is not None
    assert say("confirm", order["id"], status=Exit.NOT_POSSIBLE)["error"] == "order_confirmed"
    assert [one["id"] for one in say("list", "--unanswered")["orders"]] == [order["id"]]
    assert say("answer", order["id"], "refused", "--reason", "Not ours.")["effect"] == "refused"
    assert say("answer", "nowhere", "given", status=Exit.NOT_POSSIBLE)["error"] == "no_such_order"
