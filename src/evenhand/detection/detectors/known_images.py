"""A picture is known when its bytes are, or when its PDQ hash is within 31 bits of a listed one.

The exact hash needs no decoding, so known bytes are found even when they cannot be opened. What
was not compared is said: a picture that does not open failed, one without a usable hash, and the
further frames of an animation, were skipped.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from typing import Final

from evenhand.banks import Confidence, EntryKind, LiveEntry, Snapshot
from evenhand.detection.errors import DetectorFailed
from evenhand.detection.model import Answer, Finding, ImageContent, ItemContent, MediaHash
from evenhand.detection.signals.pdq import (
    DISTANCE_MATCH_MAX,
    NoPdqHash,
    PdqHash,
    distance,
    pdq_hash,
)
from evenhand.kit.images import ImageRefused, open_image

FOUND_MAX: Final = 20  # per picture: a picture in more banks than this is known well enough
SAID_CHARS_MAX: Final = 300

DECODING_FAULTS: Final = (
    DetectorFailed,
    ImageRefused,
    ArithmeticError,
    AssertionError,
    BufferError,
    EOFError,
    LookupError,
    MemoryError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
    Warning,
    struct.error,
    zlib.error,
)
"""What opening untrusted bytes may raise. All of it means "could not look"."""


class KnownImages:
    """Compares every picture with the listed hashes, exactly and then by likeness."""

    name: Final = "known_images"
    version: Final = "1"

    def examine(self, content: ItemContent, bank: Snapshot) -> Sequence[Finding]:
        """Return what was found in each picture, or one finding that there is none."""
        if not content.images:
            return [Finding(Answer.SKIPPED, "The item has no picture.")]
        exact, alike = bank.of_kind(EntryKind.SHA256), bank.of_kind(EntryKind.PDQ)
        return [found for image in content.images for found in _examined(image, exact, alike)]


def _examined(
    image: ImageContent, exact: Sequence[LiveEntry], alike: Sequence[LiveEntry]
) -> list[Finding]:
    """Look at one picture; whatever goes wrong with it stays with it."""
    hits = [(0, entry) for entry in exact if entry.value == image.sha256]
    try:
        opened = open_image(image.load(), declared=None)
        made = pdq_hash(opened.luma())
        usable = isinstance(made, PdqHash) and made.usable
        if isinstance(made, PdqHash) and usable:
            hits += _near(made, alike)
    except DECODING_FAULTS as fault:
        bare = MediaHash(image.media_id, image.sha256, None, None)
        says = f"The picture could not be compared by likeness: {_said(fault)}"
        return [
            *(_found(image, apart, entry, bare) for apart, entry in hits[:FOUND_MAX]),
            Finding(Answer.FAILED, says, image.field, image.media_id, hash=bare),
        ]
    pdq = made if isinstance(made, PdqHash) else None
    hashes = MediaHash(
        image.media_id, image.sha256, pdq.bits if pdq else None, pdq.quality if pdq else None
    )
    findings = [_found(image, apart, entry, hashes) for apart, entry in hits[:FOUND_MAX]]
    if not findings:
        answer, says = _in_vain(exact, alike, made, usable=usable)
        findings = [Finding(answer, says, image.field, image.media_id, hash=hashes)]
    if opened.frames > 1:
        says = f"Frames 2 to {opened.frames} of the animation were not looked at."
        findings.append(Finding(Answer.SKIPPED, says, image.field, image.media_id))
    return findings


def _near(made: PdqHash, alike: Sequence[LiveEntry]) -> list[tuple[int, LiveEntry]]:
    """Return the entries a hash is like, the surest and nearest first."""
    apart = [(distance(made.bits, entry.value), entry) for entry in alike]
    near = [pair for pair in apart if pair[0] <= DISTANCE_MATCH_MAX]
    return sorted(near, key=lambda pair: (pair[1].confidence is not Confidence.CONFIRMED, pair[0]))


def _in_vain(
    exact: Sequence[LiveEntry],
    alike: Sequence[LiveEntry],
    made: PdqHash | NoPdqHash,
    *,
    usable: bool,
) -> tuple[Answer, str]:
    """Say what it means that nothing was found: only a whole comparison is "not found"."""
    if not exact and not alike:
        return Answer.SKIPPED, "No bank holds a picture to compare with."
    if alike and not usable:
        why = "too few edges" if isinstance(made, PdqHash) else made.reason.value.replace("_", " ")
        return Answer.SKIPPED, f"Only its exact bytes were compared, no likeness: {why}."
    if not alike:
        return Answer.NOT_FOUND, "Its exact bytes are not listed."
    return Answer.NOT_FOUND, f"Nothing listed is within {DISTANCE_MATCH_MAX} of 256 bits."


def _found(image: ImageContent, apart: int, entry: LiveEntry, hashes: MediaHash) -> Finding:
    says = (
        "Its bytes are listed." if entry.kind is EntryKind.SHA256 else "It looks like one listed."
    )
    return Finding(
        Answer.FOUND,
        says,
        image.field,
        image.media_id,
        entry_id=entry.id,
        evidence={
            "entry_id": entry.id,
            "bank_id": entry.bank_id,
            "bank": entry.bank,
            "kind": entry.kind.value,
            "distance": apart,
        },
        hash=hashes,
    )


def _said(fault: BaseException) -> str:
    return f"{type(fault).__name__}: {fault}"[:SAID_CHARS_MAX]
