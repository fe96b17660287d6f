"""Listed texts and phrases, from the bank to what stands before a person, on both databases."""

from __future__ import annotations

import pytest

from evenhand import banks, detection, people
from evenhand.bootstrap import House
from evenhand.detection import Answer
from tests.stage import Stage

#: What is asked here lies above the rooms, which have both databases; one is enough.
pytestmark = pytest.mark.on("sqlite")

SCAM = (
    "Congratulations! Your parcel is waiting at our depot. To have it delivered tomorrow, pay the "
    "customs fee of two euros with the card you use online, and keep the code we send you ready."
)


@pytest.fixture
def stage(house: House) -> Stage:
    """Make a bank of texts."""
    made = Stage.open(house)
    house.do(
        banks.create_bank,
        people.SYSTEM,
        name="parcel scams",
        signal="text",
        confidence="indicative",
        clause_key="fraud",
    )
    return made


def add(stage: Stage, value: str) -> str:
    """List a text, or its signature; return the entry's id."""
    return stage.house.do(
        banks.add_entry,
        people.SYSTEM,
        bank="parcel scams",
        kind="text",
        value=value,
        source="test",
        reason="sent to many people",
    )


def said(stage: Stage, item_id: str) -> detection.AssessmentView:
    """Return what the detector of known texts said of an item's text."""
    found = stage.house.ask(detection.assessments, people.SYSTEM, item_id)
    return next(one for one in found if one.detector == "known_texts")


class TestAListedText:
    def test_brings_its_near_copies_before_a_person(self, stage: Stage) -> None:
        """Disguised, and with a word or two changed."""
        entry_id = add(stage, SCAM)
        item_id = stage.item(text=f"Hi! {SCAM.replace('tomorrow', 'today').replace('e', '3')}")
        stage.settle()
        assert said(stage, item_id).entry_id == entry_id
        assert stage.task(item_id).kind.value == "review"

    def test_is_not_kept_and_not_listed_twice(self, stage: Stage) -> None:
        """What is kept is a signature; the same text, or the signature, is known already."""
        entry_id = add(stage, SCAM)
        entry = stage.house.ask(banks.entries_by_id, [entry_id])[entry_id]
        assert "parcel" not in entry.value
        for again in (SCAM.upper(), entry.value):
            with pytest.raises(banks.EntryExists):
                add(stage, again)

    def test_is_refused_when_it_is_too_short(self, stage: Stage) -> None:
        """With what to do instead."""
        with pytest.raises(banks.EntryRefused, match="phrase instead"):
            add(stage, "Call me today!")

    def test_is_looked_for_from_when_it_is_listed_until_it_is_withdrawn(self, stage: Stage) -> None:
        """What is kept ready follows the bank."""
        answers = []
        entry_id = ""
        for act in ("nothing", "add", "withdraw"):
            if act == "add":
                entry_id = add(stage, SCAM)
            if act == "withdraw":
                stage.house.do(banks.withdraw_entry, people.SYSTEM, entry_id, why="A real parcel.")
            item_id = stage.item(text=SCAM)
            stage.settle()
            answers.append(said(stage, item_id).answer)
        assert answers == [Answer.SKIPPED, Answer.FOUND, Answer.SKIPPED]
