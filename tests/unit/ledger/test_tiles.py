"""Tiles are cut and named as C2SP tlog-tiles says, and proofs from them are RFC 6962's."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evenhand.ledger import TreeBroken
from evenhand.ledger.merkle import Edge, consistent, included, leaf_hash, root_of
from evenhand.ledger.tiles import (
    Tile,
    Tree,
    bundles_of,
    place_path,
    read_bundle,
    read_path,
    tiles_of,
    write_bundle,
)

LEAVES = [leaf_hash(str(number).encode()) for number in range(1_100)]


def levels(count: int) -> dict[int, list[bytes]]:
    """Return the hashes of every level of a tree."""
    found = {0: LEAVES[:count]}
    for node in Edge().extend(found[0])[1]:
        at = found.setdefault(node.level, [])
        assert node.place == len(at)
        at.append(node.hash)
    return found


def tree(count: int, read: Callable[[int, int, int], None] | None = None) -> Tree:
    """Make a tree over the first leaves; `read` hears of what is read."""
    hashes = levels(count)

    def reading(level: int, first: int, number: int) -> list[bytes]:
        if read:
            read(level, first, number)
        return hashes[level][first : first + number]

    return Tree(count, reading)


def mth(leaves: list[bytes]) -> bytes:
    """MTH as RFC 6962 §2.1 defines it, and nothing cleverer."""
    if len(leaves) < 2:
        return leaves[0] if leaves else hashlib.sha256(b"").digest()
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return hashlib.sha256(b"\x01" + mth(leaves[:k]) + mth(leaves[k:])).digest()


class TestTree:
    @settings(max_examples=60)
    @given(st.integers(1, len(LEAVES)), st.data())
    def test_proves_every_leaf_and_every_beginning(self, count: int, data: st.DataObject) -> None:
        """Against roots that the definition gives."""
        found, root = tree(count), mth(LEAVES[:count])
        assert found.root() == root == root_of(LEAVES[:count])
        index = data.draw(st.integers(0, count - 1))
        assert included(LEAVES[index], index, count, found.inclusion_path(index), root)
        first = data.draw(st.integers(1, count))
        old, path = mth(LEAVES[:first]), found.consistency_path(first)
        assert found.root_at(first) == old
        assert consistent(first, old, count, root, path)
        if first < count:
            assert not consistent(first, mth([*LEAVES[: first - 1], b"?" * 32]), count, root, path)

    def test_reads_at_most_two_tiles_of_a_level_for_a_proof(self) -> None:
        """So it costs the logarithm of the length."""
        read: list[tuple[int, int]] = []
        tree(1_100, lambda level, first, _: read.append((level, first))).inclusion_path(300)
        assert sorted(read) == [(0, 256), (0, 1_024), (1, 0)]

    @pytest.mark.parametrize(("index", "first"), [(-1, 0), (10, 11)])
    def test_proves_nothing_that_is_not_there(self, index: int, first: int) -> None:
        with pytest.raises(IndexError):
            tree(10).inclusion_path(index)
        with pytest.raises(IndexError):
            tree(10).consistency_path(first)

    def test_says_that_hashes_are_missing(self) -> None:
        with pytest.raises(TreeBroken, match="ledger verify"):
            Tree(10, lambda *_: LEAVES[:4]).inclusion_path(7)


class TestTiles:
    def test_are_those_of_the_specification_for_seventy_thousand_leaves(self) -> None:
        """The example of C2SP tlog-tiles, and the one after it."""
        found = list(tiles_of(70_000))
        assert sum(tile.level == 0 and tile.full for tile in found) == 273
        assert [tile for tile in found if not tile.full or tile.level] == [
            Tile(0, 273, 112),
            Tile(1, 0),
            Tile(1, 1, 17),
            Tile(2, 0, 1),
        ]
        assert list(tiles_of(256)) == [Tile(0, 0), Tile(1, 0, 1)]
        assert list(tiles_of(0)) == list(bundles_of(0)) == []
        assert list(bundles_of(300)) == [Tile(None, 0), Tile(None, 1, 44)]

    def test_are_named_as_the_specification_says(self) -> None:
        assert place_path(1_234_067) == "x001/x234/067"
        assert Tile(1, 5, 8).path == "tile/1/005.p/8"
        assert Tile(None, 1_000).path == "tile/entries/x001/000"

    @given(st.none() | st.integers(0, 63), st.integers(0, 10**14), st.integers(1, 256))
    def test_are_found_under_their_names(self, level: int | None, place: int, width: int) -> None:
        tile = Tile(level, place, width)
        assert read_path(tile.path.removeprefix("tile/")) == tile

    @pytest.mark.parametrize(
        "path",
        [
            "", "0", "0/", "0/0", "00/000", "64/000", "-1/000", "0/x000/001", "0/x001000", "x/000",
            "0/000.p/", "0/000.p/0", "0/000.p/256", "0/000.p/08", "entries/000.p/1/2", "0/٠٠٠",
            "0/x999/x999/x999/x999/x999/999", "entries", "0/000/", "0/../000",
        ],
    )  # fmt: skip
    def test_have_no_other_names(self, path: str) -> None:
        assert read_path(path) is None


class TestBundles:
    @given(st.lists(st.text(max_size=300), max_size=20))
    def test_come_back_as_they_were(self, entries: list[str]) -> None:
        assert read_bundle(write_bundle(entries)) == entries

    def test_put_the_higher_byte_of_a_length_first(self) -> None:
        assert write_bundle(["a" * 258])[:3] == b"\x01\x02a"

    def test_are_refused_when_cut(self) -> None:
        with pytest.raises(ValueError, match="cut"):
            read_bundle(write_bundle(["line"])[:-1])
