"""PDQ, the field's shared perceptual hash, computed from a luma plane and from nothing else.

The published algorithm blurs the whole picture twice with a box and keeps 64 x 64 samples. Both
steps are linear and separable, so the 64 x 64 plane is `rows @ luma @ columns.T` with two fixed
64 x n matrices. That form gives the same bits as the published code (`pdqhash` 0.2.8) on the same
luma, and is the reference that any faster kernel is compared with.

Source: Facebook/Meta, "The TMK+PDQF Video-Hashing Algorithm and the PDQ Image-Hashing Algorithm"
(ThreatExchange, `hashing/hashing.pdf`).
"""

import functools
import re
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

LumaSample = np.uint8 | np.float32 | np.float64
"""Sample types a luma plane may hold; values always run from 0 (black) to 255 (white)."""

SIDE_MIN = 5
"""Smallest side, in pixels, the published code hashes (`MIN_HASHABLE_DIM`)."""

QUALITY_MIN = 50
"""Exchange partners drop hashes of quality 49 or less: too few edges to tell pictures apart."""

DISTANCE_MATCH_MAX = 31
"""Two hashes within 31 of 256 bits count as the same picture, by the field's convention."""

_BLANK_SPREAD_MIN = 1.0
"""Under one grey level between the darkest and lightest sample, every bit is rounding noise."""

_SAMPLES = 64
_HEX = re.compile(r"[0-9a-fA-F]{64}")
_ROWS_PER_STEP = 512  # 512 rows x 20,000 columns x 8 bytes = 82 MB of working memory at most


class MalformedPdqHash(ValueError):
    """A PDQ hash is 64 hex characters; this text is not."""


class NoHashReason(StrEnum):
    """Why a picture has no PDQ hash."""

    BLANK = "blank"
    TOO_SMALL = "too_small"


@dataclass(frozen=True, slots=True)
class PdqHash:
    """A picture's 256 bits as 64 lower-case hex characters, and its quality from 0 to 100."""

    bits: str
    quality: int

    @property
    def usable(self) -> bool:
        """True when the quality lets the hash be compared: 50 or more."""
        return self.quality >= QUALITY_MIN


@dataclass(frozen=True, slots=True)
class NoPdqHash:
    """The picture was looked at and has no hash: a result, never an empty string."""

    reason: NoHashReason


def pdq_hash(luma: NDArray[LumaSample]) -> PdqHash | NoPdqHash:
    """Hash a height x width luma plane; a blank or tiny picture has no hash.

    Fractional luma is taken as it is, so a caller who has it loses nothing to rounding.
    Raises ValueError when the array is not two-dimensional.
    """
    if luma.ndim != 2:
        message = f"a luma plane has two dimensions, this array has {luma.ndim}"
        raise ValueError(message)
    if min(luma.shape) < SIDE_MIN:
        return NoPdqHash(NoHashReason.TOO_SMALL)
    plane = _downsample(luma)
    if float(plane.max() - plane.min()) < _BLANK_SPREAD_MIN:
        return NoPdqHash(NoHashReason.BLANK)
    return PdqHash(bits=_bits(plane), quality=_quality(plane))


def is_pdq(text: str) -> bool:
    """Tell whether a text is a hash: 64 hex characters."""
    return _HEX.fullmatch(text) is not None


def distance(a: str, b: str) -> int:
    """Count the bits, 0 to 256, in which two hashes differ; either letter case is read.

    Raises MalformedPdqHash when either is not 64 hex characters.
    """
    return (_as_int(a) ^ _as_int(b)).bit_count()


def _as_int(text: str) -> int:
    if _HEX.fullmatch(text) is None:
        message = f"a PDQ hash is 64 hex characters, got {len(text)} characters"
        raise MalformedPdqHash(message)
    return int(text, 16)


def _downsample(luma: NDArray[LumaSample]) -> NDArray[np.float64]:
    height, width = luma.shape
    columns = _operator(width).T
    narrowed = np.empty((height, _SAMPLES))
    for top in range(0, height, _ROWS_PER_STEP):
        rows = luma[top : top + _ROWS_PER_STEP].astype(np.float64)
        narrowed[top : top + _ROWS_PER_STEP] = rows @ columns
    plane: NDArray[np.float64] = _operator(height) @ narrowed
    return plane


@functools.lru_cache(maxsize=16)  # 64 x 20,000 x 8 bytes x 16 = 164 MB at the very most
def _operator(length: int) -> NDArray[np.float64]:
    """Give the 64 x length matrix that box-blurs a line twice and samples 64 centres.

    The window is ceil(length / 128) wide, leans one sample to the left when it is even, and is
    cut, not padded, at the ends: all three are visible in the published hashes.
    """
    window = (length + 127) // 128
    ahead = (window + 2) // 2
    at = np.arange(length)
    first = np.maximum(0, at - (window - ahead))
    last = np.minimum(length - 1, at + ahead - 1)
    matrix = np.zeros((_SAMPLES, length))
    for sample in range(_SAMPLES):
        centre = (2 * sample + 1) * length // (2 * _SAMPLES)
        averaged = range(first[centre], last[centre] + 1)
        for j in averaged:
            matrix[sample, first[j] : last[j] + 1] += 1.0 / (last[j] - first[j] + 1)
        matrix[sample] /= len(averaged)
    matrix.setflags(write=False)
    return matrix


@functools.lru_cache(maxsize=1)
def _cosines() -> NDArray[np.float64]:
    """Give the 16 x 64 cosine transform of frequencies 1 to 16: the mean (0) carries nothing."""
    frequency = np.arange(1, 17)[:, None]
    sample = np.arange(_SAMPLES)[None, :]
    turns = np.pi / (2 * _SAMPLES) * frequency * (2 * sample + 1)
    matrix: NDArray[np.float64] = np.sqrt(2 / _SAMPLES) * np.cos(turns)
    matrix.setflags(write=False)
    return matrix


def _bits(plane: NDArray[np.float64]) -> str:
    """Set a bit for each of 256 frequencies above their lower median, highest index first."""
    strengths = (_cosines() @ plane @ _cosines().T).ravel()
    lower_median = np.partition(strengths, 127)[127]
    return np.packbits((strengths > lower_median)[::-1]).tobytes().hex()


def _quality(plane: NDArray[np.float64]) -> int:
    """Sum the steps between neighbours, each cut to whole percents, divide by 90, cap at 100."""
    down = np.abs(np.diff(plane, axis=0) * 100 / 255).astype(np.int64)
    across = np.abs(np.diff(plane, axis=1) * 100 / 255).astype(np.int64)
    return min(100, int(down.sum() + across.sum()) // 90)
