"""How far a version may go, and what comes of a hit, for every stage."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.rules.brake import (
    HITS_MIN,
    OVERTURNED_MAX,
    SETTLED_MIN,
    UNKNOWN_HITS_MAX,
    fires_too_much,
    hits_max,
    is_overturned,
)
from evenhand.rules.life import (
    ORDER,
    Doing,
    Refusal,
    RuleVersion,
    Stage,
    demoted,
    doing,
    falls_within,
    step_refused,
)
from tests.ruled import living, version_of

RULE = 'rule offers on post when has_word(text, "jackpot") propose hide policy spam'
[OFFERS] = living([("a.rules", RULE)]).ready.rules


def version(stage: Stage, *, tried: bool = True, approved: bool = True) -> RuleVersion:
    """Make a version at a stage."""
    return replace(
        version_of(OFFERS, stage=stage),
        baseline={"hours": 1, "hits_per_hour": 1.0, "hits_in_busy_hour": 4} if tried else None,
        approved_by="staff:lin" if approved else None,
    )


class TestSteps:
    """From one stage to another."""

    @given(
        at=st.sampled_from(ORDER),
        to=st.sampled_from(ORDER),
        tried=st.booleans(),
        approved=st.booleans(),
    )
    def test_forward_is_one_at_a_time_tried_and_approved(
        self, at: Stage, to: Stage, *, tried: bool, approved: bool
    ) -> None:
        """Back is always possible."""
        refusal = step_refused(version(at, tried=tried, approved=approved), to)
        ahead = ORDER.index(to) - ORDER.index(at)
        if ahead <= 0:
            assert refusal is (Refusal.SAME if ahead == 0 else None)
        elif refusal is None:
            assert ahead == 1
            assert tried
            assert approved or not to.acts

    @pytest.mark.parametrize("to", list(Stage))
    def test_end_with_retirement(self, to: Stage) -> None:
        """A number never runs again."""
        assert step_refused(version(Stage.RETIRED), to) is Refusal.RETIRED

    def test_of_the_brake_never_silence_a_rule_that_was_heard(self) -> None:
        """It goes on being watched."""
        assert {stage: demoted(stage) for stage in Stage} == {
            Stage.DRAFT: None,
            Stage.SHADOW: None,
            Stage.ENQUEUE: Stage.SHADOW,
            Stage.CANARY: Stage.ENQUEUE,
            Stage.ON: Stage.ENQUEUE,
            Stage.RETIRED: None,
        }


class TestAHit:
    """What comes of one."""

    @pytest.mark.parametrize(
        ("stage", "comes"),
        [(Stage.SHADOW, Doing.NOTE), (Stage.ENQUEUE, Doing.LOOK), (Stage.ON, Doing.ACT)],
    )
    def test_is_what_the_stage_says(self, stage: Stage, comes: Doing) -> None:
        """Whoever it is about."""
        assert doing(version(stage), account="a", event="e") is comes

    @given(st.text(min_size=1), st.integers(1, 100))
    def test_of_a_canary_is_the_same_for_an_account_each_time(
        self, account: str, share: int
    ) -> None:
        """And whoever is in at a share is in at every larger one."""
        canary = replace(version(Stage.CANARY), share=share)
        first = doing(canary, account=account, event="1")
        assert first is doing(canary, account=account, event="2")
        wider = replace(canary, share=100)
        assert doing(wider, account=account, event="1") is Doing.ACT
        assert first in {Doing.ACT, Doing.LOOK}

    def test_is_held_out_for_about_the_share_that_is_said(self) -> None:
        """By the event, so that nobody is always or never let go."""
        held = replace(version(Stage.ON), held_out=5)
        came = [doing(held, account="a", event=f"e{n}") for n in range(4_000)]
        assert set(came) == {Doing.ACT, Doing.HELD_OUT}
        assert 120 <= came.count(Doing.HELD_OUT) <= 280

    @given(st.integers(0, 100), st.text())
    def test_falls_within_more_as_the_share_grows(self, percent: int, who: str) -> None:
        """0 is nobody and 100 everybody."""
        assert not falls_within(0, who)
        assert falls_within(100, who)
        assert not falls_within(percent, who) or falls_within(min(100, percent + 1), who)


class TestTheBrake:
    """When it trips."""

    def test_knows_the_busy_hours_of_the_trial(self) -> None:
        """Ten times those, fifty times the mean, whichever is less, and never below twenty."""
        said = {"hours": 100, "hits_per_hour": 2.0, "hits_in_busy_hour": 30}
        assert hits_max(said) == 100
        assert hits_max({**said, "hits_per_hour": 40.0}) == 300
        assert hits_max({**said, "hits_per_hour": 0.1, "hits_in_busy_hour": 1}) == HITS_MIN
        assert hits_max(None) == hits_max({"hours": 0}) == UNKNOWN_HITS_MAX

    @given(st.integers(0, 1_000))
    def test_trips_on_one_more_and_says_so(self, hits: int) -> None:
        """With both numbers."""
        tripped = fires_too_much(hits, None)
        assert (tripped is not None) == (hits > UNKNOWN_HITS_MAX)
        assert tripped is None or str(hits) in tripped.says

    @given(st.integers(0, 100), st.data())
    def test_minds_what_people_overturn(self, settled: int, data: st.DataObject) -> None:
        """Once enough was settled to tell."""
        overturned = data.draw(st.integers(0, settled))
        tripped = is_overturned(settled, overturned) is not None
        assert tripped == (settled >= SETTLED_MIN and overturned > OVERTURNED_MAX * settled)
