"""How often one address, and everybody together, may do what guessing or flooding would need.

Counts live in this process alone and are lost with it: they slow a stranger down, and are never a
record of who came. An IPv6 address counts by its /64, which one household shares.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from limits import RateLimitItem, RateLimitItemPerHour, RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter


class ComeBackLater(Exception):
    """Too much was tried from this address, or from all together, in the last while."""


@dataclass(frozen=True)
class Rate:
    """How many times one address may, and all addresses together."""

    each: RateLimitItem
    together: RateLimitItem


#: Ten wrong receipts in a quarter of an hour are more than a person mistypes; against 10^16
#: receipts, six hundred guesses an hour from everywhere at once get nowhere in any lifetime.
RATES: Final[Mapping[str, Rate]] = {
    "receipt": Rate(RateLimitItemPerMinute(10, 15), RateLimitItemPerMinute(150, 15)),
    "report": Rate(RateLimitItemPerHour(20), RateLimitItemPerHour(2_000)),
    "appeal": Rate(RateLimitItemPerHour(20), RateLimitItemPerHour(2_000)),
    "count": Rate(RateLimitItemPerMinute(60), RateLimitItemPerMinute(600)),
    # A million lines are 7,800 tiles and bundles: an auditor has them all within three minutes.
    "tile": Rate(RateLimitItemPerMinute(3_000), RateLimitItemPerMinute(30_000)),
    "log": Rate(RateLimitItemPerHour(20), RateLimitItemPerHour(200)),
}


@dataclass(frozen=True)
class Turnstile:
    """Counts by what is done and by address."""

    limiter: MovingWindowRateLimiter = field(
        default_factory=lambda: MovingWindowRateLimiter(MemoryStorage())
    )

    def pass_through(self, what: str, address: str) -> None:
        """Count one more. Raises ComeBackLater when it would be too many."""
        rate = RATES[what]
        if not (
            self.limiter.hit(rate.each, what, household(address))
            and self.limiter.hit(rate.together, what)
        ):
            raise ComeBackLater

    def check(self, what: str, address: str) -> None:
        """Count nothing, but refuse who is over the limit already. Raises ComeBackLater."""
        rate = RATES[what]
        if not (
            self.limiter.test(rate.each, what, household(address))
            and self.limiter.test(rate.together, what)
        ):
            raise ComeBackLater


def household(address: str) -> str:
    """Return an IPv4 address as it is, and the /64 of an IPv6 address."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv6Address):
        mapped = parsed.ipv4_mapped
        if mapped is not None:
            return str(mapped)
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)
