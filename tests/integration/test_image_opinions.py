"""What image models say is an opinion: switched on by people, held by two, taken back whole."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from evenhand import banks, decision, detection, ledger, people, queue, rules
from evenhand.bootstrap import House, load_settings, open_house
from evenhand.detection import Answer, Finding
from evenhand.detection.detectors import AdultImageNsfwjs, AdultImageOpenNsfw
from evenhand.kit.clock import SetClock
from evenhand.people import Role
from tests.stage import Stage, member, picture

pytestmark = pytest.mark.on("sqlite")

BOTH = ("adult_image_opennsfw", "adult_image_nsfwjs")


@pytest.fixture
def stage(house: House) -> Stage:
    """Open for work."""
    return Stage.open(house)


def switch_on(house: House) -> None:
    """Ask both models from now on."""
    for name in BOTH:
        house.do(detection.switch, member(Role.ADMINISTRATOR), name, on=True)


def say(monkeypatch: pytest.MonkeyPatch, **scores: float) -> None:
    """Let the networks give these scores: they are shown no such picture, here or anywhere."""

    def examined(self: Any, content: Any, _bank: Any) -> Sequence[Finding]:
        score = scores[self.card.name]
        told = {"model": self.card.name, "model_version": self.card.version, "score": score}
        answer = Answer.FOUND if score >= 0.8 else Answer.NOT_FOUND
        return [
            Finding(answer, "It was scored.", "photo", one.media_id, evidence=told)
            for one in content.images
        ]

    for detector in (AdultImageOpenNsfw, AdultImageNsfwjs):
        monkeypatch.setattr(detector, "examine", examined)


def answers(stage: Stage, item_id: str) -> dict[str, Answer]:
    """Return the last answer of each detector."""
    found = stage.house.ask(detection.assessments, people.SYSTEM, item_id)
    return {one.detector: one.answer for one in found}


class TestSwitching:
    """A detector that is off says so, and the ledger says who switched it."""

    def test_is_the_operators(self, stage: Stage) -> None:
        """Models are off by themselves; each switch is a line."""
        item_id = stage.item(photo=picture())
        stage.settle()
        assert {answers(stage, item_id)[name] for name in BOTH} == {Answer.SKIPPED}
        switch_on(stage.house)
        stage.house.do(detection.switch, people.SYSTEM, "known_links", on=False)
        other = stage.item(photo=picture(3))
        stage.settle()
        told = answers(stage, other)
        assert {told[name] for name in BOTH} == {Answer.NOT_FOUND}
        assert told["known_links"] is Answer.SKIPPED
        lines = stage.house.ask(lambda tx: list(ledger.events(tx, ["detector.switched"])))
        assert [(line["subject"], line["data"]["on"]) for line in lines] == [
            ("adult_image_opennsfw", True),
            ("adult_image_nsfwjs", True),
            ("known_links", False),
        ]

    def test_is_refused_when_it_changes_nothing(self, stage: Stage) -> None:
        """Or when somebody may not, or nothing has that name."""
        with pytest.raises(detection.SwitchedAlready):
            stage.house.do(detection.switch, people.SYSTEM, "known_links", on=True)
        with pytest.raises(detection.NoSuchDetector):
            stage.house.do(detection.switch, people.SYSTEM, "known_tunes", on=True)
        with pytest.raises(detection.NoOpinion):
            stage.house.do(detection.withdraw, people.SYSTEM, "known_links", why="It errs.")
        with pytest.raises(people.NotAllowed):
            stage.house.do(detection.switch, stage.lin, "known_links", on=False)

    def test_is_listed_with_what_was_answered(self, stage: Stage, clock: SetClock) -> None:
        """Of the last days only."""
        stage.item(photo=picture())
        stage.settle()
        listed = {
            one.declared.name: one for one in stage.house.ask(detection.detectors, stage.rosa)
        }
        assert listed["known_images"].answers[Answer.SKIPPED] == 1
        assert (listed["known_images"].on, listed["adult_image_nsfwjs"].on) == (True, False)
        clock.forward(timedelta(days=detection.COUNTED_DAYS + 1))
        later = stage.house.ask(detection.detectors, stage.rosa)
        assert sum(sum(one.answers.values()) for one in later) == 0
        with pytest.raises(people.NotAllowed):
            stage.house.ask(detection.detectors, people.PUBLIC)


class TestOpinions:
    """From a score to what a person sees."""

    def test_of_one_model_ask_for_a_look(
        self, stage: Stage, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Whichever it is, however sure: nothing is held."""
        switch_on(stage.house)
        say(monkeypatch, opennsfw=1.0, nsfwjs=0.79)
        item_id = stage.item(photo=picture())
        stage.settle()
        assert stage.task(item_id).harm.value == "adult_content"
        assert stage.house.ask(decision.standing_item, item_id) != "hold"

    def test_of_two_hold_until_somebody_looked(
        self, stage: Stage, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Reversibly, under a clause, with a reason that names programs and no list."""
        switch_on(stage.house)
        say(monkeypatch, opennsfw=0.95, nsfwjs=0.85)
        item_id = stage.item(photo=picture())
        stage.settle()
        [held] = stage.house.ask(decision.recent, stage.omar)
        assert (held.provisional, held.clause and held.clause.key) == (True, "adult-content")
        assert held.statement is not None
        told = " ".join(value for _, value in held.lines)
        assert "Two programs that judge pictures" in told
        assert stage.task(item_id)

    def test_hold_nothing_where_the_policy_has_no_clause(
        self, tmp_path: Path, clock: SetClock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A key that no clause has: a person looks, and that is all."""
        from evenhand.db.migrate import migrate

        settings = load_settings(data=tmp_path / "other", adult_clause="none-of-ours")
        house = open_house(settings, clock=clock)
        try:
            migrate(house.db.engine)
            stage = Stage.open(house)
            switch_on(house)
            say(monkeypatch, opennsfw=0.95, nsfwjs=0.85)
            item_id = stage.item(photo=picture())
            stage.settle()
            [proposal] = house.ask(rules.proposals_of, stage.rosa, item_id)
            assert (proposal.action, proposal.clause_key) == (rules.Action.ENQUEUE, None)
            assert stage.task(item_id)
        finally:
            house.close()

    def test_that_are_taken_back_reopen_what_rested_on_them(
        self, stage: Stage, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A withdrawn model is a withdrawn signal (charter, promise 9)."""
        switch_on(stage.house)
        say(monkeypatch, opennsfw=0.95, nsfwjs=0.85)
        item_id = stage.item(photo=picture())
        stage.settle()
        from tests.stage import violation

        stage.decide(item_id, violation(clause="adult-content"))
        assert stage.house.ask(queue.open_task, item_id) is None
        with pytest.raises(detection.ReasonMissing):
            stage.house.do(detection.withdraw, people.SYSTEM, BOTH[0], why=" ")
        stage.house.do(detection.withdraw, people.SYSTEM, BOTH[0], why="It errs on roses.")
        stage.settle()
        assert stage.task(item_id).kind is queue.TaskKind.REOPENED
        listed = stage.house.ask(detection.detectors, stage.rosa)
        assert {one.declared.name: one.on for one in listed}[BOTH[0]] is False
        [line] = stage.house.ask(lambda tx: list(ledger.events(tx, ["detector.withdrawn"])))
        assert line["data"] == {"detector": BOTH[0], "version": AdultImageOpenNsfw.version}


class TestChildSafetyLists:
    """How many lists of hashes stand."""

    def test_are_none_until_a_confirmed_bank_holds_a_hash(self, stage: Stage) -> None:
        """An empty bank, an indicative one, or one under another clause is no list."""
        house = stage.house

        def bank(name: str, confidence: banks.Confidence, clause: str, *values: str) -> None:
            house.do(
                banks.create_bank,
                people.SYSTEM,
                name=name,
                signal=banks.Signal.IMAGE,
                confidence=confidence,
                clause_key=clause,
            )
            for value in values:
                house.do(
                    banks.add_entry,
                    people.SYSTEM,
                    bank=name,
                    kind=banks.EntryKind.SHA256,
                    value=value,
                    source="test",
                    reason="a number made up for a test",
                )

        bank("empty", banks.Confidence.CONFIRMED, "child-sexual-abuse")
        bank("hints", banks.Confidence.INDICATIVE, "child-sexual-abuse", "ab" * 32)
        bank("brands", banks.Confidence.CONFIRMED, "counterfeit", "cd" * 32)
        loaded = house.ask(banks.child_safety_lists, stage.rosa)
        assert (loaded.lists, loaded.entries) == (0, 0)
        assert loaded.says.startswith("0 lists loaded")
        bank("partner", banks.Confidence.CONFIRMED, "child-sexual-abuse", "ef" * 32, "01" * 32)
        loaded = house.ask(banks.child_safety_lists, stage.rosa)
        assert loaded.says == "1 list loaded, 2 hashes."
        with pytest.raises(people.NotAllowed):
            house.ask(banks.child_safety_lists, people.PUBLIC)
