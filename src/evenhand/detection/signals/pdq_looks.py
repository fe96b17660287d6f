"""The ways in which a picture that was sent is compared with those that are listed.

A copy is rarely sent as it was listed: it is turned or mirrored, made small, framed with a border
or sent as a screenshot, cropped, or hidden in colours that its transparency does not show. Each
is undone and hashed, and what was undone is said beside what was found.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from evenhand.detection.signals.pdq import NoPdqHash, PdqHash
from evenhand.detection.signals.pdq_fast import Orientation, orientations_of, pdq_of
from evenhand.kit.luma import LumaFrame, LumaPlane

ENLARGED_TO: Final = 1_024  # pixels; the published window is then wide enough to be smooth
ENLARGED_UNDER: Final = 512  # pixels of the shorter side; above, enlarging changes nothing

_BORDERS_APART: Final = (16, 4)
"""Grey levels: what hard compression does to a plain border, and what little does.

By the first, a plain sky beside a border is taken for more of it; by the second, a border that was
compressed hard for a part of the picture. One of the two nearly always cuts where the border ends.
"""

_CUT_OFF: Final = 0.026
"""Of each side: what a crop to 95 % of width and height took away, which is put back as more of
the same. Of 133 photographs cropped so, 90 % come within 63 bits of the whole as they are, and 99 %
with it (evals/picture_transformations.py)."""

_BORDER_STRAYS: Final = 0.01
_CUT_SIDE_MIN: Final = 0.2  # a picture smaller than that in its frame is not what is shown
_CUT_SAMPLES_MIN: Final = 16
_PAGES: Final = ("white", "black")


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """One way of looking: what was undone, and the hashes in all 8 orientations, or as it is."""

    bits: NDArray[np.uint8] = field(repr=False)
    quality: int
    frame: int = 1
    trimmed: bool = False
    enlarged: bool = False
    page: str | None = None
    uncropped: bool = False


@dataclass(frozen=True, slots=True)
class Likeness:
    """The nearest that a listed hash came: its place in the list, and by which look."""

    listed: int
    distance: int
    orientation: Orientation
    look: Look


def plain_hash(frame: LumaFrame, looks: Sequence[Look]) -> PdqHash | NoPdqHash:
    """Return the hash of a frame as it is, from its looks where it is among them."""
    first = looks[0] if looks else None
    if first is None or first.trimmed or first.enlarged or first.page is not None:
        return pdq_of(frame.plane)
    return PdqHash(first.bits[0].tobytes().hex(), first.quality)


def looks_at(frame: LumaFrame) -> Iterator[Look]:
    """Look at a frame in every way that gives a usable hash, the plainest first."""
    planes: list[tuple[LumaPlane, str | None]] = [(frame.plane, None)]
    planes += zip(frame.on_pages, _PAGES, strict=False)
    for plane, page in planes:
        for looked_at in (plane, *_cuts(plane)):
            for enlarged in _enlargements(looked_at):
                made = orientations_of(looked_at, enlarged=enlarged)
                if not isinstance(made, NoPdqHash) and made.usable:
                    yield Look(
                        made.bits,
                        made.quality,
                        frame=frame.number,
                        trimmed=looked_at is not plane,
                        enlarged=enlarged > 1,
                        page=page,
                    )


def distant_looks(frame: LumaFrame, looks: Sequence[Look]) -> tuple[list[Look], list[Look]]:
    """Choose what is compared once more when nothing was found near by, as it is.

    The first are compared from farther off, for which the whole bank is read, so they are few: the
    plainest look and the one without a border. The others are compared near by: one as if the
    edges had been cut off.
    """
    chosen = {look.trimmed: look for look in looks if look.page is None}
    far = list(chosen.values())  # of a small picture, the enlarged look came last
    *_, enlarged = _enlargements(frame.plane)
    made = pdq_of(uncropped(frame.plane), enlarged=enlarged)
    if isinstance(made, NoPdqHash) or not made.usable:
        return far, []
    bits = np.frombuffer(bytes.fromhex(made.bits), np.uint8)[None]
    whole = Look(bits, made.quality, frame.number, enlarged=enlarged > 1, uncropped=True)
    return far, [whole]


def uncropped(plane: LumaPlane) -> LumaPlane:
    """Put back what a crop may have cut off at each side, as more of what stands at the edge."""
    down, across = (max(1, round(side * _CUT_OFF)) for side in plane.samples.shape)
    return replace(
        plane,
        samples=np.pad(plane.samples, ((down, down), (across, across)), mode="edge"),
        width=plane.width + 2 * across * plane.step,
        height=plane.height + 2 * down * plane.step,
    )


def _cuts(plane: LumaPlane) -> Iterator[LumaPlane]:
    """Give what is left of a plane without its border, in each way that differs."""
    shapes = set()
    for apart in _BORDERS_APART:
        cut = without_border(plane, apart=apart)
        if cut is not None and cut.samples.shape not in shapes:
            shapes.add(cut.samples.shape)
            yield cut


def without_border(plane: LumaPlane, *, apart: int = _BORDERS_APART[0]) -> LumaPlane | None:
    """Cut plain borders away, each side in its own grey; None when there are none, or all is.

    A row is plain when nearly all of it is at most `apart` grey levels from its middle one.
    """
    from evenhand.detection.signals.pdq_kernels import plain_rows

    def plain(samples: NDArray[np.uint8]) -> int:
        return int(plain_rows(samples, apart, _BORDER_STRAYS))

    samples = plane.samples
    height, width = samples.shape
    top = plain(samples)
    if top == height:
        return None
    bottom = height - plain(samples[::-1])
    left = plain(samples[top:bottom].T)
    if left == width:
        return None
    right = width - plain(samples[top:bottom, ::-1].T)
    if (bottom - top, right - left) == (height, width):
        return None
    for kept, whole in ((bottom - top, height), (right - left, width)):
        if kept < max(_CUT_SAMPLES_MIN, _CUT_SIDE_MIN * whole):
            return None
    return plane.cut(top, bottom, left, right)


def _enlargements(plane: LumaPlane) -> tuple[int, ...]:
    if min(plane.width, plane.height) >= ENLARGED_UNDER:
        return (1,)
    return (1, -(-ENLARGED_TO // max(1, min(plane.width, plane.height))))
