"""What commands need besides the database, wired once at start and carried by every transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from evenhand.kit.seal import Keyring


class Blobs(Protocol):
    """A place for bytes under a name: a folder or a bucket. What is put there is already sealed."""

    def put(self, name: str, content: bytes) -> None:
        """Store the bytes durably under the name."""
        ...

    def get(self, name: str) -> bytes:
        """Return the bytes. Raises KeyError when there is nothing of that name."""
        ...

    def delete(self, name: str) -> None:
        """Forget the bytes; nothing happens when they are already gone."""
        ...


class CheckpointShelf(Protocol):
    """Keeps signed checkpoints apart from the rows they sign: the last one, and the published."""

    def latest(self) -> str | None:
        """Return the last kept checkpoint note, or None before the first."""
        ...

    def size(self) -> int:
        """Return the size of the tree that the kept checkpoint signs; 0 before the first."""
        ...

    def set_aside(self, *, beyond: int) -> int:
        """Put what signs more lines than that aside, for ever readable; return the kept size.

        Only after a restore from a backup: from here on a shorter tree may be kept.
        """
        ...

    def keep(self, note: str, *, size: int) -> None:
        """Keep a checkpoint if its tree is larger than the one kept; never an older one."""
        ...

    def publish(self, note: str, *, size: int) -> None:
        """Keep a checkpoint that was published, beside all that were."""
        ...

    def published(self) -> list[tuple[str, str]]:
        """Return the published checkpoints that were kept, each with a name."""
        ...

    def stamp(self, note: str, token: bytes) -> None:
        """Keep a time stamp beside the published checkpoint that it stamps."""
        ...

    def stamps(self) -> list[tuple[str, str, bytes]]:
        """Return the time stamps that were kept: each with a name and the note it stamps."""
        ...


class HashIndex(Protocol):
    """Listed hashes, found by nearness; the banks say how it is used."""

    def close(self) -> None:
        """Finish what was begun."""
        ...


class OutOfReach(Exception):
    """What is kept beside the database could not be asked, and says nothing about anything."""


@dataclass(frozen=True, slots=True)
class Tally:
    """One key of one counter, under a name that says nothing of either to whoever reads it.

    `mark` stands for the last rows that the database has of it, None before the first. Times are in
    microseconds since 1970; what is not later than `since` is over.
    """

    name: str
    mark: str | None
    since: int
    lasts: int


class Tallies(Protocol):
    """What counters have seen, kept beside the database so that counting takes no longer.

    Never the truth: each question names the last rows that the database has, and is answered only
    by what holds exactly those. Whoever asks holds the key's lock until the transaction has ended.
    """

    def add(self, tally: Tally, *, member: str | None, at: int, mark: str) -> int | None:
        """Take a member in and return how many there are, with it; None where rows are missing.

        `mark` stands for the rows there will be. Without a member nothing but the mark changes.
        Raises OutOfReach.
        """
        ...

    def with_one_more(self, tally: Tally, member: str | None) -> int | None:
        """Return how many there would be with a member, and take nothing in; None as with `add`.

        Raises OutOfReach.
        """
        ...

    def fill(self, tally: Tally, members: Iterable[tuple[str, int]]) -> None:
        """Put what the database has in the place of all that is held. Raises OutOfReach."""
        ...

    def answers(self) -> bool:
        """Tell whether it can be asked now."""
        ...

    def close(self) -> None:
        """Let go of every connection."""
        ...


@dataclass(frozen=True)
class NotToKeep:
    """Why a picture is not to be stored, in a sentence, and what was found in it.

    `found` is JSON data for the record; its `ids` hold nothing personal.
    """

    why: str
    found: Mapping[str, Any]


class Screen(Protocol):
    """Looks at pictures before they are stored, and says which of them are not to be."""

    def look(self, pictures: Sequence[bytes]) -> Sequence[NotToKeep | None]:
        """Return for each picture why it is not to be stored, or None."""
        ...


@dataclass(frozen=True)
class Service:
    """The online service that runs Evenhand, as people know it."""

    name: str
    public_url: str
    contact: str
    out_of_court: str
    judicial: str


@dataclass(frozen=True)
class Looking:
    """What the operator set about how media are read."""

    read_words: bool = False
    trusted_signers: str = ""  # the certificates' PEM text


@dataclass(frozen=True)
class Limits:
    """What the operator set for banks.

    `flood_accounts` is how many accounts an entry may match within an hour before it is
    quarantined (0: never), `search_days` how far back a new entry is searched for (0: not at all).
    """

    flood_accounts: int = 100
    search_days: int = 30


@dataclass(frozen=True)
class Resources:
    """What the house is wired with.

    `signer` is the key with which the ledger began. `index` holds pictures' hashes and `frames`
    those of films. `gate_seconds` is how long a first look may take, `adult_clause` the key of the
    clause that covers sexual material, as the operator named it, and `looking` how media are read.
    `timestamp_roots` are the certificates, as PEM, of authorities whose time stamps count.
    `tallies` keeps what counters saw beside the database, where the operator set that.
    `memory` is what a room keeps in this process from one transaction to the next, under a name of
    its own; it may be gone at any time.
    """

    keys: Keyring
    blobs: Blobs
    signer: Ed25519PrivateKey
    shelf: CheckpointShelf
    service: Service
    index: HashIndex
    frames: HashIndex
    screen: Screen
    gate_seconds: float
    adult_clause: str = ""
    looking: Looking = Looking()
    limits: Limits = field(default_factory=Limits)
    timestamp_roots: str = ""
    tallies: Tallies | None = None
    memory: dict[str, Any] = field(default_factory=dict)
