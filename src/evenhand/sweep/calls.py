"""What a detector asked the index of known pictures about a file is kept, and asked anew later.

Opening a picture is most of the work of looking at it. As long as the same questions get the
same answers, the detector would say the same of it, so a file whose answers did not change needs no
look when the banks do. One whose answers changed is opened again: nothing is concluded here.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from evenhand.banks import Alike, EntryKind, Like, LiveEntry, Polarity, Snapshot

VERSION: Final = 1
DIGESTS: Final = ("sha256", "md5")
"""Kinds of entry that list a file's exact bytes."""

_HASH_BYTES: Final = 32

Matched = tuple[tuple[int, str], ...]
"""Every distance and entry that came of a file's questions, in order."""


@dataclass(frozen=True)
class Calls:
    """The questions that were asked about a file, what came of them, and of its exact bytes."""

    asked: tuple[tuple[int, tuple[str, ...]], ...] = ()
    matched: Matched = ()
    same: tuple[str, ...] = ()
    held: bool = False

    def write(self) -> bytes:
        """Write it down: about 300 bytes for an ordinary picture in which nothing was found."""
        said = {
            "v": VERSION,
            "calls": [[distance, len(hashes)] for distance, hashes in self.asked],
            "matched": [list(each) for each in self.matched],
            "same": list(self.same),
            "held": self.held,
        }
        hashes = b"".join(bytes.fromhex(one) for _, each in self.asked for one in each)
        return json.dumps(said, separators=(",", ":")).encode() + b"\n" + hashes

    @classmethod
    def read(cls, content: bytes) -> Calls | None:
        """Read what was written, or None when it is of another version."""
        head, _, rest = content.partition(b"\n")
        said = json.loads(head)
        if said["v"] != VERSION:
            return None
        asked, at = [], 0
        for distance, count in said["calls"]:
            hashes = [
                rest[at + one * _HASH_BYTES : at + (one + 1) * _HASH_BYTES].hex()
                for one in range(count)
            ]
            asked.append((distance, tuple(hashes)))
            at += count * _HASH_BYTES
        matched = tuple((distance, entry) for distance, entry in said["matched"])
        return cls(tuple(asked), matched, tuple(said["same"]), said["held"])

    def still(self, bank: Snapshot, exact: Exact, digests: Mapping[str, str]) -> bool:
        """Tell whether the same questions get the same answers.

        What films are asked is not kept: while any is listed, a picture is looked at again.
        """
        if bank.frames is not None and bank.frames.held:
            return False
        if self.held != bank.index.held or self.same != exact.ids(digests):
            return False
        listening = Listening(bank.index)
        for distance, hashes in self.asked:
            listening.match(hashes, distance)
        return listening.matched() == self.matched


class Exact:
    """The entries that list exact bytes of what is harmful, by their value."""

    def __init__(self, bank: Snapshot) -> None:
        """Look them up in these banks."""
        self._listed = bank.exact

    @property
    def kinds(self) -> set[str]:
        """Return the kinds of digest that any entry lists."""
        return {kind for kind in DIGESTS if self._listed.held(EntryKind(kind))}

    def listed(self, digests: Mapping[str, str]) -> list[LiveEntry]:
        """Return the entries that list one of these digests."""
        return [
            entry
            for kind, value in digests.items()
            for entry in self._listed.match(EntryKind(kind), [value])
            if entry.polarity is Polarity.HARM
        ]

    def ids(self, digests: Mapping[str, str]) -> tuple[str, ...]:
        """Return the ids of those entries, in order."""
        return tuple(sorted(entry.id for entry in self.listed(digests)))


@dataclass
class Listening:
    """Stands before the index of known pictures, and writes down what it is asked."""

    index: Alike
    asked: list[tuple[int, tuple[str, ...]]] = field(default_factory=list)
    found: list[tuple[int, str]] = field(default_factory=list)

    @property
    def held(self) -> bool:
        """Tell whether any picture is listed."""
        return self.index.held

    def match(self, hashes: Sequence[str], distance: int) -> list[list[Like]]:
        """Ask the index, and remember it."""
        near = self.index.match(hashes, distance)
        self.asked.append((distance, tuple(hashes)))
        self.found += [(like.distance, like.entry.id) for each in near for like in each]
        return near

    def matched(self) -> Matched:
        """Return all that was answered so far."""
        return tuple(sorted(self.found))

    def before(self, bank: Snapshot) -> Snapshot:
        """Return the same banks, with this in front of the index."""
        return replace(bank, likeness=self)

    def calls(self, exact: Exact, digests: Mapping[str, str]) -> Calls:
        """Return what is to be kept of one file."""
        return Calls(tuple(self.asked), self.matched(), exact.ids(digests), self.held)
