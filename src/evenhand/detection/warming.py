"""What takes its time when it is first used is used once before anybody waits for it.

Compiled loops are made on a machine's first run, which takes seconds, and are read from a folder
after that. Whatever goes wrong here goes wrong again, and is told, when somebody looks.
"""

from __future__ import annotations

import io
import threading
from typing import Final

import numpy as np
from PIL import Image

from evenhand import banks
from evenhand.detection.signals.pdq_looks import looks_at
from evenhand.kit.luma import luma_frames

_SIDE: Final = 512


def warm_up() -> threading.Thread:
    """Begin to make ready for the first item, in a thread that no end waits for; return it."""
    thread = threading.Thread(target=_use_once, name="warm-up", daemon=True)
    thread.start()
    return thread


def _use_once() -> None:
    """Hash a drawn picture as one that came in, and load the loops that compare hashes."""
    banks.warm_up()
    rows, columns = np.mgrid[0:_SIDE, 0:_SIDE]
    drawn = ((rows * 7 + columns * columns // 64) % 256).astype(np.uint8)
    out = io.BytesIO()
    Image.fromarray(drawn).save(out, "JPEG")
    for frame in luma_frames(out.getvalue(), declared=None):
        list(looks_at(frame))
