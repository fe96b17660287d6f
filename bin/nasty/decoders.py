"""Lets everything that opens pictures look at one file, and says in a line what each answered.

Whatever comes out of a decoder beside a picture or a refusal comes out here too. As a program it
reads files from its input and answers to each under a limit of memory, so that whoever started it
sees which file it broke on.
"""

from __future__ import annotations

import hashlib
import json
import resource
import struct
import sys
import time
from typing import Final

from evenhand import detection
from evenhand.banks import Snapshot
from evenhand.detection import ItemContent, hash_content
from evenhand.detection.model import ImageContent
from evenhand.kit.images import ImageLimits, ImageRefused, Veil, open_image, veiled
from evenhand.kit.luma import luma_frames

LIMITS: Final = ImageLimits()
_LENGTH: Final = struct.Struct(">I")


def answers_to(data: bytes) -> str:
    """Say what every decoder answers to a file: the picture, its planes, its hash, its copies."""
    return "; ".join((_opened(data), _planes(data), _hashed(data), _shown(data), _read(data)))


def _opened(data: bytes) -> str:
    try:
        opened = open_image(data, declared=None)
    except ImageRefused as refused:
        return f"refused {type(refused).__name__}"
    assert opened.luma().shape == (opened.height, opened.width)
    assert opened.width * opened.height <= LIMITS.pixels_max
    return f"opened {opened.width}x{opened.height}x{opened.frames}"


def _planes(data: bytes) -> str:
    seen = 0
    try:
        for frame in luma_frames(data, declared=None):
            assert frame.plane.samples.size <= LIMITS.pixels_max
            seen = frame.number
    except ImageRefused as refused:
        return f"planes {seen}, then {type(refused).__name__}"
    return f"planes {seen}"


def _hashed(data: bytes) -> str:
    made = hash_content(data, limits=LIMITS)
    assert made.sha256 == hashlib.sha256(data).hexdigest()
    if made.error is not None:
        assert made.pdq is None
        return "no hash: error"
    return "hash" if made.pdq else "no usable hash"


def _shown(data: bytes) -> str:
    """Make the copies that a reviewer may be shown."""
    try:
        sizes = [len(veiled(data, level)) for level in Veil]
    except ImageRefused:
        return "not shown"
    assert all(sizes)
    return "shown"


def _read(data: bytes) -> str:
    """Let the readers read, where there are any; their answers are checked by their own tests."""
    readers = getattr(detection, "READERS", ())
    image = ImageContent("photo", "m", hashlib.sha256(data).hexdigest(), "", lambda: data)
    for reader in readers:
        assert reader.read(ItemContent("i", images=(image,)), Snapshot()).findings
    return "read"


def limit_memory(megabytes: int) -> None:
    """Let this process have so much more address space than it has now, and no more."""
    with open("/proc/self/statm", encoding="ascii") as statm:  # noqa: PTH123 - no file of ours
        pages = int(statm.read().split()[0])
    most = pages * resource.getpagesize() + megabytes * 1_000_000
    resource.setrlimit(resource.RLIMIT_AS, (most, most))


def main() -> None:
    """Answer to every file of the input: its length in four bytes, and then its bytes."""
    answers_to(_warm())
    limit_memory(int(sys.argv[1]))
    print(json.dumps({"ready": True}), flush=True)
    while head := sys.stdin.buffer.read(_LENGTH.size):
        data = sys.stdin.buffer.read(_LENGTH.unpack(head)[0])
        began, used = time.monotonic(), time.process_time()
        answer = answers_to(data)
        said = {
            "answer": answer,
            "seconds": round(time.monotonic() - began, 4),
            "cpu": round(time.process_time() - used, 4),
        }
        print(json.dumps(said), flush=True)


def _warm() -> bytes:
    """Draw a small picture, so that everything is loaded and compiled before memory is limited."""
    import io

    from PIL import Image

    out = io.BytesIO()
    Image.effect_noise((64, 64), 90).save(out, "JPEG")
    return out.getvalue()


if __name__ == "__main__":
    main()
