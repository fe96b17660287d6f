"""What detectors compare with: every entry that matches now, each kind in the way that suits it.

Texts and links are few enough to be handed over whole. Likenesses go through the index, and exact
hashes are looked up, because a service may list millions of either. Each way has a plain reference
beside it that compares one by one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

from evenhand.banks.film_alike import FramesAlike
from evenhand.banks.model import EntryKind
from evenhand.banks.states import Polarity
from evenhand.banks.views import LiveEntry

LOOKED_UP: Final = frozenset({EntryKind.SHA256, EntryKind.MD5})
"""Kinds that are compared for being the same, and are too many to be handed over whole."""


@dataclass(frozen=True, slots=True)
class Like:
    """An entry that a picture's hash is like, and in how many of 256 bits they differ."""

    distance: int
    entry: LiveEntry


class Alike(Protocol):
    """What pictures are compared with by likeness: every PDQ entry that matches now."""

    @property
    def held(self) -> bool:
        """Tell whether there is any."""
        ...

    def match(self, hashes: Sequence[str], distance: int) -> list[list[Like]]:
        """Return for each hash every entry within the distance, nearest first."""
        ...


class Listed(Protocol):
    """What is compared for being the same: exact hashes; and what is known of any entry."""

    def held(self, kind: EntryKind) -> bool:
        """Tell whether any entry of a kind matches now."""
        ...

    def match(self, kind: EntryKind, values: Sequence[str]) -> list[LiveEntry]:
        """Return every entry of a kind that has one of these values, oldest first."""
        ...

    def every(self, kind: EntryKind) -> tuple[LiveEntry, ...]:
        """Return all entries of a kind, oldest first: slow where there are millions."""
        ...

    def fine_among(self, ids: Sequence[str]) -> dict[str, LiveEntry]:
        """Return those of some entries that say of something that it is known to be fine."""
        ...


@dataclass(frozen=True)
class OneByOne:
    """Compares with each entry in turn. Slow and plainly right: the index is tested against it."""

    entries: tuple[LiveEntry, ...] = ()

    @property
    def held(self) -> bool:
        """Tell whether there is any."""
        return bool(self.entries)

    def match(self, hashes: Sequence[str], distance: int) -> list[list[Like]]:
        """Return for each hash every entry within the distance, nearest first.

        Raises ValueError for a hash that is none.
        """
        return [self._near(int(each, 16), distance) for each in hashes]

    def _near(self, asked: int, distance: int) -> list[Like]:
        apart = [Like((asked ^ int(each.value, 16)).bit_count(), each) for each in self.entries]
        near = [like for like in apart if like.distance <= distance]
        return sorted(near, key=lambda like: (like.distance, like.entry.id))


@dataclass(frozen=True)
class InOneList:
    """Looks entries up in a list of them: the reference for what the database answers."""

    entries: tuple[LiveEntry, ...] = ()

    def held(self, kind: EntryKind) -> bool:
        """Tell whether there is any entry of a kind."""
        return any(entry.kind is kind for entry in self.entries)

    def match(self, kind: EntryKind, values: Sequence[str]) -> list[LiveEntry]:
        """Return every entry of a kind that has one of these values."""
        return [entry for entry in self.every(kind) if entry.value in values]

    def every(self, kind: EntryKind) -> tuple[LiveEntry, ...]:
        """Return all entries of a kind."""
        return tuple(entry for entry in self.entries if entry.kind is kind)

    def fine_among(self, ids: Sequence[str]) -> dict[str, LiveEntry]:
        """Return those of some entries that say that something is fine."""
        return {
            entry.id: entry
            for entry in self.entries
            if entry.id in ids and entry.polarity is Polarity.FINE
        }


@dataclass(frozen=True)
class Snapshot:
    """Every entry that matches at one instant.

    `entries` holds those that are handed over whole: all, unless `likeness` and `listed` say
    where hashes are looked up. `frames` is what films' frames are compared with, None when no
    film is listed at all.
    """

    entries: tuple[LiveEntry, ...] = ()
    likeness: Alike | None = field(default=None, compare=False)
    listed: Listed | None = field(default=None, compare=False)
    frames: FramesAlike | None = field(default=None, compare=False)

    @property
    def index(self) -> Alike:
        """Return what pictures are compared with by likeness."""
        return self.likeness or OneByOne(self.of_kind(EntryKind.PDQ))

    @property
    def exact(self) -> Listed:
        """Return what files are compared with for being the same."""
        return self.listed or InOneList(self.entries)

    def of_kind(self, kind: EntryKind) -> tuple[LiveEntry, ...]:
        """Return the entries of one kind, in the order they were added.

        Exact hashes may be many: ask `exact` for those that are wanted.
        """
        if self.listed is not None and kind in LOOKED_UP:
            return self.listed.every(kind)
        return tuple(entry for entry in self.entries if entry.kind is kind)
