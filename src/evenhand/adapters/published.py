"""A copy of the log on disk: a folder of tiles (C2SP tlog-tiles), or a file of lines."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from evenhand.ledger.checkpoint import size_said
from evenhand.ledger.merkle import HASH_BYTES
from evenhand.ledger.tiles import TILE_WIDTH, Tile, bundles_of, read_bundle, tiles_of

CHECKPOINT_FILE: Final = "checkpoint"


class CopyUnreadable(Exception):
    """What was named is no copy of a log; the message says what is missing."""


def open_copy(place: Path, checkpoint: Path | None) -> FolderCopy | LinesCopy:
    """Open a copy of the log: a folder is one of tiles, a file one of lines.

    Without a checkpoint named, the one in the folder or beside the file is taken. Raises
    CopyUnreadable.
    """
    folder = place.is_dir()
    beside = place / CHECKPOINT_FILE if folder else place.with_name(f"{place.name}.checkpoint")
    note = checkpoint or beside
    try:
        text = note.read_text(encoding="utf-8")
    except OSError as why:
        raise CopyUnreadable(
            f"{note} cannot be read ({why.strerror}). A copy needs its checkpoint: export it anew,"
            " or name the file with --checkpoint."
        ) from why
    except UnicodeDecodeError as why:
        raise CopyUnreadable(f"{note} is no checkpoint: it is no text.") from why
    if (size := size_said(text)) is None:
        raise CopyUnreadable(f"{note} is no checkpoint: its second line is a size.")
    if not folder and not place.is_file():
        raise CopyUnreadable(f"There is no copy of a log in {place}. Check the path.")
    return FolderCopy(place, text, size) if folder else LinesCopy(place, text)


class LinesCopy:
    """One line a line, as the portal gives it for download and the export writes it."""

    def __init__(self, file: Path, note: str) -> None:
        """Read from a file, with the checkpoint's note."""
        self._file, self._note = file, note

    def checkpoint(self) -> str:
        """Return the signed note."""
        return self._note

    def entries(self) -> Iterator[tuple[str, bytes | None]]:
        """Return each line; none has a tile."""
        with self._file.open(encoding="utf-8", errors="replace", newline="\n") as lines:
            for line in lines:
                yield line.rstrip("\n"), None

    def nodes(self) -> None:
        """Return nothing: no tiles came along."""


class FolderCopy:
    """Tiles and bundles under the names that tlog-tiles gives them; missing files are passed by."""

    def __init__(self, folder: Path, note: str, size: int) -> None:
        """Read from a folder, with the checkpoint's note and the size it speaks of."""
        self._folder, self._note = folder, note
        self._size = self._there(size)

    def checkpoint(self) -> str:
        """Return the signed note."""
        return self._note

    def entries(self) -> Iterator[tuple[str, bytes | None]]:
        """Return each line with the hash in its tile. Raises CopyUnreadable."""
        for bundle in bundles_of(self._size):
            content = self._read(bundle)
            tile = self._read(Tile(0, bundle.place, bundle.width))
            try:
                entries = read_bundle(content)
            except ValueError as why:
                raise CopyUnreadable(f"{bundle.path} is not a bundle of lines: {why}.") from why
            for at, entry in enumerate(entries):
                yield entry, tile[at * HASH_BYTES : (at + 1) * HASH_BYTES] or None

    def nodes(self) -> dict[tuple[int, int], bytes]:
        """Return every hash of the tiles above the lines."""
        found = {}
        for tile in tiles_of(self._size):
            if not tile.level:
                continue
            content = self._read(tile)
            for at in range(len(content) // HASH_BYTES):
                place = tile.place * TILE_WIDTH + at
                found[tile.level, place] = content[at * HASH_BYTES : (at + 1) * HASH_BYTES]
        return found

    def _there(self, size: int) -> int:
        """Return how many of so many lines can be here: whoever wrote the note may say anything."""
        if size == 0:
            return 0
        bundles = bundles_of(size)
        missing = (one.first for one in bundles if not (self._folder / one.path).exists())
        return next(missing, size)

    def _read(self, tile: Tile) -> bytes:
        try:
            return (self._folder / tile.path).read_bytes()
        except FileNotFoundError:
            return b""
        except OSError as why:
            raise CopyUnreadable(f"{tile.path} cannot be read: {why.strerror}.") from why
