"""The banks on real databases: kept by those who may, on the record, never rewritten."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from evenhand import banks, decision, ledger, people, policy
from evenhand.banks import EntryKind
from evenhand.bootstrap import House
from evenhand.kit.ids import new_id
from evenhand.people import SYSTEM, Actor, Role
from evenhand.people.model import ROLE_PERMISSIONS
from tests.stage import Stage, picture, violation

LEE = Actor("staff", "lee", "Lee", ROLE_PERMISSIONS[Role.LEAD], Role.LEAD)
NOOR = Actor("staff", "noor", "Noor", ROLE_PERMISSIONS[Role.REVIEWER], Role.REVIEWER)


@pytest.fixture
def clause(house: House) -> str:
    """Publish the starter policy; give the key of one of its clauses."""
    house.do(policy.seed)
    return house.ask(policy.clauses)[0].key


def make_bank(house: House, clause: str, **changes: Any) -> str:
    """Make a bank of phrases."""
    wanted = {"name": "scam words", "signal": "phrase", "confidence": "indicative"} | changes
    return house.do(banks.create_bank, LEE, clause_key=clause, **wanted)


def add(house: House, value: str = "gift card", **changes: Any) -> str:
    """Add a phrase."""
    wanted = {
        "bank": "scam words",
        "kind": "phrase",
        "value": value,
        "source": "our own reports",
        "reason": "asked for in forty scams",
    } | changes
    return house.do(banks.add_entry, LEE, **wanted)


def lines(house: House) -> list[dict[str, Any]]:
    """Return the ledger lines of this room."""
    types = ("bank.created", "entry.added", "entry.withdrawn")
    return house.ask(lambda tx: list(ledger.events(tx, types)))


class TestBanks:
    """Making banks."""

    def test_are_listed_with_what_stands_in_them(self, house: House, clause: str) -> None:
        """A withdrawn entry is not counted."""
        make_bank(house, clause)
        add(house)
        house.do(banks.withdraw_entry, LEE, add(house, "wire transfer"), why="Too common.")
        [bank] = house.ask(banks.banks, NOOR)
        assert (bank.name, bank.signal, bank.live, bank.clause_key) == (
            "scam words",
            "phrase",
            1,
            clause,
        )

    def test_leave_a_line_without_their_name(self, house: House, clause: str) -> None:
        """What an operator calls a bank is not public."""
        make_bank(house, clause)
        [line] = lines(house)
        assert line["data"] == {
            "signal": "phrase",
            "confidence": "indicative",
            "clause": clause,
            "polarity": "harm",
            "rollout": 100,
        }

    def test_have_names_of_their_own(self, house: House, clause: str) -> None:
        """Two banks of one name would be one bank to whoever reads a proposal."""
        make_bank(house, clause)
        with pytest.raises(banks.BankTaken):
            make_bank(house, clause, name=" scam words ")
        assert len(lines(house)) == 1

    def test_hang_on_a_clause_in_force(self, house: House, clause: str) -> None:
        """A match that could be held under no clause would be a silent action."""
        assert clause
        with pytest.raises(policy.NoSuchClause):
            make_bank(house, "no-such-clause")
        assert house.ask(banks.banks, NOOR) == []

    @pytest.mark.parametrize(
        "changes", [{"signal": "sound"}, {"confidence": "sure"}, {"name": "\0"}, {"name": ""}]
    )
    def test_are_refused_when_they_make_no_sense(
        self, house: House, clause: str, changes: dict[str, str]
    ) -> None:
        """Nothing remains."""
        with pytest.raises(banks.EntryRefused):
            make_bank(house, clause, **changes)
        assert lines(house) == []

    def test_are_kept_by_those_who_may(self, house: House, clause: str) -> None:
        """A reviewer sees banks; a lead keeps them; the public does neither."""
        make_bank(house, clause)
        with pytest.raises(people.NotAllowed):
            house.do(banks.create_bank, NOOR, name="x", signal="image", clause_key=clause)
        with pytest.raises(people.NotAllowed):
            house.ask(banks.entries, NOOR, "scam words")
        with pytest.raises(people.NotAllowed):
            house.ask(banks.banks, people.PUBLIC)


class TestEntries:
    """What joins a bank and leaves it."""

    def test_say_where_they_come_from(self, house: House, clause: str) -> None:
        """Source, reason, who, when, and under what."""
        make_bank(house, clause)
        entry_id = add(house, " GIFT  card ")
        [entry] = house.ask(banks.entries, LEE, "scam words")
        assert (entry.id, entry.value, entry.source) == (entry_id, "GIFT card", "our own reports")
        assert (entry.added_by, entry.clause_key) == ("staff:lee", clause)

    def test_keep_their_value_out_of_the_public_line(self, house: House, clause: str) -> None:
        """A phrase may be somebody's number or name."""
        make_bank(house, clause)
        add(house, "call 555 0100")
        assert "555 0100" not in str(lines(house))

    def test_stand_once(self, house: House, clause: str) -> None:
        """The second time, nothing is added and the one that stands is named."""
        make_bank(house, clause)
        entry_id = add(house)
        with pytest.raises(banks.EntryExists) as caught:
            add(house, "gift  card")
        assert caught.value.entry_id == entry_id

    def test_stand_once_even_when_added_at_the_same_time(self, house: House, clause: str) -> None:
        """One of two wins, and the other is told."""
        make_bank(house, clause)
        outcomes: list[str] = []

        def try_it() -> None:
            try:
                add(house)
                outcomes.append("added")
            except banks.EntryExists:
                outcomes.append("exists")

        threads = [threading.Thread(target=try_it) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(outcomes) == ["added"] + ["exists"] * 5

    def test_may_come_back_as_new_ones(self, house: House, clause: str) -> None:
        """The withdrawn row stays as it was; the new one has an id of its own."""
        make_bank(house, clause)
        first = add(house)
        house.do(banks.withdraw_entry, LEE, first, why="A mistake.")
        second = add(house)
        found = house.ask(banks.entries_by_id, [first, second])
        assert found[first].withdrawn_why == "A mistake."
        assert found[first].withdrawn_by == "staff:lee"
        assert found[second].withdrawn_at is None

    def test_are_withdrawn_once_and_with_a_reason(self, house: House, clause: str) -> None:
        """The path moves on from the withdrawal, in the same transaction."""
        make_bank(house, clause)
        entry_id = add(house)
        with pytest.raises(banks.EntryRefused):
            house.do(banks.withdraw_entry, LEE, entry_id, why=" ")
        house.do(banks.withdraw_entry, LEE, entry_id, why="Too common.")
        with pytest.raises(banks.EntryAlreadyWithdrawn):
            house.do(banks.withdraw_entry, LEE, entry_id, why="Again.")
        assert house.ask(ledger.jobs.waiting_for, entry_id, "entry.withdrawn") is not None
        assert [line["type"] for line in lines(house)][-1] == "entry.withdrawn"

    @pytest.mark.parametrize("entry_id", ["", "x", "\0", "\ud800", new_id.__name__])
    def test_are_unknown_by_any_other_id(self, house: House, clause: str, entry_id: str) -> None:
        """Whatever a door passes on is answered the same."""
        assert clause
        with pytest.raises(banks.NoSuchEntry):
            house.do(banks.withdraw_entry, LEE, entry_id, why="No reason.")

    @pytest.mark.parametrize(
        "changes",
        [
            {"kind": "sha256", "value": "ab" * 32},
            {"kind": "poem"},
            {"value": "\ud83d\ud83d"},
            {"value": "a\0b"},
            {"reason": ""},
            {"source": "\0"},
            {"bank": "no such"},
            {"bank": "\0"},
        ],
    )
    def test_are_refused_when_they_make_no_sense(
        self, house: House, clause: str, changes: dict[str, str]
    ) -> None:
        """Neither a row nor a line remains."""
        make_bank(house, clause)
        with pytest.raises((banks.EntryRefused, banks.NoSuchBank)):
            add(house, **changes)
        assert house.ask(banks.entries, LEE, "scam words") == []
        assert len(lines(house)) == 1

    def test_may_be_added_by_the_house_for_a_decision(self, house: House, clause: str) -> None:
        """And are found again when the decision is undone."""
        make_bank(house, clause)
        decision_id = new_id(house.clock.now())
        entry_id = house.do(
            banks.add_entry,
            SYSTEM,
            bank="scam words",
            kind=EntryKind.PHRASE,
            value="gift card",
            source="a decision",
            reason="found in it",
            origin_decision=decision_id,
        )
        assert [one.id for one in house.ask(banks.entries_of_decision, decision_id)] == [entry_id]


class TestSnapshot:
    """What detectors compare with."""

    def test_holds_every_entry_that_stands(self, house: House, clause: str) -> None:
        """And none that was withdrawn."""
        make_bank(house, clause)
        make_bank(house, clause, name="places", signal="link", confidence="confirmed")
        gone, stays = add(house, "one two"), add(house, "three four")
        place = add(house, "scam.example", bank="places", kind="domain")
        house.do(banks.withdraw_entry, LEE, gone, why="Too common.")
        snapshot = house.ask(banks.snapshot)
        assert [one.id for one in snapshot.entries] == [stays, place] or {
            one.id for one in snapshot.entries
        } == {stays, place}
        [link] = snapshot.of_kind(EntryKind.DOMAIN)
        assert (link.bank, link.confidence, link.clause_key) == ("places", "confirmed", clause)


def test_a_decision_adds_only_to_a_list_of_its_own_rule(house: House) -> None:
    """A reviewer cannot have others' pictures held under a rule that nobody decided by."""
    stage = Stage.open(house)
    stage.image_bank(picture(9), name="worst", clause="child-sexual-abuse")
    item_id = stage.item(photo=picture(3))
    stage.report(item_id)
    stage.settle()
    with pytest.raises(decision.VerdictIncomplete, match="under another rule"):
        stage.decide(item_id, violation(add_to_bank="worst"))
    assert stage.house.ask(decision.on_item, stage.omar, item_id) == []
