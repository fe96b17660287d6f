"""The compiled inner loops of PDQ: the operator of one side, and its use on a plane of luma.

The published blur and sampling are one linear operator on each side. It is a narrow band, so each
sample is multiplied about three times in all, and only the 64 x 64 samples that are kept are ever
made. Sums run in 64-bit floating point, as in the plain reference, so that no bit depends on
which of the two was used.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from evenhand.kit.compiled import kernel

_SAMPLES = 64


@kernel("Tuple((int64[::1], float64[:, ::1]))(int64, int64, int64)")
def band(length: int, step: int, ahead: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Give, for each of 64 kept samples, the first block it rests on and the blocks' weights.

    A side is `length` pixels, seen as blocks of `step` pixels of which the first lacks `ahead`.
    """
    window = (length + 127) // 128
    front = (window + 2) // 2
    back = window - front
    blocks = (length + ahead + step - 1) // step
    first = np.empty(64, np.int64)
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
    return first, weights


@kernel(
    "float64[:, ::1](uint8[:, ::1], int64[::1], float64[:, ::1], int64[::1], float64[:, ::1])",
    "float64[:, ::1](Array(uint8, 2, 'C', readonly=True),"
    " int64[::1], float64[:, ::1], int64[::1], float64[:, ::1])",
)
def kept_samples(
    luma: NDArray[np.uint8],
    row_first: NDArray[np.int64],
    row_weights: NDArray[np.float64],
    column_first: NDArray[np.int64],
    column_weights: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Give the 64 x 64 plane: rows are summed along whole lines, then columns of the sums."""
    height, width = luma.shape
    line = np.empty(width, np.float64)
    kept = np.empty((_SAMPLES, _SAMPLES), np.float64)
    for row in range(_SAMPLES):
        line[:] = 0.0
        for tap in range(row_weights.shape[1]):
            weight = row_weights[row, tap]
            at = row_first[row] + tap
            if weight != 0.0 and at < height:
                for column in range(width):
                    line[column] += weight * luma[at, column]
        for column in range(_SAMPLES):
            begin, total = column_first[column], 0.0
            for tap in range(min(column_weights.shape[1], width - begin)):
                total += column_weights[column, tap] * line[begin + tap]
            kept[row, column] = total
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


@kernel(
    "int64(uint8[:, ::1], int64, float64)",
    "int64(Array(uint8, 2, 'C', readonly=True), int64, float64)",
)
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
    for row in range(height):
        strays = 0
        for column in range(width):
            if abs(int(luma[row, column]) - level) > apart:
                strays += 1
        if strays > share * width:
            return row
    return len(luma)
