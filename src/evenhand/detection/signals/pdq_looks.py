"""The ways in which a picture that was sent is compared with those that are listed.

A copy is rarely sent as it was listed: it is turned or mirrored, made small, framed with a border
or sent as a screenshot, or hidden in colours that its transparency does not show. Each of these
is undone and hashed, and what was undone is said beside what was found.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from evenhand.detection.signals.pdq import NoPdqHash
from evenhand.detection.signals.pdq_fast import Orientation, orientations_of
from evenhand.kit.luma import LumaFrame, LumaPlane

ENLARGED_TO: Final = 1_024  # pixels; the published window is then wide enough to be smooth
ENLARGED_UNDER: Final = 512  # pixels of the shorter side; above, enlarging changes nothing

_BORDER_APART: Final = 16  # grey levels: what compression does to a plain border
_BORDER_STRAYS: Final = 0.01
_CUT_SIDE_MIN: Final = 0.2  # a picture smaller than that in its frame is not what is shown
_CUT_SAMPLES_MIN: Final = 16
_PAGES: Final = ("white", "black")


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """One way of looking: what was undone, and the hashes in all 8 orientations."""

    bits: NDArray[np.uint8] = field(repr=False)
    quality: int
    frame: int = 1
    trimmed: bool = False
    enlarged: bool = False
    page: str | None = None


@dataclass(frozen=True, slots=True)
class Likeness:
    """The nearest that a listed hash came: its place in the list, and by which look."""

    listed: int
    distance: int
    orientation: Orientation
    look: Look


def looks_at(frame: LumaFrame) -> Iterator[Look]:
    """Look at a frame in every way that gives a usable hash, the plainest first."""
    planes: list[tuple[LumaPlane, str | None]] = [(frame.plane, None)]
    planes += zip(frame.on_pages, _PAGES, strict=False)
    for plane, page in planes:
        cut = without_border(plane)
        for looked_at in (plane, cut):
            if looked_at is None:
                continue
            for enlarged in _enlargements(looked_at):
                made = orientations_of(looked_at, enlarged=enlarged)
                if not isinstance(made, NoPdqHash) and made.usable:
                    yield Look(
                        made.bits,
                        made.quality,
                        frame=frame.number,
                        trimmed=looked_at is cut,
                        enlarged=enlarged > 1,
                        page=page,
                    )


def without_border(plane: LumaPlane) -> LumaPlane | None:
    """Cut plain borders away, each side in its own grey; None when there are none, or all is."""
    from evenhand.detection.signals.pdq_kernels import plain_rows

    def plain(samples: NDArray[np.uint8]) -> int:
        return int(plain_rows(np.ascontiguousarray(samples), _BORDER_APART, _BORDER_STRAYS))

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
