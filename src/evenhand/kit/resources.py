"""What commands need besides the database, wired once at start and carried by every transaction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

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
    """Keeps the last signed checkpoint apart from the rows it signs."""

    def latest(self) -> str | None:
        """Return the last kept checkpoint note, or None before the first."""
        ...

    def size(self) -> int:
        """Return the size of the tree that the kept checkpoint signs; 0 before the first."""
        ...

    def set_aside(self) -> int:
        """Put the kept checkpoint aside, for ever readable, and return the size it signs.

        Only after a restore from a backup: from here on a shorter tree may be kept.
        """
        ...

    def keep(self, note: str, *, size: int) -> None:
        """Keep a checkpoint if its tree is larger than the one kept; never an older one."""
        ...


class HashIndex(Protocol):
    """Listed hashes, found by nearness; the banks say how it is used."""

    def close(self) -> None:
        """Finish what was begun."""
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
class Resources:
    """Keys, blobs, signing key, the checkpoint shelf, the service's public facts, the index."""

    keys: Keyring
    blobs: Blobs
    signer: Ed25519PrivateKey
    shelf: CheckpointShelf
    service: Service
    index: HashIndex
