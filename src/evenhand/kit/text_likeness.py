"""A text is known again by 128 numbers that near copies of it share, without the text itself.

A text is first reduced to its matching key: letters and digits only, folded, look-alike letters
and leet digits read as the letters they stand for, so that no disguise of that sort changes it.
The key is cut into runs of five bytes; each of 128 hash functions keeps its smallest value over
the runs (Broder, "On the resemblance and containment of documents", 1997). The share of equal
numbers estimates which share of runs two texts have in common, with a standard error under 0.045.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
import unicodedata
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from evenhand.kit.folding import JOINS, LetterTable, fold, fold_alone
from evenhand.kit.look_alikes import drawn_as

SLOTS: Final = 128
RUN_BYTES: Final = 5
RUNS_MIN: Final = 36  # different ones: forty letters of ordinary writing
"""Near copies share half of their runs; a tenth of the words may be others."""

_VERSION: Final = "minhash1"
_WRITTEN: Final = re.compile(rf"{_VERSION}:[A-Za-z0-9_-]{{342}}:[0-9a-f]{{32}}")
_STEP: Final = 4_096  # runs at a time: 128 x 4,096 x 4 bytes are 2 MB of working memory

_LETTERS: Final = b"abcdefghijkimnopqrstuvwxyz"  # i and l, which are drawn alike, are one
_DIGITS: Final = b"oizeasgtbg"
_SIGNS: Final = {
    "@": "a",
    "$": "s",
    "|": "i",
    "+": "t",
    "\u20ac": "e",
    "\u00a3": "i",
    "\u00a2": "c",
}
_LETTER: Final = rb"[0-9A-Za-z\x80-\xff@$|+]"
_CALLED: Final = re.compile(rb"!(?=%b)|(?<!\S)!(?=\s%b(?:\s|$))" % (_LETTER, _LETTER))
"""An exclamation mark in front of a letter stands for one, also where both are spaced out."""


class TextTooShort(ValueError):
    """The text says too little to be known again by its likeness."""

    def __init__(self) -> None:
        super().__init__(
            "This text is too short, or repeats itself too much, to be known again when it is "
            "changed: about forty letters are needed, or fourteen of Chinese or Japanese. List a "
            "phrase instead."
        )


class MalformedSignature(ValueError):
    """This is not the written form of a text's signature."""


@dataclass(frozen=True, slots=True)
class TextSignature:
    """What a text is known by: 128 numbers of 16 bits, and a digest of its matching key."""

    slots: bytes = field(repr=False)
    digest: str

    @property
    def written(self) -> str:
        """Return the one written form, of 384 characters."""
        return (
            f"{_VERSION}:{base64.urlsafe_b64encode(self.slots).decode().rstrip('=')}:{self.digest}"
        )


def matching_key(text: str) -> bytes:
    """Reduce a text to its letters and digits as they are meant, in UTF-8. For matching only.

    This is part of every stored signature. Whoever changes what it gives makes a new version of
    the written form, and keeps this one for the signatures that are stored.
    """
    if text.isascii():
        raw = text.encode("ascii")
    else:
        meant = text.translate(_ALONE)
        if JOINS in meant:
            meant = fold(text).letters.translate(_FOLDED)
        raw = meant.encode()
    if b"!" in raw:
        raw = _CALLED.sub(b"i", raw)
    return raw.translate(_MEANT, _DROPPED)


def signature_of(text: str) -> TextSignature:
    """Return a text's signature. Plain: `numpy` and nothing compiled. Raises TextTooShort."""
    key = matching_key(text)
    runs = np.unique(_mixed(np.frombuffer(key, np.uint8)))
    if len(runs) < RUNS_MIN:
        raise TextTooShort
    least = np.full(SLOTS, 0xFFFF_FFFF, np.uint32)
    for at in range(0, len(runs), _STEP):
        hashed = FACTORS[:, None] * runs[None, at : at + _STEP] + TERMS[:, None]
        np.minimum(least, hashed.min(axis=1), out=least)
    return TextSignature((least & 0xFFFF).astype("<u2").tobytes(), digest_of(key))


def digest_of(key: bytes) -> str:
    """Return the digest of a matching key: half a SHA-256, as 32 hex characters."""
    return hashlib.sha256(key).hexdigest()[:32]


