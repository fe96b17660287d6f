"""Secrets at rest are sealed with AES-256-GCM under keys derived from one master key per purpose.

What is sealed for one purpose cannot be opened for another (HKDF, RFC 5869, with the purpose as
info), and the context (for example the row's id) is authenticated, so rows cannot be swapped.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

MASTER_KEY_BYTES = 32
NONCE_BYTES = 12


class SealBroken(Exception):
    """The sealed bytes were changed, cut, moved to another row, or sealed with another key."""


@dataclass(frozen=True, repr=False)
class Keyring:
    """The master key and what is derived from it. Never printed: `repr` shows nothing."""

    master: bytes
    _derived: dict[str, bytes] = field(default_factory=dict, compare=False)

    def __post_init__(self) -> None:
        """Refuse a key of the wrong length at start-up rather than at first use."""
        if len(self.master) != MASTER_KEY_BYTES:
            raise ValueError(f"the master key must be {MASTER_KEY_BYTES} bytes")

    def __repr__(self) -> str:
        """Say that there is a keyring, and nothing of what is on it."""
        return "Keyring(…)"

    def key(self, purpose: str) -> bytes:
        """Derive the 32-byte key of one purpose; purposes are few, so each is derived once."""
        found = self._derived.get(purpose)
        if found is None:
            info = b"evenhand/" + purpose.encode()
            found = HKDF(SHA256(), 32, salt=None, info=info).derive(self.master)
            self._derived[purpose] = found
        return found

    def seal(self, plain: bytes, *, purpose: str, context: str) -> bytes:
        """Encrypt bytes so that they open only for the same purpose and context."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        return nonce + AESGCM(self.key(purpose)).encrypt(nonce, plain, context.encode())

    def open(self, sealed: bytes, *, purpose: str, context: str) -> bytes:
        """Decrypt what `seal` made. Raises SealBroken when it is not exactly that."""
        try:
            return AESGCM(self.key(purpose)).decrypt(
                sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], context.encode()
            )
        except (InvalidTag, ValueError) as why:
            raise SealBroken(f"cannot open what is sealed for {purpose}") from why

    def mac(self, text: str, *, purpose: str) -> str:
        """Keyed SHA-256 of a text as hex: a lookup key that says nothing without the master."""
        return hmac.new(self.key(purpose), text.encode(), hashlib.sha256).hexdigest()
