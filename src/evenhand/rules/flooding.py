"""When an entry matches so many accounts within an hour that it is more likely wrong than right.

Accounts are counted and not items: one account that sends the same thing a hundred times says
nothing against an entry. A person who released an entry has the counting begin anew.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from evenhand import banks
from evenhand.db import ReadTx
from evenhand.rules import store

WINDOW: Final = timedelta(hours=1)


def flood_limit(tx: ReadTx, entry: banks.EntryView) -> int:
    """Return how many accounts an entry may match within an hour; 0 for as many as there are."""
    return tx.resources.limits.flood_accounts if entry.flood_max is None else entry.flood_max


def flooding(tx: ReadTx, entry: banks.EntryView, *, but: str) -> bool:
    """Tell whether an entry matches too many accounts within the hour, together with this one."""
    limit = flood_limit(tx, entry)
    if limit == 0:
        return False
    since = tx.now - WINDOW
    if entry.released_at is not None:
        since = max(since, entry.released_at)
    return store.accounts_since(tx, entry.id, since, but=but, limit=limit) >= limit
