"""The signal for near copies of a text: more than half of 128 numbers are the same.

A listed text is there as its signature; the text itself is not kept. Signatures are filed under
each of their 64 pairs of neighbouring numbers. Whoever shares more than half of 128 numbers shares
a whole pair, so looking through the drawers of one's own pairs misses nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from evenhand.detection.signals.interface import Near, NotAValue
from evenhand.kit.text_likeness import (
    FACTORS,
    RUNS_MIN,
    SLOTS,
    TERMS,
    MalformedSignature,
    TextSignature,
    TextTooShort,
    digest_of,
    likeness,
    matching_key,
    read_signature,
    written_signature,
)

EQUAL_MIN: Final = SLOTS // 2 + 1
DISTANCE_MAX: Final = 1 - EQUAL_MIN / SLOTS
_BITS_MIN, _BITS_MAX = 4, 22
_ROOM: Final = 256


@dataclass(frozen=True, slots=True)
class TextSignal:
    """Compares texts; the distance is the share of runs they do not have in common, estimated."""

    name: str = "text"
    version: str = "1"

    def normalised(self, value: str) -> str:
        """Return a signature as it is, and a text's signature. Raises NotAValue."""
        try:
            return written_signature(value)
        except (MalformedSignature, TextTooShort) as why:
            raise NotAValue(str(why)) from why

    def distance(self, listed: str, seen: str) -> float | None:
        """Return how far apart they are, from 0 to under a half. Raises NotAValue."""
        apart = 1 - likeness(read_signature(listed), read_signature(self.normalised(seen)))
        return apart if apart <= DISTANCE_MAX else None

    def among(self, listed: Mapping[str, str]) -> TextLookup:
        """Make signatures, by id, ready for looking up. Raises NotAValue."""
        from evenhand.detection.signals import text_kernels

        try:
            rows = b"".join(read_signature(value).slots for value in listed.values())
        except MalformedSignature as why:
            raise NotAValue(str(why)) from why
        pairs = _pairs(rows).reshape(-1, SLOTS // 2)
        bits = min(max(len(pairs).bit_length(), _BITS_MIN), _BITS_MAX)
        return TextLookup(tuple(listed), pairs, *text_kernels.filed(pairs, bits))


@dataclass(frozen=True, slots=True, eq=False)
class TextLookup:
    """Many signatures, and under which pair of numbers each is filed."""

    ids: tuple[str, ...]
    pairs: NDArray[np.uint32] = field(repr=False)
    begins: NDArray[np.uint32] = field(repr=False)
    in_order: NDArray[np.uint32] = field(repr=False)

    def near(self, seen: str) -> list[Near]:
        """Return every listed text that is near, nearest first. Raises NotAValue."""
        try:
            return self.near_signature(signed(seen))
        except TextTooShort as why:
            raise NotAValue(str(why)) from why

    def near_signature(self, seen: TextSignature) -> list[Near]:
        """Return every listed text that is near the text of a signature, nearest first."""
        from evenhand.detection.signals import text_kernels

        asked, room = _pairs(seen.slots), _ROOM
        while True:
            found = np.empty((room, 2), np.int64)
            count = text_kernels.near(
                self.pairs, self.begins, self.in_order, asked, EQUAL_MIN, found
            )
            if count <= room:
                break
            room = count
        return sorted(Near(1 - same / SLOTS, self.ids[row]) for row, same in found[:count].tolist())


def _pairs(slots: bytes) -> NDArray[np.uint32]:
    return np.frombuffer(slots, "<u4").astype(np.uint32)


def signed(text: str) -> TextSignature:
    """Return a text's signature, as `signature_of` does, by compiled code. Raises TextTooShort."""
    from evenhand.detection.signals import text_kernels

    key = matching_key(text)
    slots = np.empty(SLOTS, np.uint16)
    runs = text_kernels.sign(np.frombuffer(key, np.uint8), FACTORS, TERMS, RUNS_MIN, slots)
    if runs < RUNS_MIN:
        raise TextTooShort
    return TextSignature(slots.astype("<u2").tobytes(), digest_of(key))


TEXTS: Final = TextSignal()
