"""What becomes of an entry over time, and how much it counts for whom.

An entry is never edited. It stands, is disabled until a time, is quarantined when it suddenly
matches far too much, expires, or is withdrawn; which of these it is at an instant is told by its
dates alone, so that nothing has to be rewritten when time passes. Pure: values in, values out.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from enum import StrEnum
from typing import Final

ROLLOUT_WHOLE: Final = 100  # percent
_SHARES: Final = 10_000


class Polarity(StrEnum):
    """What it means to be in a bank: known to be harmful, or known to be fine."""

    HARM = "harm"
    FINE = "fine"


class EntryState(StrEnum):
    """How an entry stands at an instant. Only the first two match anything."""

    STANDS = "stands"
    QUARANTINED = "quarantined"
    DISABLED = "disabled"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


def state_at(
    now: datetime,
    *,
    expires_at: datetime | None = None,
    disabled_until: datetime | None = None,
    quarantined_at: datetime | None = None,
    withdrawn_at: datetime | None = None,
) -> EntryState:
    """Tell how an entry stands at an instant.

    An expiry and the end of being disabled are the first instant at which they hold no more. What
    expired stays expired, whenever its row was closed.
    """
    ended = min(filter(None, (withdrawn_at, now)))
    if expires_at is not None and expires_at <= ended:
        return EntryState.EXPIRED
    if withdrawn_at is not None:
        return EntryState.WITHDRAWN
    if disabled_until is not None and now < disabled_until:
        return EntryState.DISABLED
    return EntryState.STANDS if quarantined_at is None else EntryState.QUARANTINED


def in_rollout(bank_id: str, key: str, percent: int) -> bool:
    """Tell whether a bank is rolled out to whoever `key` names: an account, or else an item.

    The same key always has the same answer at the same percentage, stays in when that is raised,
    and falls differently for each bank, so that nobody is the first for all of them.
    """
    if percent >= ROLLOUT_WHOLE:
        return True
    digest = hashlib.sha256(f"{bank_id}\n{key}".encode()).digest()
    return int.from_bytes(digest[:8]) % _SHARES < percent * _SHARES // ROLLOUT_WHOLE
