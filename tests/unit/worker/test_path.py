"""The table from event to next command holds every event the path goes on from, and no other."""

from __future__ import annotations

from evenhand import ledger
from evenhand.worker import AT_ITS_TIME, NEXT, STEPS
from evenhand.worker.steps import place_of


class TestNext:
    """The table."""

    def test_has_a_row_for_exactly_the_events_that_move_on(self) -> None:
        """An event without a row would stop there; a row without an event never runs."""
        assert set(NEXT) == {name for name, kind in ledger.EVENTS.items() if kind.moves_on}

    def test_says_of_every_step_what_it_does(self) -> None:
        """It reads as prose: no blanks, no capitals, no full stop."""
        for steps in STEPS.values():
            assert steps
            for step in steps:
                assert step.says
                assert step.says[0].islower()
                assert not step.says.endswith(".")

    def test_never_gives_one_name_two_meanings(self) -> None:
        """What is due at its time is not an event."""
        assert not set(NEXT) & set(AT_ITS_TIME)


class TestPlaceOf:
    """What is kept of an error."""

    def test_names_its_kind_and_leaves_out_its_words(self) -> None:
        """They may quote what a person wrote."""
        try:
            raise ValueError("ada@example.org wrote this")
        except ValueError as error:
            said = place_of(error)
        assert said.startswith("ValueError")
        assert "ada@" not in said
