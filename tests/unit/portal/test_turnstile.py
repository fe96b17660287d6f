"""Guessing and flooding are slowed, by address and for all together."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from evenhand.portal.turnstile import RATES, ComeBackLater, Turnstile, household


@pytest.fixture
def turnstile() -> Iterator[Turnstile]:
    """Make a fresh turnstile."""
    fresh = Turnstile()
    yield fresh
    fresh.limiter.storage.reset()


class TestTurnstile:
    """So many, and no more."""

    def test_stops_one_address(self, turnstile: Turnstile) -> None:
        """The eleventh wrong receipt waits; another address does not."""
        for _ in range(RATES["receipt"].each.amount):
            turnstile.pass_through("receipt", "192.0.2.1")
        with pytest.raises(ComeBackLater):
            turnstile.check("receipt", "192.0.2.1")
        turnstile.pass_through("receipt", "192.0.2.2")

    def test_stops_many_addresses_together(self, turnstile: Turnstile) -> None:
        """A swarm gets no more guesses than the house allows."""
        for number in range(RATES["receipt"].together.amount):
            turnstile.pass_through("receipt", f"198.51.100.{number}")
        with pytest.raises(ComeBackLater):
            turnstile.pass_through("receipt", "192.0.2.9")

    def test_counts_each_thing_for_itself(self, turnstile: Turnstile) -> None:
        """Reports do not use up receipts."""
        for _ in range(RATES["report"].each.amount):
            turnstile.pass_through("report", "192.0.2.1")
        turnstile.check("receipt", "192.0.2.1")

    def test_checks_without_counting(self, turnstile: Turnstile) -> None:
        """A right receipt costs nothing."""
        for _ in range(50):
            turnstile.check("receipt", "192.0.2.1")


class TestHousehold:
    """Who counts as one."""

    @pytest.mark.parametrize(
        ("address", "counts_as"),
        [
            ("192.0.2.1", "192.0.2.1"),
            ("2001:db8::1", "2001:db8::/64"),
            ("2001:db8::ffff:1", "2001:db8::/64"),
            ("::ffff:192.0.2.1", "192.0.2.1"),
            ("testclient", "testclient"),
        ],
    )
    def test_takes_a_whole_network_for_one(self, address: str, counts_as: str) -> None:
        """An IPv6 household has 2^64 addresses and counts once."""
        assert household(address) == counts_as
