"""Entries that show the same picture: each within 31 bits of another one of its cluster.

Partners list one picture in many copies. Whoever withdraws one of them wants to know the others.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from evenhand.banks import matching, store
from evenhand.banks.index import DISTANCE_EXACT_MAX
from evenhand.banks.looking import Indexed
from evenhand.banks.model import EntryKind
from evenhand.banks.views import EntryView
from evenhand.db import ReadTx

ASKED_AT_ONCE: Final = 2_000
CLUSTER_MAX: Final = 500
"""Where growing around one entry ends: by then a person has to look at the list as a whole."""


class _Groups:
    """Which things belong together, told pair by pair (union-find with halved paths)."""

    def __init__(self, count: int) -> None:
        """Let each thing be alone."""
        self._parent = list(range(count))

    def join(self, one: int, other: int) -> None:
        """Say that two belong together. The lower number becomes the name of both."""
        a, b = self.name(one), self.name(other)
        self._parent[max(a, b)] = min(a, b)

    def name(self, one: int) -> int:
        """Return the number that everything it belongs together with has, too."""
        parent = self._parent
        while parent[one] != one:
            parent[one] = parent[parent[one]]
            one = parent[one]
        return one


def clusters_in(tx: ReadTx, bank_id: str) -> list[list[str]]:
    """Return the ids of a bank's entries that are like another, cluster by cluster, largest first.

    Reads the whole bank through the index: for people who wait, about 50 µs an entry.
    """
    rows = matching.values_of_bank(tx, bank_id, EntryKind.PDQ)
    number = {entry_id: at for at, (entry_id, _) in enumerate(rows)}
    groups = _Groups(len(rows))
    for at in range(0, len(rows), ASKED_AT_ONCE):
        some = rows[at : at + ASKED_AT_ONCE]
        found = Indexed(tx).near([value for _, value in some], DISTANCE_EXACT_MAX)
        for (entry_id, _), near in zip(some, found, strict=True):
            for one in near:
                if one.entry_id in number:
                    groups.join(number[entry_id], number[one.entry_id])
    together: dict[int, list[str]] = {}
    for at, (entry_id, _) in enumerate(rows):
        together.setdefault(groups.name(at), []).append(entry_id)
    return sorted((ids for ids in together.values() if len(ids) > 1), key=len, reverse=True)


def cluster_around(tx: ReadTx, entry: EntryView) -> list[EntryView]:
    """Return the entries of a bank that are like one of them, or like one that is: not itself.

    Nearest first, and no more than CLUSTER_MAX.
    """
    if entry.kind is not EntryKind.PDQ:
        return []
    found: dict[str, EntryView] = {entry.id: entry}
    edge: Sequence[EntryView] = [entry]
    while edge and len(found) <= CLUSTER_MAX:
        edge = [one for one in _beside(tx, edge) if one.id not in found]
        found |= {one.id: one for one in edge}
    return [one for one in found.values() if one.id != entry.id][:CLUSTER_MAX]


def _beside(tx: ReadTx, edge: Sequence[EntryView]) -> Iterator[EntryView]:
    """Yield what is like any of these in their bank and stands, the nearest first."""
    near = Indexed(tx).near([one.value for one in edge], DISTANCE_EXACT_MAX)
    apart: dict[str, int] = {}
    for each in near:
        for one in each:
            apart[one.entry_id] = min(one.distance, apart.get(one.entry_id, one.distance))
    entries = store.entries_with_ids(tx, list(apart))
    for entry_id in sorted(apart, key=lambda one: (apart[one], one)):
        entry = entries.get(entry_id)
        if entry and entry.bank_id == edge[0].bank_id and entry.withdrawn_at is None:
            yield entry
