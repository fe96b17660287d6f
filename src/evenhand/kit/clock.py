"""Time comes from one injected clock, always aware and in UTC, so that it can be set in a test."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Protocol


class Clock(Protocol):
    """Tells the time. The only source of "now" in Evenhand."""

    def now(self) -> datetime:
        """Return the current instant, aware, in UTC."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Return the current instant, aware, in UTC."""
        return datetime.now(UTC)


@dataclass
class SetClock:
    """A clock that stands still until it is moved: for tests, simulations and replays."""

    at: datetime = field(default_factory=lambda: datetime(2026, 11, 21, 9, 0, tzinfo=UTC))

    def now(self) -> datetime:
        """Return the instant the clock was last set to."""
        return self.at

    def forward(self, by: timedelta) -> None:
        """Move the clock by an amount; negative amounts model a clock jump."""
        self.at += by


@lru_cache(maxsize=64)  # what is written together bears one instant
def stamp(at: datetime) -> str:
    """Write an instant as RFC 3339 with microseconds and `Z`: fixed width, sorts as text."""
    return at.astimezone(UTC).isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"


def read_stamp(text: str) -> datetime:
    """Read what `stamp` wrote. Raises ValueError on anything without a zone."""
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError(f"{text!r} has no time zone")
    return at.astimezone(UTC)


def to_the_minute(at: datetime) -> datetime:
    """Return an instant as exactly as people write one down."""
    return at.replace(second=0, microsecond=0)


def midnight(day: date) -> datetime:
    """Return the instant at which a day begins, in UTC."""
    return datetime.combine(day, time(), tzinfo=UTC)
