"""What opening untrusted bytes may raise, named once, so that every detector fails alike."""

from __future__ import annotations

import struct
import zlib
from typing import Final

from evenhand.detection.errors import DetectorFailed
from evenhand.kit.films import FilmRefused
from evenhand.kit.images import ImageRefused

SAID_CHARS_MAX: Final = 300
"""What is said of a fault, or quoted from what was read, is no longer."""

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

_SENTENCES: Final = (DetectorFailed, FilmRefused, ImageRefused)
"""What says in words what was wrong. Others come from libraries, and their names tell more."""


def said(before: str, fault: BaseException) -> str:
    """Say what could not be done, and what went wrong with it."""
    words = str(fault)
    if not (words and isinstance(fault, _SENTENCES)):
        words = f"{type(fault).__name__}: {words}"
    return f"{before}: {words}"[:SAID_CHARS_MAX]
