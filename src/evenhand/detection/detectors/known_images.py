"""A picture is known when its bytes are, or when its PDQ hash is within 31 bits of a listed one.

The exact hash needs no decoding, so known bytes are found even when they cannot be opened. The
likeness is looked for turned, mirrored, enlarged and without its border, and what was undone is
said. When nothing is that near, what is within 63 bits is named as distant: a crop is, and so is
now and then an unrelated picture, so it is for people only. What was not compared is said too.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from evenhand.banks import (
    Alike,
    Confidence,
    EntryKind,
    Listed,
    LiveEntry,
    Polarity,
    Snapshot,
)
from evenhand.detection.faults import DECODING_FAULTS, said
from evenhand.detection.model import (
    Answer,
    Cost,
    Finding,
    ImageContent,
    ItemContent,
    MediaHash,
    UnkeptImage,
    found_entry,
)
from evenhand.detection.signals.pdq import DISTANCE_MATCH_MAX, NoPdqHash, PdqHash
from evenhand.detection.signals.pdq_fast import Orientation
from evenhand.detection.signals.pdq_kept import kept
from evenhand.detection.signals.pdq_looks import (
    Likeness,
    Look,
    distant_looks,
    looks_at,
    plain_hash,
)
from evenhand.kit.images import DEFAULT_LIMITS, ImageLimits
from evenhand.kit.luma import LumaFrame, luma_frames

DISTANCE_DISTANT_MAX: Final = 63
DISTANT_MAX: Final = 5  # the nearest few are enough to look at
FOUND_MAX: Final = 20  # per picture: a picture in more banks than this is known well enough
LOOKS_KEPT_MAX: Final = 16  # of 128 bytes each, so that a long animation takes no more than 2 kB


class KnownImages:
    """Compares every picture with the listed hashes, exactly and then by likeness."""

    name: Final = "known_images"
    version: Final = "5"
    cost: Final = Cost.CHEAP
    seconds_max: Final = 60.0

    def __init__(self, *, limits: ImageLimits = DEFAULT_LIMITS, keeps: bool = True) -> None:
        """Look at pictures within limits: whoever has files of their own has larger ones.

        Where nothing is kept of them for later searches, an MD5 is made only if any is listed.
        """
        self._limits, self._keeps = limits, keeps

    def examine(self, content: ItemContent, bank: Snapshot) -> Sequence[Finding]:
        """Return what was found in each picture, or one finding that there is none."""
        if not content.images and not content.unkept:
            return [Finding(Answer.SKIPPED, "The item has no picture.")]
        looking = _Looking(
            bank.exact,
            bank.index,
            self._limits,
            md5=bool(content.images) and (self._keeps or bank.exact.held(EntryKind.MD5)),
        )
        seen = [one for image in content.images for one in _examined(image, looking)]
        return seen + [one for image in content.unkept for one in _seen_before(image)]


@dataclass(frozen=True, slots=True)
class _Looking:
    """What pictures are compared with, within which limits, and whether their MD5 is wanted."""

    exact: Listed
    alike: Alike
    limits: ImageLimits
    md5: bool


@dataclass(slots=True)
class _Seen:
    """What has been seen of one picture so far."""

    made: PdqHash | NoPdqHash | None = None
    md5: str | None = None
    looks: list[bytes] = field(default_factory=list)
    nearest: dict[str, tuple[Likeness, LiveEntry]] = field(default_factory=dict)
    distant: list[tuple[Likeness, LiveEntry]] = field(default_factory=list)
    looked: bool = False  # at least one usable hash was compared
    number: int = 0
    frames: int = 0
    fault: BaseException | None = None


def _examined(image: ImageContent, looking: _Looking) -> list[Finding]:
    """Look at one picture; whatever goes wrong with it stays with it."""
    exact, alike = looking.exact, looking.alike
    seen = _looked_at(image, looking)
    pdq = seen.made if isinstance(seen.made, PdqHash) else None
    bits, quality = (pdq.bits, pdq.quality) if pdq else (None, None)
    looks = b"".join(seen.looks) or None
    hashes = MediaHash(image.media_id, image.sha256, bits, quality, seen.md5, looks)
    same = exact.match(EntryKind.SHA256, [image.sha256])
    same += exact.match(EntryKind.MD5, [seen.md5]) if seen.md5 else []
    near = sorted(
        seen.nearest.values(),
        key=lambda pair: (pair[1].confidence is not Confidence.CONFIRMED, pair[0].distance),
    )
    known: dict[Polarity, list[Finding]] = {polarity: [] for polarity in Polarity}
    for entry in same:
        how = {"distance": 0}
        known[entry.polarity].append(_found(image, entry, hashes, "Its bytes are listed.", how))
    for one, entry in near:
        known[entry.polarity].append(_found(image, entry, hashes, _how(one), _traced(one)))
    findings = [found for each in known.values() for found in each[:FOUND_MAX]]
    if not findings:
        findings = [
            _found(image, entry, hashes, _DISTANT, {**_traced(one), "distant": True})
            for one, entry in seen.distant
            if entry.polarity is Polarity.HARM
        ]
    if seen.fault is not None:
        says = said("The picture could not be compared by likeness", seen.fault)
        return [*findings, Finding(Answer.FAILED, says, image.field, image.media_id, hash=hashes)]
    if not findings:
        answer, says = _in_vain(exact, alike, seen)
        findings = [Finding(answer, says, image.field, image.media_id, hash=hashes)]
    if seen.number < seen.frames:
        says = f"Frames {seen.number + 1} to {seen.frames} of the animation were not looked at."
        findings.append(Finding(Answer.SKIPPED, says, image.field, image.media_id))
    return findings


def _seen_before(image: UnkeptImage) -> Iterator[Finding]:
    """Say of a picture that was not stored what was found in it before that."""
    hashes = MediaHash(
        image.media_id, image.sha256, image.found.get("pdq"), image.found.get("quality")
    )
    for one in image.found["findings"]:
        yield Finding(
            Answer.FOUND,
            f"{one['why']} It was not stored.",
            image.field,
            image.media_id,
            entry_id=one["entry_id"],
            evidence=one["evidence"],
            hash=hashes,
        )


def _looked_at(image: ImageContent, looking: _Looking) -> _Seen:
    """Decode and compare frame after frame; a fault ends it, and what was seen before stays."""
    seen, alike = _Seen(), looking.alike
    first: tuple[LumaFrame, list[Look]] | None = None
    try:
        data = image.load()
        if looking.md5:
            seen.md5 = hashlib.md5(data, usedforsecurity=False).hexdigest()
        for frame in luma_frames(data, declared=None, limits=looking.limits):
            looks = list(looks_at(frame))
            if seen.made is None:
                seen.made = plain_hash(frame, looks)
            first = first or (frame, looks)
            seen.number, seen.frames = frame.number, frame.frames
            seen.looked = seen.looked or bool(looks)
            seen.looks += [kept(look.bits) for look in looks[: LOOKS_KEPT_MAX - len(seen.looks)]]
            for one, entry in _likenesses(looks, alike):
                before = seen.nearest.get(entry.id)
                if before is None or one.distance < before[0].distance:
                    seen.nearest[entry.id] = one, entry
        if first is not None and not seen.nearest and alike.held:
            seen.distant = _distant(*distant_looks(*first), alike)
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


def _distant(
    far: Sequence[Look], whole: Sequence[Look], alike: Alike
) -> list[tuple[Likeness, LiveEntry]]:
    """Compare looks as they are, in no other orientation, with everything that is listed."""
    found: dict[str, tuple[Likeness, LiveEntry]] = {}
    for looks, distance in ((far, DISTANCE_DISTANT_MAX), (whole, DISTANCE_MATCH_MAX)):
        hashes = [look.bits[0].tobytes().hex() for look in looks]
        for look, near in zip(looks, alike.match(hashes, distance), strict=True):
            for at, like in enumerate(near):
                one = Likeness(at, like.distance, Orientation.AS_IT_IS, look)
                before = found.get(like.entry.id)
                if before is None or one.distance < before[0].distance:
                    found[like.entry.id] = one, like.entry
    return sorted(found.values(), key=lambda pair: pair[0].distance)[:DISTANT_MAX]


def _in_vain(exact: Listed, alike: Alike, seen: _Seen) -> tuple[Answer, str]:
    """Say what it means that nothing was found: only a whole comparison is "not found"."""
    if not alike.held and not any(exact.held(kind) for kind in (EntryKind.SHA256, EntryKind.MD5)):
        return Answer.SKIPPED, "No bank holds a picture to compare with."
    if alike.held and not seen.looked:
        made = seen.made
        why = made.reason.replace("_", " ") if isinstance(made, NoPdqHash) else "too few edges"
        return Answer.SKIPPED, f"Only its exact bytes were compared, no likeness: {why}."
    if not alike.held:
        return Answer.NOT_FOUND, "Its exact bytes are not listed."
    return Answer.NOT_FOUND, f"Nothing listed is within {DISTANCE_DISTANT_MAX} of 256 bits."


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
        "uncropped": one.look.uncropped,
        "page": one.look.page,
        "frame": one.look.frame,
        "quality": one.look.quality,
    }


def _found(
    image: ImageContent, entry: LiveEntry, hashes: MediaHash, says: str, how: dict[str, Any]
) -> Finding:
    return found_entry(entry, says, how, field=image.field, media_id=image.media_id, hashes=hashes)


_DISTANT: Final = "It is somewhat like one listed, as a crop of it would be. Compare the two."

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
