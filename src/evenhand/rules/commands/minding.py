"""What matched is remembered, and an entry that suddenly matches far too much is quarantined."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final

from evenhand import banks, people
from evenhand.db import Tx
from evenhand.detection import Answer
from evenhand.rules import store
from evenhand.rules.facts import Said, matches
from evenhand.rules.flooding import flood_limit, flooding
from evenhand.rules.model import Match
from evenhand.rules.weighing import Weight

WEIGHTS: Final = tuple(Weight)


def mind(tx: Tx, item_id: str, said: Sequence[Said], *, key: str) -> None:
    """Quarantine what floods with this item, then write down what matches it and how it counts.

    Part of the caller's command. A quarantine has a line of its own.
    """
    found = [one.entry_id for one in said if one.answer is Answer.FOUND and one.entry_id]
    fine = {each["entry_id"] for one in said for each in one.evidence.get("also_fine", ())}
    if not found and not fine:
        return
    _brake(tx, item_id, key, found)
    _remember(tx, item_id, key, matches(tx, said, key=key), fine)


def _brake(tx: Tx, item_id: str, key: str, entry_ids: Sequence[str]) -> None:
    """Quarantine each entry that matches more accounts within the hour than it may, with this."""
    fresh = [one for one in dict.fromkeys(entry_ids) if store.is_new(tx, one, item_id)]
    for entry in banks.entries_by_id(tx, fresh).values():
        if entry.quarantined_at is None and entry.matches(tx.now) and flooding(tx, entry, but=key):
            limit = flood_limit(tx, entry)
            banks.quarantine_entry(tx, people.SYSTEM, entry.id, accounts=limit + 1, limit=limit)


def _remember(
    tx: Tx, item_id: str, key: str, matched: Sequence[Match], fine: Collection[str]
) -> None:
    """Write down what matches the item, and how much that counts, for whoever keeps the banks."""
    strongest: dict[str, Match] = {}
    for match in matched:
        before = strongest.get(match.entry_id)
        if before is None or WEIGHTS.index(match.weight) < WEIGHTS.index(before.weight):
            strongest[match.entry_id] = match
    for entry_id, match in sorted(strongest.items()):
        less = [why.value for why in match.less]
        store.save_match(tx, entry_id, item_id, key=key, weight=match.weight.value, less=less)
    for entry_id in sorted(banks.entries_by_id(tx, sorted(fine))):
        weight = Weight.NOTED.value
        store.save_match(tx, entry_id, item_id, key=key, weight=weight, less=[])
