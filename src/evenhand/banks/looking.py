"""The index follows the ledger: whoever looks sees what stood when their view began, or later.

Each line that tells of an entry is read once by each process, in order. What it tells is not
repeated from the line but read from the entry as it is now, so reading a line twice is harmless.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from evenhand import ledger
from evenhand.banks import store
from evenhand.banks.index import Changes, Everything, IndexDamaged, LiveIndex, Near
from evenhand.banks.model import EntryKind, Like
from evenhand.db import ReadTx

_ADDED: Final = "entry.added"
_IMPORTED: Final = "entries.imported"
_WITHDRAWN: Final = "entry.withdrawn"
_TOLD: Final = (_ADDED, _IMPORTED, _WITHDRAWN)


@dataclass(frozen=True)
class Following:
    """The database, as the index needs it: one view of it."""

    tx: ReadTx

    def confirms(self, line: int, mark: str) -> bool | None:
        """Tell whether the line before this one has this hash; None when it is not there."""
        if line == 0:
            return True
        found = ledger.leaf_at(self.tx, line - 1)
        return None if found is None else found == mark

    def changes(self, line: int) -> Changes | None:
        """Return what the ledger tells of entries from a line on, or None when that is nothing."""
        passed = ledger.passed(self.tx, _TOLD, start=line)
        if not passed:
            return None
        ids: dict[str, None] = {}
        for one in passed:
            data = one.leaf["data"]
            if data["kind"] != EntryKind.PDQ:
                continue
            if one.leaf["type"] == _IMPORTED:
                between = (data["bank"], data["first"], data["last"])
                ids |= dict.fromkeys(store.ids_between(self.tx, *between))
            else:
                ids[one.leaf["subject"]] = None
        standing, gone = store.values_now(self.tx, EntryKind.PDQ, list(ids))
        return Changes(passed[-1].line + 1, passed[-1].hash, standing, gone)

    def everything(self) -> Everything:
        """Return every PDQ entry that stands."""
        last = ledger.last_passed(self.tx, _TOLD)
        line, mark = (last.line + 1, last.hash) if last else (0, "")
        return Everything(line, mark, store.values_in_portions(self.tx, EntryKind.PDQ))


@dataclass(frozen=True)
class Indexed:
    """Compares pictures' hashes with every PDQ entry that stands, through the index."""

    tx: ReadTx

    @property
    def held(self) -> bool:
        """Tell whether any stands."""
        return store.any_standing(self.tx, EntryKind.PDQ)

    def match(self, hashes: Sequence[str], distance: int) -> list[list[Like]]:
        """Return for each hash every entry within the distance, nearest first.

        Raises ValueError for a hash that is none, or a distance above 63.
        """
        near = self._near(hashes, distance)
        ids = list({one.entry_id for found in near for one in found})
        entries = store.standing_with_ids(self.tx, ids) if ids else {}
        return [
            [Like(one.distance, entries[one.entry_id]) for one in found if one.entry_id in entries]
            for found in near
        ]

    def _near(self, hashes: Sequence[str], distance: int) -> list[list[Near]]:
        index = caught_up(self.tx)
        try:
            return index.match(hashes, distance)
        except IndexDamaged:
            return caught_up(self.tx).match(hashes, distance)  # it was made anew


def caught_up(tx: ReadTx) -> LiveIndex:
    """Return this process's index, brought to what the database says now."""
    index = tx.resources.index
    assert isinstance(index, LiveIndex), "the house was opened without an index"
    index.catch_up(Following(tx))
    return index
