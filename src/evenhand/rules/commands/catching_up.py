"""A counter that begins to run has counted what came before, as if it had always been there."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final

from evenhand.db import Row, Tx
from evenhand.rules import count_store, version_store
from evenhand.rules.language.ruleset import Counter
from evenhand.rules.life import RuleVersion
from evenhand.rules.live import counts_of, live
from evenhand.rules.replaying import PORTION, event_of

MEETING: Final = "rules:meeting"
"""Held together by all who meet events, and alone by whoever changes what is counted."""
_AHEAD: Final = timedelta(days=1)
"""A process whose clock is ahead has written events of later."""


def catch_up(tx: Tx, version: RuleVersion) -> None:
    """Count what the windows still hold, for counters of a version that nothing counted lately.

    Part of the command by which a version begins to run. Whoever meets an event waits while the
    last ones are counted, so that each event is counted once, by this or when it is met.
    """
    every = live(tx, only=[version]).ready.counters
    if not every:
        return
    running = {counter.name for counter in live(tx).ready.counters}
    fresh = [counter for counter in every if counter.name not in running]
    if not fresh:
        return
    for counter in fresh:
        count_store.forget(tx, counter.name)
    seen: set[str] = set()
    _count_past(tx, fresh, seen)
    tx.lock(MEETING)
    _count_past(tx, fresh, seen)


def _count_past(tx: Tx, counters: Sequence[Counter], seen: set[str]) -> None:
    """Count the events of the longest window that were not seen yet."""
    begin = tx.now - max(counter.within for counter in counters)
    after = ""
    while rows := version_store.events_between(
        tx, begin, tx.now + _AHEAD, after=after, limit=PORTION
    ):
        after = rows[-1]["id"]
        made = [one for row in rows if row["id"] not in seen for one in _rows_of(tx, row, counters)]
        count_store.save(tx, made)
        seen.update(row["id"] for row in rows)


def _rows_of(tx: Tx, row: Row, counters: Sequence[Counter]) -> list[dict[str, Any]]:
    asked = [counter for counter in counters if row["kind"] in counter.kinds]
    event = event_of(tx, row) if asked else None
    if event is None:
        return []
    return [
        {
            "event_id": row["id"],
            "counter": counter.name,
            "key": counts[0],
            "value": counts[1],
            "at": row["at"],
        }
        for counter in asked
        if (counts := counts_of(counter, event)) is not None
    ]
