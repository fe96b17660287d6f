"""How an entry stands is told by its dates alone, and who is in a rollout by their id alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.banks import EntryState, in_rollout
from evenhand.banks.states import state_at

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
BEFORE, AFTER = NOW - timedelta(seconds=1), NOW + timedelta(seconds=1)
LATER = NOW + timedelta(days=1)

dates = st.none() | st.sampled_from([BEFORE, NOW, AFTER, LATER])


class TestState:
    """At an instant."""

    @pytest.mark.parametrize(
        ("dates_of_it", "state"),
        [
            ({}, EntryState.STANDS),
            ({"expires_at": NOW}, EntryState.EXPIRED),
            ({"expires_at": AFTER}, EntryState.STANDS),
            ({"disabled_until": AFTER}, EntryState.DISABLED),
            ({"disabled_until": NOW}, EntryState.STANDS),
            ({"quarantined_at": BEFORE}, EntryState.QUARANTINED),
            ({"quarantined_at": BEFORE, "disabled_until": AFTER}, EntryState.DISABLED),
            ({"withdrawn_at": BEFORE, "expires_at": LATER}, EntryState.WITHDRAWN),
            ({"withdrawn_at": NOW, "expires_at": BEFORE}, EntryState.EXPIRED),
            ({"withdrawn_at": BEFORE, "expires_at": NOW}, EntryState.WITHDRAWN),
        ],
    )
    def test_begins_and_ends_at_the_instant(
        self, dates_of_it: dict[str, datetime], state: EntryState
    ) -> None:
        """An end is the first instant at which it holds no more."""
        assert state_at(NOW, **dates_of_it) is state

    @given(expires=dates, disabled=dates, withdrawn=dates)
    def test_never_comes_back_from_its_end(
        self, expires: datetime | None, disabled: datetime | None, withdrawn: datetime | None
    ) -> None:
        """What expired or was withdrawn is so for ever, and as the same of the two."""
        ended = {EntryState.EXPIRED, EntryState.WITHDRAWN}
        states = [
            state_at(at, expires_at=expires, disabled_until=disabled, withdrawn_at=withdrawn)
            for at in (NOW, AFTER, LATER)
            if withdrawn is None or withdrawn <= at
        ]
        for one, next_one in pairwise(states):
            assert one not in ended or next_one is one


class TestRollout:
    """Who is in."""

    @given(key=st.text(max_size=40), low=st.integers(0, 100), high=st.integers(0, 100))
    def test_stays_in_when_it_is_raised(self, key: str, low: int, high: int) -> None:
        """Nobody falls out of a bank because it is used for more."""
        low, high = sorted((low, high))
        assert in_rollout("b", key, low) <= in_rollout("b", key, high)
        assert in_rollout("b", key, 100)
        assert not in_rollout("b", key, 0)

    def test_is_about_the_share_that_was_asked_for(self) -> None:
        """And another share for another bank."""
        keys = [f"account-{number}" for number in range(4_000)]
        one, other = ([in_rollout(bank, key, 25) for key in keys] for bank in ("b", "c"))
        assert 900 < sum(one) < 1_100
        assert 180 < sum(a and b for a, b in zip(one, other, strict=True)) < 320
