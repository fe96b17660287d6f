"""A proof is one JSON document that can be checked far from here, with the log's key alone."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from evenhand.cli.shell import Unreadable
from evenhand.ledger import CheckpointInvalid, Proof, checkpoint, merkle

_ED25519 = b"\x01"


@dataclass(frozen=True)
class Checked:
    """What the check of a proof found; `fault` None means that it holds."""

    index: int
    size: int
    key: str
    fault: str | None


def document(proof: Proof, verifier_key: str) -> dict[str, Any]:
    """Write a proof as JSON data: the line, its leaf, the path upwards, and what is signed."""
    return {
        "index": proof.index,
        "text": proof.text,
        "leaf": merkle.leaf_hash(proof.text.encode()).hex(),
        "size": proof.size,
        "path": [step.hex() for step in proof.path],
        "checkpoint": proof.checkpoint,
        "verifier_key": verifier_key,
    }


def check(data: Any, key: str | None) -> Checked:
    """Check a proof document. Raises Unreadable when it is not one."""
    try:
        index, size = int(data["index"]), int(data["size"])
        text, note = str(data["text"]), str(data["checkpoint"])
        path = [bytes.fromhex(step) for step in data["path"]]
        line = key or str(data["verifier_key"])
    except (KeyError, TypeError, ValueError) as why:
        raise Unreadable(
            "This is not a proof: it needs index, text, size, path, checkpoint and verifier_key,"
            " as `evenhand ledger prove --json` and the status page write them."
        ) from why
    fault = _fault(note, public_key(line), merkle.leaf_hash(text.encode()), index, size, path)
    return Checked(index, size, line, fault)


def public_key(line: str) -> Ed25519PublicKey:
    """Read a key in the signed-note format (name+hash+base64). Raises Unreadable."""
    try:
        raw = base64.b64decode(line.strip().split("+", 2)[2], validate=True)
        key = Ed25519PublicKey.from_public_bytes(raw.removeprefix(_ED25519))
    except (IndexError, ValueError, binascii.Error) as why:
        raise Unreadable("The key is not one: it looks like name+hash+base64.") from why
    if checkpoint.verifier_line(key) != line.strip():
        raise Unreadable("The key's name or hash does not fit the key. Copy the whole line.")
    return key


def _fault(
    note: str, key: Ed25519PublicKey, leaf: bytes, index: int, size: int, path: list[bytes]
) -> str | None:
    try:
        signed = checkpoint.read(note, key)
    except CheckpointInvalid as why:
        return f"its checkpoint cannot be trusted: {why}."
    if signed.size != size:
        return f"it is for a tree of {size} lines, and the checkpoint signs {signed.size}."
    if not merkle.included(leaf, index, size, path, signed.root):
        return "its line is not in the tree the checkpoint signs."
    return None
