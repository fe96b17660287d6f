"""The log verifies under pymerkle, and under a reader written from RFC 6962 and C2SP alone.

Nothing of the ledger's own hashing, signing or proving is used here to check what it wrote.
"""

from __future__ import annotations

import base64
import hashlib
from typing import NamedTuple

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from pymerkle import InmemoryTree

from evenhand import ledger, transparency
from evenhand.bootstrap import House
from evenhand.db import Tx
from evenhand.ledger.append import append

LINES = 700
EARLIER = 300


def write(tx: Tx, count: int) -> None:
    """Append lines of which none is withheld."""
    for number in range(count):
        append(tx, "item.received", subject=f"s-{number}", actor="system", public={"ñ": number})


class Head(NamedTuple):
    """What a checkpoint signs."""

    size: int
    root: bytes


def opened(note: str, verifier_line: str) -> Head:
    """Read a C2SP signed note with a verifier key. Raises InvalidSignature."""
    name, key_hash, key = verifier_line.split("+", 2)
    raw = base64.b64decode(key)
    assert raw[0] == 1, "Ed25519"
    assert hashlib.sha256(name.encode() + b"\n" + raw).digest()[:4].hex() == key_hash
    text, signatures = note.split("\n\n")
    (signature,) = [line for line in signatures.splitlines() if line.startswith(f"— {name} ")]
    signed = base64.b64decode(signature.split(" ")[2])
    assert signed[:4].hex() == key_hash
    Ed25519PublicKey.from_public_bytes(raw[1:]).verify(signed[4:], text.encode() + b"\n")
    origin, size, root = text.split("\n")
    assert origin == name
    return Head(int(size), base64.b64decode(root))


def leaf(entry: bytes) -> bytes:
    """RFC 6962 §2.1: the hash of a leaf."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node(left: bytes, right: bytes) -> bytes:
    """RFC 6962 §2.1: the hash of a node."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def half(count: int) -> int:
    """RFC 6962 §2.1: the largest power of two smaller than n."""
    k = 1
    while k * 2 < count:
        k *= 2
    return k


def mth(leaves: list[bytes]) -> bytes:
    """RFC 6962 §2.1: the Merkle tree hash, over hashes of leaves."""
    if len(leaves) == 1:
        return leaves[0]
    k = half(len(leaves))
    return node(mth(leaves[:k]), mth(leaves[k:]))


def root_by(path: list[bytes], index: int, size: int, at: bytes) -> bytes:
    """Undo RFC 6962 §2.1.1: the root that an audit path gives for a leaf."""
    if size == 1:
        assert path == []
        return at
    k, sibling = half(size), path[-1]
    if index < k:
        return node(root_by(path[:-1], index, k, at), sibling)
    return node(sibling, root_by(path[:-1], index - k, size - k, at))


def subproof(first: int, leaves: list[bytes], *, whole: bool) -> list[bytes]:
    """RFC 6962 §2.1.2: SUBPROOF, over hashes of leaves."""
    if first == len(leaves):
        return [] if whole else [mth(leaves)]
    k = half(len(leaves))
    if first <= k:
        return [*subproof(first, leaves[:k], whole=whole), mth(leaves[k:])]
    return [*subproof(first - k, leaves[k:], whole=False), mth(leaves[:k])]


@pytest.fixture
def notes(house: House) -> list[str]:
    """Write a log in two parts; give the checkpoint after each."""
    house.do(write, EARLIER)
    earlier = str(house.ask(ledger.head))
    house.do(write, LINES - EARLIER)
    return [earlier, str(house.ask(ledger.head))]


class TestOthers:
    def test_come_to_the_signed_roots_and_to_the_same_proofs(
        self, house: House, notes: list[str]
    ) -> None:
        """Every line, the roots of both sizes, paths of lines, and the proof of growth."""
        key = house.ask(transparency.verifier_key)
        texts = [text.encode() for text in house.ask(lambda tx: list(transparency.export(tx)))]
        then, now = (opened(note, key) for note in notes)
        assert (then.size, now.size, len(texts)) == (EARLIER, LINES, LINES)
        theirs = InmemoryTree(algorithm="sha256")
        for text in texts[:EARLIER]:
            theirs.append_entry(text)
        assert theirs.get_root() == then.root
        for text in texts[EARLIER:]:
            theirs.append_entry(text)
        assert theirs.get_root() == now.root
        leaves = [leaf(text) for text in texts]
        assert (mth(leaves[:EARLIER]), mth(leaves)) == (then.root, now.root)
        for index in (0, 1, 255, 256, 299, 300, 511, 512, 698, 699):
            path = list(house.ask(ledger.prove, index).path)
            assert root_by(path, index, LINES, leaves[index]) == now.root
            proof = theirs.prove_inclusion(index + 1, LINES).serialize()["path"]
            assert [step.hex() for step in [leaves[index], *path]] == proof
        grown = house.ask(ledger.prove_since, EARLIER)
        assert list(grown.path) == subproof(EARLIER, leaves, whole=True)
        with pytest.raises(InvalidSignature):
            opened(notes[1].replace("\n700\n", "\n701\n"), key)

    def test_find_the_tiles_that_the_specification_names(
        self, house: House, notes: list[str]
    ) -> None:
        """As files: the checkpoint last, full tiles and partial ones, and nothing else."""
        with house.db.read() as tx:
            files = dict(transparency.files(tx))
        kinds = [f"tile/{kind}/{n}" for kind in (0, "entries") for n in ("000", "001", "002.p/188")]
        assert sorted(files) == sorted([*kinds, "tile/1/000.p/2", "checkpoint"])
        assert list(files)[-1] == "checkpoint"
        assert files["checkpoint"].decode() == notes[1]
        hashes = b"".join(files[f"tile/0/{n}"] for n in ("000", "001", "002.p/188"))
        leaves = [hashes[at : at + 32] for at in range(0, len(hashes), 32)]
        assert mth(leaves) == opened(notes[1], house.ask(transparency.verifier_key)).root
        assert files["tile/1/000.p/2"] == mth(leaves[:256]) + mth(leaves[256:512])
