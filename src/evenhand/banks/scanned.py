"""A few listed hashes against very many kept ones: the other way round than the index does it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from evenhand.banks.index.view import permuted, permuted_bytes

_HITS: Final = 4_096


class Scanned:
    """Hashes that are compared with others by reading all of them: for some thousands at most."""

    def __init__(self, values: Sequence[str]) -> None:
        """Take hashes of 64 hexadecimal characters. Raises ValueError for anything else."""
        self._hashes = permuted(values)

    def near_any(self, asked: NDArray[np.uint8], distance: int) -> list[int]:
        """Return the positions of those of many hashes, 32 bytes each, that are near to any."""
        from evenhand.banks.index import kernels

        if not len(asked) or not len(self._hashes):
            return []
        wanted = permuted_bytes(asked)
        room = _HITS
        while True:
            hits = (np.empty(room, np.int64), np.empty(room, np.int64), np.empty(room, np.int64))
            count = kernels.scanned(self._hashes, wanted, distance, hits)
            if count <= room:
                return [int(each) for each in np.unique(hits[0][:count])]
            room = count
