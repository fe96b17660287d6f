"""The rules on real databases: proposals on the record, once, and reopened when grounds go."""

from __future__ import annotations

from typing import Any

import pytest

from evenhand import banks, detection, intake, ledger, people, policy, rules
from evenhand.bootstrap import House
from evenhand.people import PUBLIC, SYSTEM, Actor, Role
from evenhand.people.model import ROLE_PERMISSIONS
from evenhand.rules import Action

NOOR = Actor("staff", "noor", "Noor", ROLE_PERMISSIONS[Role.REVIEWER], Role.REVIEWER)


@pytest.fixture(autouse=True)
def seeded(house: House) -> None:
    """Publish policy and kinds; make a bank that is sure and one that is not."""
    house.do(policy.seed)
    house.do(intake.seed_kinds)
    house.do(rules.seed)
    clause = house.ask(policy.clauses)[0].key
    for confidence in banks.Confidence:
        house.do(
            banks.create_bank,
            SYSTEM,
            name=confidence.value,
            signal="phrase",
            confidence=confidence,
            clause_key=clause,
        )


def add(house: House, phrase: str, bank: str = "confirmed") -> str:
    """List a phrase."""
    return house.do(
        banks.add_entry,
        SYSTEM,
        bank=bank,
        kind="phrase",
        value=phrase,
        source="a test",
        reason="to be found",
    )


def send(house: House, text: str, number: int = 1) -> str:
    """Send a post and let the detectors look at it."""
    account = {"id": "a-1", "name": "Marisol"}
    fields = {"text": text}
    raw = {"kind": "post", "id": f"p-{number}", "account": account, "fields": fields}
    kinds = house.ask(intake.kinds)
    item_id = intake.submit_item(house.do, house.resources, kinds, SYSTEM, raw).item_id
    look(house, item_id)
    return item_id


def look(house: House, item_id: str) -> None:
    """Examine an item and record it."""
    house.do(detection.record, SYSTEM, item_id, house.ask(detection.examine, item_id))


def lines(house: House) -> list[dict[str, Any]]:
    """Return the ledger lines of this room."""
    return house.ask(lambda tx: list(ledger.events(tx, ["rules.proposed"])))


class TestEvaluatingItems:
    """Rules meet assessments."""

    def test_proposes_to_hold_what_is_confirmed(self, house: House) -> None:
        """One line, by the rule itself, and the path goes on."""
        entry_id = add(house, "gift card")
        item_id = send(house, "gift card")
        made = house.do(rules.evaluate_item, item_id)
        assert [one.action for one in made] == [Action.HOLD, Action.ENQUEUE]
        assert all(one.evidence["entry_ids"] == [entry_id] for one in made)
        [line] = lines(house)
        assert line["actor"] == "rule:known-material@1"
        assert line["subject"] == item_id
        assert line["data"]["actions"] == ["hold", "enqueue"]
        assert (line["data"]["rule"], line["data"]["version"]) == ("known-material", 1)
        assert house.ask(ledger.jobs.waiting_for, item_id, "rules.proposed")

    def test_proposes_only_a_look_at_what_is_indicative(self, house: House) -> None:
        """Nothing is held on a hint."""
        add(house, "gift card", "indicative")
        made = house.do(rules.evaluate_item, send(house, "gift card"))
        assert [one.action for one in made] == [Action.ENQUEUE]

    def test_leaves_no_line_when_nothing_is_proposed(self, house: House) -> None:
        """Nothing changed, so nothing is on record."""
        add(house, "gift card")
        assert house.do(rules.evaluate_item, send(house, "hello")) == []
        assert lines(house) == []

    def test_proposes_nothing_twice(self, house: House) -> None:
        """A job that runs again, or a second look at the same, adds nothing."""
        add(house, "gift card")
        item_id = send(house, "gift card")
        assert house.do(rules.evaluate_item, item_id)
        assert house.do(rules.evaluate_item, item_id) == []
        look(house, item_id)
        assert house.do(rules.evaluate_item, item_id) == []
        assert len(lines(house)) == 1

    def test_counts_nothing_that_was_withdrawn_meanwhile(self, house: House) -> None:
        """Found, then withdrawn, then evaluated: no ground is left."""
        entry_id = add(house, "gift card")
        item_id = send(house, "gift card")
        house.do(banks.withdraw_entry, SYSTEM, entry_id, why="Too common.")
        assert house.do(rules.evaluate_item, item_id) == []

    def test_takes_a_failed_look_for_no_ground_to_hold(self, house: House) -> None:
        """Missing data holds nothing; a person looks, unless the kind says otherwise."""
        account = {"id": "a", "name": "A"}
        raw = {"kind": "post", "id": "p-9", "account": account, "fields": {"text": "x"}}
        kinds = house.ask(intake.kinds)
        received = intake.submit_item(house.do, house.resources, kinds, SYSTEM, raw)
        finding = detection.Finding(detection.Answer.FAILED, "It broke.")
        failed = [detection.Assessment("known_phrases", "1", finding)]
        house.do(detection.record, SYSTEM, received.item_id, failed)
        [proposal] = house.do(rules.evaluate_item, received.item_id)
        assert (proposal.rule, proposal.action) == ("not-looked-at", Action.ENQUEUE)
        assert proposal.evidence["detectors"] == ["known_phrases"]


