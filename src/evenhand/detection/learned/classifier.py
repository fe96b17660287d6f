"""One trained version as arrays: it scores a text with numpy alone, and is stored without pickle.

The file is an archive of plain arrays with a format number; its SHA-256 is its version. What was
not written by `to_bytes`, or has changed since, is refused before anything in it is used. Pure.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from evenhand.detection.learned.errors import ClassifierDamaged
from evenhand.detection.learned.letters import Letters

FORMAT: Final = 1
BYTES_MAX: Final = 8_000_000
RUNS_MAX: Final = 30_000
WIDTH_MAX: Final = 4_096
VERSION_CHARS: Final = 12
LOGIT_MAX: Final = 60.0  # beyond it a probability is 0 or 1 in every digit that is kept

Vector = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Features:
    """What a classifier sees of one text; `meaning` None when nothing encoded it."""

    letters: Letters
    meaning: Vector | None = None


@dataclass(frozen=True, slots=True)
class LetterWeights:
    """The runs that are known, how rare each is, what it weighs, and the scale of their sum."""

    ids: NDArray[np.uint32]
    rarity: Vector
    weights: Vector
    bias: float
    scale: float

    def logit(self, letters: Letters) -> float:
        """Weigh the runs of a text, in units of the spread they had in training."""
        at, values = weighed(letters, self.ids, self.rarity)
        return (float(values @ self.weights[at]) + self.bias) / self.scale


@dataclass(frozen=True, slots=True)
class MeaningWeights:
    """What each direction of an encoder weighs; `encoder` names it with its version."""

    encoder: str
    weights: Vector
    bias: float
    scale: float

    def logit(self, meaning: Vector) -> float:
        """Weigh an encoded text, in units of the spread they had in training."""
        return (float(meaning @ self.weights) + self.bias) / self.scale


@dataclass(frozen=True, slots=True)
class Classifier:
    """Letters and, where an encoder was there, meaning, mixed and made a probability.

    `share` is the part of the letters in the mix, from 0 to 1; slope and offset are the sigmoid's.
    """

    letters: LetterWeights
    meaning: MeaningWeights | None
    share: float
    slope: float
    offset: float

    @property
    def encoder(self) -> str | None:
        """Name the encoder it needs, with its version; None when it reads letters alone."""
        return None if self.meaning is None else self.meaning.encoder

    def logit(self, seen: Features) -> float:
        """Mix what both parts say, before it is made a probability."""
        said = self.letters.logit(seen.letters)
        if self.meaning is None:
            return said
        assert seen.meaning is not None, "encode the text for a classifier that needs it"
        return self.share * said + (1 - self.share) * self.meaning.logit(seen.meaning)

    def score(self, seen: Features) -> float:
        """Return how probable a breach of the clause is, from 0 to 1."""
        return sigmoid(self.slope * self.logit(seen) + self.offset)


def weighed(
    letters: Letters, known: NDArray[np.uint32], rarity: Vector
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Find the known runs of a text; return their places and their weights, of length one."""
    at = np.searchsorted(known, letters.ids)
    at[at == len(known)] = 0
    there = known[at] == letters.ids
    places = at[there].astype(np.int64)
    values = (1 + np.log(letters.counts[there])) * rarity[places].astype(np.float64)
    length = float(np.sqrt(values @ values))
    return places, values / length if length > 0 else values


def sigmoid(logit: float) -> float:
    """Turn a logit into a probability without overflow."""
    return float(1 / (1 + np.exp(-np.clip(logit, -LOGIT_MAX, LOGIT_MAX))))


def to_bytes(made: Classifier) -> bytes:
    """Write a classifier; equal ones give equal bytes."""
    letters, meaning = made.letters, made.meaning
    arrays: dict[str, Any] = {
        "format": np.array([FORMAT], dtype=np.int64),
        "mix": np.array([made.share, made.slope, made.offset], dtype=np.float64),
        "letter_ids": letters.ids,
        "letter_rarity": letters.rarity,
        "letter_weights": letters.weights,
        "letter_line": np.array([letters.bias, letters.scale], dtype=np.float64),
    }
    if meaning is not None:
        arrays["meaning_encoder"] = np.frombuffer(meaning.encoder.encode(), dtype=np.uint8)
        arrays["meaning_weights"] = meaning.weights
        arrays["meaning_line"] = np.array([meaning.bias, meaning.scale], dtype=np.float64)
    out = io.BytesIO()
    np.savez_compressed(out, **arrays)
    return out.getvalue()


def fingerprint(content: bytes) -> str:
    """Return the SHA-256 of a stored classifier, as hex."""
    return hashlib.sha256(content).hexdigest()


def from_bytes(content: bytes, *, sha256: str) -> Classifier:
    """Read what `to_bytes` wrote. Raises ClassifierDamaged for anything else."""
    if len(content) > BYTES_MAX or fingerprint(content) != sha256:
        raise ClassifierDamaged
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in stored.files}
        return _checked(arrays)
    except (KeyError, ValueError, OSError, EOFError, zipfile.BadZipFile) as why:
        raise ClassifierDamaged from why


def _checked(arrays: dict[str, NDArray[Any]]) -> Classifier:
    """Put the arrays together; whatever is not as it was written raises ValueError or KeyError."""
    if arrays["format"].tolist() != [FORMAT]:
        raise ValueError("another format")
    share, slope, offset = _numbers(arrays["mix"], 3)
    bias, scale = _numbers(arrays["letter_line"], 2)
    ids = arrays["letter_ids"]
    if ids.dtype != np.uint32 or ids.ndim != 1 or not 0 < len(ids) <= RUNS_MAX:
        raise ValueError("not the numbers of runs")
    if np.any(ids[1:] <= ids[:-1]) or scale <= 0 or not 0 <= share <= 1:
        raise ValueError("not in order")
    letters = LetterWeights(
        ids,
        _vector(arrays["letter_rarity"], len(ids)),
        _vector(arrays["letter_weights"], len(ids)),
        bias,
        scale,
    )
    meaning = _meaning(arrays) if "meaning_weights" in arrays else None
    return Classifier(letters, meaning, share, slope, offset)


def _meaning(arrays: dict[str, NDArray[Any]]) -> MeaningWeights:
    bias, scale = _numbers(arrays["meaning_line"], 2)
    weights = arrays["meaning_weights"]
    if scale <= 0 or not 0 < weights.size <= WIDTH_MAX:
        raise ValueError("not an encoder's weights")
    name = arrays["meaning_encoder"].astype(np.uint8).tobytes().decode()
    return MeaningWeights(name, _vector(weights, weights.size), bias, scale)


def _vector(array: NDArray[Any], length: int) -> Vector:
    if array.dtype != np.float32 or array.shape != (length,) or not np.isfinite(array).all():
        raise ValueError("not a vector of numbers")
    return array


def _numbers(array: NDArray[Any], length: int) -> tuple[float, ...]:
    if array.dtype != np.float64 or array.shape != (length,) or not np.isfinite(array).all():
        raise ValueError("not the numbers that belong here")
    return tuple(float(one) for one in array)
