"""The log as everybody may have it: line by line, or in the tiles of transparency logs.

The working day of a member of staff is no spectacle, so lines about it are given as their hash
alone, and so is when checks were hidden in the queue; the tree can be rebuilt all the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO, Final

from evenhand import ledger
from evenhand.db import ReadTx
from evenhand.kit.canonical import canonical
from evenhand.ledger import tiles
from evenhand.ledger.tiles import Tile

#: Published as hashes.
WITHHELD: Final = frozenset(
    {
        "session.opened",
        "session.closed",
        "task.claimed",
        "task.released",
        "task.skipped",
        "task.escalated",
        "media.opened",
        "note.written",
        "page.viewed",
        "certificate.given",
        "certificate.taken",
        "course.begun",
        "course.ended",
        "calibration.begun",
        "calibration.ended",
        "staff.changed",
        # While a check waits, nothing may tell it from an ordinary task.
        "checks.planted",
    }
)


def entry(leaf: ledger.Leaf) -> str:
    """Return a line as it is published: its very text, or its place and hash where it is withheld.

    So is a line that is longer than an entry bundle can say (65,535 bytes): it has one form.
    """
    if leaf.type in WITHHELD or len(leaf.text.encode()) > tiles.ENTRY_BYTES_MAX:
        return canonical({"n": leaf.index, "leaf": leaf.hash.hex()})
    return leaf.text


def withheld(tx: ReadTx, size: int) -> int:
    """Count the lines of a log of this size of which only the hash is published."""
    long = ledger.too_long(tx, before=size, but=WITHHELD)
    return ledger.count_of(tx, WITHHELD, before=size) + sum(1 for _ in long)


def export(tx: ReadTx) -> Iterator[str]:
    """Give the whole log, one JSON text a line, in order: enough to rebuild the signed tree.

    A line is the very text whose RFC 6962 leaf hash is in the tree, except for what is withheld:
    of that, only `{"leaf": hex, "n": index}` is given.
    """
    return (entry(leaf) for leaf in ledger.leaves(tx))


def export_to(tx: ReadTx, out: IO[bytes]) -> int:
    """Write the export to a file, a line each; return how many lines there are."""
    lines = 0
    for text in export(tx):
        out.write(text.encode() + b"\n")
        lines += 1
    return lines


def files(tx: ReadTx) -> Iterator[tuple[str, bytes]]:
    """Give the whole log as files of C2SP tlog-tiles, each with its path; the checkpoint last.

    Any web server that serves them serves the log. Nothing is given of an empty log.
    """
    note, size = ledger.head(tx), ledger.size(tx)
    for bundle in tiles.bundles_of(size):
        under = ledger.leaves_from(tx, bundle.first, bundle.width)
        yield bundle.path, tiles.write_bundle([entry(leaf) for leaf in under])
        leaves = b"".join(leaf.hash for leaf in under)
        yield Tile(0, bundle.place, bundle.width).path, leaves
    for above in tiles.tiles_of(size):
        if above.level:
            hashes = ledger.hashes(tx, above.level, above.first, above.width)
            yield above.path, b"".join(hashes)
    if note is not None:
        yield "checkpoint", note.encode()


def tile(tx: ReadTx, wanted: Tile) -> bytes | None:
    """Return what C2SP tlog-tiles serves for a tile or entry bundle; None when it is not there.

    A partial tile is there as soon as the log is long enough for it, and stays.
    """
    if tiles.hashes_at(wanted.level or 0, ledger.size(tx)) < wanted.first + wanted.width:
        return None
    if wanted.level is None:
        found = ledger.leaves_from(tx, wanted.first, wanted.width)
        return tiles.write_bundle([entry(leaf) for leaf in found])
    return b"".join(ledger.hashes(tx, wanted.level, wanted.first, wanted.width))
