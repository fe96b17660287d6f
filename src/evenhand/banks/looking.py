"""The index follows the ledger: whoever looks sees what stood when their view began, or later.

Each line that tells of an entry is read once by each process, in order. What it tells is not
repeated from the line but read from the entry as it is now, so reading a line twice is harmless.
What changes with time or by a switch needs no line: it is read from the entries that were found.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from evenhand import ledger
from evenhand.banks import matching, store
from evenhand.banks.index import Changes, Everything, IndexDamaged, LiveIndex, Near
from evenhand.banks.matching import Current
from evenhand.banks.model import EntryKind
from evenhand.banks.snapshot import LOOKED_UP, Like
from evenhand.banks.views import LiveEntry
from evenhand.db import ReadTx
from evenhand.kit.clock import read_stamp

_ADDED: Final = "entry.added"
_IMPORTED: Final = "entries.imported"
_EXPIRED: Final = "entries.expired"
_WITHDRAWN: Final = "entry.withdrawn"
_TOLD: Final = (_ADDED, _IMPORTED, _EXPIRED, _WITHDRAWN)
_SWITCHED: Final = (
    "bank.created",
    "bank.changed",
    "entry.disabled",
    "entry.enabled",
)
_KEPT: Final = "banks.current"


@dataclass(frozen=True)
class Following:
    """The database, as the index of pictures needs it: one view of it."""

    tx: ReadTx
    kind: ClassVar[EntryKind] = EntryKind.PDQ

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
            if data.get("kind", self.kind) != self.kind:
                continue
            if one.leaf["type"] == _IMPORTED:
                between = (data["bank"], data["first"], data["last"])
                ids |= dict.fromkeys(matching.ids_between(self.tx, *between))
            elif one.leaf["type"] == _EXPIRED:
                at = read_stamp(one.leaf["at"])
                ids |= dict.fromkeys(store.ids_ended_at(self.tx, data["bank"], at))
            else:
                ids[one.leaf["subject"]] = None
        standing, gone = self.now(list(ids))
        return Changes(passed[-1].line + 1, passed[-1].hash, standing, gone)

    def everything(self) -> Everything:
        """Return every entry of the kind that stands."""
        last = ledger.last_passed(self.tx, _TOLD)
        line, mark = (last.line + 1, last.hash) if last else (0, "")
        return Everything(line, mark, self.portions())

    def now(self, ids: Sequence[str]) -> tuple[list[tuple[str, str]], list[str]]:
        """Return what some entries are now: rows (id, hash) that stand, and ids of those gone."""
        return matching.values_now(self.tx, self.kind, ids)

    def portions(self) -> Iterable[list[tuple[str, str]]]:
        """Return every row that stands, in portions."""
        return matching.values_in_portions(self.tx, self.kind)


@dataclass(frozen=True)
class Indexed:
    """Compares pictures' hashes with every PDQ entry that matches now, through the index."""

    tx: ReadTx

    @property
    def held(self) -> bool:
        """Tell whether there is any."""
        return EntryKind.PDQ in current(self.tx).held

    def match(self, hashes: Sequence[str], distance: int) -> list[list[Like]]:
        """Return for each hash every entry within the distance, nearest first.

        Raises ValueError for a hash that is none, or a distance above 63.
        """
        near = self.near(hashes, distance)
        ids = list({one.entry_id for found in near for one in found})
        entries = matching.standing_with_ids(self.tx, ids) if ids else {}
        return [
            [Like(one.distance, entries[one.entry_id]) for one in found if one.entry_id in entries]
            for found in near
        ]

    def near(self, hashes: Sequence[str], distance: int) -> list[list[Near]]:
        """Return the ids of entries that were not withdrawn, without asking how they stand now."""
        index = caught_up(self.tx)
        try:
            return index.match(hashes, distance)
        except IndexDamaged:
            return caught_up(self.tx).match(hashes, distance)  # it was made anew


def warm_up() -> None:
    """Load what a first search needs: compiling takes seconds on a machine that never did."""
    from evenhand.banks.index import kernels, layout

    assert kernels.looked_up is not None, "loading compiles"
    layout.shuffle()


@dataclass(frozen=True)
class LookedUp:
    """Looks exact hashes up in the database, which keeps them in order."""

    tx: ReadTx

    def held(self, kind: EntryKind) -> bool:
        """Tell whether any entry of a kind matches now."""
        return kind in current(self.tx).held

    def match(self, kind: EntryKind, values: Sequence[str]) -> list[LiveEntry]:
        """Return every entry of a kind that has one of these values, oldest first."""
        if kind in LOOKED_UP and not self.held(kind):
            return []
        return matching.with_values(self.tx, kind, values)

    def every(self, kind: EntryKind) -> tuple[LiveEntry, ...]:
        """Return all entries of a kind, oldest first: slow where there are millions."""
        return matching.every_standing(self.tx, kinds=[kind])

    def fine_among(self, ids: Sequence[str]) -> dict[str, LiveEntry]:
        """Return those of some entries that say of something that it is known to be fine."""
        if not ids or not current(self.tx).fine:
            return {}
        return matching.fine_with_ids(self.tx, ids)


def current(tx: ReadTx) -> Current:
    """Return what matches now but for hashes, read once for as long as nothing changes it.

    What changes it stands in the ledger, or is a time that was known when it was read.
    """
    kept: tuple[int, Current] | None = tx.resources.memory.get(_KEPT)
    if kept is not None:
        line, found = kept
        still = found.until is None or tx.now < found.until
        if still and not ledger.passed(tx, _TOLD + _SWITCHED, start=line):
            return found
    line, found = ledger.size(tx), matching.current(tx)
    tx.resources.memory[_KEPT] = line, found
    return found


def caught_up(tx: ReadTx) -> LiveIndex:
    """Return this process's index, brought to what the database says now."""
    index = tx.resources.index
    assert isinstance(index, LiveIndex), "the house was opened without an index"
    index.catch_up(Following(tx))
    return index
