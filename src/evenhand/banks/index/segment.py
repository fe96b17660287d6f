"""One immutable file of hashes with their tables, mapped into memory and shared by all processes.

All numbers are little-endian. The header is one page; the body follows without gaps:

=======  =====  ==========================================================================
 Offset  Bytes  What
=======  =====  ==========================================================================
      0      8  magic, ``EHINDEX`` and a line feed
      8      4  version of the format, 1
     12      4  bytes of the header, 4096
     16      8  n, how many hashes there are
     24      4  m, the number of chunks; 0 when there are no tables
     28      4  which permutation of bits was used, 1 (`layout.shuffle`)
     32      8  bytes of the body
     40     32  SHA-256 of the body
     72     32  SHA-256 of the header, taken with zeros in this place
    104      …  zeros to the end of the header
   4096   32 n  hashes, permuted, four words of 64 bits each
      …   16 n  ids of the entries, in the same order, as they are written in a UUID
      …    4 c  where the postings of each value of each chunk begin, c = `Plan.cells`
      …  4 m n  postings: for each chunk the rows, ordered by the chunk's value
=======  =====  ==========================================================================

Opening checks the header and the length; `verify` reads the whole body.
"""

from __future__ import annotations

import hashlib
import mmap
import os
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from evenhand.banks.index import layout
from evenhand.banks.index.errors import IndexDamaged

MAGIC: Final = b"EHINDEX\n"
VERSION: Final = 1
PERMUTATION: Final = 1
HEADER_BYTES: Final = 4_096
ID_BYTES: Final = 16
ROWS_MAX: Final = 2**32 - 1

_HEADER: Final = struct.Struct("<8sIIQIIQ32s32s")
_READ_BYTES: Final = 1 << 22

Hashes = NDArray[np.uint64]
Ids = NDArray[np.bytes_]


def body_bytes(count: int, chunks: int) -> int:
    """Return how long the body of a segment is."""
    tables = 4 * (layout.plan(chunks).cells + chunks * count) if chunks else 0
    return (layout.BYTES + ID_BYTES) * count + tables


@dataclass(frozen=True, eq=False)
class Segment:
    """An open segment. Its arrays cannot be written to, and live as long as it is referred to."""

    path: Path
    seal: str
    hashes: Hashes
    ids: Ids
    chunks: int
    cells: NDArray[np.uint32]
    postings: NDArray[np.uint32]

    @property
    def count(self) -> int:
        """Return how many hashes there are, withdrawn ones among them."""
        return len(self.ids)

    @property
    def bytes(self) -> int:
        """Return how long the file is."""
        return HEADER_BYTES + body_bytes(self.count, self.chunks)

    def find(self, asked: Hashes, distance: int, hits: Any) -> int:
        """Find every near hash; return how many, of which some may not have fitted into `hits`.

        Raises IndexDamaged when the tables point out of the file.
        """
        from evenhand.banks.index import kernels

        if not self.chunks or distance > layout.DISTANCE_EXACT_MAX:
            return kernels.scanned(self.hashes, asked, distance, hits)
        plan, probes = layout.plan(self.chunks), layout.probes(self.chunks, distance)
        chunks = (plan.first, plan.width, plan.table)
        found = kernels.looked_up(
            self.hashes,
            chunks,
            self.cells,
            self.postings,
            probes.masks,
            probes.at,
            asked,
            distance,
            hits,
        )
        if found < 0:
            raise IndexDamaged(self.path.name, "its tables point out of the file")
        return found

    def verify(self) -> None:
        """Read the whole file and compare it with its checksums. Raises IndexDamaged."""
        with self.path.open("rb") as file:
            header = _Header.read(file.read(HEADER_BYTES), self.path.name)
            summed = hashlib.sha256()
            while part := file.read(_READ_BYTES):
                summed.update(part)
        if header.seal != self.seal or summed.digest() != header.body:
            raise IndexDamaged(self.path.name, "its bytes are not those that were written")


@dataclass(frozen=True)
class _Header:
    """What the first page of a file says."""

    count: int
    chunks: int
    length: int
    body: bytes
    seal: str

    def write(self) -> bytes:
        """Return the page."""
        page = self._page(bytes(32))
        return self._page(hashlib.sha256(page).digest())

    def _page(self, seal: bytes) -> bytes:
        fields = (MAGIC, VERSION, HEADER_BYTES, self.count, self.chunks, PERMUTATION)
        return _HEADER.pack(*fields, self.length, self.body, seal).ljust(HEADER_BYTES, b"\0")

    @classmethod
    def read(cls, page: bytes, name: str) -> _Header:
        """Read the page. Raises IndexDamaged unless it is just as it was written."""
        if len(page) != HEADER_BYTES:
            raise IndexDamaged(name, "it has no whole header")
        *_, count, chunks, _, length, body, seal = _HEADER.unpack_from(page)
        header = cls(count, chunks, length, body, seal.hex())
        if header.write() != page:
            raise IndexDamaged(name, "its header is not one of this version, or is damaged")
        return header


def write(path: Path, hashes: Hashes, ids: Ids) -> Segment:
    """Write hashes (permuted) and the ids of their entries as a new file, durably, and open it.

    The file is there in whole or, after a crash, under a name that nobody reads.
    """
    from evenhand.banks.index import kernels

    count = len(ids)
    assert count <= ROWS_MAX, "rows are numbered with 32 bits"
    chunks = layout.chunks_for(count)
    parts: list[NDArray[Any]] = [np.ascontiguousarray(hashes), np.ascontiguousarray(ids)]
    if chunks:
        plan = layout.plan(chunks)
        cells = np.empty(plan.cells, np.uint32)
        postings = np.empty(chunks * count, np.uint32)
        kernels.built(parts[0], plan.first, plan.width, plan.table, cells, postings)
        parts += [cells, postings]
    summed = hashlib.sha256()
    fresh = path.with_suffix(".fresh")
    with fresh.open("wb") as file:
        file.write(bytes(HEADER_BYTES))
        for part in parts:
            little = part.astype(part.dtype.newbyteorder("<"), copy=False).view(np.uint8)
            summed.update(little.data)
            file.write(little.data)
        header = _Header(count, chunks, body_bytes(count, chunks), summed.digest(), "")
        file.seek(0)
        file.write(header.write())
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    return open_segment(path)


def open_segment(path: Path) -> Segment:
    """Map a segment into memory; its body is not read yet.

    Raises IndexDamaged when the header is wrong or the length is not what it says, and
    FileNotFoundError.
    """
    with path.open("rb") as file:
        header = _Header.read(file.read(HEADER_BYTES), path.name)
        length = os.fstat(file.fileno()).st_size
        known = header.chunks in {0, *range(8, 33)}
        if not known or header.length != body_bytes(header.count, header.chunks):
            raise IndexDamaged(path.name, "its header contradicts itself")
        if length != HEADER_BYTES + header.length:
            raise IndexDamaged(path.name, f"it has {length} bytes and not what its header says")
        mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    cells = layout.plan(header.chunks).cells if header.chunks else 0
    at = HEADER_BYTES
    sizes = (header.count * 4, header.count, cells, header.chunks * header.count)
    arrays = []
    for kind, size in zip(("<u8", f"S{ID_BYTES}", "<u4", "<u4"), sizes, strict=True):
        array = np.frombuffer(mapped, kind, size, at)
        arrays.append(array)
        at += array.nbytes
    hashes, ids, offsets, postings = arrays
    return Segment(path, header.seal, hashes.reshape(-1, 4), ids, header.chunks, offsets, postings)
