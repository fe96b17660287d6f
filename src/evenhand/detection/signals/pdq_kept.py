"""All 8 hashes of a look, kept in half their room, bit for bit.

Turning a picture a quarter swaps rows and columns of its frequencies and leaves their median as it
is, so the hash of the turned picture has the same bits in other places. Four orientations are
therefore kept, and the other four made from them.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

Bits = NDArray[np.uint8]

KEPT_BYTES: Final = 128
_SIDE: Final = 16
HASH_BYTES: Final = 32
#: As it is, mirrored, flipped, both: by their place in `Orientation`.
_KEPT: Final = (0, 4, 5, 2)
#: Where each orientation comes from: which of those kept, and whether it is transposed.
_MADE: Final = (
    (0, False),
    (2, True),
    (3, False),
    (1, True),
    (1, False),
    (2, False),
    (0, True),
    (3, True),
)


def kept(bits: Bits) -> bytes:
    """Keep a look's 8 hashes of 32 bytes, in `Orientation`'s order, as 128 bytes."""
    return bits[list(_KEPT)].tobytes()


def kept_hashes(looks: bytes) -> Bits:
    """Return the four hashes of each kept look, 32 bytes each. Raises ValueError."""
    if len(looks) % KEPT_BYTES:
        raise ValueError("kept looks have 128 bytes each")
    return np.frombuffer(looks, np.uint8).reshape(-1, HASH_BYTES)


def transposed(bits: str) -> str:
    """Return a hash of 64 hex characters as it is when rows and columns are swapped.

    A kept look and a listed hash, and its transposed one, are as far apart as that hash and all 8
    orientations of the look: so nothing of the look has to be turned.
    """
    plane = np.unpackbits(np.frombuffer(bytes.fromhex(bits), np.uint8))[::-1]
    swapped = plane.reshape(_SIDE, _SIDE).T.reshape(-1)
    return np.packbits(swapped[::-1]).tobytes().hex()


def every_orientation(looks: bytes) -> Bits:
    """Return the hashes of kept looks, 8 rows of 32 bytes for each. Raises ValueError."""
    raw = kept_hashes(looks).reshape(-1, len(_KEPT), HASH_BYTES)
    count = len(raw)
    planes = np.unpackbits(raw, axis=2)[:, :, ::-1].reshape(count, len(_KEPT), _SIDE, _SIDE)
    made = [
        planes[:, at].transpose(0, 2, 1) if transposed else planes[:, at]
        for at, transposed in _MADE
    ]
    flat = np.stack(made, axis=1).reshape(count * len(_MADE), _SIDE * _SIDE)
    return np.packbits(flat[:, ::-1], axis=1)
