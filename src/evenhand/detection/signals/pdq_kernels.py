"""The compiled inner loops of PDQ: the operator of one side, and its use on a plane of luma.

The published blur and sampling are one linear operator on each side. It is a narrow band, so each
sample is multiplied about three times in all, and only the 64 x 64 samples that are kept are ever
made. Sums run in 64-bit floating point, as in the plain reference, or in whole numbers, so that no
bit depends on which of the two was used.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from evenhand.kit.compiled import kernel

_SAMPLES = 64
_WINDOW_WHOLE_MAX = 2_048
"""A window of 2,048 weighs 255 grey levels 2,048 x 2,048 times: 1,069,547,520, below 2^31."""


@kernel("Tuple((int64[::1], float64[:, ::1], float64[::1]))(int64, int64, int64)")
def band(
    length: int, step: int, ahead: int
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
    """Give, for each of 64 kept samples, the first block it rests on, and the blocks' weights.

    A side is `length` pixels, seen as blocks of `step` pixels of which the first lacks `ahead`.
    Third comes what makes a sample's weights whole numbers: 0 where an edge cuts its window.
    """
    window = (length + 127) // 128
    front = (window + 2) // 2
    back = window - front
    blocks = (length + ahead + step - 1) // step
    first = np.empty(64, np.int64)
    unit = np.zeros(64, np.float64)
    wide = 1
    for sample in range(64):
        centre = (2 * sample + 1) * length // 128
        low = max(0, max(0, centre - back) - back)
        high = min(length - 1, min(length - 1, centre + front - 1) + front - 1)
        first[sample] = (low + ahead) // step
        wide = max(wide, (high + ahead) // step + 1 - first[sample])
    weights = np.zeros((64, wide), np.float64)
    slope = np.zeros(2 * window + 6, np.float64)
    for sample in range(64):
        centre = (2 * sample + 1) * length // 128
        near, far = max(0, centre - back), min(length - 1, centre + front - 1)
        low, high = max(0, near - back), min(length - 1, far + front - 1)
        if high - low == 2 * (window - 1) and window <= _WINDOW_WHOLE_MAX:
            unit[sample] = window * window
        slope[:] = 0.0
        for at in range(near, far + 1):
            begin, end = max(0, at - back), min(length - 1, at + front - 1)
            share = 1.0 / (end - begin + 1)
            slope[begin - low] += share
            slope[end + 1 - low] -= share
        first[sample] = min(first[sample], max(0, blocks - wide))
        height = 0.0
        for at in range(low, high + 1):
            height += slope[at - low]
            weights[sample, (at + ahead) // step - first[sample]] += height / (far - near + 1)
    return first, weights, unit


@kernel(
    "Tuple((int64[:, ::1], float64[:, ::1]))(int64[::1], float64[:, ::1], int64)",
)
def by_tap(
    first: NDArray[np.int64], weights: NDArray[np.float64], blocks: int
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Lay a side's operator out tap by tap: for each of 64 samples which block, and its weight."""
    taps = weights.shape[1]
    places, shares = np.empty((taps, _SAMPLES), np.int64), np.empty((taps, _SAMPLES), np.float64)
    for sample in range(_SAMPLES):
        for tap in range(taps):
            places[tap, sample] = min(first[sample] + tap, blocks - 1)  # beyond it, weights are 0
            shares[tap, sample] = weights[sample, tap]
    return places, shares


_SUMMED = "float64({}, int64, int64[::1], float64[:, ::1], float64[::1], int32[::1], float64[::1])"
_KEPT = (
    "float64[:, :, ::1]({}, int64[::1], float64[:, ::1], float64[::1],"
    " int64[:, :, ::1], float64[:, :, ::1])"
)
_LUMA = ("uint8[:, ::1]", "Array(uint8, 2, 'C', readonly=True)")


@kernel(*(_SUMMED.format(luma) for luma in _LUMA))
def _summed(  # noqa: PLR0917 - compiled code takes arguments by position
    luma: NDArray[np.uint8],
    row: int,
    first: NDArray[np.int64],
    weights: NDArray[np.float64],
    unit: NDArray[np.float64],
    whole: NDArray[np.int32],
    sums: NDArray[np.float64],
) -> float:
    """Sum lines into one that is kept, and return how many times as large it is.

    Where its weights are whole numbers its sums are too, in 32 bits: exact, and twice as fast.
    """
    height, width = luma.shape
    whole[:] = 0
    sums[:] = 0.0
    for tap in range(weights.shape[1]):
        weight = weights[row, tap]
        at = first[row] + tap
        if weight == 0.0 or at >= height:
            continue
        line = luma[at]
        if unit[row] > 0.0:
            times = np.int32(np.rint(weight * unit[row]))
            for column in range(width):
                whole[column] = np.int32(whole[column] + np.int32(times * np.int32(line[column])))
        else:
            for column in range(width):
                sums[column] += weight * line[column]
    if unit[row] == 0.0:
        return 1.0
    for column in range(width):
        sums[column] = np.float64(whole[column])
    return unit[row]  # type: ignore[no-any-return]  # a float once it is compiled


@kernel(*(_KEPT.format(luma) for luma in _LUMA))
def kept_samples(
    luma: NDArray[np.uint8],
    first: NDArray[np.int64],
    weights: NDArray[np.float64],
    unit: NDArray[np.float64],
    places: NDArray[np.int64],
    shares: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Give a 64 x 64 plane for each way the columns are kept: lines are summed once for all."""
    width, ways, taps = luma.shape[1], places.shape[0], places.shape[1]
    whole, sums = np.empty(width, np.int32), np.empty(width, np.float64)
    kept = np.zeros((ways, _SAMPLES, _SAMPLES), np.float64)
    for row in range(_SAMPLES):
        scale = _summed(luma, row, first, weights, unit, whole, sums)
        for way in range(ways):
            out = kept[way, row]
            for tap in range(taps):
                place, share = places[way, tap], shares[way, tap]
                for column in range(_SAMPLES):
                    out[column] += share[column] * sums[np.uint64(place[column])]
            for column in range(_SAMPLES):
                out[column] /= scale
    return kept


@kernel("int64(float64[:, ::1])")
def steps(plane: NDArray[np.float64]) -> int:
    """Sum the steps between neighbours of the 64 x 64 plane, each cut to whole percents."""
    total = 0
    for row in range(_SAMPLES):
        for column in range(_SAMPLES):
            if row:
                total += int(abs((plane[row, column] - plane[row - 1, column]) * 100 / 255))
            if column:
                total += int(abs((plane[row, column] - plane[row, column - 1]) * 100 / 255))
    return total


@kernel("int64(Array(uint8, 2, 'A', readonly=True), int64, float64)")
def plain_rows(luma: NDArray[np.uint8], apart: int, share: float) -> int:
    """Count the rows from the top that are one grey: the first row's median.

    A row is, when at most `share` of its samples are more than `apart` levels away.
    """
    height, width = luma.shape
    counts = np.zeros(256, np.int64)
    for column in range(width):
        counts[luma[0, column]] += 1
    level, seen = 0, 0
    while level < 255 and 2 * (seen + counts[level]) < width:
        seen += counts[level]
        level += 1
    most = share * width
    for row in range(height):
        strays = 0
        for column in range(width):
            strays += abs(int(luma[row, column]) - level) > apart
            if strays > most:
                return row
    return len(luma)
