"""The compiled loop that films need: stored levels become a screen's, and fewer of them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from evenhand.kit.compiled import kernel


@kernel(
    "uint8[:, ::1](uint8[:, ::1], int64, uint8[::1])",
    "uint8[:, ::1](Array(uint8, 2, 'C', readonly=True), int64, uint8[::1])",
)
def means(samples: NDArray[np.uint8], step: int, table: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Give the mean of each `step` x `step` samples, looked up in a table.

    At the far edges it is the mean of those there are.
    """
    height, width = samples.shape
    down, across = (height + step - 1) // step, (width + step - 1) // step
    out = np.empty((down, across), np.uint8)
    line = np.empty(width, np.uint32)
    for row in range(down):
        top, bottom = row * step, min(height, (row + 1) * step)
        if step == 1:
            for column in range(width):
                out[row, column] = table[samples[row, column]]
            continue
        line[:] = 0
        for at in range(top, bottom):
            for column in range(width):
                line[column] += samples[at, column]
        whole = step * (bottom - top)
        half, share = np.uint32(whole // 2), np.float32(1.0 / whole)
        for column in range(width // step):
            total = half
            for inside in range(step):
                total += line[column * step + inside]
            out[row, column] = table[np.int64(np.float32(total) * share)]
        if width % step:
            rest = (bottom - top) * (width % step)
            total = np.uint32(rest // 2)
            for inside in range(width - width % step, width):
                total += line[inside]
            out[row, across - 1] = table[total // rest]
    return out
