"""RFC 6962 §2.1 Merkle trees: append with only the edge kept, roots, and both kinds of proof."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

HASH_BYTES = 32
EMPTY_ROOT = hashlib.sha256(b"").digest()


def leaf_hash(entry: bytes) -> bytes:
    """SHA-256 of 0x00 and the entry."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256 of 0x01 and both children."""
    return hashlib.sha256(b"\x01" + left + right).digest()


@dataclass(frozen=True)
class Edge:
    """The roots of the perfect subtrees along the right edge: all an append needs (log n)."""

    size: int = 0
    hashes: tuple[bytes, ...] = ()

    def append(self, leaf: bytes) -> Edge:
        """Return the edge after one more leaf hash."""
        hashes, node, size = list(self.hashes), leaf, self.size
        while size & 1:
            node = node_hash(hashes.pop(), node)
            size >>= 1
        return Edge(self.size + 1, (*hashes, node))

    def root(self) -> bytes:
        """Return the tree's root (MTH)."""
        node: bytes | None = None
        for part in reversed(self.hashes):
            node = part if node is None else node_hash(part, node)
        return EMPTY_ROOT if node is None else node


def _split(size: int) -> int:
    """Return the largest power of two smaller than the size."""
    return 1 << ((size - 1).bit_length() - 1)


def root_of(leaves: Sequence[bytes]) -> bytes:
    """Compute the root of a list of leaf hashes."""
    edge = Edge()
    for leaf in leaves:
        edge = edge.append(leaf)
    return edge.root()


def inclusion_path(index: int, leaves: Sequence[bytes]) -> list[bytes]:
    """RFC 6962 §2.1.1 audit path of one leaf. Raises IndexError outside the tree."""
    if not 0 <= index < len(leaves):
        raise IndexError(f"leaf {index} is not in a tree of {len(leaves)}")
    if len(leaves) == 1:
        return []
    k = _split(len(leaves))
    if index < k:
        return [*inclusion_path(index, leaves[:k]), root_of(leaves[k:])]
    return [*inclusion_path(index - k, leaves[k:]), root_of(leaves[:k])]


def included(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Check an audit path (RFC 9162 §2.1.3.2)."""
    if not 0 <= index < size:
        return False
    position, last, node = index, size - 1, leaf
    for sibling in path:
        if last == 0:
            return False
        if position & 1 or position == last:
            node = node_hash(sibling, node)
            while not position & 1 and position:
                position, last = position >> 1, last >> 1
        else:
            node = node_hash(node, sibling)
        position, last = position >> 1, last >> 1
    return last == 0 and node == root


def consistency_path(first: int, leaves: Sequence[bytes]) -> list[bytes]:
    """RFC 6962 §2.1.2 proof that a tree of `first` leaves is a prefix of this one."""
    if not 0 < first <= len(leaves):
        raise IndexError(f"a tree of {first} cannot be a prefix of one of {len(leaves)}")
    return _subproof(first, leaves, whole=True)


def _subproof(first: int, leaves: Sequence[bytes], *, whole: bool) -> list[bytes]:
    if first == len(leaves):
        return [] if whole else [root_of(leaves)]
    k = _split(len(leaves))
    if first <= k:
        return [*_subproof(first, leaves[:k], whole=whole), root_of(leaves[k:])]
    return [*_subproof(first - k, leaves[k:], whole=False), root_of(leaves[:k])]


def consistent(
    first: int, first_root: bytes, second: int, second_root: bytes, path: Sequence[bytes]
) -> bool:
    """Check a consistency proof (RFC 9162 §2.1.4.2)."""
    if first == second:
        return not path and first_root == second_root
    if not 0 < first < second or not path:
        return False
    proof = [first_root, *path] if first & (first - 1) == 0 else list(path)
    position, last = first - 1, second - 1
    while position & 1:
        position, last = position >> 1, last >> 1
    old = new = proof[0]
    for node in proof[1:]:
        if last == 0:
            return False
        if position & 1 or position == last:
            old, new = node_hash(node, old), node_hash(node, new)
            while not position & 1 and position:
                position, last = position >> 1, last >> 1
        else:
            new = node_hash(new, node)
        position, last = position >> 1, last >> 1
    return last == 0 and old == first_root and new == second_root
