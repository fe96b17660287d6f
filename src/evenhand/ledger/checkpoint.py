"""A checkpoint is the tree's size and root, signed: C2SP `tlog-checkpoint` in a signed note.

Existing witnesses and verifiers can read it. The key hash is the first four bytes of
SHA-256(name, newline, 0x01, public key), as the signed-note format says for Ed25519.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from evenhand.ledger.errors import CheckpointInvalid

ORIGIN = "evenhand/ledger"
SIZE_DIGITS_MAX = 18
_ED25519 = b"\x01"


@dataclass(frozen=True)
class Checkpoint:
    """The size of the tree (leaves) and its root (32 bytes)."""

    size: int
    root: bytes

    def body(self) -> str:
        """Write the three lines that are signed."""
        return f"{ORIGIN}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"


def raw_public_key(key: Ed25519PublicKey) -> bytes:
    """Return the 32 bytes of a public key."""
    return key.public_bytes(Encoding.Raw, PublicFormat.Raw)


def _key_hash(key: Ed25519PublicKey) -> bytes:
    return hashlib.sha256(ORIGIN.encode() + b"\n" + _ED25519 + raw_public_key(key)).digest()[:4]


def verifier_line(key: Ed25519PublicKey) -> str:
    """Write the public key the way the note format publishes it: name+hash+base64."""
    text = base64.b64encode(_ED25519 + raw_public_key(key)).decode()
    return f"{ORIGIN}+{_key_hash(key).hex()}+{text}"


def sign(checkpoint: Checkpoint, key: Ed25519PrivateKey) -> str:
    """Write the signed note of a checkpoint."""
    body = checkpoint.body()
    signature = _key_hash(key.public_key()) + key.sign(body.encode())
    return f"{body}\n— {ORIGIN} {base64.b64encode(signature).decode()}\n"


def read(note: str, key: Ed25519PublicKey) -> Checkpoint:
    """Read a signed note. Raises CheckpointInvalid when it is cut, changed or another key's."""
    body, _, signatures = note.partition("\n\n")
    lines = body.split("\n")
    if len(lines) < 3 or lines[0] != ORIGIN:
        raise CheckpointInvalid("it is not a checkpoint of this ledger")
    for line in signatures.splitlines():
        try:
            dash, name, text = line.split(" ")
            signature = base64.b64decode(text, validate=True)
        except (ValueError, binascii.Error):
            continue
        if dash == "—" and name == ORIGIN and signature[:4] == _key_hash(key):
            try:
                key.verify(signature[4:], (body + "\n").encode())
                return Checkpoint(int(lines[1]), base64.b64decode(lines[2], validate=True))
            except (InvalidSignature, ValueError) as why:
                raise CheckpointInvalid("its signature does not fit its text") from why
    raise CheckpointInvalid("it has no signature by this ledger's key")


def size_said(note: str) -> int | None:
    """Return the size that a note speaks of, whether or not it can be trusted; None without one."""
    lines = note.split("\n", 2)
    said = lines[1] if len(lines) > 1 else ""
    return int(said) if said.isascii() and said.isdigit() and len(said) <= SIZE_DIGITS_MAX else None


def read_verifier_line(line: str) -> Ed25519PublicKey:
    """Read a public key as `verifier_line` writes it. Raises CheckpointInvalid."""
    try:
        raw = base64.b64decode(line.strip().split("+", 2)[2], validate=True)
        key = Ed25519PublicKey.from_public_bytes(raw.removeprefix(_ED25519))
    except (IndexError, ValueError, binascii.Error) as why:
        raise CheckpointInvalid("the key is not one: it looks like name+hash+base64") from why
    if verifier_line(key) != line.strip():
        raise CheckpointInvalid("the key's name or hash does not fit the key: copy the whole line")
    return key
