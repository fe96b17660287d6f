"""The exact signals: two files are the same file when their SHA-256, or their MD5, is the same.

MD5 is read because older lists have nothing else. Whoever wants to can make two files with one
MD5, so what it finds is worth less.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from evenhand.detection.signals.interface import Near, NotAValue

_HEX: Final = frozenset("0123456789abcdef")


def sha256_hex(data: bytes) -> str:
    """Give the SHA-256 of the bytes as 64 lower-case hex characters (FIPS 180-4)."""
    return hashlib.sha256(data).hexdigest()


@dataclass(frozen=True, slots=True)
class Exact:
    """Compares digests, written in hex, for being the same."""

    name: str
    digits: int
    version: str = "1"

    def normalised(self, value: str) -> str:
        """Return the digest in lower case. Raises NotAValue."""
        digest = value.strip().lower()
        if len(digest) != self.digits or not _HEX.issuperset(digest):
            raise NotAValue(f"A {self.name} is written as {self.digits} hexadecimal characters.")
        return digest

    def distance(self, listed: str, seen: str) -> float | None:
        """Return 0 when they are the same."""
        return 0.0 if listed == self.normalised(seen) else None

    def among(self, listed: Mapping[str, str]) -> ExactLookup:
        """Make digests, by id, ready for looking up. Raises NotAValue."""
        by_digest: dict[str, list[str]] = {}
        for id_, value in listed.items():
            by_digest.setdefault(self.normalised(value), []).append(id_)
        return ExactLookup(self, by_digest)


@dataclass(frozen=True, slots=True)
class ExactLookup:
    """Many digests, each with the ids under which it is listed."""

    signal: Exact
    by_digest: Mapping[str, list[str]]

    def near(self, seen: str) -> list[Near]:
        """Return what is listed with this digest. Raises NotAValue."""
        return sorted(
            Near(0.0, id_) for id_ in self.by_digest.get(self.signal.normalised(seen), ())
        )


SHA256: Final = Exact("sha256", 64)
MD5: Final = Exact("md5", 32)
