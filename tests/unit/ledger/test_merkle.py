"""The tree is the one RFC 6962 describes, as another implementation agrees."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymerkle import InmemoryTree

from evenhand.ledger.merkle import (
    EMPTY_ROOT,
    Edge,
    consistent,
    included,
    leaf_hash,
    root_of,
)
from evenhand.ledger.tiles import Tree

#: The seven-leaf example tree used by Certificate Transparency implementations (RFC 6962 §2.1.3).
ENTRIES = [
    b"",
    b"\x00",
    b"\x10",
    b"\x20\x21",
    b"\x30\x31",
    b"\x40\x41\x42\x43",
    b"\x50\x51\x52\x53\x54\x55\x56\x57",
]
ROOT_OF_SEVEN = "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c"


def leaves(count: int) -> list[bytes]:
    """Make distinct leaf hashes."""
    return [leaf_hash(str(number).encode()) for number in range(count)]


def tree_of(hashes: list[bytes]) -> Tree:
    """Make the tree over so few leaves that it has one tile."""
    return Tree(len(hashes), lambda _, first, count: hashes[first : first + count])


class TestRootOf:
    """The root of a list of leaves."""

    def test_is_the_published_one_for_seven_leaves(self) -> None:
        """The vectors shared by Certificate Transparency implementations hold."""
        assert root_of([leaf_hash(entry) for entry in ENTRIES]).hex() == ROOT_OF_SEVEN

    def test_is_the_hash_of_nothing_for_an_empty_tree(self) -> None:
        """MTH({}) is SHA-256 of the empty string."""
        assert root_of([]) == EMPTY_ROOT == hashlib.sha256(b"").digest()

    @given(st.integers(1, 80))
    def test_agrees_with_pymerkle(self, count: int) -> None:
        """Another implementation computes the same root."""
        tree = InmemoryTree(algorithm="sha256")
        for number in range(count):
            tree.append_entry(str(number).encode())
        assert root_of(leaves(count)) == tree.get_root()


class TestEdge:
    """Appending with only the edge kept."""

    @given(st.integers(0, 200))
    def test_keeps_no_more_than_log_n_hashes(self, count: int) -> None:
        """One hash for each bit that is set in the size."""
        edge = Edge()
        for leaf in leaves(count):
            edge = edge.append(leaf)
        assert len(edge.hashes) == count.bit_count()


class TestIncluded:
    """Audit paths."""

    @given(st.integers(1, 64), st.data())
    def test_accepts_every_leaf_at_its_place_and_no_other(
        self, count: int, data: st.DataObject
    ) -> None:
        """A path proves one leaf at one index of one tree."""
        tree = leaves(count)
        index = data.draw(st.integers(0, count - 1))
        path, root = tree_of(tree).inclusion_path(index), root_of(tree)
        assert included(tree[index], index, count, path, root)
        assert not included(leaf_hash(b"another"), index, count, path, root)
        assert not included(tree[index], index, count, path, leaf_hash(b"root"))
        for other in range(count):
            if other != index:
                assert not included(tree[index], other, count, path, root)

    @given(st.integers(1, 64), st.data())
    def test_takes_the_path_that_pymerkle_takes(self, count: int, data: st.DataObject) -> None:
        """Hash for hash; pymerkle's own begins with the leaf, and counts leaves from one."""
        theirs = InmemoryTree(algorithm="sha256")
        for number in range(count):
            theirs.append_entry(str(number).encode())
        index = data.draw(st.integers(0, count - 1))
        path = theirs.prove_inclusion(index + 1, count).serialize()["path"]
        ours = tree_of(leaves(count)).inclusion_path(index)
        assert [leaves(count)[index], *ours] == [bytes.fromhex(step) for step in path]

    def test_raises_outside_the_tree(self) -> None:
        """There is no path for a leaf that is not there."""
        with pytest.raises(IndexError):
            tree_of(leaves(3)).inclusion_path(3)


class TestConsistent:
    """Proofs that a tree only grew."""

    @given(st.integers(1, 48), st.data())
    def test_accepts_every_prefix_and_no_fork(self, count: int, data: st.DataObject) -> None:
        """A smaller tree that is not a prefix is refused."""
        tree = leaves(count)
        first = data.draw(st.integers(1, count))
        path = tree_of(tree).consistency_path(first)
        assert consistent(first, root_of(tree[:first]), count, root_of(tree), path)
        forked = [*tree[: first - 1], leaf_hash(b"fork")]
        if first < count:
            assert not consistent(first, root_of(forked), count, root_of(tree), path)
