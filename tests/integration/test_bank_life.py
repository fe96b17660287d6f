"""What becomes of entries, and of all that rested on them, on real databases."""

from __future__ import annotations

import hashlib
import io
from datetime import timedelta
from typing import Any

import pytest
from PIL import Image, ImageOps

from evenhand import banks, decision, detection, ledger, people, policy, queue, rules
from evenhand.banks import EntryState, Polarity
from evenhand.bootstrap import House
from evenhand.detection import Answer
from evenhand.kit.clock import SetClock
from evenhand.people import SYSTEM
from evenhand.policy import Measure
from evenhand.rules import Less, Weight
from tests.stage import Stage, fine, picture, violation

DAY = timedelta(days=1)
WHY = "Somebody looked at it."


def framed(photo: bytes) -> bytes:
    """Put a picture into a white frame."""
    out = io.BytesIO()
    ImageOps.expand(Image.open(io.BytesIO(photo)), 24, "white").save(out, "JPEG", quality=90)
    return out.getvalue()


class LaterStage(Stage):
    """A stage on which time passes before the path goes on, so that the latest look is one."""

    def settle(self) -> None:
        """Let a second pass, and run the path until nothing is due."""
        assert isinstance(self.house.clock, SetClock)
        self.house.clock.forward(timedelta(seconds=1))
        super().settle()


@pytest.fixture
def stage(house: House) -> Stage:
    """Open a house with policy, kinds and staff, and no bank yet."""
    return LaterStage.open(house)


def bank(stage: Stage, name: str, signal: str = "phrase", **changes: Any) -> str:
    """Make a bank: confirmed and harmful unless it is said otherwise."""
    clause = None if changes.get("polarity") == "fine" else "fraud"
    stage.house.do(
        banks.create_bank, stage.lin, name=name, signal=signal, clause_key=clause, **changes
    )
    return name


def add(stage: Stage, name: str, value: str, kind: str = "phrase", **changes: Any) -> str:
    """Add an entry."""
    about: dict[str, Any] = {"source": "a test", "reason": "to be found"} | changes
    return stage.house.do(banks.add_entry, stage.lin, bank=name, kind=kind, value=value, **about)


def standing(stage: Stage, item_id: str) -> str:
    """Say how an item stands with the host."""
    return stage.house.ask(decision.standing_item, item_id)


def strikes(stage: Stage, decision_id: str) -> list[str]:
    """Name the decisions whose strikes count against the account of one of them."""
    account_id = stage.decision(decision_id).account_id
    assert account_id is not None, "somebody sent it"
    found = stage.house.ask(decision.strikes, stage.omar, account_id)
    return [one.decision_id for one in found if one.voided_at is None]


def waits(stage: Stage, item_id: str) -> bool:
    """Tell whether a person is to look at an item."""
    return stage.house.ask(queue.open_task, item_id) is not None


def arrived(stage: Stage, text: str = "gift card", **changes: Any) -> str:
    """Send an item and let the path go to its end."""
    item_id = stage.item(text, **changes)
    stage.settle()
    return item_id


def matches(stage: Stage, entry_id: str) -> dict[str, tuple[Weight, tuple[Less, ...]]]:
    """Return what an entry matched, and how much that counted."""
    found = stage.house.ask(rules.matches_of, stage.lin, entry_id)
    return {one.item_id: (one.weight, one.less) for one in found}


def said(stage: Stage, item_id: str) -> list[detection.AssessmentView]:
    """Return what the detectors last said about an item."""
    return stage.house.ask(detection.assessments, SYSTEM, item_id)


