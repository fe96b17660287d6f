"""What the vault holds and how viewing is counted: by beats, so that only watched time counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from evenhand.evidence.errors import ReasonRefused
from evenhand.kit.images import Veil

#: A page beats every few seconds; a longer silence means that nobody was looking.
BEAT_SECONDS_MAX: Final = 15.0
#: A viewing without a beat for this long is over: the desk was left.
UNSEEN_AFTER: Final = timedelta(minutes=10)
REASON_CHARS_MIN: Final = 10
REASON_CHARS_MAX: Final = 2_000


@dataclass(frozen=True, repr=False)
class Staged:
    """Sealed bytes put into the blob store, not yet kept. Unkept, nobody can ever open them."""

    blob: str
    media_type: str
    size: int
    sealed_key: bytes


@dataclass(frozen=True)
class Unkept:
    """Bytes that were let go before they were stored, because the operator's policy says so.

    `found` is what was found in them, for whoever keeps the record of it.
    """

    media_type: str
    size: int
    why: str
    found: Mapping[str, Any]


@dataclass(frozen=True)
class Viewing:
    """What was revealed to whom, up to which level, and for how many seconds."""

    id: str
    staff_id: str
    task_id: str
    item_id: str
    object_id: str
    level: Veil
    opened_at: datetime
    beat_at: datetime
    seconds: float
    closed_at: datetime | None


def seconds_since_beat(beat_at: datetime, now: datetime) -> float:
    """Return the seconds to add at a beat: at most fifteen, and never less than none."""
    return min(BEAT_SECONDS_MAX, max(0.0, (now - beat_at).total_seconds()))


def day_begin(now: datetime) -> datetime:
    """Return the begin of the day exposure is counted by, in UTC."""
    return now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


def clean_reason(reason: str) -> str:
    """Return a reason that says something. Raises ReasonRefused."""
    plain = reason.strip()
    if not REASON_CHARS_MIN <= len(plain) <= REASON_CHARS_MAX:
        raise ReasonRefused(REASON_CHARS_MIN, REASON_CHARS_MAX)
    return plain
