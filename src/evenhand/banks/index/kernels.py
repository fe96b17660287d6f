"""The compiled inner loops of the index: bits shuffled, tables built, neighbours found.

What lies in a file is never trusted to be in range: a damaged cell ends a search with -1 instead
of reading past the end. A search is bound by memory, not by arithmetic, so each place is asked
for some steps before it is needed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import numpy as np
from llvmlite import binding, ir
from numba.core import cgutils, types
from numba.extending import intrinsic
from numpy.typing import NDArray

from evenhand.kit.compiled import kernel

Bytes = NDArray[np.uint8]
Hashes = NDArray[np.uint64]
Words = NDArray[np.uint64]
Longs = NDArray[np.int64]
Cells = NDArray[np.uint32]
Chunks = tuple[Longs, Longs, Longs]
"""Of every chunk its first bit, its width, and where its table begins."""
Hits = tuple[Longs, Longs, Longs]
"""Room for what is found: the number of the query, the row, and how far they are apart."""

_AHEAD = 24  # how many probes before its use a cell is asked for
_PROBES = 256
_CANDIDATES = 1_024
_REMEMBERED = 16
_SCANNED = 32  # hashes at a time: they stay near while every query is compared
_SCANNED_AHEAD = 8 * _SCANNED  # how many hashes before its use a block is asked for
_LINE_WORDS = 8  # of 64 bits in a cache line

_RO64 = "Array(uint64, 2, 'C', True)"
_RO32 = "Array(uint32, 1, 'C', True)"
_RO8 = "Array(uint8, 2, 'C', True)"
_LONGS = "int64[::1]"
_CHUNKS = _HITS = "UniTuple(int64[::1], 3)"


def _ones_of(_typing: Any, _word: Any) -> tuple[Any, Callable[..., Any]]:
    """Count the bits of a word that are set."""

    def generate(_context: Any, builder: Any, _signature: Any, args: Any) -> Any:
        return builder.ctpop(args[0])

    return types.uint64(types.uint64), generate


def _ask_for(_typing: Any, array: Any, _place: Any) -> tuple[Any, Callable[..., Any]]:
    """Ask for the cache line of an element, counted from the beginning of an array."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        made = context.make_array(signature.args[0])(context, builder, args[0])
        element = builder.bitcast(builder.gep(made.data, [args[1]]), cgutils.voidptr_t)
        kind = ir.FunctionType(ir.VoidType(), [cgutils.voidptr_t] + [ir.IntType(32)] * 3)
        prefetch = cast("Any", cgutils).get_or_insert_function(
            builder.module, kind, "llvm.prefetch.p0" if _opaque() else "llvm.prefetch.p0i8"
        )
        flags = [ir.Constant(ir.IntType(32), value) for value in (0, 3, 1)]
        builder.call(prefetch, [element, *flags])
        return context.get_dummy_value()

    return types.void(array, types.int64), generate


def _opaque() -> bool:
    """Tell whether this LLVM writes pointers without their type."""
    return bool(binding.llvm_version_info >= (17,))


_ones: Callable[[Any], Any] = cast("Any", intrinsic(_ones_of))
_ask: Callable[[Any, Any], None] = cast("Any", intrinsic(_ask_for))


@kernel(f"void({_RO8}, Array(uint64, 3, 'C', True), uint64[:, ::1])")
def shuffled(raw: Bytes, table: Hashes, out: Hashes) -> None:
    """Bring hashes as bytes into their permuted form, four words each."""
    for row in range(raw.shape[0]):
        a = b = c = d = np.uint64(0)
        for at in range(32):
            value = raw[row, at]
            a |= table[at, value, 0]
            b |= table[at, value, 1]
            c |= table[at, value, 2]
            d |= table[at, value, 3]
        out[row, 0], out[row, 1], out[row, 2], out[row, 3] = a, b, c, d


