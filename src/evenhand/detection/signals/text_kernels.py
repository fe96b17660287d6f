"""The compiled loops for texts: a signature's 128 numbers, and finding near ones among many.

What they compute is said in `evenhand.kit.text_likeness`, whose plain form they are compared with.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from evenhand.kit.compiled import kernel
from evenhand.kit.text_likeness import MIX_FIRST, MIX_SECOND, SLOTS

_FIRST = np.uint64(MIX_FIRST)
_SECOND = np.uint64(MIX_SECOND)
_FIVE_BYTES = np.uint64(0xFF_FFFF_FFFF)
_EIGHT, _SHIFT, _HALF = np.uint64(8), np.uint64(29), np.uint64(32)
_SPREAD = np.uint32(0x9E37_79B1)
_LOW, _HIGH = np.uint32(0xFFFF), np.uint32(0xFFFF_0000)
_READ = "Array(uint8, 1, 'C', readonly=True)"


@kernel(f"int64({_READ}, uint32[::1], uint32[::1], int64, uint16[::1])")
def sign(
    key: NDArray[np.uint8],
    factors: NDArray[np.uint32],
    terms: NDArray[np.uint32],
    enough: int,
    slots: NDArray[np.uint16],
) -> int:
    """Fill in the slots for a key; return how many different runs it has, up to `enough`."""
    least = np.full(SLOTS, 0xFFFF_FFFF, np.uint32)
    met = np.empty(enough, np.uint32)
    different = 0
    window = np.uint64(0)
    for at in range(len(key)):
        window = ((window << _EIGHT) | np.uint64(key[at])) & _FIVE_BYTES
        if at < 4:
            continue
        mixed = window * _FIRST
        mixed ^= mixed >> _SHIFT
        mixed *= _SECOND
        run = np.uint32(mixed >> _HALF)
        if different < enough:
            known = 0
            while known < different and met[known] != run:
                known += 1
            if known == different:
                met[different] = run
                different += 1
        for slot in range(SLOTS):
            least[slot] = min(least[slot], np.uint32(factors[slot] * run + terms[slot]))
    for slot in range(SLOTS):
        slots[slot] = np.uint16(least[slot] & np.uint32(0xFFFF))
    return different


@kernel("Tuple((uint32[:, ::1], uint32[:, ::1]))(uint32[:, ::1], int64)")
def filed(pairs: NDArray[np.uint32], bits: int) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    """File every row under each of its pairs: where each drawer begins, and the rows in order."""
    rows, bands = pairs.shape
    drawers = 1 << bits
    begins = np.zeros((bands, drawers + 1), np.uint32)
    in_order = np.empty((bands, rows), np.uint32)
    free = np.empty(drawers, np.int64)
    for band in range(bands):
        for row in range(rows):
            begins[band, (np.uint32(pairs[row, band] * _SPREAD) >> np.uint32(32 - bits)) + 1] += 1
        for drawer in range(drawers):
            begins[band, drawer + 1] += begins[band, drawer]
            free[drawer] = begins[band, drawer]
        for row in range(rows):
            chosen = np.uint32(pairs[row, band] * _SPREAD) >> np.uint32(32 - bits)
            in_order[band, free[chosen]] = row
            free[chosen] += 1
    return begins, in_order


@kernel("int64(uint32[:, ::1], uint32[:, ::1], uint32[:, ::1], uint32[::1], int64, int64[:, ::1])")
def near(
    pairs: NDArray[np.uint32],
    begins: NDArray[np.uint32],
    in_order: NDArray[np.uint32],
    asked: NDArray[np.uint32],
    equal_min: int,
    found: NDArray[np.int64],
) -> int:
    """Find the rows with at least `equal_min` slots equal to those asked for; return how many.

    `found` gets rows and their equal slots. What it has no room for is counted all the same.
    """
    rows, bands = pairs.shape
    shift = 32
    while (1 << (32 - shift)) < begins.shape[1] - 1:
        shift -= 1
    met = np.zeros((rows + 63) // 64, np.uint64)
    count = 0
    for band in range(bands):
        drawer = np.uint32(asked[band] * _SPREAD) >> np.uint32(shift)
        for place in range(begins[band, drawer], begins[band, drawer + 1]):
            row = in_order[band, place]
            mark = np.uint64(1) << np.uint64(row & np.uint32(63))
            if met[row >> np.uint32(6)] & mark:
                continue
            met[row >> np.uint32(6)] |= mark
            equal = 0
            for pair in range(bands):
                apart = pairs[row, pair] ^ asked[pair]
                equal += (apart & _LOW) == 0
                equal += (apart & _HIGH) == 0
            if equal >= equal_min:
                if count < len(found):
                    found[count, 0] = row
                    found[count, 1] = equal
                count += 1
    return count
