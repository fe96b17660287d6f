"""One decoded frame: its brightness for hashing, or a small picture for people to see.

The plane is brightness as a screen shows it, from 0 to 255: most films store 16 to 235, and some
use ten bits or more.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from evenhand.kit.luma import LumaPlane

if TYPE_CHECKING:
    from av.video.frame import VideoFrame

_EIGHT_BITS: Final = frozenset(
    ("yuv420p", "yuv422p", "yuv444p", "yuv440p", "yuv411p", "yuv410p", "nv12", "nv21")
)
_FULL_RANGE: Final = frozenset(("yuvj420p", "yuvj422p", "yuvj444p", "yuvj440p", "gray", "gray8"))
_MORE_BITS: Final = {
    f"{kind}{bits}le": bits for kind in ("yuv420p", "yuv422p", "yuv444p") for bits in (10, 12)
}
_JPEG_RANGE: Final = 2  # AVCOL_RANGE_JPEG


def _stretched() -> NDArray[np.uint8]:
    """Give what each stored level from 16 to 235 is on a screen (ITU-R BT.601)."""
    levels = (np.arange(256) - 16) * (255 / 219)
    table: NDArray[np.uint8] = np.clip(np.rint(levels), 0, 255).astype(np.uint8)
    return table


_ON_SCREEN: Final = _stretched()
_AS_STORED: Final = np.arange(256, dtype=np.uint8)


@dataclass(frozen=True, slots=True, eq=False)
class FilmFrame:
    """A frame, when it comes in seconds, and its number at the film's claimed rate, from 0."""

    seconds: float
    number: int
    _decoded: VideoFrame = field(repr=False)

    def luma(self, *, side_min: int | None = None) -> LumaPlane:
        """Give the brightness plane, of the frame's own size.

        With `side_min`, each sample is the mean of as many pixels as leave the shorter side so
        long at least.
        """
        from evenhand.kit.films.kernels import means

        stored, table = self._stored()
        height, width = stored.shape
        step = 1 if side_min is None else max(1, min(height, width) // side_min)
        samples = means(np.ascontiguousarray(stored), step, table)
        return LumaPlane(samples, width=width, height=height, step=step)

    def picture(self, side_max: int) -> NDArray[np.uint8]:
        """Give height x width x 3 RGB samples, upright, no side longer than this."""
        width, height = self._decoded.width, self._decoded.height
        scale = min(1.0, side_max / max(width, height))
        size = (max(1, round(width * scale)), max(1, round(height * scale)))
        small = self._decoded.reformat(width=size[0], height=size[1], format="rgb24")
        samples = small.to_ndarray()
        return np.ascontiguousarray(np.rot90(samples, round(self._decoded.rotation / 90) % 4))

    def _stored(self) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
        """Give the levels as they are stored, and what each is on a screen."""
        name = self._decoded.format.name
        full = name in _FULL_RANGE or int(self._decoded.color_range) == _JPEG_RANGE
        if name in _EIGHT_BITS | _FULL_RANGE:
            stored: NDArray[np.uint8] = self._rows(np.uint8)
        elif name in _MORE_BITS:
            stored = (self._rows(np.uint16) >> (_MORE_BITS[name] - 8)).astype(np.uint8)
        else:
            stored, full = np.asarray(self._decoded.to_ndarray(format="gray"), np.uint8), True
        return stored, _AS_STORED if full else _ON_SCREEN

    def _rows(self, kind: type[np.uint8 | np.uint16]) -> NDArray[Any]:
        """Read the first plane, leaving out what pads its rows."""
        plane = self._decoded.planes[0]
        stored = np.frombuffer(memoryview(plane), kind)
        across = abs(plane.line_size) // stored.itemsize
        width, height = self._decoded.width, self._decoded.height
        return stored[: across * height].reshape(height, across)[:, :width]
