"""PDQ at the speed of decoding: the operator of `pdq.py`, applied by compiled code to any plane.

A plane may be decoded at a half, a quarter or an eighth: its samples are means of pixels, and the
operator of the full picture is summed over the same blocks, so that the answer stays the full
picture's. On a plane at full size every bit is that of the plain reference, and so it is for the
picture turned and mirrored: a mirrored picture is measured by applying the mirrored operator.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from evenhand.detection.signals.pdq import (
    QUALITY_MIN,
    SIDE_MIN,
    NoHashReason,
    NoPdqHash,
    PdqHash,
)
from evenhand.kit.luma import LumaPlane

_SAMPLES: Final = 64
_STRENGTHS: Final = 16
_BLANK_SPREAD_MIN: Final = 1.0  # grey levels, as in the reference
_STEPS_PER_POINT: Final = 90  # of quality


class Orientation(StrEnum):
    """What was done to the picture before it was hashed; turns are clockwise."""

    AS_IT_IS = "as_it_is"
    TURNED_90 = "turned_90"
    TURNED_180 = "turned_180"
    TURNED_270 = "turned_270"
    MIRRORED = "mirrored"
    FLIPPED = "flipped"
    TRANSPOSED = "transposed"
    TRANSVERSED = "transversed"


@dataclass(frozen=True, slots=True, eq=False)
class Orientations:
    """A picture's hash in each Orientation, in their order: 8 rows of 32 bytes; one quality."""

    bits: NDArray[np.uint8] = field(repr=False)
    quality: int

    @property
    def usable(self) -> bool:
        """True when the quality lets the hashes be compared."""
        return self.quality >= QUALITY_MIN


def pdq_of(plane: LumaPlane, *, enlarged: int = 1) -> PdqHash | NoPdqHash:
    """Hash a picture, as if each of its pixels were `enlarged` x `enlarged` of them.

    A blank or tiny picture has no hash. The published code samples small copies too coarsely to
    know them for copies: enlarged to about 1,024 pixels they are known.
    """
    found = _kept(plane, enlarged, turned=False)
    if isinstance(found, NoPdqHash):
        return found
    kept = found[0]
    bits = _packed((_COSINES @ kept @ _COSINES.T)[None])[0].tobytes().hex()
    return PdqHash(bits, _quality(kept))


def orientations_of(plane: LumaPlane, *, enlarged: int = 1) -> Orientations | NoPdqHash:
    """Hash a picture in all 8 orientations; what `pdq_of` says of it holds here too."""
    kept = _kept(plane, enlarged, turned=True)
    if isinstance(kept, NoPdqHash):
        return kept
    plain, mirror, flip, both = (_COSINES @ one @ _COSINES.T for one in kept)
    turned = np.stack([plain, flip.T, both, mirror.T, mirror, flip, plain.T, both.T])
    return Orientations(_packed(turned), _quality(kept[0]))


def _kept(plane: LumaPlane, enlarged: int, *, turned: bool) -> NDArray[np.float64] | NoPdqHash:
    """Give the 64 x 64 samples that are kept of a picture, or why there are none.

    First as it is; with `turned` also mirrored, flipped, and both.
    """
    from evenhand.detection.signals import pdq_kernels

    if min(plane.width, plane.height) < SIDE_MIN:
        return NoPdqHash(NoHashReason.TOO_SMALL)
    down, across = plane.samples.shape
    columns = _columns(plane.width, plane.step, plane.columns_ahead, across, enlarged, turned)
    made = [
        pdq_kernels.kept_samples(
            plane.samples,
            *_band(plane.height, plane.step, plane.rows_ahead, down, enlarged, flipped),
            *columns,
        )
        for flipped in ((False, True) if turned else (False,))
    ]
    kept = np.concatenate(made) if turned else made[0]
    if np.min(np.max(kept, axis=(1, 2)) - np.min(kept, axis=(1, 2))) < _BLANK_SPREAD_MIN:
        return NoPdqHash(NoHashReason.BLANK)
    return kept


def _quality(kept: NDArray[np.float64]) -> int:
    from evenhand.detection.signals import pdq_kernels

    return min(100, int(pdq_kernels.steps(kept)) // _STEPS_PER_POINT)


@functools.lru_cache(maxsize=64)  # at most 160 kB each
def _band(
    length: int,
    step: int,
    ahead: int,
    blocks: int,
    enlarged: int,
    mirrored: bool,  # noqa: FBT001 - the cache wants its arguments by position
    /,
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
    """Give the operator of one side; mirrored, it measures the side from its other end."""
    from evenhand.detection.signals import pdq_kernels

    if mirrored:
        ahead = blocks * step - length - ahead
    first, weights, unit = pdq_kernels.band(length * enlarged, step * enlarged, ahead * enlarged)
    if mirrored:
        first, weights = blocks - first - weights.shape[1], np.ascontiguousarray(weights[:, ::-1])
    return first, weights, unit


@functools.lru_cache(maxsize=32)  # at most 640 kB each
def _columns(
    length: int,
    step: int,
    ahead: int,
    blocks: int,
    enlarged: int,
    mirrored_too: bool,  # noqa: FBT001 - as above
    /,
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Give the operator of the columns tap by tap, as it is and mirrored."""
    from evenhand.detection.signals import pdq_kernels

    made = [
        pdq_kernels.by_tap(*_band(length, step, ahead, blocks, enlarged, mirrored)[:2], blocks)
        for mirrored in ((False, True) if mirrored_too else (False,))
    ]
    return np.stack([places for places, _ in made]), np.stack([shares for _, shares in made])


def _packed(strengths: NDArray[np.float64]) -> NDArray[np.uint8]:
    """Set a bit for each of 256 strengths above their lower median, highest index first."""
    flat = strengths.reshape(len(strengths), _STRENGTHS * _STRENGTHS)
    medians = np.partition(flat, 127, axis=1)[:, 127:128]
    return np.packbits((flat > medians)[:, ::-1], axis=1)


def _cosines() -> NDArray[np.float64]:
    """Give the 16 x 64 cosine transform of frequencies 1 to 16."""
    frequency = np.arange(1, _STRENGTHS + 1)[:, None]
    sample = np.arange(_SAMPLES)[None, :]
    turns = np.pi / (2 * _SAMPLES) * frequency * (2 * sample + 1)
    matrix: NDArray[np.float64] = np.sqrt(2 / _SAMPLES) * np.cos(turns)
    return matrix


_COSINES: Final = _cosines()
