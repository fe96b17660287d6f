"""Rules propose, and what they propose can be undone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.banks import Confidence
from evenhand.intake import WhenNotLookedAt
from evenhand.policy import CHECKED_FIRST, Harm, Originals
from evenhand.rules import (
    ADULT_IMAGES,
    KNOWN_MATERIAL,
    NOT_LOOKED_AT,
    REPORTED,
    RULES,
    Action,
    Covering,
    Facts,
    Match,
    Opinion,
    ReportFact,
    Unlooked,
    detectors_read,
    propose,
)
from evenhand.rules.model import sealing
from evenhand.rules.weighing import Less

CLAUSE = Covering("adult-content", Harm.ADULT_CONTENT)


def match(
    number: int = 1,
    *,
    confidence: Confidence = Confidence.CONFIRMED,
    clause: str = "fake-shops",
    distant: bool = False,
) -> Match:
    """Make a match of one entry."""
    return Match(
        assessment_id=f"s-{number}",
        entry_id=f"e-{number}",
        bank_id=f"b-{confidence}",
        bank=f"{confidence} bank",
        confidence=confidence,
        clause_key=clause,
        harm=Harm.FRAUD,
        less=(Less.DISTANT,) if distant else (),
    )


def opinion(model: str, *, media: str | None = "m-1", score: float = 0.9) -> Opinion:
    """Make what one model found."""
    detector = f"adult_image_{model}"
    return Opinion(f"s-{model}-{media}", detector, model, "1", media, score)


class TestKnownMaterial:
    """What stands in a bank."""

    def test_is_held_and_looked_at_when_confirmed(self) -> None:
        """Both proposals name rule, clause and the entries they rest on."""
        hold, enqueue = propose(Facts(matches=(match(),)))
        assert (hold.action, enqueue.action) == (Action.HOLD, Action.ENQUEUE)
        assert hold.rule == enqueue.rule == KNOWN_MATERIAL
        assert hold.clause_key == "fake-shops"
        assert hold.entry_ids == ("e-1",)
        assert "confirmed bank" in hold.why

    def test_is_only_looked_at_when_indicative(self) -> None:
        """Nothing is held on a hint."""
        found = match(confidence=Confidence.INDICATIVE)
        [proposal] = propose(Facts(matches=(found,)))
        assert proposal.action is Action.ENQUEUE

    def test_rests_a_hold_on_confirmed_entries_alone(self) -> None:
        """An indicative entry beside a confirmed one is a ground for looking, not for holding."""
        found = (match(1), match(2, confidence=Confidence.INDICATIVE))
        hold, enqueue = propose(Facts(matches=found))
        assert hold.entry_ids == ("e-1",)
        assert enqueue.entry_ids == ("e-1", "e-2")

    def test_is_proposed_once_for_each_clause(self) -> None:
        """Holds come first, and the order never depends on the order of the facts."""
        found = (match(1), match(2, clause="spam"), match(3))
        proposals = propose(Facts(matches=found))
        assert [(one.action, one.clause_key) for one in proposals] == [
            (Action.HOLD, "fake-shops"),
            (Action.HOLD, "spam"),
            (Action.ENQUEUE, "fake-shops"),
            (Action.ENQUEUE, "spam"),
        ]
        backwards = propose(Facts(matches=found[::-1]))
        assert [one.entry_ids for one in backwards] == [one.entry_ids for one in proposals]

    def test_is_only_looked_at_when_it_is_distant(self) -> None:
        """A crop of confirmed material, and an unrelated picture, may be that far away."""
        [proposal] = propose(Facts(matches=(match(distant=True),)))
        assert proposal.action is Action.ENQUEUE
        assert not proposal.evidence["confirmed"]
        hold, _ = propose(Facts(matches=(match(1, distant=True), match(2))))
        assert hold.entry_ids == ("e-2",)


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
        assert detectors_read() == ADULT_IMAGES.reads


class TestReported:
    """What people report."""

    def test_is_looked_at(self) -> None:
        """Under the harm the report names, and no clause: that is for a person to find."""
        [proposal] = propose(Facts(reports=(ReportFact("r-1", Harm.FRAUD, repeat=False),)))
        assert (proposal.rule, proposal.action) == (REPORTED, Action.ENQUEUE)
        assert (proposal.report_id, proposal.harm) == ("r-1", Harm.FRAUD)
        assert proposal.clause_key is None

    @given(st.integers(0, 200))
    def test_is_never_held_however_many_report_it(self, count: int) -> None:
        """No count of reports removes anything (charter, promise 6)."""
        reports = tuple(ReportFact(f"r-{n}", Harm.FRAUD, repeat=False) for n in range(count))
        proposals = propose(Facts(reports=reports))
        assert {one.action for one in proposals} <= {Action.ENQUEUE}

    def test_brings_nothing_new_when_it_repeats(self) -> None:
        """The same person about the same matter is one report."""
        assert propose(Facts(reports=(ReportFact("r-2", Harm.FRAUD, repeat=True),))) == []


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

    def test_comes_after_what_was_found(self) -> None:
        """So that a hold cites what is known before what is not."""
        both = Facts(matches=(match(),), unlooked=self.failed("hold"))
        assert [one.rule for one in propose(both) if one.action is Action.HOLD] == [
            KNOWN_MATERIAL,
            NOT_LOOKED_AT,
        ]


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

    @pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
    def test_can_be_looked_up(self, rule: object) -> None:
        """Every rule has an id, a version and a sentence."""
        assert getattr(rule, "says", "").endswith(".")
