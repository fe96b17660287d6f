"""The tree in tiles of 256 hashes, as C2SP `tlog-tiles` cuts and names them, and proofs from them.

A proof reads at most two tiles of each level, so it costs about as much in a log of millions of
lines as in a short one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from evenhand.ledger.errors import TreeBroken
from evenhand.ledger.merkle import TILE_HEIGHT, node_hash, root_over

TILE_WIDTH: Final = 1 << TILE_HEIGHT
LEVEL_MAX: Final = 63
ENTRY_BYTES_MAX: Final = 0xFFFF  # an entry's length is written in two bytes
#: No log has 10**15 tiles; a longer number is not looked up.
_PLACE: Final = re.compile(r"(?:x[0-9]{3}/){0,4}[0-9]{3}")
_WIDTH: Final = re.compile(r"[1-9][0-9]{0,2}")

#: Reads hashes of one level: (level, first, count). Level 0 are the leaves.
Read = Callable[[int, int, int], list[bytes]]


@dataclass(frozen=True, order=True)
class Tile:
    """Up to 256 hashes of one level that stand side by side; `width` below 256 is a partial tile.

    With level None it is an entry bundle: the lines themselves, under the tile of level 0.
    """

    level: int | None
    place: int
    width: int = TILE_WIDTH

    @property
    def first(self) -> int:
        """The first hash of its level (or line of the log) that it holds."""
        return self.place * TILE_WIDTH

    @property
    def full(self) -> bool:
        """Tell whether nothing can be added to it."""
        return self.width == TILE_WIDTH

    @property
    def path(self) -> str:
        """The path that tlog-tiles gives it, from `tile/` on."""
        level = "entries" if self.level is None else str(self.level)
        partial = "" if self.full else f".p/{self.width}"
        return f"tile/{level}/{place_path(self.place)}{partial}"


def place_path(place: int) -> str:
    """Write a place in groups of three digits: 1234067 is x001/x234/067."""
    digits = f"{place:03d}"
    digits = digits.zfill(-(-len(digits) // 3) * 3)
    groups = [digits[at : at + 3] for at in range(0, len(digits), 3)]
    return "/".join([*(f"x{group}" for group in groups[:-1]), groups[-1]])


def read_path(path: str) -> Tile | None:
    """Read what comes after `tile/`, strictly: one tile has one path. None when it is no tile."""
    whose, _, rest = path.partition("/")
    where, partial, width = rest.partition(".p/")
    if not _PLACE.fullmatch(where) or (partial and not _WIDTH.fullmatch(width)):
        return None
    if whose != "entries" and not re.fullmatch(r"0|[1-9][0-9]?", whose):
        return None
    level = None if whose == "entries" else int(whose)
    place = int(where.replace("x", "").replace("/", ""))
    tile = Tile(level, place, int(width) if partial else TILE_WIDTH)
    fits = (level or 0) <= LEVEL_MAX and not (partial and tile.width >= TILE_WIDTH)
    return tile if fits and tile.path == f"tile/{path}" else None


def hashes_at(level: int, size: int) -> int:
    """Count the hashes that a level holds in a tree of this size (leaves)."""
    return size >> (TILE_HEIGHT * level)


def tiles_of(size: int) -> Iterator[Tile]:
    """Return every tile of a tree of this size, each level from the left."""
    level = 0
    while count := hashes_at(level, size):
        for place in range(-(-count // TILE_WIDTH)):
            yield Tile(level, place, min(TILE_WIDTH, count - place * TILE_WIDTH))
        level += 1


def bundles_of(size: int) -> Iterator[Tile]:
    """Return every entry bundle of a tree of this size, in order."""
    for place in range(-(-size // TILE_WIDTH)):
        yield Tile(None, place, min(TILE_WIDTH, size - place * TILE_WIDTH))


def fold(hashes: list[bytes]) -> bytes:
    """Return the root over hashes whose number is a power of two."""
    assert hashes, "nothing has no root"
    assert len(hashes) & (len(hashes) - 1) == 0, "only a perfect subtree is folded"
    while len(hashes) > 1:
        hashes = [
            node_hash(left, right) for left, right in zip(hashes[::2], hashes[1::2], strict=True)
        ]
    return hashes[0]


class Tree:
    """A tree of `size` leaves whose hashes are read as they are needed, each tile once.

    Raises TreeBroken when hashes that must be there are not.
    """

    def __init__(self, size: int, read: Read) -> None:
        """Take the size, and what reads hashes of a level."""
        self.size = size
        self._read = read
        self._tiles: dict[tuple[int, int], list[bytes]] = {}

    def root(self) -> bytes:
        """Return the tree's root."""
        return self._root_between(0, self.size)

    def root_at(self, size: int) -> bytes:
        """Return the root of the tree as it was with so many leaves."""
        return self._root_between(0, size)

    def inclusion_path(self, index: int) -> list[bytes]:
        """RFC 6962 §2.1.1 audit path of one leaf. Raises IndexError outside the tree."""
        if not 0 <= index < self.size:
            raise IndexError(f"leaf {index} is not in a tree of {self.size}")
        low, high, path = 0, self.size, []
        while high - low > 1:
            middle = low + _split(high - low)
            if index < middle:
                path.append(self._root_between(middle, high))
                high = middle
            else:
                path.append(self._root_between(low, middle))
                low = middle
        return path[::-1]

    def consistency_path(self, first: int) -> list[bytes]:
        """RFC 6962 §2.1.2 proof that a tree of `first` leaves is how this one begins.

        Raises IndexError when it is empty, or larger than this one.
        """
        if not 0 < first <= self.size:
            raise IndexError(f"a tree of {first} cannot be a prefix of one of {self.size}")
        low, high, path = 0, self.size, []
        while first < high:
            middle = low + _split(high - low)
            if first <= middle:
                path.append(self._root_between(middle, high))
                high = middle
            else:
                path.append(self._root_between(low, middle))
                low = middle
        if low:
            path.append(self._root_between(low, high))
        return path[::-1]

    def _root_between(self, low: int, high: int) -> bytes:
        """Return the root over leaves from `low` on until before `high`."""
        subtrees = []
        while low < high:
            height = (high - low).bit_length() - 1
            if low:
                height = min(height, (low & -low).bit_length() - 1)
            subtrees.append(self._perfect(height, low >> height))
            low += 1 << height
        return root_over(subtrees)

    def _perfect(self, height: int, place: int) -> bytes:
        """Return the root of a perfect subtree, folded from the level below or at its height."""
        level, above = divmod(height, TILE_HEIGHT)
        first, count = place << above, 1 << above
        tile = self._tile(level, first // TILE_WIDTH)
        at = first % TILE_WIDTH
        return fold(tile[at : at + count])

    def _tile(self, level: int, place: int) -> list[bytes]:
        if (found := self._tiles.get((level, place))) is None:
            first = place * TILE_WIDTH
            count = min(TILE_WIDTH, hashes_at(level, self.size) - first)
            found = self._tiles[level, place] = self._read(level, first, count)
            if len(found) != count:
                raise TreeBroken(
                    f"hashes {first} to {first + count - 1} of level {level} are not all there:"
                    " run ledger verify"
                )
        return found


def _split(size: int) -> int:
    """Return the largest power of two smaller than the size."""
    return 1 << ((size - 1).bit_length() - 1)


def write_bundle(entries: list[str]) -> bytes:
    """Write entries one after another, each behind its length in two bytes, the higher first."""
    texts = [entry.encode() for entry in entries]
    return b"".join(len(text).to_bytes(2, "big") + text for text in texts)


def read_bundle(content: bytes) -> list[str]:
    """Read what `write_bundle` wrote. Raises ValueError when it is cut or not text."""
    entries, at = [], 0
    while at < len(content):
        length = int.from_bytes(content[at : at + 2], "big")
        text = content[at + 2 : at + 2 + length]
        if len(text) != length:
            raise ValueError("the bundle is cut short")
        entries.append(text.decode("utf-8"))
        at += 2 + length
    return entries
