"""Reports on real databases: senders sealed, repeats marked, outcomes counted from the rows."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from evenhand import evidence, intake, ledger, people
from evenhand.bootstrap import House
from evenhand.db import metadata
from evenhand.kit.ids import new_id
from evenhand.people import PUBLIC, SYSTEM, Actor, Permission
from tests.arrivals import HOST, NOOR, at_once, counts, item, lines, report, say, send


@pytest.fixture(autouse=True)
def kinds(house: House) -> None:
    """Declare the starter kinds."""
    house.do(intake.seed_kinds)


class TestReports:
    """What people say is wrong."""

    def test_are_recorded_without_their_sender(self, house: House) -> None:
        """Name, address and account stand in no row and no line in clear (promise 10)."""
        send(house, item())
        received = say(house, report())
        rows = house.ask(
            lambda tx: [
                str(dict(row)) for t in metadata.sorted_tables for row in tx.rows(t.select())
            ]
        )
        for personal in ("Petra", "petra@example.org", "petra-7"):
            assert personal not in "".join(rows)
        view = house.ask(intake.report, NOOR, received.report_id)
        assert (view.harm, view.via, view.basis, view.clock) == (
            "fraud",
            "api",
            "report",
            "own_target",
        )
        assert view.due_at - view.received_at == timedelta(hours=24)
        identity_id = house.ask(intake.identity_of_report, received.report_id)
        assert identity_id is not None
        contact = house.ask(evidence.contact_of, identity_id)
        assert contact == {
            "account_id": "petra-7",
            "name": "Petra Vogel",
            "email": "petra@example.org",
        }

    def test_leave_one_line_of_codes(self, house: House) -> None:
        """And the path goes on from it."""
        send(house, item())
        received = say(house, report())
        [line] = lines(house, "report.received")
        assert line["data"] == {
            "harm": "fraud",
            "basis": "report",
            "via": "api",
            "clock": "own_target",
            "trusted": False,
        }
        assert house.ask(ledger.jobs.waiting_for, received.report_id, "report.received")

    def test_are_acknowledged_by_mail_when_there_is_an_address(self, house: House) -> None:
        """The receipt is sealed in the row, and opens the report for its holder."""
        send(house, item())
        received = say(house, report())
        [mail] = house.ask(ledger.outbox.about, [received.report_id])
        assert mail["payload"]["template"] == "report_received"
        assert received.receipt not in str(dict(mail))
        holder = house.ask(people.receipt_actor, received.receipt)
        assert house.ask(intake.report_for_receipt, holder).id == received.report_id
        say(house, report(reporter=None))
        assert counts(house)["outbox"] == 1

    def test_come_from_the_public_too(self, house: House) -> None:
        """Without any permission, through the portal; trust is for keys alone."""
        send(house, item())
        trusted = {"name": "P", "email": "p@example.org", "trusted": True}
        by_portal = say(house, report(reporter=trusted), actor=PUBLIC)
        by_key = say(house, report(reporter=trusted | {"email": "q@example.org"}))
        views = [house.ask(intake.report, NOOR, one.report_id) for one in (by_portal, by_key)]
        assert [(view.via, view.trusted) for view in views] == [("portal", False), ("api", True)]

    def test_need_the_scope_when_a_key_sends_them(self, house: House) -> None:
        """A key that may send items may not report by that alone."""
        send(house, item())
        with pytest.raises(people.NotAllowed):
            say(house, report(), actor=Actor("key", "k", "k", frozenset({Permission.SEND_ITEMS})))

    def test_set_the_clock_of_the_law(self, house: House) -> None:
        """Intimate images must be gone within 48 hours of the request (47 USC 223a)."""
        send(house, item())
        received = say(house, report(harm="intimate_images"))
        view = house.ask(intake.report, NOOR, received.report_id)
        assert (view.clock, view.law) == ("take_it_down", "47 USC 223a")
        assert view.due_at - view.received_at == timedelta(hours=48)

    def test_are_notices_when_they_say_illegal(self, house: House) -> None:
        """The notice is stored without its sender."""
        send(house, item())
        received = say(house, report(illegal=True, good_faith=True))
        view = house.ask(intake.report, NOOR, received.report_id)
        notice = house.ask(intake.notice, NOOR, received.report_id)
        assert view.basis == "notice"
        assert notice is not None
        assert "notifier" not in notice
        assert notice["good_faith"] is True

    def test_of_an_unknown_item_are_refused_without_an_address(self, house: House) -> None:
        """Nothing remains, not even the sealed sender."""
        before = counts(house)
        with pytest.raises(intake.ReportRefused) as caught:
            say(house, report())
        assert caught.value.problems[0].code == "unknown_item"
        assert counts(house) == before

    def test_of_an_address_find_the_item_there(self, house: House) -> None:
        """However the address was written."""
        item_id = send(house, item()).item_id
        received = say(house, report(item=None, url="https://PLAZA.example/p/1#reply"))
        assert received.item_id == item_id

    def test_of_an_unknown_address_make_an_item_of_it(self, house: House) -> None:
        """One address is one item, with no account, and goes through the same path."""
        url = "https://plaza.example/gone/9"
        results = at_once(
            *(
                lambda n=n: say(
                    house, report(item=None, url=url, reporter={"email": f"r{n}@example.org"})
                )
                for n in range(4)
            )
        )
        assert len({received.item_id for received in results}) == 1
        view = house.ask(intake.item, NOOR, results[0].item_id)
        assert (view.kind, view.account, view.url) == ("address", None, url)
        assert view.fields[0].value == url
        assert len(lines(house, "item.received")) == 1

    def test_of_an_address_prefer_what_the_host_sent(self, house: House) -> None:
        """Once the item itself is here, reports of its address are about it."""
        url = "https://plaza.example/p/1"
        mere = say(house, report(item=None, url=url)).item_id
        sent = send(house, item()).item_id
        say(house, report(item=None, url="https://plaza.example/other"))
        assert mere != sent
        assert say(house, report(item=None, url=url)).item_id == sent

    @pytest.mark.parametrize(
        "changes",
        [
            {"harm": "opinion"},
            {"illegal": True},
            {"explanation": "\ud800"},
            {"reporter": {"email": "x"}},
            {"extra": [[[1]]]},
            {"url": "about:blank"},
        ],
        ids=str,
    )
    def test_leave_nothing_when_refused(self, house: House, changes: dict[str, Any]) -> None:
        """No row, no sealed sender, no receipt, no mail."""
        send(house, item())
        before = counts(house)
        with pytest.raises(intake.ReportRefused):
            say(house, report(**changes))
        assert counts(house) == before


class TestRepeats:
    """One person, one matter, however often."""

    def test_are_taken_and_marked(self, house: House) -> None:
        """Each gets a receipt; only the first is acknowledged by mail and counted."""
        item_id = send(house, item()).item_id
        first = say(house, report())
        more = [say(house, report(explanation=f"Again {n}")) for n in range(5)]
        assert not first.repeat
        assert all(received.repeat for received in more)
        assert len({first.receipt, *(received.receipt for received in more)}) == 6
        views = house.ask(intake.reports_of, NOOR, item_id)
        assert [view.repeat_of for view in views].count(first.report_id) == 5
        assert house.ask(intake.reporters, item_id) == intake.ReporterCount(1, 0)
        assert counts(house)["outbox"] == 1

    def test_are_marked_when_they_come_at_the_same_time(self, house: House) -> None:
        """A flood has one first report."""
        item_id = send(house, item()).item_id
        results = at_once(*[lambda: say(house, report())] * 8)
        assert sorted(received.repeat for received in results) == [False] + [True] * 7
        assert house.ask(intake.reporters, item_id).distinct == 1

    def test_are_not_another_harm_nor_another_basis(self, house: House) -> None:
        """A notice after a report is a notice; a worse harm is news. The person counts once."""
        item_id = send(house, item()).item_id
        others = [report(), report(harm="child_safety"), report(illegal=True, good_faith=True)]
        assert [say(house, raw).repeat for raw in others] == [False] * 3
        assert house.ask(intake.reporters, item_id).distinct == 1

    def test_count_people_apart_and_the_nameless_apart_from_them(self, house: House) -> None:
        """Nobody knows whether nameless reports are one person's."""
        item_id = send(house, item()).item_id
        for reporter in ({"email": "a@b.example"}, {"email": "A@B.example"}, {"account_id": "9"}):
            say(house, report(reporter=reporter))
        say(house, report(reporter=None))
        say(house, report(reporter={"name": "Nobody"}))
        assert house.ask(intake.reporters, item_id) == intake.ReporterCount(2, 2)

    def test_end_with_a_new_version(self, house: House) -> None:
        """What was edited is new: its report must reach a person again."""
        send(house, item("one"))
        say(house, report())
        send(house, item("two"))
        assert not say(house, report()).repeat

    def test_end_with_a_decision(self, house: House) -> None:
        """After it, a report is a new one."""
        item_id = send(house, item()).item_id
        say(house, report())
        house.do(intake.settle_reports, item_id, intake.ReportOutcome.NOT_UPHELD)
        assert not say(house, report()).repeat