class TestEvaluatingReports:
    """Rules meet reports."""

    @staticmethod
    def report(house: House, **changes: Any) -> intake.ReceivedReport:
        """Report the first post."""
        raw = {"item": {"kind": "post", "id": "p-1"}, "harm": "fraud"} | changes
        return intake.submit_report(house.do, house.resources, PUBLIC, raw)

    def test_proposes_a_look_under_the_harm_reported(self, house: House) -> None:
        """About the item, by the rule."""
        item_id = send(house, "hello")
        received = self.report(house)
        [proposal] = house.do(rules.evaluate_report, received.report_id)
        assert (proposal.item_id, proposal.report_id) == (item_id, received.report_id)
        assert (proposal.action, proposal.harm, proposal.clause_key) == ("enqueue", "fraud", None)
        assert [line["actor"] for line in lines(house)] == ["rule:reported@1"]

    def test_never_proposes_a_hold_however_many_report(self, house: House) -> None:
        """No count of reports removes anything (charter, promise 6)."""
        item_id = send(house, "hello")
        for number in range(12):
            received = self.report(house, reporter={"email": f"r{number}@example.org"})
            house.do(rules.evaluate_report, received.report_id)
        made = house.ask(rules.proposals_of, NOOR, item_id)
        assert [one.action for one in made] == [Action.ENQUEUE] * 12

    def test_proposes_nothing_for_a_repeat(self, house: House) -> None:
        """A flood by one person is one proposal."""
        send(house, "hello")
        made = []
        for _ in range(5):
            received = self.report(house, reporter={"email": "r@example.org"})
            made += house.do(rules.evaluate_report, received.report_id)
        assert len(made) == 1
        assert len(lines(house)) == 1

    def test_refuses_an_unknown_report(self, house: House) -> None:
        """There is nothing to evaluate."""
        with pytest.raises(intake.NoSuchReport):
            house.do(rules.evaluate_report, "0" * 36)


class TestTaking:
    """Acting on proposals."""

    def test_takes_each_once(self, house: House) -> None:
        """The second to act is told that nothing waits."""
        add(house, "gift card")
        item_id = send(house, "gift card")
        ids = [one.id for one in house.do(rules.evaluate_item, item_id)]
        house.do(rules.mark_taken, ids[:1])
        assert [one.id for one in house.ask(rules.untaken, item_id)] == ids[1:]
        with pytest.raises(rules.NoSuchProposal):
            house.do(rules.mark_taken, ids)
        assert [one.id for one in house.ask(rules.untaken, item_id)] == ids[1:]

    def test_is_seen_by_staff(self, house: House) -> None:
        """No object without a gate."""
        with pytest.raises(people.NotAllowed):
            house.ask(rules.proposals_of, PUBLIC, "x")


class TestReconsidering:
    """A withdrawn entry reopens what rested on it (charter, promise 9)."""

    def test_names_every_item_that_rested_on_it(self, house: House) -> None:
        """And no other."""
        entry_id = add(house, "gift card")
        add(house, "wire transfer")
        rested = [send(house, "gift card", number) for number in (1, 2)]
        other = send(house, "wire transfer", 3)
        for item_id in (*rested, other):
            house.do(rules.evaluate_item, item_id)
        house.do(banks.withdraw_entry, SYSTEM, entry_id, why="Too common.")
        assert sorted(house.do(rules.reconsider, entry_id)) == sorted(rested)

    def test_closes_what_still_waited_on_it_alone(self, house: House) -> None:
        """So that nothing is held on withdrawn grounds."""
        entry_id = add(house, "gift card")
        item_id = send(house, "gift card")
        house.do(rules.evaluate_item, item_id)
        house.do(banks.withdraw_entry, SYSTEM, entry_id, why="Too common.")
        house.do(rules.reconsider, entry_id)
        assert house.ask(rules.untaken, item_id) == []
        made = house.ask(rules.proposals_of, NOOR, item_id)
        assert all(one.withdrawn for one in made)

    def test_leaves_waiting_what_rests_on_another_entry_too(self, house: House) -> None:
        """Until that one goes as well."""
        first, second = add(house, "gift card"), add(house, "wire transfer")
        item_id = send(house, "gift card or wire transfer")
        house.do(rules.evaluate_item, item_id)
        for entry_id, left in ((first, 2), (second, 0)):
            house.do(banks.withdraw_entry, SYSTEM, entry_id, why="Too common.")
            assert house.do(rules.reconsider, entry_id) == [item_id]
            assert len(house.ask(rules.untaken, item_id)) == left

    def test_keeps_what_was_taken_as_it_was(self, house: House) -> None:
        """What was acted on is undone by a decision, not by forgetting the proposal."""
        entry_id = add(house, "gift card")
        item_id = send(house, "gift card")
        ids = [one.id for one in house.do(rules.evaluate_item, item_id)]
        house.do(rules.mark_taken, ids)
        house.do(banks.withdraw_entry, SYSTEM, entry_id, why="Too common.")
        assert house.do(rules.reconsider, entry_id) == [item_id]
        assert not any(one.withdrawn for one in house.ask(rules.proposals_of, NOOR, item_id))

    def test_names_nothing_when_nothing_rested_on_it(self, house: House) -> None:
        """An entry that was never found reopens nothing."""
        assert house.do(rules.reconsider, add(house, "gift card")) == []
