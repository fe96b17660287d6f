"""Rules propose, and what they propose can be undone."""

from __future__ import annotations

import pytest

from evenhand.banks import Confidence
from evenhand.intake import WhenNotLookedAt
from evenhand.policy import CHECKED_FIRST, Harm, Originals
from evenhand.rules import (
    ADULT_IMAGES,
    BUILT_IN,
    NOT_LOOKED_AT,
    Action,
    Covering,
    Facts,
    Opinion,
    Unlooked,
    propose,
)
from evenhand.rules.model import before_a_person, sealing
from tests.unit.rules.test_proposing import match

CLAUSE = Covering("adult-content", Harm.ADULT_CONTENT)


def opinion(model: str, *, media: str | None = "m-1", score: float = 0.9) -> Opinion:
    """Make what one model found."""
    detector = f"adult_image_{model}"
    return Opinion(f"s-{model}-{media}", detector, model, "1", media, score)


class TestAdultImages:
    """What image models take a picture for."""

    def test_is_looked_at_when_one_model_says_so(self) -> None:
        """Never one model alone above asking for a look."""
        for alone in (opinion("opennsfw", score=1.0), opinion("nsfwjs", score=1.0)):
            [proposal] = propose(Facts(opinions=(alone,), adult_clause=CLAUSE))
            assert (proposal.rule, proposal.action) == (ADULT_IMAGES, Action.ENQUEUE)
            assert proposal.detectors == (alone.detector,)

    def test_is_held_when_two_agree_on_a_picture(self) -> None:
        """Under the clause, and put before a person as well."""
        both = (opinion("opennsfw"), opinion("nsfwjs"))
        hold, enqueue = propose(Facts(opinions=both, adult_clause=CLAUSE))
        assert (hold.action, enqueue.action) == (Action.HOLD, Action.ENQUEUE)
        assert (hold.clause_key, hold.harm) == ("adult-content", Harm.ADULT_CONTENT)
        assert hold.detectors == ("adult_image_nsfwjs", "adult_image_opennsfw")
        assert hold.evidence["models"] == {"nsfwjs": "1", "opennsfw": "1"}

    @pytest.mark.parametrize("media", ["m-2", None])
    def test_is_not_held_when_they_mean_different_pictures(self, media: str | None) -> None:
        """Two opinions of two pictures agree on nothing."""
        apart = (opinion("opennsfw", media=media), opinion("nsfwjs", media="m-1"))
        assert {one.action for one in propose(Facts(opinions=apart, adult_clause=CLAUSE))} == {
            Action.ENQUEUE
        }

    def test_is_not_held_when_one_model_says_it_twice(self) -> None:
        """An opinion is not firmer for being repeated."""
        twice = (opinion("opennsfw"), opinion("opennsfw"))
        assert [one.action for one in propose(Facts(opinions=twice, adult_clause=CLAUSE))] == [
            Action.ENQUEUE
        ]

    def test_is_not_held_without_a_clause(self) -> None:
        """What no clause covers restricts nothing; a person looks all the same."""
        both = (opinion("opennsfw"), opinion("nsfwjs"))
        [proposal] = propose(Facts(opinions=both))
        assert (proposal.action, proposal.clause_key) == (Action.ENQUEUE, None)

    def test_reads_no_other_detector(self) -> None:
        """And says which it reads, so that costly ones are not asked for nothing."""
        other = Opinion("s", "some_other_model", "other", "1", "m-1", 1.0)
        assert propose(Facts(opinions=(other,), adult_clause=CLAUSE)) == []


class TestNotLookedAt:
    """What a detector could not look at."""

    @staticmethod
    def failed(then: str) -> Unlooked:
        """Say that a detector failed with an item of a kind."""
        return Unlooked(("known_images",), ("s-1",), WhenNotLookedAt(then))

    def test_is_held_and_looked_at_where_the_kind_says_hold(self) -> None:
        """Under the clause that says so, which is no harm of anybody's."""
        hold, look = propose(Facts(unlooked=self.failed("hold")))
        assert (hold.rule, hold.action, hold.clause_key) == (
            NOT_LOOKED_AT,
            Action.HOLD,
            CHECKED_FIRST,
        )
        assert (look.action, look.harm) == (Action.ENQUEUE, Harm.OTHER)
        assert "known_images" in look.why

    def test_is_only_looked_at_where_it_says_review(self) -> None:
        """And shown meanwhile."""
        [look] = propose(Facts(unlooked=self.failed("review")))
        assert (look.rule, look.action) == (NOT_LOOKED_AT, Action.ENQUEUE)

    def test_is_let_through_where_it_says_allow(self) -> None:
        """The assessments still say that nobody looked."""
        assert propose(Facts(unlooked=self.failed("allow"))) == []


class TestOrders:
    """What an authority ordered."""

    def test_are_put_before_a_person_and_held_by_no_rule(self) -> None:
        """Whatever rules say of the order's report; what else they ask for stays."""
        hold, look = propose(Facts(unlooked=TestNotLookedAt.failed("hold")))
        assert hold.action is Action.HOLD
        asked, *others = before_a_person([hold, look], Harm.FRAUD, "r-1")
        assert (asked.rule.id, asked.action, asked.report_id) == ("ordered", Action.ENQUEUE, "r-1")
        assert others == [look]
        assert before_a_person([], Harm.FRAUD, "r-1") == [asked]


class TestSealing:
    """Which matches mean that a picture is not shown again."""

    @pytest.mark.parametrize("confidence", list(Confidence))
    @pytest.mark.parametrize("originals", list(Originals))
    def test_are_sure_ones_under_a_clause_that_says_so(
        self, confidence: Confidence, originals: Originals
    ) -> None:
        """A hint has to be looked at, and so has what a clause shows."""
        sealed = sealing(match(confidence=confidence), {"fake-shops": originals})
        sure = confidence is Confidence.CONFIRMED
        assert sealed == (sure and originals is not Originals.SHOWN)

    def test_are_those_of_a_clause_that_is_no_more(self) -> None:
        """When nobody knows what it said, nobody is shown it."""
        assert sealing(match(), {})


class TestPropose:
    """The rules together."""

    def test_propose_nothing_without_facts(self) -> None:
        """Missing data never fires a rule."""
        assert propose(Facts()) == []

    def test_can_only_propose_what_can_be_undone(self) -> None:
        """Machines propose, people answer (charter, promise 13)."""
        assert set(Action) == {Action.HOLD, Action.ENQUEUE}

    @pytest.mark.parametrize("rule", BUILT_IN, ids=lambda rule: rule.id)
    def test_can_be_looked_up(self, rule: object) -> None:
        """Every rule has an id, a version and a sentence."""
        assert getattr(rule, "says", "").endswith(".")