def turned(photo: bytes) -> bytes:
    """Turn a picture a quarter, and make it smaller."""
    out = io.BytesIO()
    whole = Image.open(io.BytesIO(photo)).rotate(90, expand=True)
    whole.resize((whole.width * 3 // 4, whole.height * 3 // 4)).save(out, "JPEG", quality=80)
    return out.getvalue()


class TestDisabling:
    """An entry is disabled until a time."""

    def test_matches_nothing_meanwhile_and_is_searched_for_after(
        self, stage: Stage, clock: SetClock
    ) -> None:
        """What came while it was disabled is found when it counts again."""
        entry_id = add(stage, bank(stage, "words"), "gift card")
        until = clock.now() + DAY
        stage.house.do(banks.disable_entry, stage.lin, entry_id, until=until, why=WHY)
        item_id = arrived(stage)
        assert (standing(stage, item_id), waits(stage, item_id)) == ("allow", False)
        clock.forward(DAY)
        stage.settle()
        assert standing(stage, item_id) == "hold"

    def test_has_what_is_held_on_it_alone_looked_at_again(
        self, stage: Stage, clock: SetClock
    ) -> None:
        """The hold waits for a person, and the latest look no longer names the entry."""
        entry_id = add(stage, bank(stage, "words"), "gift card")
        item_id = arrived(stage)
        assert standing(stage, item_id) == "hold"
        until = clock.now() + DAY
        stage.house.do(banks.disable_entry, stage.lin, entry_id, until=until, why=WHY)
        [hold] = stage.house.ask(decision.unfounded_holds, [entry_id])
        assert hold[1] == item_id
        stage.settle()
        assert waits(stage, item_id)
        assert {one.answer for one in said(stage, item_id)} == {Answer.SKIPPED}
        stage.house.do(banks.enable_entry, stage.lin, entry_id, why=WHY)
        stage.settle()
        assert Answer.FOUND in {one.answer for one in said(stage, item_id)}
        assert stage.house.ask(decision.unfounded_holds, [entry_id]) == []

    def test_leaves_what_a_person_decided(self, stage: Stage, clock: SetClock) -> None:
        """Nobody found that the entry was wrong; withdrawing it is another thing."""
        entry_id = add(stage, bank(stage, "words"), "gift card")
        item_id = arrived(stage)
        stage.decide(item_id, violation(clause="fraud"))
        until = clock.now() + DAY
        stage.house.do(banks.disable_entry, stage.lin, entry_id, until=until, why=WHY)
        stage.settle()
        assert not waits(stage, item_id)
        stage.house.do(banks.withdraw_entry, stage.lin, entry_id, why=WHY)
        stage.settle()
        assert stage.task(item_id).kind is queue.TaskKind.REOPENED

    def test_that_was_wrong_gives_back_what_a_person_took(
        self, stage: Stage, clock: SetClock
    ) -> None:
        """Whoever looks again and finds nothing undoes the measure and the strike."""
        entry_id = add(stage, bank(stage, "words"), "gift card")
        item_id = arrived(stage)
        first = stage.decide(item_id, violation(clause="fraud"))
        clock.forward(DAY)
        stage.house.do(banks.withdraw_entry, stage.lin, entry_id, why=WHY)
        stage.settle()
        stage.decide(item_id, fine(), by=stage.ren)
        undone = stage.decision(first)
        assert undone.reversed_by is decision.ReversedBy.WITHDRAWN_SIGNAL
        assert all(one.lifted_at for one in undone.measures)
        assert strikes(stage, first) == []

    def test_that_was_right_all_the_same_costs_no_second_strike(
        self, stage: Stage, clock: SetClock
    ) -> None:
        """The new decision takes the old one's place, milder or not."""
        entry_id = add(stage, bank(stage, "words"), "gift card")
        item_id = arrived(stage)
        first = stage.decide(item_id, violation(clause="fraud"))
        clock.forward(DAY)
        stage.house.do(banks.withdraw_entry, stage.lin, entry_id, why=WHY)
        stage.settle()
        second = stage.decide(item_id, violation(Measure.HIDE, clause="fraud"), by=stage.ren)
        assert stage.decision(first).superseded_by == second
        assert all(one.lifted_at for one in stage.decision(first).measures)
        assert strikes(stage, first) == [second]

    def test_needs_a_time_a_reason_and_somebody_who_may(
        self, stage: Stage, clock: SetClock
    ) -> None:
        """Nothing remains of what was refused, and doing nothing is said."""
        entry_id = add(stage, bank(stage, "words"), "gift card")
        until = clock.now() + DAY
        for when, why in ((clock.now(), WHY), (clock.now() + 9_999 * DAY, WHY), (until, " ")):
            with pytest.raises(banks.EntryRefused):
                stage.house.do(banks.disable_entry, stage.lin, entry_id, until=when, why=why)
        with pytest.raises(people.NotAllowed):
            stage.house.do(banks.disable_entry, stage.rosa, entry_id, until=until, why=WHY)
        for command in (banks.enable_entry, banks.release_entry):
            with pytest.raises(banks.NothingChanges):
                stage.house.do(command, stage.lin, entry_id, why=WHY)
        with pytest.raises(banks.NoSuchEntry):
            stage.house.do(banks.enable_entry, stage.lin, "none", why=WHY)


class TestExpiry:
    """An entry runs out."""

    def test_ends_at_its_time_and_may_be_listed_anew(self, stage: Stage, clock: SetClock) -> None:
        """It matches nothing from that instant, whether its row was closed or not."""
        name = bank(stage, "words")
        entry_id = add(stage, name, "gift card", expires_at=clock.now() + DAY)
        held = arrived(stage)
        clock.forward(DAY)
        assert standing(stage, arrived(stage)) == "allow"
        assert waits(stage, held)
        [entry] = stage.house.ask(banks.entries, stage.lin, name)
        assert entry.state(clock.now()) is EntryState.EXPIRED
        assert entry.withdrawn_why == "its time had run out"
        again = add(stage, name, "gift card")
        assert again != entry_id
        [line] = stage.house.ask(lambda tx: list(ledger.events(tx, ["entries.expired"])))
        assert (line["subject"], line["data"]["count"]) == (entry_id, 1)

    def test_makes_room_before_its_row_is_closed(self, stage: Stage, clock: SetClock) -> None:
        """A list that is renewed in time is taken, though no worker ran meanwhile."""
        name = bank(stage, "pictures", "image")
        ends = clock.now() + DAY
        add(stage, name, "ab" * 32, "pdq", expires_at=ends)
        listed = [banks.Incoming(1, "ab" * 32), banks.Incoming(2, "cd" * 32, expires=ends)]
        about = {"source": "a partner", "reason": "known there"}
        clock.forward(DAY)
        found = stage.house.do(
            banks.import_entries, stage.lin, bank=name, kind="pdq", values=listed, **about
        )
        assert (found.added, found.known) == (1, 0)
        assert "expired" in found.refused[0][1]
        add(stage, name, "cd" * 32, "pdq")
        health = stage.house.ask(banks.index_health, SYSTEM, whole=True)
        assert (health.sound, health.hashes) == (True, 2)


class TestRollout:
    """A bank is rolled out step by step."""

    def test_looks_but_does_not_hold_outside_and_holds_what_came_when_it_is_raised(
        self, stage: Stage
    ) -> None:
        """Outside the rollout a match counts one step less, and says so."""
        name = bank(stage, "words", rollout=0)
        entry_id = add(stage, name, "gift card")
        item_id = arrived(stage)
        assert (standing(stage, item_id), waits(stage, item_id)) == ("allow", True)
        assert matches(stage, entry_id) == {
            item_id: (Weight.LOOKED_AT, (Less.OUTSIDE_ROLLOUT,)),
        }
        [proposal] = stage.house.ask(rules.proposals_of, stage.rosa, item_id)
        assert "not rolled out to this account" in proposal.why
        stage.house.do(banks.change_bank, stage.lin, name, why=WHY, rollout=100)
        stage.settle()
        assert standing(stage, item_id) == "hold"
        assert waits(stage, item_id)
        [line] = stage.house.ask(lambda tx: list(ledger.events(tx, ["bank.changed"])))
        assert line["data"] == {"now": {"rollout": 100}, "before": {"rollout": 0}}

    def test_only_notes_what_is_indicative_outside(self, stage: Stage) -> None:
        """One step below a look is a note: the queue sees nothing of it."""
        name = bank(stage, "words", rollout=0, confidence="indicative")
        entry_id = add(stage, name, "gift card")
        item_id = arrived(stage)
        assert not waits(stage, item_id)
        assert matches(stage, entry_id)[item_id][0] is Weight.NOTED
        stage.house.do(banks.change_bank, stage.lin, name, why=WHY, rollout=100)
        stage.settle()
        assert waits(stage, item_id)

    def test_brings_back_what_is_held_when_it_is_switched_off(self, stage: Stage) -> None:
        """And matches nothing more, until it is switched on again."""
        name = bank(stage, "words")
        entry_id = add(stage, name, "gift card")
        held = arrived(stage)
        stage.house.do(banks.change_bank, stage.lin, name, why=WHY, enabled=False)
        passed = arrived(stage)
        assert (standing(stage, passed), waits(stage, held)) == ("allow", True)
        assert len(stage.house.ask(decision.unfounded_holds, [entry_id])) == 1
        stage.house.do(banks.change_bank, stage.lin, name, why=WHY, enabled=True)
        stage.settle()
        assert standing(stage, passed) == "hold"
        with pytest.raises(banks.NothingChanges):
            stage.house.do(banks.change_bank, stage.lin, name, why=WHY, enabled=True)
        with pytest.raises(people.NotAllowed):
            stage.house.do(banks.change_bank, stage.rosa, name, why=WHY, enabled=False)


class TestConfidenceOfAnEntry:
    """An entry may be less sure than its bank, or surer."""

    def test_goes_before_the_banks(self, stage: Stage) -> None:
        """So that one list may hold both."""
        name = bank(stage, "words")
        add(stage, name, "gift card", confidence="indicative", labels=("Seed", "seed", "p:1"))
        item_id = arrived(stage)
        assert (standing(stage, item_id), waits(stage, item_id)) == ("allow", True)
        [entry] = stage.house.ask(banks.entries, stage.lin, name)
        assert (entry.labels, entry.own_confidence) == (("p:1", "seed"), True)


class TestKnownFine:
    """A bank of what is known to be fine."""

    def test_lets_a_likeness_pass_and_says_so(self, stage: Stage) -> None:
        """A logo that happens to be like a listed picture: noted, until the fine entry goes."""
        photo = picture(3)
        made = detection.hash_content(photo)
        assert made.pdq is not None
        entry_id = add(stage, bank(stage, "harm", "image"), made.pdq, "pdq")
        logos = bank(stage, "our logos", "image", polarity="fine")
        known = add(stage, logos, made.sha256, "sha256")
        item_id = arrived(stage, "hello", photo=photo)
        assert (standing(stage, item_id), waits(stage, item_id)) == ("allow", False)
        [found] = [one for one in said(stage, item_id) if one.answer is Answer.FOUND]
        assert "Also known fine: it is listed in our logos." in found.why
        assert found.evidence["also_fine"][0]["entry_id"] == known
        assert matches(stage, entry_id)[item_id] == (Weight.NOTED, (Less.KNOWN_FINE,))
        stage.house.do(banks.withdraw_entry, stage.lin, known, why="Not ours after all.")
        stage.settle()
        assert standing(stage, item_id) == "hold"

    def test_never_beats_the_same_bytes_in_a_confirmed_bank(self, stage: Stage) -> None:
        """What is confirmed, exactly this, is held; that it is listed as fine too is said."""
        photo = picture(3)
        made = detection.hash_content(photo)
        add(stage, bank(stage, "harm", "image"), made.md5, "md5")
        add(stage, bank(stage, "logos", "image", polarity="fine"), made.sha256, "sha256")
        item_id = arrived(stage, "hello", photo=photo)
        assert standing(stage, item_id) == "hold"
        [found] = [one for one in said(stage, item_id) if one.answer is Answer.FOUND]
        assert found.evidence["kind"] == "md5"
        assert "Also known fine" in found.why

    def test_is_no_finding_by_itself(self, stage: Stage) -> None:
        """The item is not found, which says that nothing harmful was."""
        add(stage, bank(stage, "ours", polarity="fine"), "gift card of our shop")
        item_id = arrived(stage, "gift card of our shop")
        [words] = [one for one in said(stage, item_id) if one.detector == "known_phrases"]
        assert words.answer is Answer.NOT_FOUND
        assert words.why == "Nothing harmful. Known fine: it is listed in ours."
        assert words.entry_id is None

    def test_has_what_is_held_looked_at_again_when_it_is_added(self, stage: Stage) -> None:
        """The hold stands until a person lifts it, who sees what is known of it now."""
        photo = picture(3)
        made = detection.hash_content(photo)
        assert made.pdq is not None
        add(stage, bank(stage, "harm", "image"), made.pdq, "pdq")
        item_id = arrived(stage, "hello", photo=photo)
        assert standing(stage, item_id) == "hold"
        add(stage, bank(stage, "logos", "image", polarity="fine"), made.pdq, "pdq")
        stage.settle()
        [found] = [one for one in said(stage, item_id) if one.answer is Answer.FOUND]
        assert found.evidence["covered"] is True
        stage.decide(item_id, fine())
        assert standing(stage, item_id) == "allow"

    def test_stands_under_no_clause(self, stage: Stage) -> None:
        """And is not rolled out to some: it holds nothing."""
        name = bank(stage, "logos", "image", polarity="fine")
        found = stage.house.ask(banks.bank, name)
        assert (found.clause_key, found.polarity) == (None, Polarity.FINE)
        with pytest.raises(banks.EntryRefused):
            stage.house.do(banks.change_bank, stage.lin, name, why=WHY, rollout=10)
        with pytest.raises(banks.EntryRefused):
            stage.house.do(banks.create_bank, stage.lin, name="x", signal="image")
        with pytest.raises(policy.NoSuchClause):
            stage.house.do(
                banks.create_bank, stage.lin, name="x", signal="image", clause_key="none"
            )


class TestFloods:
    """An entry that suddenly matches far too much."""

    def test_is_quarantined_and_then_only_noted_until_a_person_has_looked(
        self, stage: Stage, clock: SetClock
    ) -> None:
        """Accounts are counted within the hour; one account may send as much as it likes."""
        name = bank(stage, "words", flood_max=2)
        entry_id = add(stage, name, "gift card")
        held = [arrived(stage, account=who) for who in ("ann", "ann", "ann", "bo")]
        assert {standing(stage, one) for one in held} == {"hold"}
        third, fourth = arrived(stage, account="cy"), arrived(stage, account="di")
        assert {standing(stage, one) for one in (third, fourth)} == {"allow"}
        assert not waits(stage, fourth)
        assert matches(stage, entry_id)[fourth] == (
            Weight.NOTED,
            (Less.QUARANTINED, Less.FLOODING),
        )
        [entry] = stage.house.ask(banks.in_quarantine, stage.lin)
        assert (entry.id, entry.state(clock.now())) == (entry_id, EntryState.QUARANTINED)
        [line] = stage.house.ask(lambda tx: list(ledger.events(tx, ["entry.quarantined"])))
        assert line["data"] == {"accounts": 3, "limit": 2}
        clock.forward(timedelta(minutes=61))
        later = arrived(stage, account="ed")
        assert (standing(stage, later), waits(stage, later)) == ("allow", True)
        stage.house.do(banks.release_entry, stage.lin, entry_id, why="It is a real wave.")
        stage.settle()
        assert {standing(stage, one) for one in (third, fourth, later)} == {"hold"}
        assert waits(stage, fourth)
        assert standing(stage, arrived(stage, account="flo")) == "hold"
        told = stage.house.ask(banks.history, stage.lin, entry_id)
        assert [one.event for one in told] == [
            "entry.added",
            "entry.quarantined",
            "entry.released",
        ]
        assert told[-1].why == "It is a real wave."

    def test_is_never_seen_where_there_is_no_limit(self, stage: Stage) -> None:
        """A list of which every line was checked by hand may say so."""
        add(stage, bank(stage, "words", flood_max=0), "gift card")
        held = [arrived(stage, account=f"a{number}") for number in range(4)]
        assert {standing(stage, one) for one in held} == {"hold"}


class TestSearchingThePast:
    """A new entry is searched for in what came before it."""

    def test_finds_pictures_by_their_kept_hashes(self, stage: Stage) -> None:
        """Also turned and framed; what it finds goes the whole path again."""
        photo = picture(3)
        sent = (photo, turned(photo), framed(turned(photo)), picture(40))
        items = [stage.item("hello", photo=one) for one in sent]
        stage.settle()
        made = detection.hash_content(photo)
        assert made.pdq is not None
        name = bank(stage, "harm", "image")
        add(stage, name, made.pdq, "pdq")
        stage.settle()
        assert [standing(stage, one) for one in items] == ["hold"] * 3 + ["allow"]
        [search] = stage.house.ask(
            detection.searches, stage.lin, stage.house.ask(banks.bank, name).id
        )
        assert (search.looked, search.found) == (4, 3)
        [line] = stage.house.ask(lambda tx: list(ledger.events(tx, ["entries.searched"])))
        assert (line["data"]["looked"], line["data"]["found"]) == (4, 3)

    def test_finds_exact_hashes_of_a_list_that_is_still_coming_in(self, stage: Stage) -> None:
        """Two portions that nobody searched for yet are one search."""
        photo = picture(3)
        item_id = arrived(stage, "hello", photo=photo)
        name = bank(stage, "harm", "image")
        about = {"source": "a partner", "reason": "known there"}
        made = hashlib.md5(photo, usedforsecurity=False).hexdigest()
        for kind, value in (("sha256", "ab" * 32), ("md5", made)):
            stage.house.do(
                banks.import_entries,
                stage.lin,
                bank=name,
                kind=kind,
                values=[(1, value)],
                **about,
            )
        stage.settle()
        assert standing(stage, item_id) == "hold"
        bank_id = stage.house.ask(banks.bank, name).id
        assert len(stage.house.ask(detection.searches, stage.lin, bank_id)) == 1

    def test_finds_words_and_links(self, stage: Stage) -> None:
        """In the texts of what came lately, and puts indicative ones before a person."""
        item_id = arrived(stage, "Pay at https://shop.scam.example/now")
        add(stage, bank(stage, "links", "link", confidence="indicative"), "scam.example", "domain")
        stage.settle()
        assert waits(stage, item_id)

    def test_goes_back_as_far_as_is_set(self, stage: Stage, clock: SetClock) -> None:
        """Thirty days unless it is said otherwise; what was replaced is not looked at."""
        arrived(stage, "gift card")
        clock.forward(31 * DAY)
        arrived(stage, "gift card", external_id="same")
        arrived(stage, "something else", external_id="same")
        name = bank(stage, "words")
        entry_id = add(stage, name, "gift card")
        stage.settle()
        assert matches(stage, entry_id) == {}


class TestWithdrawingWhatAPartnerTakesBack:
    """A partner's own entries, and no others."""

    def test_needs_the_same_source(self, stage: Stage) -> None:
        """Each leaves its line, so that what rested on it is reopened."""
        name = bank(stage, "harm", "image")
        listed = [banks.Incoming(1, "ab" * 32), banks.Incoming(2, "cd" * 32, source="our own")]
        about = {"bank": name, "kind": "pdq", "source": "a partner"}
        stage.house.do(
            banks.import_entries, stage.lin, values=listed, reason="known there", **about
        )
        values = ["ab" * 32, "cd" * 32, "nonsense"]
        count = stage.house.do(
            banks.retract_entries, stage.lin, values=values, why="Taken back.", **about
        )
        assert count == 1
        left = stage.house.ask(lambda tx: list(banks.exported(tx, SYSTEM, name)))
        assert [one.source for one in left] == ["our own"]
