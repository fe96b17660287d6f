"""A picture is known when its bytes are, or when its PDQ hash is within 31 bits of a listed one.

The exact hash needs no decoding, so known bytes are found even when they cannot be opened. The
likeness is looked for turned, mirrored, enlarged and without its border, and what was undone is
said. What was not compared is said too: a picture that does not open failed, one without a usable
hash, and frames beyond the limit, were skipped.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from evenhand.banks import Alike, Confidence, EntryKind, LiveEntry, Snapshot
from evenhand.detection.errors import DetectorFailed
from evenhand.detection.model import Answer, Finding, ImageContent, ItemContent, MediaHash
from evenhand.detection.signals.pdq import DISTANCE_MATCH_MAX, NoPdqHash, PdqHash
from evenhand.detection.signals.pdq_fast import Orientation, pdq_of
from evenhand.detection.signals.pdq_looks import Likeness, Look, looks_at
from evenhand.kit.images import ImageRefused
from evenhand.kit.luma import luma_frames

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
    version: Final = "2"

    def examine(self, content: ItemContent, bank: Snapshot) -> Sequence[Finding]:
        """Return what was found in each picture, or one finding that there is none."""
        if not content.images:
            return [Finding(Answer.SKIPPED, "The item has no picture.")]
        exact, alike = bank.of_kind(EntryKind.SHA256), bank.index
        return [found for image in content.images for found in _examined(image, exact, alike)]


@dataclass(slots=True)
class _Seen:
    """What has been seen of one picture so far."""

    made: PdqHash | NoPdqHash | None = None
    nearest: dict[str, tuple[Likeness, LiveEntry]] = field(default_factory=dict)
    looked: bool = False  # at least one usable hash was compared
    number: int = 0
    frames: int = 0
    fault: BaseException | None = None


def _examined(image: ImageContent, exact: Sequence[LiveEntry], alike: Alike) -> list[Finding]:
    """Look at one picture; whatever goes wrong with it stays with it."""
    seen = _looked_at(image, alike)
    pdq = seen.made if isinstance(seen.made, PdqHash) else None
    hashes = MediaHash(
        image.media_id, image.sha256, pdq.bits if pdq else None, pdq.quality if pdq else None
    )
    same = [entry for entry in exact if entry.value == image.sha256]
    near = sorted(
        seen.nearest.values(),
        key=lambda pair: (pair[1].confidence is not Confidence.CONFIRMED, pair[0].distance),
    )
    findings = [
        _found(image, entry, hashes, "Its bytes are listed.", {"distance": 0}) for entry in same
    ]
    findings += [_found(image, entry, hashes, _how(one), _traced(one)) for one, entry in near]
    findings = findings[:FOUND_MAX]
    if seen.fault is not None:
        says = f"The picture could not be compared by likeness: {_said(seen.fault)}"
        return [*findings, Finding(Answer.FAILED, says, image.field, image.media_id, hash=hashes)]
    if not findings:
        answer, says = _in_vain(exact, alike, seen)
        findings = [Finding(answer, says, image.field, image.media_id, hash=hashes)]
    if seen.number < seen.frames:
        says = f"Frames {seen.number + 1} to {seen.frames} of the animation were not looked at."
        findings.append(Finding(Answer.SKIPPED, says, image.field, image.media_id))
    return findings


def _looked_at(image: ImageContent, alike: Alike) -> _Seen:
    """Decode and compare frame after frame; a fault ends it, and what was seen before stays."""
    seen = _Seen()
    try:
        for frame in luma_frames(image.load(), declared=None):
            if seen.made is None:
                seen.made = pdq_of(frame.plane)
            looks = list(looks_at(frame))
            seen.number, seen.frames = frame.number, frame.frames
            seen.looked = seen.looked or bool(looks)
            for one, entry in _likenesses(looks, alike):
                before = seen.nearest.get(entry.id)
                if before is None or one.distance < before[0].distance:
                    seen.nearest[entry.id] = one, entry
    except DECODING_FAULTS as fault:
        seen.fault = fault
    return seen


def _likenesses(looks: Sequence[Look], alike: Alike) -> Iterator[tuple[Likeness, LiveEntry]]:
    """Compare every look, in all orientations, with everything that is listed."""
    hashes = [bits.tobytes().hex() for look in looks for bits in look.bits]
    for number, near in enumerate(alike.match(hashes, DISTANCE_MATCH_MAX)):
        look, turned = divmod(number, len(Orientation))
        for at, like in enumerate(near):
            yield Likeness(at, like.distance, tuple(Orientation)[turned], looks[look]), like.entry


def _in_vain(exact: Sequence[LiveEntry], alike: Alike, seen: _Seen) -> tuple[Answer, str]:
    """Say what it means that nothing was found: only a whole comparison is "not found"."""
    if not exact and not alike.held:
        return Answer.SKIPPED, "No bank holds a picture to compare with."
    if alike.held and not seen.looked:
        made = seen.made
        why = made.reason.replace("_", " ") if isinstance(made, NoPdqHash) else "too few edges"
        return Answer.SKIPPED, f"Only its exact bytes were compared, no likeness: {why}."
    if not alike.held:
        return Answer.NOT_FOUND, "Its exact bytes are not listed."
    return Answer.NOT_FOUND, f"Nothing listed is within {DISTANCE_MATCH_MAX} of 256 bits."


def _how(one: Likeness) -> str:
    """Say how a picture is like a listed one: what was undone, and how near it came."""
    undone = ", ".join(filter(None, (_TURNED[one.orientation], *_undone(one.look))))
    return f"It looks like one listed{': ' if undone else ''}{undone}."


def _undone(look: Look) -> Iterator[str]:
    if look.trimmed:
        yield "without its border"
    if look.enlarged:
        yield "enlarged"
    if look.page is not None:
        yield f"on a {look.page} page"
    if look.frame > 1:
        yield f"frame {look.frame}"


def _traced(one: Likeness) -> dict[str, Any]:
    """Give the evidence by which anybody can come to the same distance again."""
    return {
        "distance": one.distance,
        "orientation": one.orientation.value,
        "trimmed": one.look.trimmed,
        "enlarged": one.look.enlarged,
        "page": one.look.page,
        "frame": one.look.frame,
        "quality": one.look.quality,
    }


def _found(
    image: ImageContent, entry: LiveEntry, hashes: MediaHash, says: str, how: dict[str, Any]
) -> Finding:
    named = {"entry_id": entry.id, "bank_id": entry.bank_id, "bank": entry.bank}
    return Finding(
        Answer.FOUND,
        says,
        image.field,
        image.media_id,
        entry_id=entry.id,
        evidence={**named, "kind": entry.kind.value, **how},
        hash=hashes,
    )


def _said(fault: BaseException) -> str:
    return f"{type(fault).__name__}: {fault}"[:SAID_CHARS_MAX]


_TURNED: Final = {
    Orientation.AS_IT_IS: "",
    Orientation.TURNED_90: "turned a quarter clockwise",
    Orientation.TURNED_180: "turned upside down",
    Orientation.TURNED_270: "turned a quarter anticlockwise",
    Orientation.MIRRORED: "mirrored",
    Orientation.FLIPPED: "mirrored top to bottom",
    Orientation.TRANSPOSED: "mirrored and turned a quarter anticlockwise",
    Orientation.TRANSVERSED: "mirrored and turned a quarter clockwise",
}
