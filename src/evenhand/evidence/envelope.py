"""Every object and identity has a key of its own, and that key is kept only wrapped.

AES-256-GCM with a fresh data key each; the data key is sealed by the keyring for one name. To
erase the content for good, wherever copies of it lie, it is enough to destroy the wrapped key.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from evenhand.kit.seal import NONCE_BYTES, Keyring, SealBroken

_KEY_BITS = 256


@dataclass(frozen=True, repr=False)
class Envelope:
    """Sealed content and its wrapped key. Either is useless without the other."""

    sealed: bytes
    sealed_key: bytes


def close(keys: Keyring, plain: bytes, *, purpose: str, name: str) -> Envelope:
    """Seal content under a fresh key that opens only for this purpose and name."""
    data_key = AESGCM.generate_key(_KEY_BITS)
    nonce = secrets.token_bytes(NONCE_BYTES)
    sealed = nonce + AESGCM(data_key).encrypt(nonce, plain, name.encode())
    return Envelope(sealed, keys.seal(data_key, purpose=purpose, context=name))


def open_envelope(keys: Keyring, envelope: Envelope, *, purpose: str, name: str) -> bytes:
    """Return the content. Raises SealBroken when a byte of it, its key or its name changed."""
    data_key = keys.open(envelope.sealed_key, purpose=purpose, context=name)
    nonce, body = envelope.sealed[:NONCE_BYTES], envelope.sealed[NONCE_BYTES:]
    try:
        return AESGCM(data_key).decrypt(nonce, body, name.encode())
    except (InvalidTag, ValueError) as why:
        raise SealBroken(f"cannot open what is sealed for {purpose}") from why