class TestSettling:
    """How a reporter fared."""

    def test_gives_open_reports_their_outcome_once(self, house: House) -> None:
        """And says whom to answer, by pointer."""
        item_id = send(house, item()).item_id
        first = say(house, report())
        nameless = say(house, report(reporter=None))
        decision_id = new_id(house.clock.now())
        settled = house.do(
            intake.settle_reports, item_id, intake.ReportOutcome.UPHELD, decision_id=decision_id
        )
        assert {one.report_id for one in settled} == {first.report_id, nameless.report_id}
        assert {one.identity_id is None for one in settled} == {True, False}
        assert house.do(intake.settle_reports, item_id, intake.ReportOutcome.NOT_UPHELD) == []
        view = house.ask(intake.report, NOOR, first.report_id)
        assert (view.outcome, view.decision_id) == ("upheld", decision_id)

    def test_counts_accuracy_from_the_rows(self, house: House) -> None:
        """Repeats count once, unclear outcomes not at all, and undoing undoes (promise 4)."""
        sent = [send(house, item(id=f"p-{n}", url=None)).item_id for n in range(3)]
        received = [say(house, report(item={"kind": "post", "id": f"p-{n}"})) for n in (0, 0, 1, 2)]
        ref = house.ask(intake.reporter_ref_of, received[0].report_id)
        assert ref is not None
        outcomes = intake.ReportOutcome
        decided = new_id(house.clock.now())
        house.do(intake.settle_reports, sent[0], outcomes.UPHELD, decision_id=decided)
        house.do(intake.settle_reports, sent[1], outcomes.NOT_UPHELD)
        house.do(intake.settle_reports, sent[2], outcomes.NOT_ENOUGH_INFORMATION)
        assert house.ask(intake.reporter_accuracy, ref) == (1, 1)
        undone = house.do(intake.unsettle_reports, sent[0], decision_id=decided)
        assert len(undone) == 2
        assert house.ask(intake.reporter_accuracy, ref) == (0, 1)
        house.do(intake.settle_reports, sent[0], outcomes.NOT_UPHELD)
        assert house.ask(intake.reporter_accuracy, ref) == (0, 2)

    def test_is_shown_to_the_holder_of_the_receipt_alone(self, house: House) -> None:
        """Anybody else is told that there is no such report."""
        send(house, item())
        received = say(house, report())
        for actor in (PUBLIC, NOOR, HOST, SYSTEM):
            with pytest.raises(intake.NoSuchReport):
                house.ask(intake.report_for_receipt, actor)
        with pytest.raises(people.NotAllowed):
            house.ask(intake.report, PUBLIC, received.report_id)
