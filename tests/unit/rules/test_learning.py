"""A classifier asks for a look and for nothing more; a few items are asked about to learn from."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.policy import Harm
from evenhand.rules import ASK_FOR_LABELS, BUILT_IN, LEARNED, Action
from evenhand.rules.learning import (
    AT_RANDOM,
    UNSURE,
    Leaning,
    Unanswered,
    allowed_now,
    from_classifiers,
    least_sure,
    split,
    to_learn_from,
)


def leaning(clause: str = "payments", model_id: str = "m1") -> Leaning:
    """A version that takes an item for a breach."""
    return Leaning("a1", model_id, "0123456789ab", clause, Harm.FRAUD, 0.97)


def unanswered(item_id: str, score: float | None) -> Unanswered:
    """An item nothing proposed."""
    return Unanswered(item_id, "payments", Harm.FRAUD, score, "m1")


class TestWhatClassifiersPropose:
    """The rule learned-from-decisions."""

    def test_is_a_look_and_never_a_hold(self) -> None:
        """Machines propose, people answer (promise 13)."""
        [one] = from_classifiers([leaning()])
        assert (one.rule, one.action) == (LEARNED, Action.ENQUEUE)
        assert (one.harm, one.clause_key, one.report_id) == (Harm.FRAUD, "payments", None)

    def test_rests_on_the_version_that_said_it(self) -> None:
        """So that retiring it finds what rested on it (promise 9)."""
        [one] = from_classifiers([leaning(model_id="m7")])
        assert one.model_ids == ("m7",)
        assert one.evidence["model_ids"] == ["m7"]
        assert (one.evidence["score"], one.evidence["assessment_ids"]) == (0.97, ["a1"])

    def test_comes_clause_by_clause_in_a_stable_order(self) -> None:
        """Whatever order they looked in."""
        found = from_classifiers([leaning("spam", "m2"), leaning("payments")])
        assert [one.clause_key for one in found] == ["payments", "spam"]
        assert from_classifiers([]) == []

    def test_belongs_to_rules_that_are_listed(self) -> None:
        """A rule that nobody can look up would be a silent one."""
        assert {LEARNED, ASK_FOR_LABELS} <= set(BUILT_IN)


class TestQuestions:
    """The rule ask-for-labels."""

    def test_ask_first_where_the_score_is_nearest_to_undecided(self) -> None:
        """Each item once, by the clause that doubts most."""
        items = [unanswered("far", 0.99), unanswered("near", 0.52), unanswered("mid", 0.3)]
        items += [unanswered("near", 0.01), unanswered("none", None)]
        assert [one.item_id for one in least_sure(items, 2)] == ["near", "mid"]
        assert [one.item_id for one in least_sure(items, 9)] == ["near", "mid", "far"]

    @pytest.mark.parametrize(
        ("chosen", "harm", "clause", "says"),
        [
            (AT_RANDOM, Harm.OTHER, None, "Chosen at random to learn from."),
            (UNSURE, Harm.FRAUD, "payments", "The classifier is unsure"),
        ],
    )
    def test_say_why_an_item_was_chosen_and_accuse_it_of_nothing(
        self, chosen: str, harm: Harm, clause: str | None, says: str
    ) -> None:
        """What was chosen at random points at no clause, and rests on no version."""
        one = to_learn_from(unanswered("i", 0.5), chosen)
        assert (one.rule, one.action, one.model_ids) == (ASK_FOR_LABELS, Action.ENQUEUE, ())
        assert (one.harm, one.clause_key) == (harm, clause)
        assert one.why.startswith(says)
        assert one.why.endswith("Nothing was found in it.")
        assert one.evidence["chosen"] == chosen

    @pytest.mark.parametrize(
        ("a_day", "asked", "waiting", "passed", "allowed"),
        [
            (10, 0, 0, 0.0, 0),
            (10, 0, 0, 0.5, 5),
            (10, 5, 5, 0.5, 0),
            (10, 5, 0, 1.0, 5),
            (10, 0, 8, 1.0, 2),
            (10, 0, 30, 1.0, 0),
            (0, 0, 0, 1.0, 0),
        ],
    )
    def test_are_spread_over_the_day_and_never_pile_up(
        self, a_day: int, asked: int, waiting: int, passed: float, allowed: int
    ) -> None:
        """The number is a limit and no target: what waits unanswered counts against it."""
        found = allowed_now(a_day=a_day, asked=asked, waiting=waiting, day_passed=passed)
        assert found == allowed

    @given(st.integers(0, 50), st.integers(0, 60), st.integers(0, 60), st.floats(0, 1))
    def test_are_never_more_than_the_day_allows(
        self, a_day: int, asked: int, waiting: int, passed: float
    ) -> None:
        """Whatever was asked before."""
        found = allowed_now(a_day=a_day, asked=asked, waiting=waiting, day_passed=passed)
        assert found >= 0
        assert not found or (asked + found <= a_day and waiting + found <= a_day)

    @pytest.mark.parametrize(
        ("count", "share", "parts"),
        [(10, 0.5, (5, 5)), (5, 0.5, (3, 2)), (1, 0.5, (1, 0)), (4, 0, (0, 4)), (4, 1, (4, 0))],
    )
    def test_are_shared_between_chance_and_doubt(
        self, count: int, share: float, parts: tuple[int, int]
    ) -> None:
        """The odd one is for chance."""
        assert split(count, at_random=share) == parts
