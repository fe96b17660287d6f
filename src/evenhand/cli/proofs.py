"""A proof is one JSON document that can be checked far from here, with the log's key alone."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from evenhand.cli.shell import Unreadable
from evenhand.ledger import (
    CheckpointInvalid,
    Committed,
    GrowthProof,
    Proof,
    checkpoint,
    commitment,
    merkle,
    signers,
)

if TYPE_CHECKING:
    from evenhand.bootstrap import House

Keys = Sequence[Ed25519PublicKey]


@dataclass(frozen=True)
class Checked:
    """What the check of a proof found; `fault` None means that it holds.

    `opened` is what the line commits to, where the proof brings it along and it is that.
    """

    index: int
    size: int
    key: str
    fault: str | None
    opened: str | None = None


@dataclass(frozen=True)
class GrowthChecked:
    """What the check of a proof of growth found; `fault` None means that it holds.

    `against` tells whether the smaller tree was one that somebody kept, and not only the file's.
    """

    first: int
    size: int
    key: str
    against: bool
    fault: str | None


def verifier_key(house: House) -> str:
    """Return the public key that checks the log's checkpoints now, in the signed-note format."""
    return checkpoint.verifier_line(house.ask(signers).current)


def document(proof: Proof, verifier_key: str, opened: Committed | None = None) -> dict[str, Any]:
    """Write a proof as JSON data: the line, its leaf, the path upwards, and what is signed.

    With `opened`, it also shows what the line commits to.
    """
    shown = {} if opened is None else {"content": opened.content, "salt": opened.salt.hex()}
    return {
        **({"opened": shown} if shown else {}),
        "index": proof.index,
        "text": proof.text,
        "leaf": merkle.leaf_hash(proof.text.encode()).hex(),
        "size": proof.size,
        "path": [step.hex() for step in proof.path],
        "checkpoint": proof.checkpoint,
        "verifier_key": verifier_key,
    }


def growth_document(proof: GrowthProof, verifier_key: str) -> dict[str, Any]:
    """Write a proof that the log only grew as JSON data."""
    return {
        "first": proof.first,
        "first_root": proof.first_root.hex(),
        "size": proof.size,
        "path": [step.hex() for step in proof.path],
        "checkpoint": proof.checkpoint,
        "verifier_key": verifier_key,
    }


def is_growth(data: Any) -> bool:
    """Tell a proof that the log only grew from a proof that holds a line."""
    return isinstance(data, dict) and "first_root" in data


def check_growth(data: Any, keys: Sequence[str], kept: str | None) -> GrowthChecked:
    """Check a proof of growth, against a checkpoint that somebody kept where there is one.

    Raises Unreadable when it is no such proof.
    """
    try:
        proof = GrowthProof(
            int(data["first"]),
            bytes.fromhex(data["first_root"]),
            int(data["size"]),
            tuple(bytes.fromhex(step) for step in data["path"]),
            str(data["checkpoint"]),
        )
        lines = keys or [str(data["verifier_key"])]
    except (KeyError, TypeError, ValueError) as why:
        raise Unreadable(
            "This is not a proof of growth: it needs first, first_root, size, path, checkpoint and"
            " verifier_key, as `evenhand ledger prove --since` writes them."
        ) from why
    fault = _growth_fault(proof, [public_key(line) for line in lines], kept)
    return GrowthChecked(proof.first, proof.size, lines[0], kept is not None, fault)


def check(data: Any, keys: Sequence[str]) -> Checked:
    """Check a proof document. Raises Unreadable when it is not one."""
    try:
        index, size = int(data["index"]), int(data["size"])
        text, note = str(data["text"]), str(data["checkpoint"])
        path = [bytes.fromhex(step) for step in data["path"]]
        lines = keys or [str(data["verifier_key"])]
        opened = data.get("opened")
        content = None if opened is None else str(opened["content"])
        salt = b"" if opened is None else bytes.fromhex(opened["salt"])
    except (KeyError, TypeError, ValueError, AttributeError) as why:
        raise Unreadable(
            "This is not a proof: it needs index, text, size, path, checkpoint and verifier_key,"
            " as `evenhand ledger prove --json` and the status page write them."
        ) from why
    trusted = [public_key(line) for line in lines]
    fault = _fault(note, trusted, merkle.leaf_hash(text.encode()), index, size, path)
    if fault is None and content is not None and _commitment_in(text) != commitment(content, salt):
        fault = "its line does not commit to what stands beside it."
    return Checked(index, size, lines[0], fault, None if fault else content)


def _commitment_in(text: str) -> str | None:
    try:
        said = json.loads(text)
    except ValueError:
        return None
    return said.get("commitment") if isinstance(said, dict) else None


def public_key(line: str) -> Ed25519PublicKey:
    """Read a key in the signed-note format (name+hash+base64). Raises Unreadable."""
    try:
        return checkpoint.read_verifier_line(line)
    except CheckpointInvalid as why:
        raise Unreadable(f"{str(why)[0].upper()}{str(why)[1:]}.") from why


def _fault(
    note: str,
    keys: Sequence[Ed25519PublicKey],
    leaf: bytes,
    index: int,
    size: int,
    path: list[bytes],
) -> str | None:
    try:
        signed = checkpoint.read(note, *keys)
    except CheckpointInvalid as why:
        return f"its checkpoint cannot be trusted: {why}."
    if signed.size != size:
        return f"it is for a tree of {size} lines, and the checkpoint signs {signed.size}."
    if not merkle.included(leaf, index, size, path, signed.root):
        return "its line is not in the tree the checkpoint signs."
    return None


def _growth_fault(
    proof: GrowthProof, keys: Sequence[Ed25519PublicKey], kept: str | None
) -> str | None:
    old = checkpoint.Checkpoint(proof.first, proof.first_root)
    try:
        signed = checkpoint.read(proof.checkpoint, *keys)
        old = old if kept is None else checkpoint.read(kept, *keys)
    except CheckpointInvalid as why:
        return f"a checkpoint cannot be trusted: {why}."
    if signed.size != proof.size:
        return f"it is for a tree of {proof.size} lines, and the checkpoint signs {signed.size}."
    if old.size != proof.first:
        return f"it begins at {proof.first} lines, and the checkpoint you kept signs {old.size}."
    if not merkle.consistent(old.size, old.root, signed.size, signed.root, proof.path):
        return f"the log does not begin with the {old.size} lines it once had: two were signed."
    return None
