"""A stream that changes is noticed, one that does not is left in peace."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest

from evenhand.detection import Drift, Stream, first_drift
from evenhand.kit.clock import SetClock

BEGIN = SetClock().now()


def drift(*parts: tuple[int, float], seed: int = 0) -> Drift | None:
    """Look at a stream of noisy numbers, a minute apart, whose mean steps from part to part."""
    lot = np.random.default_rng(seed)
    numbers = np.concatenate([lot.normal(mean, 0.15, count) for count, mean in parts]).clip(0, 1)
    told = [(BEGIN + timedelta(minutes=at), float(one)) for at, one in enumerate(numbers)]
    return first_drift(Stream.SCORES, told)


class TestDrift:
    """ADWIN over a stream."""

    def test_is_noticed_soon_after_a_change(self) -> None:
        """With the means before and after, and when it was noticed."""
        found = drift((400, 0.2), (200, 0.6))
        assert found is not None
        assert found.stream is Stream.SCORES
        assert found.before == pytest.approx(0.2, abs=0.05)
        assert found.after == pytest.approx(0.6, abs=0.1)
        assert 400 < found.seen < 460
        assert found.noticed_at == BEGIN + timedelta(minutes=found.seen - 1)

    @pytest.mark.parametrize("seed", range(5))
    def test_is_not_made_up(self, seed: int) -> None:
        """Noise is no change."""
        assert drift((1_000, 0.3), seed=seed) is None

    def test_comes_to_the_same_alarm_whenever_it_is_looked_for(self) -> None:
        """So that no process raises it twice: what came later does not move it."""
        assert drift((400, 0.2), (200, 0.6)) == drift((400, 0.2), (200, 0.6), (300, 0.1))

    def test_needs_something_to_look_at(self) -> None:
        """An empty stream has not drifted."""
        assert first_drift(Stream.ERRORS, []) is None
