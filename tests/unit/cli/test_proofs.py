"""A proof can be checked with the log's key alone, and any change to it is found."""

from __future__ import annotations

from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from evenhand.cli import proofs
from evenhand.cli.shell import Unreadable
from evenhand.ledger import Proof, checkpoint, merkle

KEY = Ed25519PrivateKey.from_private_bytes(b"k" * 32)
OTHER = Ed25519PrivateKey.from_private_bytes(b"o" * 32)
TEXTS = [f'{{"n":{n}}}' for n in range(5)]


def document(index: int = 3, key: Ed25519PrivateKey = KEY) -> dict[str, Any]:
    leaves = [merkle.leaf_hash(text.encode()) for text in TEXTS]
    note = checkpoint.sign(checkpoint.Checkpoint(5, merkle.root_of(leaves)), key)
    path = tuple(merkle.inclusion_path(index, leaves))
    proof = Proof(index, TEXTS[index], 5, path, note)
    return proofs.document(proof, checkpoint.verifier_line(key.public_key()))


class TestCheck:
    @pytest.mark.parametrize("index", range(5))
    def test_a_proof_holds(self, index: int) -> None:
        found = proofs.check(document(index), None)
        assert (found.index, found.size, found.fault) == (index, 5, None)

    @pytest.mark.parametrize(
        ("field", "value"),
        [("text", '{"n":9}'), ("index", 2), ("size", 4), ("path", []), ("checkpoint", "x")],
    )
    def test_a_changed_proof_does_not(self, field: str, value: Any) -> None:
        assert proofs.check(document() | {field: value}, None).fault is not None

    def test_another_logs_proof_does_not_hold_under_this_logs_key(self) -> None:
        ours = checkpoint.verifier_line(KEY.public_key())
        assert proofs.check(document(key=OTHER), None).fault is None
        assert proofs.check(document(key=OTHER), ours).fault is not None

    @pytest.mark.parametrize("data", [None, [], {}, {"index": "x"}, "text"])
    def test_what_is_no_proof_is_said_to_be_none(self, data: Any) -> None:
        with pytest.raises(Unreadable, match="not a proof"):
            proofs.check(data, None)

    @pytest.mark.parametrize("key", ["", "name+hash", "a+b+c", "a+00000000+" + "A" * 44])
    def test_what_is_no_key_is_said_to_be_none(self, key: str) -> None:
        with pytest.raises(Unreadable, match="key"):
            proofs.public_key(key)
