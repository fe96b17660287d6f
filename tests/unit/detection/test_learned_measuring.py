"""Scores are shares, thresholds keep their promise, and too few answers give none."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evenhand.detection import Zone
from evenhand.detection.learned import measuring
from evenhand.detection.learned.measuring import Flags, Numbers
from evenhand.detection.learned.model import Thresholds


def drawn(count: int, *, seed: int, apart: float = 2.0) -> tuple[Numbers, Flags]:
    """Draw logits of two sorts that overlap."""
    lot = np.random.default_rng(seed)
    broke = np.arange(count) % 2 == 0
    return lot.normal(np.where(broke, apart / 2, -apart / 2), 1.0), broke


class TestTheSigmoid:
    """From logits to shares."""

    @pytest.mark.parametrize(("slope", "offset"), [(1.0, 0.0), (0.4, -1.5), (3.0, 2.0)])
    def test_finds_the_line_that_the_answers_were_drawn_from(
        self, slope: float, offset: float
    ) -> None:
        """Up to what 20,000 answers can tell."""
        lot = np.random.default_rng(3)
        logits = lot.normal(0, 2, 20_000)
        broke = lot.random(20_000) < 1 / (1 + np.exp(-(slope * logits + offset)))
        found = measuring.fit_sigmoid(logits, broke)
        assert found == pytest.approx((slope, offset), abs=0.15)

    @pytest.mark.parametrize("far", [1.0, 50.0, 5_000.0])
    def test_stays_within_reason_where_logits_tell_all(self, far: float) -> None:
        """A perfect separation claims no certainty: the answers are smoothed (Platt)."""
        logits = np.array([-far, far] * 10)
        slope, offset = measuring.fit_sigmoid(logits, logits > 0)
        assert 1 / (1 + math.exp(-(slope * far + offset))) == pytest.approx(11 / 12, abs=0.01)

    def test_is_what_scikit_learn_comes_to(self) -> None:
        """On smoothed answers, which are weights there."""
        from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]

        logits, broke = drawn(400, seed=5)
        high, low = 201 / 202, 1 / 202
        twice = np.concatenate([logits, logits])[:, None]
        weights = np.concatenate([np.where(broke, high, low), np.where(broke, 1 - high, 1 - low)])
        answers = np.concatenate([np.ones(400), np.zeros(400)])
        there = LogisticRegression(C=1e6).fit(twice, answers, sample_weight=weights)
        here = measuring.fit_sigmoid(logits, broke)
        assert here == pytest.approx((there.coef_[0][0], there.intercept_[0]), abs=1e-3)


class TestThresholds:
    """From which score an item is proposed, and under which it is let be."""

    @pytest.mark.parametrize(
        ("confidence", "needed"), [(0.8, 4), (0.9, 9), (0.95, 19), (0.99, 99), (0.999, 999)]
    )
    def test_exist_from_a_number_of_answers_on_and_not_before(
        self, confidence: float, needed: int
    ) -> None:
        """One fewer is "not enough evidence", never a guess."""
        assert measuring.needed(confidence) == needed
        for count, there in ((needed - 1, False), (needed, True)):
            scores = np.linspace(0.1, 0.9, 2 * count)
            broke = np.arange(2 * count) >= count
            found = measuring.thresholds(scores, broke, confidence=confidence)
            assert (found.auto_from is not None, found.ignore_below is not None) == (there, there)

    def test_of_too_few_answers_put_nothing_anywhere(self) -> None:
        """Neither proposed, nor let be, nor left to people: nobody knows."""
        found = measuring.thresholds(np.array([0.1, 0.9]), np.array([False, True]), confidence=0.9)
        assert {found.zone(score) for score in (0.0, 0.5, 1.0)} == {Zone.NO_EVIDENCE}

    def test_need_their_own_sort_alone(self) -> None:
        """Many fine answers let it propose; letting be takes breaking ones."""
        scores = np.array([*np.linspace(0, 0.5, 30), 0.9])
        found = measuring.thresholds(scores, np.array([*[False] * 30, True]), confidence=0.95)
        assert found.auto_from is not None
        assert found.ignore_below is None
        assert [found.zone(score) for score in (0.99, 0.0)] == [Zone.AUTO, Zone.PEOPLE]

    @pytest.mark.parametrize("confidence", [0.8, 0.9, 0.95])
    @pytest.mark.parametrize("apart", [0.5, 3.0, 8.0])
    def test_keep_their_promise_on_answers_they_never_saw(
        self, confidence: float, apart: float
    ) -> None:
        """Averaged over many draws, no more than the rest is on the wrong side, of either sort."""
        proposed, let_be = [], []
        for seed in range(60):
            scores, broke = drawn(200, seed=seed, apart=apart)
            found = measuring.thresholds(scores, broke, confidence=confidence)
            others, truly = drawn(400, seed=seed + 1000, apart=apart)
            zones = [found.zone(float(score)) for score in others]
            proposed += [z is Zone.AUTO for z, b in zip(zones, truly, strict=True) if not b]
            let_be += [z is Zone.IGNORE for z, b in zip(zones, truly, strict=True) if b]
        assert np.mean(proposed) <= 1 - confidence + 0.01
        assert np.mean(let_be) <= 1 - confidence + 0.01

    @given(
        st.lists(st.tuples(st.integers(0, 20), st.booleans()), min_size=1, max_size=60),
        st.sampled_from([0.8, 0.9, 0.95]),
    )
    @settings(max_examples=150)
    def test_agree_with_counting_for_every_score(
        self, told: list[tuple[int, bool]], confidence: float
    ) -> None:
        """The rule as it is defined: a sort is ruled out when too few of it score as far out."""
        scores = np.array([score / 20 for score, _ in told])
        broke = np.array([answer for _, answer in told])
        found = measuring.thresholds(scores, broke, confidence=confidence)
        for asked in np.linspace(0, 1, 41):
            assert found.zone(float(asked)) is counted(scores, broke, float(asked), confidence)


def counted(scores: Numbers, broke: Flags, asked: float, confidence: float) -> Zone:
    """Say where a score lies by counting: the naive reference."""
    fine, breaking = scores[~broke], scores[broke]
    least = 1 - confidence + 1e-9
    fine_out = (np.sum(fine >= asked) + 1) / (len(fine) + 1) <= least
    breaking_out = (np.sum(breaking <= asked) + 1) / (len(breaking) + 1) <= least
    enough = [math.floor((len(some) + 1) * least) >= 1 for some in (fine, breaking)]
    if not any(enough):
        return Zone.NO_EVIDENCE
    if fine_out and (not breaking_out or asked >= 0.5):
        return Zone.AUTO
    return Zone.IGNORE if breaking_out and not fine_out else Zone.PEOPLE


class TestMeasures:
    """What is measured on answers kept aside."""

    @given(st.lists(st.tuples(st.integers(0, 9), st.booleans()), min_size=1, max_size=40))
    @settings(max_examples=100)
    def test_the_auc_counts_pairs(self, told: list[tuple[int, bool]]) -> None:
        """Every breaking item against every fine one; a tie is half."""
        scores = np.array([float(score) for score, _ in told])
        broke = np.array([answer for _, answer in told])
        pairs = list(itertools.product(scores[broke], scores[~broke]))
        wanted = [1.0 if high > low else 0.5 if high == low else 0.0 for high, low in pairs]
        found = measuring.auc(scores, broke)
        assert found == (pytest.approx(np.mean(wanted), abs=1e-4) if wanted else None)

    def test_the_calibration_error_is_how_far_scores_are_from_shares(self) -> None:
        """Said 0.25 and 0.85; it was a half and all."""
        scores = np.array([0.2, 0.3, 0.3, 0.2, 0.8, 0.9])
        broke = np.array([True, False, True, False, True, True])
        bins = measuring.bins_of(scores, broke)
        assert sum(one.count for one in bins) == 6
        told = [(one.count, one.said, one.was) for one in bins]
        assert told == [(2, 0.2, 0.5), (2, 0.3, 0.5), (1, 0.8, 1.0), (1, 0.9, 1.0)]
        assert measuring.calibration_error(bins) == pytest.approx((0.6 + 0.4 + 0.2 + 0.1) / 6, 1e-3)

    def test_measures_no_answer_by_a_line_it_helped_to_draw(self) -> None:
        """Half by half, so that even chance looks like chance."""
        lot = np.random.default_rng(0)
        logits, broke = lot.normal(0, 1, 800), lot.random(800) < 0.5
        told = measuring.measure(logits, broke, np.arange(800) % 2 == 0, confidence=0.9)
        assert told.auc == pytest.approx(0.5, abs=0.05)
        assert told.covered_fine == pytest.approx(0.9, abs=0.05)
        assert told.people == pytest.approx(0.8, abs=0.1)
        assert told.auto is not None
        assert told.ignore is not None
        assert told.people is not None
        assert told.auto + told.people + told.ignore == pytest.approx(1, abs=1e-3)

    def test_leaves_open_what_a_half_is_too_small_for(self) -> None:
        """Nothing is made up: what cannot be measured is None."""
        logits, broke = drawn(30, seed=1)
        told = measuring.measure(logits, broke, np.arange(30) % 3 == 0, confidence=0.99)
        assert told.auc is not None
        assert told.calibration_error is not None
        assert (told.covered_fine, told.covered_broke, told.people) == (None, None, None)


class TestZones:
    """Where a score lies."""

    def test_are_said_of_the_thresholds_alone(self) -> None:
        """The threshold itself is proposed; what lies under the lower one is let be."""
        found = Thresholds(0.9, 0.8, 0.2, fine=9, broke=9, needed=9)
        told = [found.zone(score) for score in (0.8, 0.79, 0.2, 0.19)]
        assert told == [Zone.AUTO, Zone.PEOPLE, Zone.PEOPLE, Zone.IGNORE]
