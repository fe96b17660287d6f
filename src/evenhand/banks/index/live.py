"""The index as one process uses it: caught up before each look, merged in the background.

Any number of processes share a folder. One at a time publishes, under a lock; the others notice
the new manifest at their next look. The database is the truth: what the folder says is used only
as far as the ledger confirms it.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

import numpy as np
import structlog

from evenhand.banks.index import layout, manifest, segment
from evenhand.banks.index.errors import IndexDamaged
from evenhand.banks.index.manifest import Manifest
from evenhand.banks.index.view import Delta, View, dead, ids_of, permuted, sixteens

log = structlog.get_logger("evenhand.banks")

DELTA_MAX: Final = 8_192
GONE_MAX: Final = 10_000
_ABSORBED: Final = 2  # a merge takes in every segment up to twice as long as what it has by then
_TRIES: Final = 16


@dataclass(frozen=True, slots=True)
class Near:
    """An entry that stands, and in how many of 256 bits it differs from what was asked."""

    entry_id: str
    distance: int


@dataclass(frozen=True)
class Changes:
    """What the ledger tells after a line: entries that stand now (id, hash), and ones gone."""

    line: int
    mark: str
    standing: Sequence[tuple[str, str]]
    withdrawn: Sequence[str]


@dataclass(frozen=True)
class Everything:
    """Every entry that stands, in portions, and the line up to which that is known."""

    line: int
    mark: str
    portions: Iterable[Sequence[tuple[str, str]]]


class Source(Protocol):
    """The database, as the index needs it."""

    def confirms(self, line: int, mark: str) -> bool | None:
        """Tell whether the line before this one has this hash; None when it is not there."""
        ...

    def changes(self, line: int) -> Changes | None:
        """Return what the ledger tells from a line on, or None when that is nothing."""
        ...

    def everything(self) -> Everything:
        """Return every entry that stands."""
        ...


@dataclass(frozen=True)
class Stats:
    """How large the index is: hashes in segments and beside them, withdrawn ones, bytes."""

    line: int
    segments: tuple[int, ...]
    beside: int
    withdrawn: int
    bytes: int


class LiveIndex:
    """Hashes by entry. Safe to use from many threads; a search never waits for a merge."""

    def __init__(self, folder: Path, *, delta_max: int = DELTA_MAX) -> None:
        """Use a folder, made when the first segment is written. Nothing is opened yet."""
        self._folder = folder
        self._delta_max = delta_max
        self._view: View | None = None
        self._damaged = False
        self._verified: set[str] = set()
        self._changing = threading.Lock()
        self._merging: threading.Thread | None = None

    def match(self, hashes: Sequence[str], distance: int) -> list[list[Near]]:
        """Return for each hash (64 hex characters) every entry within the distance.

        Nearest first, and complete. Above DISTANCE_EXACT_MAX everything is read: for people who
        look at one picture, not for every item. Call `catch_up` before. Raises ValueError for
        what is no hash or a distance above DISTANCE_MAX, and IndexDamaged.
        """
        if not 0 <= distance <= layout.DISTANCE_MAX:
            raise ValueError(f"a distance is between 0 and {layout.DISTANCE_MAX}")
        view = self._view
        assert view is not None, "catch up before matching"
        if view.empty:
            return [[] for _ in hashes]
        try:
            found = view.find(permuted(hashes), distance)
        except IndexDamaged as why:
            self._damage(why)
            raise
        return [
            [Near(_written(entry), apart) for entry, apart in hits] if hits else []
            for hits in found
        ]

    def catch_up(self, source: Source) -> None:
        """Bring the index to what the database says now; make it anew if it has to be."""
        with self._changing:
            view = self._opened(source)
            if view is None:
                view = self._made(source)
            changes = source.changes(view.line)
            if changes is not None:
                view = view.later(
                    line=changes.line,
                    mark=changes.mark,
                    standing=changes.standing,
                    withdrawn=changes.withdrawn,
                )
            self._view = view
            if self._due(view) and (self._merging is None or not self._merging.is_alive()):
                self._merging = threading.Thread(
                    target=self._merge_later, name="index-merge", daemon=True
                )
                self._merging.start()

    def merge(self) -> bool:
        """Publish what came since, if that is much. False when it is not, or another one does."""
        view = self._view
        if view is None or not self._due(view):
            return False
        with manifest.locked(self._folder, wait=False) as ours:
            if not ours or manifest.stamp(self._folder) != view.stamp:
                return False
            taken = _absorbed(view)
            try:
                for each in taken:
                    each.verify()  # or what is damaged would be sealed as if it were sound
            except IndexDamaged as why:
                self._damage(why)
                return False
            self._publish(view, taken)
        return True

    def rebuild(self, source: Source) -> None:
        """Make the index anew from the database, whatever lies in the folder."""
        with self._changing:
            self._view = self._made(source, anyway=True)

    def verify(self, *, again: bool = True) -> list[str]:
        """Read every segment whole and return what is wrong; the next look then makes it anew.

        With `again` False, segments that this process verified before are taken as read.
        """
        wrong = []
        view = self._view
        for each in view.segments if view else ():
            if not again and each.seal in self._verified:
                continue
            try:
                each.verify()
                self._verified.add(each.seal)
            except FileNotFoundError:  # a merge took it in meanwhile
                continue
            except IndexDamaged as why:
                self._damage(why)
                wrong.append(str(why))
        return wrong

    def differences(self, source: Source) -> tuple[int, int]:
        """Count entries that stand and are not found here as they are, and ones here too many."""
        self.catch_up(source)
        view = self._view
        assert view is not None
        held = _rows(*view.standing())
        wanted = _rows(*_arrays(source.everything()))
        missing, over = np.setdiff1d(wanted, held), np.setdiff1d(held, wanted)
        return len(missing), len(over)

    def stats(self) -> Stats:
        """Say how large it is."""
        view = self._view or View(0, "")
        counts = tuple(each.count for each in view.segments)
        size = sum(each.bytes for each in view.segments)
        return Stats(view.line, counts, view.delta.count, len(view.gone), size)

    def close(self) -> None:
        """Wait for a merge that runs."""
        if self._merging is not None:
            self._merging.join()

    def _merge_later(self) -> None:
        try:
            self.merge()
        except OSError as error:  # a full disk: everything stays in memory, and it is tried again
            log.warning("index.merge_failed", error=type(error).__name__)

    def _damage(self, why: IndexDamaged) -> None:
        """Have the index made anew at the next look."""
        self._damaged = True
        log.error("index.damaged", file=why.name, why=why.why)

    def _due(self, view: View) -> bool:
        return view.delta.count > self._delta_max or len(view.gone) > GONE_MAX

    def _opened(self, source: Source) -> View | None:
        """Return the view to go on from: ours, or what was published since; None for neither."""
        stamp = manifest.stamp(self._folder)
        if self._damaged or (stamp is None and self._view is not None and self._view.stamp):
            return None
        if self._view is not None and self._view.stamp == stamp:
            return self._view
        try:
            found = self._published()
        except IndexDamaged as why:
            log.error("index.damaged", file=why.name, why=why.why)  # noqa: TRY400 - no fault of ours
            return None
        confirmed = None if found is None else source.confirms(found.line, found.mark)
        if confirmed:
            return found
        # A view of the database that began before the publication does not reach that far.
        return self._view if confirmed is None and found is not None else None

    def _published(self) -> View | None:
        """Open what the manifest names. Raises IndexDamaged."""
        known = {each.path.name: each for each in self._view.segments} if self._view else {}
        for _ in range(_TRIES):
            stamp = manifest.stamp(self._folder)
            found = manifest.load(self._folder)
            if stamp is None or found is None:
                return None
            try:
                parts = [
                    known.get(name) or segment.open_segment(self._folder / name)
                    for name, _ in found.segments
                ]
            except FileNotFoundError:  # a later manifest took its place meanwhile
                if manifest.stamp(self._folder) == stamp:
                    raise IndexDamaged(manifest.NAME, "it names a file that is gone") from None
                continue
            if manifest.stamp(self._folder) != stamp:
                continue
            if [each.seal for each in parts] != [seal for _, seal in found.segments]:
                raise IndexDamaged(manifest.NAME, "it names a file that is another")
            gone = frozenset(found.withdrawn)
            return View(found.line, found.mark, stamp, tuple(parts), gone=gone)
        raise IndexDamaged(manifest.NAME, "it did not stand still")

    def _made(self, source: Source, *, anyway: bool = False) -> View:
        """Make a view from the database; published when it is long, in memory when it is not."""
        read = source.everything()
        hashes, ids = _arrays(read)
        view = View(read.line, read.mark, delta=Delta().plus(hashes, ids))
        if len(ids) <= self._delta_max and manifest.stamp(self._folder) is None:
            return view
        with manifest.locked(self._folder, wait=True):
            if not anyway and not self._damaged:
                another = self._opened(source)
                if another is not None and another.stamp is not None:
                    return another
            self._publish(view, ())
        self._damaged = False
        made = self._published()
        assert made is not None, "it was published just now"
        log.info("index.made", entries=len(ids), line=read.line)
        return made

    def _publish(self, view: View, taken: Sequence[segment.Segment]) -> None:
        """Write what came since and the segments it takes in as one, and the new manifest."""
        parts = [*((each.hashes, each.ids) for each in taken), view.delta.live()]
        hashes = np.concatenate([each for each, _ in parts])
        ids = np.concatenate([each for _, each in parts])
        withdrawn = dead(ids, view.gone)
        gone = view.gone - set(sixteens(ids[withdrawn]))
        kept = [each for each in view.segments if each not in taken]
        if not withdrawn.all():
            name = f"{view.line:012x}-{secrets.token_hex(4)}{manifest.SEGMENT_SUFFIX}"
            made = segment.write(self._folder / name, hashes[~withdrawn], ids[~withdrawn])
            self._verified.add(made.seal)
            kept.append(made)
        named = tuple((each.path.name, each.seal) for each in kept)
        found = Manifest(view.line, view.mark, named, tuple(sorted(gone)) if kept else ())
        manifest.publish(self._folder, found)


def _absorbed(view: View) -> list[segment.Segment]:
    """Choose the segments that a merge takes in, in the order they were written.

    Each segment left is more than twice as long as what was put together, so that there are never
    many. When too much was withdrawn, all are taken in.
    """
    taken: list[segment.Segment] = []
    total = view.delta.count
    for each in sorted(view.segments, key=lambda one: one.count):
        if each.count > _ABSORBED * total and len(view.gone) <= GONE_MAX:
            break
        taken.append(each)
        total += each.count
    return sorted(taken, key=lambda one: one.path.name)


def _written(entry: bytes) -> str:
    """Write an id as `UUID` does, in a third of the time."""
    text = entry.hex()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def _arrays(read: Everything) -> tuple[segment.Hashes, segment.Ids]:
    """Bring entries into the index's own form, portion by portion."""
    hashes, ids = [np.empty((0, layout.WORDS), np.uint64)], [np.empty(0, "S16")]
    for portion in read.portions:
        hashes.append(permuted([value for _, value in portion]))
        ids.append(ids_of(entry for entry, _ in portion))
    return np.concatenate(hashes), np.concatenate(ids)


def _rows(hashes: segment.Hashes, ids: segment.Ids) -> segment.Ids:
    """Put each id and its hash into one value that can be compared."""
    rows = np.empty(len(ids), [("id", "S16"), ("hash", "S32")])
    rows["id"] = ids
    rows["hash"] = np.ascontiguousarray(hashes).view("S32").reshape(-1)
    return np.unique(rows.view("S48"))