@kernel(f"int64({_RO64}, int64, {_RO64}, int64)")
def _apart(hashes: Hashes, row: int, asked: Hashes, each: int) -> int:
    """Count the bits in which a hash and a query differ."""
    return np.int64(  # type: ignore[return-value]  # an int once it is compiled
        _ones(hashes[row, 0] ^ asked[each, 0])
        + _ones(hashes[row, 1] ^ asked[each, 1])
        + _ones(hashes[row, 2] ^ asked[each, 2])
        + _ones(hashes[row, 3] ^ asked[each, 3])
    )


@kernel(f"int64(Array(uint64, 1, 'C', True), {_RO64}, int64)")
def _nearest(words: Words, asked: Hashes, each: int) -> int:
    """Return how far the nearest of some hashes is from a query, their words one after another.

    Nothing is decided on the way and nothing written, so that several are compared at a time.
    """
    a, b, c, d = asked[each, 0], asked[each, 1], asked[each, 2], asked[each, 3]
    least = np.int64(256)
    for row in range(words.shape[0] // 4):
        at = 4 * row
        near = _ones(words[at] ^ a) + _ones(words[at + 1] ^ b)
        least = min(least, np.int64(near + _ones(words[at + 2] ^ c) + _ones(words[at + 3] ^ d)))
    return least  # type: ignore[return-value]  # an int once it is compiled


@kernel(f"int64({_RO64}, {_RO64}, int64, {_HITS})")
def scanned(hashes: Hashes, asked: Hashes, distance: int, hits: Hits) -> int:
    """Find every near hash by reading all; return how many, of which some may not have fitted."""
    query, row, far = hits
    words = hashes.reshape(-1)
    count, found = hashes.shape[0], 0
    for begin in range(0, count, _SCANNED):
        end = min(count, begin + _SCANNED)
        ahead = 4 * (begin + _SCANNED_AHEAD)
        if ahead + 4 * _SCANNED <= words.shape[0]:
            for line in range(ahead, ahead + 4 * _SCANNED, _LINE_WORDS):
                _ask(words, line)
        for each in range(asked.shape[0]):
            if _nearest(words[4 * begin : 4 * end], asked, each) > distance:
                continue
            for at in range(begin, end):
                apart = _apart(hashes, at, asked, each)
                if apart <= distance:
                    if found < row.shape[0]:
                        query[found], row[found], far[found] = each, at, apart
                    found += 1
    return found


@kernel(f"void({_RO64}, int64[::1], int64[::1], int64[::1], uint32[::1], uint32[::1])")
def built(
    hashes: Hashes, first: Longs, width: Longs, table: Longs, cells: Cells, postings: Cells
) -> None:
    """Fill the table and the postings of every chunk by counting."""
    count = hashes.shape[0]
    for chunk in range(first.shape[0]):
        word, shift = first[chunk] >> 6, np.uint64(first[chunk] & 63)
        mask = np.uint64((1 << width[chunk]) - 1)
        split = (first[chunk] & 63) + width[chunk] > 64
        rest = np.uint64(64) - shift
        base, values = table[chunk], np.int64(1) << width[chunk]
        for value in range(values + 1):
            cells[base + value] = 0
        for row in range(count):
            key = hashes[row, word] >> shift
            if split:
                key |= hashes[row, word + 1] << rest
            cells[base + np.int64(key & mask) + 1] += np.uint32(1)
        for value in range(values):
            cells[base + value + 1] += cells[base + value]
        free = cells[base : base + values].copy()
        start = chunk * count
        for row in range(count):
            key = hashes[row, word] >> shift
            if split:
                key |= hashes[row, word + 1] << rest
            place = np.int64(key & mask)
            postings[start + np.int64(free[place])] = np.uint32(row)
            free[place] += np.uint32(1)


@kernel(f"int64({_RO32}, {_RO32}, {_RO32}, int64, int64, int64, int64, int64, {_LONGS}, {_LONGS})")
def _buckets(  # noqa: PLR0917 - compiled code takes arguments by position
    cells: Cells,
    postings: Cells,
    masks: Cells,
    begin: int,
    last: int,
    base: int,
    value: int,
    count: int,
    starts: Longs,
    lengths: Longs,
) -> int:
    """Look up a block of neighbours of a key; return how many are not empty, -1 when damaged."""
    buckets = 0
    for at in range(begin, min(last, begin + _PROBES)):
        if at + _AHEAD < last:
            _ask(cells, base + (value ^ np.int64(masks[at + _AHEAD])))
        cell = base + (value ^ np.int64(masks[at]))
        low, high = np.int64(cells[cell]), np.int64(cells[cell + 1])
        if low != high:
            if low > high or high > count:
                return -1
            starts[buckets], lengths[buckets] = low, high - low
            _ask(postings, low)
            buckets += 1
    return buckets


@kernel(f"int64({_RO64}, {_LONGS}, int64, {_RO64}, int64, int64, int64, {_HITS})")
def _compared(  # noqa: PLR0917 - compiled code takes arguments by position
    hashes: Hashes,
    rows: Longs,
    held: int,
    asked: Hashes,
    each: int,
    distance: int,
    found: int,
    hits: Hits,
) -> int:
    """Compare the candidates that are held; return how many are found by now.

    What was found through another table just before is left out, which is nearly always all.
    """
    query, row, far = hits
    for at in range(held):
        apart = _apart(hashes, rows[at], asked, each)
        if apart <= distance:
            again = False
            if found <= row.shape[0]:
                for before in range(max(0, found - _REMEMBERED), found):
                    again |= row[before] == rows[at] and query[before] == each
            if not again:
                if found < row.shape[0]:
                    query[found], row[found], far[found] = each, rows[at], apart
                found += 1
    return found


@kernel(f"int64({_RO64}, int64, int64, int64)")
def _key(asked: Hashes, each: int, first: int, width: int) -> int:
    """Cut a chunk out of a query."""
    word, within = first >> 6, first & 63
    key = asked[each, word] >> np.uint64(within)
    if within + width > 64:
        key |= asked[each, word + 1] << np.uint64(64 - within)
    return np.int64(key & np.uint64((1 << width) - 1))  # type: ignore[return-value]  # as above


@kernel(f"int64({_RO64}, {_CHUNKS}, {_RO32}, {_RO32}, {_RO32}, {_LONGS}, {_RO64}, int64, {_HITS})")
def looked_up(  # noqa: PLR0917 - compiled code takes arguments by position
    hashes: Hashes,
    chunks: Chunks,
    cells: Cells,
    postings: Cells,
    masks: Cells,
    probes: Longs,
    asked: Hashes,
    distance: int,
    hits: Hits,
) -> int:
    """Find every near hash through the tables, one and the same perhaps more than once.

    Returns how many were found, of which some may not have fitted, or -1 for damaged tables.
    """
    first, width, table = chunks
    count, found, held = hashes.shape[0], 0, 0
    starts, lengths = np.empty(_PROBES, np.int64), np.empty(_PROBES, np.int64)
    rows = np.empty(_CANDIDATES, np.int64)
    for each in range(asked.shape[0]):
        for chunk in range(first.shape[0]):
            value = _key(asked, each, first[chunk], width[chunk])
            base, last = table[chunk], probes[chunk + 1]
            posted = postings[chunk * count : (chunk + 1) * count]
            for at in range(probes[chunk], min(last, probes[chunk] + _AHEAD)):
                _ask(cells, base + (value ^ np.int64(masks[at])))
            for begin in range(probes[chunk], last, _PROBES):
                buckets = _buckets(
                    cells, posted, masks, begin, last, base, value, count, starts, lengths
                )
                if buckets < 0:
                    return -1
                for bucket in range(buckets):
                    for at in range(starts[bucket], starts[bucket] + lengths[bucket]):
                        candidate = np.int64(posted[at])
                        if candidate >= count:
                            return -1
                        _ask(hashes, 4 * candidate)
                        rows[held] = candidate
                        held += 1
                        if held == _CANDIDATES:
                            found = _compared(
                                hashes, rows, held, asked, each, distance, found, hits
                            )
                            held = 0
        found = _compared(hashes, rows, held, asked, each, distance, found, hits)
        held = 0
    return found
