"""A proof can be checked with the log's key alone, and any change to it is found."""

from __future__ import annotations

from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from evenhand.cli import proofs
from evenhand.cli.shell import Unreadable
from evenhand.ledger import GrowthProof, Proof, checkpoint, merkle, tiles

KEY = Ed25519PrivateKey.from_private_bytes(b"k" * 32)
OTHER = Ed25519PrivateKey.from_private_bytes(b"o" * 32)
TEXTS = [f'{{"n":{n}}}' for n in range(5)]


def tree_of(leaves: list[bytes]) -> tiles.Tree:
    return tiles.Tree(len(leaves), lambda _, first, count: leaves[first : first + count])


def document(index: int = 3, key: Ed25519PrivateKey = KEY) -> dict[str, Any]:
    leaves = [merkle.leaf_hash(text.encode()) for text in TEXTS]
    note = checkpoint.sign(checkpoint.Checkpoint(5, merkle.root_of(leaves)), key)
    path = tuple(tree_of(leaves).inclusion_path(index))
    proof = Proof(index, TEXTS[index], 5, path, note)
    return proofs.document(proof, checkpoint.verifier_line(key.public_key()))


class TestCheck:
    @pytest.mark.parametrize("index", range(5))
    def test_a_proof_holds(self, index: int) -> None:
        found = proofs.check(document(index), [])
        assert (found.index, found.size, found.fault) == (index, 5, None)

    @pytest.mark.parametrize(
        ("field", "value"),
        [("text", '{"n":9}'), ("index", 2), ("size", 4), ("path", []), ("checkpoint", "x")],
    )
    def test_a_changed_proof_does_not(self, field: str, value: Any) -> None:
        assert proofs.check(document() | {field: value}, []).fault is not None

    def test_another_logs_proof_does_not_hold_under_this_logs_key(self) -> None:
        ours = checkpoint.verifier_line(KEY.public_key())
        assert proofs.check(document(key=OTHER), []).fault is None
        assert proofs.check(document(key=OTHER), [ours]).fault is not None

    @pytest.mark.parametrize("data", [None, [], {}, {"index": "x"}, "text"])
    def test_what_is_no_proof_is_said_to_be_none(self, data: Any) -> None:
        with pytest.raises(Unreadable, match="not a proof"):
            proofs.check(data, [])

    @pytest.mark.parametrize("key", ["", "name+hash", "a+b+c", "a+00000000+" + "A" * 44])
    def test_what_is_no_key_is_said_to_be_none(self, key: str) -> None:
        with pytest.raises(Unreadable, match="key"):
            proofs.public_key(key)


def signed(leaves: list[bytes], key: Ed25519PrivateKey = KEY) -> str:
    return checkpoint.sign(checkpoint.Checkpoint(len(leaves), merkle.root_of(leaves)), key)


def growth(first: int, leaves: list[bytes]) -> dict[str, Any]:
    tree = tree_of(leaves)
    path = tuple(tree.consistency_path(first))
    proof = GrowthProof(first, tree.root_at(first), len(leaves), path, signed(leaves))
    return proofs.growth_document(proof, checkpoint.verifier_line(KEY.public_key()))


class TestCheckGrowth:
    LEAVES = tuple(merkle.leaf_hash(text.encode()) for text in TEXTS)

    @pytest.mark.parametrize("first", range(1, 6))
    def test_a_log_that_only_grew_is_shown_to_have(self, first: int) -> None:
        leaves = list(self.LEAVES)
        for kept in (None, signed(leaves[:first])):
            found = proofs.check_growth(growth(first, leaves), [], kept)
            assert (found.first, found.size, found.fault) == (first, 5, None)
            assert found.against is (kept is not None)

    def test_a_log_that_was_rewritten_since_is_not_the_one_that_was_kept(self) -> None:
        """Two logs were signed, and whoever kept a checkpoint of the first can tell."""
        other = [merkle.leaf_hash(b"other"), *self.LEAVES[1:]]
        fault = proofs.check_growth(growth(3, other), [], signed(list(self.LEAVES[:3]))).fault
        assert fault is not None
        assert "two were signed" in fault

    @pytest.mark.parametrize(
        ("field", "value"), [("first", 2), ("size", 4), ("path", []), ("checkpoint", "x")]
    )
    def test_a_changed_proof_does_not_hold(self, field: str, value: Any) -> None:
        data = growth(3, list(self.LEAVES)) | {field: value}
        for kept in (None, signed(list(self.LEAVES[:3]))):
            assert proofs.check_growth(data, [], kept).fault is not None

    def test_a_checkpoint_of_another_key_is_nobodys_word(self) -> None:
        kept = signed(list(self.LEAVES[:3]), OTHER)
        fault = proofs.check_growth(growth(3, list(self.LEAVES)), [], kept).fault
        assert fault is not None
        assert "trusted" in fault

    @pytest.mark.parametrize("data", [{"first_root": "x"}, {"first": 1, "first_root": "zz"}])
    def test_what_is_no_proof_is_said_to_be_none(self, data: Any) -> None:
        assert proofs.is_growth(data)
        with pytest.raises(Unreadable, match="not a proof of growth"):
            proofs.check_growth(data, [], None)