def written_signature(value: str) -> str:
    """Return a text's signature in its written form; a written signature stays as it is.

    Raises TextTooShort, or MalformedSignature for one that was not copied whole.
    """
    trimmed = value.strip()
    if trimmed.startswith(f"{_VERSION}:"):
        return read_signature(trimmed).written
    return signature_of(value).written


def read_signature(written: str) -> TextSignature:
    """Read a signature in its written form. Raises MalformedSignature."""
    if _WRITTEN.fullmatch(written) is None:
        raise MalformedSignature("A text's signature begins with minhash1: and has 384 characters.")
    _, slots, digest = written.split(":")
    try:
        read = base64.b64decode(slots + "==", altchars=b"-_", validate=True)
    except binascii.Error as why:
        raise MalformedSignature("This signature was not copied whole.") from why
    made = TextSignature(read, digest)
    if made.written != written:
        raise MalformedSignature("This signature was not copied whole.")
    return made


def likeness(one: TextSignature, other: TextSignature) -> float:
    """Estimate which share of their runs two texts have in common, from 0 to 1."""
    equal = np.frombuffer(one.slots, "<u2") == np.frombuffer(other.slots, "<u2")
    return int(equal.sum()) / SLOTS


def _mixed(key: NDArray[np.uint8]) -> NDArray[np.uint32]:
    """Give a number of 32 bits for each run of five bytes."""
    if len(key) < RUN_BYTES:
        return np.empty(0, np.uint32)
    runs = np.zeros(len(key) - RUN_BYTES + 1, np.uint64)
    for at in range(RUN_BYTES):
        runs = (runs << np.uint64(8)) | key[at : len(key) - RUN_BYTES + 1 + at]
    runs *= np.uint64(MIX_FIRST)
    runs ^= runs >> np.uint64(29)
    runs *= np.uint64(MIX_SECOND)
    return (runs >> np.uint64(32)).astype(np.uint32)


MIX_FIRST: Final = 0x9E37_79B9_7F4A_7C15
MIX_SECOND: Final = 0xBF58_476D_1CE4_E5B9


def _numbers(seed: int, count: int) -> list[int]:
    """Draw numbers of 64 bits from `splitmix64`, the same for ever."""
    drawn = []
    for at in range(1, count + 1):
        number = (seed + at * MIX_FIRST) % 2**64
        number = (number ^ (number >> 30)) * MIX_SECOND % 2**64
        number = (number ^ (number >> 27)) * 0x94D0_49BB_1331_11EB % 2**64
        drawn.append(number ^ (number >> 31))
    return drawn


_DRAWN_NUMBERS: Final = np.array(_numbers(1, 2 * SLOTS), np.uint64) >> np.uint64(32)
FACTORS: Final = (_DRAWN_NUMBERS[:SLOTS] | np.uint64(1)).astype(np.uint32)
TERMS: Final = _DRAWN_NUMBERS[SLOTS:].astype(np.uint32)


def _left_of(character: str) -> str:
    """Say what one character leaves in a key, before its bytes are read."""
    folded = fold_alone(character)
    return JOINS if folded == JOINS else "".join(map(_meant, folded))


def _meant(letter: str) -> str:
    """Say what one folded letter leaves."""
    if letter in _SIGNS:
        return _SIGNS[letter]
    if letter.isascii():
        return letter
    return drawn_as(letter) if unicodedata.category(letter)[0] in "LNM" else ""


_ALONE: Final = LetterTable(_left_of)
_FOLDED: Final = LetterTable(_meant)


def _byte_meant(byte: int) -> int:
    """Say what one byte of UTF-8 becomes; 0 where it is dropped."""
    if byte >= 0x80:
        return byte
    character = chr(byte)
    if character in _SIGNS:
        return ord(_SIGNS[character])
    if character.isdigit():
        return _DIGITS[int(character)]
    return _LETTERS[ord(character.lower()) - ord("a")] if character.isalpha() else 0


_MEANT: Final = bytes(map(_byte_meant, range(256)))
_DROPPED: Final = bytes(byte for byte in range(256) if not _MEANT[byte])
