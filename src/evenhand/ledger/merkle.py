"""RFC 6962 §2.1 Merkle trees: hashes, append with only the edge kept, and checking proofs."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

HASH_BYTES: Final = 32
EMPTY_ROOT: Final = hashlib.sha256(b"").digest()
#: Nodes are kept at every eighth height, so that a tile holds 2**8 of them (C2SP tlog-tiles).
TILE_HEIGHT: Final = 8


class Node(NamedTuple):
    """The root of a perfect subtree of 256**level leaves; `place` counts them from the left."""

    level: int
    place: int
    hash: bytes


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
        return self.extend((leaf,))[0]

    def extend(self, leaves: Iterable[bytes]) -> tuple[Edge, list[Node]]:
        """Return the edge after these leaf hashes, and the nodes for tiles that they complete."""
        hashes, size, made = list(self.hashes), self.size, []
        for leaf in leaves:
            node, place, height = leaf, size, 0
            while place & 1:
                node = node_hash(hashes.pop(), node)
                place, height = place >> 1, height + 1
                if height % TILE_HEIGHT == 0:
                    made.append(Node(height // TILE_HEIGHT, place, node))
            hashes.append(node)
            size += 1
        return Edge(size, tuple(hashes)), made

    def root(self) -> bytes:
        """Return the tree's root (MTH)."""
        return root_over(self.hashes)


def root_over(subtrees: Sequence[bytes]) -> bytes:
    """Join the roots of perfect subtrees, the largest first, into the root over all of them."""
    node: bytes | None = None
    for part in reversed(subtrees):
        node = part if node is None else node_hash(part, node)
    return EMPTY_ROOT if node is None else node


def root_of(leaves: Iterable[bytes]) -> bytes:
    """Compute the root of a list of leaf hashes."""
    return Edge().extend(leaves)[0].root()


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
