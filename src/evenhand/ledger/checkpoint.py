"""A checkpoint is the tree's size and root, signed: C2SP `tlog-checkpoint` in a signed note.

Existing witnesses and verifiers can read it. The key hash is the first four bytes of
SHA-256(name, newline, 0x01, public key), as the signed-note format says for Ed25519.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from evenhand.ledger.errors import CheckpointInvalid

ORIGIN = "evenhand/ledger"
_SIZE = re.compile(r"0|[1-9][0-9]{0,17}")
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
    return _sign(checkpoint.body(), key)


def read(note: str, *keys: Ed25519PublicKey) -> Checkpoint:
    """Read a signed note that one of these keys signed.

    Raises CheckpointInvalid when it is cut, changed or another key's.
    """
    lines = note.partition("\n\n")[0].split("\n")
    size = size_said(note)
    if len(lines) < 3 or lines[0] != ORIGIN or size is None:
        raise CheckpointInvalid("it is not a checkpoint of this ledger")
    _check_signature(note, keys)
    try:
        return Checkpoint(size, base64.b64decode(lines[2], validate=True))
    except ValueError as why:
        raise CheckpointInvalid("its signature does not fit its text") from why


def endorse(new: Ed25519PublicKey, key: Ed25519PrivateKey) -> str:
    """Write the signed note by which a key hands the log on to the next one."""
    return _sign(_endorsed(new), key)


def check_endorsed(note: str, new: Ed25519PublicKey, key: Ed25519PublicKey) -> None:
    """Look whether a note by this key hands the log on to the new one. Raises CheckpointInvalid."""
    if not note.startswith(_endorsed(new) + "\n"):
        raise CheckpointInvalid("the note does not name the new key")
    _check_signature(note, (key,))


def _endorsed(new: Ed25519PublicKey) -> str:
    """Write what is signed: its first line is no log's origin, so it is never a checkpoint."""
    return f"{ORIGIN} next key\n{verifier_line(new)}\n"


def _sign(body: str, key: Ed25519PrivateKey) -> str:
    signature = _key_hash(key.public_key()) + key.sign(body.encode())
    return f"{body}\n— {ORIGIN} {base64.b64encode(signature).decode()}\n"


def _check_signature(note: str, keys: Sequence[Ed25519PublicKey]) -> None:
    body, _, signatures = note.partition("\n\n")
    by_hash = {_key_hash(key): key for key in keys}
    for line in signatures.splitlines():
        try:
            dash, name, text = line.split(" ")
            signature = base64.b64decode(text, validate=True)
        except (ValueError, binascii.Error):
            continue
        key = by_hash.get(signature[:4])
        if dash == "—" and name == ORIGIN and key is not None:
            try:
                key.verify(signature[4:], (body + "\n").encode())
            except InvalidSignature as why:
                raise CheckpointInvalid("its signature does not fit its text") from why
            return
    raise CheckpointInvalid("it has no signature by this ledger's key")


@dataclass(frozen=True)
class Signers:
    """The keys that sign the log, one after another, and the lines that put the later in force.

    A key is in force for every checkpoint that covers its line.
    """

    keys: tuple[Ed25519PublicKey, ...]
    lines: tuple[int, ...] = ()

    def at(self, size: int) -> Ed25519PublicKey:
        """Return the key that signs a log of this size."""
        return self.keys[bisect_left(self.lines, size)]

    @property
    def current(self) -> Ed25519PublicKey:
        """The key that signs now."""
        return self.keys[-1]


def size_said(note: str) -> int | None:
    """Return the size that a note speaks of, whether or not it can be trusted; None without one."""
    lines = note.split("\n", 2)
    said = lines[1] if len(lines) > 1 else ""
    return int(said) if _SIZE.fullmatch(said) else None


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
