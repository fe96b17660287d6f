"""Rates from samples of strata: Wilson's interval where there is one, and honest beyond that."""

from __future__ import annotations

from dataclasses import dataclass
from math import log

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evenhand.kit.intervals import Share, wilson
from evenhand.quality.estimating import Cell, estimate, ratio, stratified_wilson
from evenhand.quality.sampling import allocate

ENDLESS = 1e12


@dataclass(frozen=True)
class World:
    """Services of one sort: how many strata, how large, how often wrong, how many looked at."""

    strata: tuple[int, int]
    sizes: tuple[int, int]
    rates: tuple[float, float]
    sample: tuple[int, int]


WORLDS = {
    "common errors": World((2, 8), (500, 50_000), (0.05, 0.4), (200, 600)),
    "rare errors": World((2, 8), (500, 50_000), (0.002, 0.03), (300, 800)),
    "small strata": World((10, 40), (3, 3_000), (0.02, 0.2), (200, 500)),
    "rare errors in small strata": World((10, 40), (3, 3_000), (0.002, 0.05), (300, 800)),
    "one stratum": World((1, 1), (3_000, 30_000), (0.01, 0.2), (100, 500)),
}
SERVICES, SAMPLES = 12, 400


def covered(world: World) -> float:
    """Return how often the interval holds the true rate, over services whose errors are known."""
    lot = np.random.default_rng(20_261_122)
    held = []
    for _ in range(SERVICES):
        count = int(lot.integers(world.strata[0], world.strata[1] + 1))
        sizes = np.exp(lot.uniform(log(world.sizes[0]), log(world.sizes[1]), count)).astype(int)
        wrong = np.round(
            sizes * np.exp(lot.uniform(log(world.rates[0]), log(world.rates[1]), count))
        ).astype(int)
        wanted = max(int(lot.integers(*world.sample)), int(np.minimum(sizes, 2).sum()))
        by_name = {f"{number:02d}": int(size) for number, size in enumerate(sizes)}
        looked_at = np.array(list(allocate(by_name, sample=wanted, least=2).values()))
        hits = lot.hypergeometric(wrong, sizes - wrong, looked_at, (SAMPLES, count))
        floats = (each.astype(np.float64) for each in (hits, looked_at, sizes))
        _, low, high = stratified_wilson(*floats)
        true = wrong.sum() / sizes.sum()
        held.append(((low - 1e-9 <= true) & (true <= high + 1e-9)).mean())
    return float(np.mean(held))


def share(value: float, low: float, high: float) -> Share:
    """Make a share of which only the rate and its interval matter."""
    return Share(0, 1, value, low, high)


class TestEstimate:
    """The rate of a whole."""

    @settings(max_examples=30)
    @given(st.integers(1, 400), st.data())
    def test_of_one_endless_stratum_is_wilsons(self, of: int, data: st.DataObject) -> None:
        """The method adds nothing of its own where there is nothing to add."""
        hits = data.draw(st.integers(0, of))
        found, known = estimate([Cell(ENDLESS, of, hits)]), wilson(hits, of)
        assert found is not None
        assert known is not None
        assert (found.value, found.hits, found.of) == (known.value, hits, of)
        assert found.low == pytest.approx(known.low, abs=1e-6)
        assert found.high == pytest.approx(known.high, abs=1e-6)

    def test_weighs_strata_by_their_size(self) -> None:
        """A small group that is often wrong counts for what it is."""
        found = estimate([Cell(9_000, 100, 1), Cell(1_000, 100, 50)])
        assert found is not None
        assert found.value == pytest.approx(0.9 * 0.01 + 0.1 * 0.5)
        assert found.low < found.value < found.high

    def test_of_what_was_counted_in_full_leaves_no_doubt(self) -> None:
        """Nothing was drawn, so nothing is uncertain."""
        found = estimate([Cell(5, 5, 1), Cell(3, 3, 0)])
        assert found is not None
        assert (found.low, found.value, found.high) == (0.125, 0.125, 0.125)

    def test_of_nothing_is_nothing(self) -> None:
        """No rate is claimed where nobody looked."""
        assert estimate([]) is None
        assert estimate([Cell(10, 0, 0)]) is None

    @pytest.mark.parametrize("cell", [Cell(10, 3, 4), Cell(10, 11, 1), Cell(10, 3, -1)])
    def test_refuses_counts_that_no_sample_has(self, cell: Cell) -> None:
        """Rather than print a rate above one."""
        with pytest.raises(ValueError, match="no stratum"):
            estimate([cell])

    @settings(max_examples=25)
    @given(
        st.lists(
            st.tuples(st.integers(1, 60), st.integers(0, 200), st.data()), min_size=1, max_size=6
        )
    )
    def test_lies_within_its_interval(self, drawn: list[tuple[int, int, st.DataObject]]) -> None:
        """Whatever was counted, and the interval lies within nought and one."""
        cells = [Cell(of + more, of, data.draw(st.integers(0, of))) for of, more, data in drawn]
        found = estimate(cells)
        assert found is not None
        assert 0 <= found.low <= found.value + 1e-9
        assert found.value - 1e-9 <= found.high <= 1

    @pytest.mark.parametrize("name", WORLDS)
    def test_holds_the_true_rate_95_times_of_100(self, name: str) -> None:
        """Over many services whose errors are known, by simulation."""
        assert 0.93 <= covered(WORLDS[name]) <= 0.97


class TestRatio:
    """How many times as often."""

    def test_of_a_rate_to_itself_is_one_and_says_how_unsure_that_is(self) -> None:
        """Both intervals enter."""
        tenth = share(0.1, 0.05, 0.18)
        found = ratio(tenth, tenth)
        assert found is not None
        assert found.high is not None
        assert found.low < found.value == 1 < found.high
        assert found.low == pytest.approx(1 / found.high)

    def test_has_no_upper_end_when_the_other_may_be_nil(self) -> None:
        """A number would pretend to know."""
        found = ratio(share(0.3, 0.2, 0.4), share(0.01, 0.0, 0.05))
        assert found is not None
        assert found.high is None
        assert found.low > 1

    def test_is_nothing_beside_what_was_never_seen(self) -> None:
        """There is nothing to divide by."""
        assert ratio(share(0.3, 0.2, 0.4), share(0.0, 0.0, 0.05)) is None
