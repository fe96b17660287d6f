"""Letters become text by PP-OCRv6, whose weights lie in the `rapidocr` package: nothing is fetched.

The model files are named one by one, so that a file that is gone is a fault and never a download.
It reads Latin, Chinese and Japanese letters, and no others. Loaded once in a process, on one core.
"""

from __future__ import annotations

import functools
import importlib.util
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from evenhand.detection.errors import DetectorFailed

if TYPE_CHECKING:
    from rapidocr import RapidOCR

DETECTING_SIDE_MAX: Final = 960  # PP-OCR's own; larger invents letters on tiles and bricks
BATCH_LINES: Final = 6
LINES_MAX: Final = 200  # of one picture: a page of print has fifty

_MODELS: Final = {
    "Det.model_path": "PP-OCRv6_det_small.onnx",
    "Cls.model_path": "ch_ppocr_mobile_v2.0_cls_mobile.onnx",
    "Rec.model_path": "PP-OCRv6_rec_small.onnx",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of letters as it was read, and how sure the model is, from 0 to 1."""

    text: str
    score: float


@dataclass(frozen=True, slots=True)
class Page:
    """The lines of one picture in reading order, and how many there were to read."""

    lines: tuple[Line, ...]
    seen: int


class WordEngine(Protocol):
    """Reads the lines of a picture until an instant of `time.monotonic`."""

    @property
    def model(self) -> str:
        """The model and its version, as findings carry it."""
        ...

    def read(self, pixels: NDArray[np.uint8], *, until: float) -> Page:
        """Read height x width x 3 RGB samples. Raises DetectorFailed."""
        ...


class WordsNotInstalled(DetectorFailed):
    """The packages that read words are not installed."""


class RapidOcr:
    """PP-OCRv6 small, run by ONNX."""

    def __init__(self, engine: RapidOCR, model: str) -> None:
        self._engine = engine
        self._one_at_a_time = threading.Lock()  # the engine keeps what it is doing in itself
        self.model: Final = model

    def read(self, pixels: NDArray[np.uint8], *, until: float) -> Page:
        """Find the lines, then read them a few at a time while there is time."""
        import cv2
        from rapidocr.inference_engine.onnxruntime.main import ONNXRuntimeError

        blue_first = np.ascontiguousarray(pixels[:, :, ::-1])
        try:
            with self._one_at_a_time:
                crops = self._lines_of(blue_first)
                lines = self._read(crops[:LINES_MAX], until)
        except (cv2.error, ONNXRuntimeError) as fault:
            raise DetectorFailed(f"the model failed: {type(fault).__name__}") from fault
        return Page(tuple(lines), len(crops))

    def _lines_of(self, pixels: NDArray[np.uint8]) -> Sequence[NDArray[np.uint8]]:
        from rapidocr.main import RapidOCRError

        shown, done = self._engine.preprocess_img(pixels)
        try:
            crops: Sequence[NDArray[np.uint8]] = self._engine.detect_and_crop(shown, done)[0]
        except RapidOCRError:  # how it says that there are no lines
            return ()
        return crops

    def _read(self, crops: Sequence[NDArray[np.uint8]], until: float) -> list[Line]:
        lines: list[Line] = []
        for at in range(0, len(crops), BATCH_LINES):
            if time.monotonic() > until:
                break
            upright, _ = self._engine.cls_and_rotate(list(crops[at : at + BATCH_LINES]))
            read = self._engine.recognize_txt(upright)
            lines += [
                Line(text, float(score))
                for text, score in zip(read.txts or (), read.scores or (), strict=True)
            ]
        return lines


@functools.cache
def rapid_ocr() -> WordEngine:
    """Load the engine. Raises WordsNotInstalled, or DetectorFailed when its files are not whole."""
    if not all(map(importlib.util.find_spec, ("rapidocr", "onnxruntime"))):
        raise WordsNotInstalled
    import rapidocr

    folder = Path(rapidocr.__file__).parent / "models"
    files = {name: folder / file for name, file in _MODELS.items()}
    gone = [file.name for file in files.values() if not file.is_file()]
    if gone:
        raise DetectorFailed(f"rapidocr came without its models: {', '.join(gone)}")
    engine = rapidocr.RapidOCR(
        params={
            "Global.log_level": "error",
            "EngineConfig.onnxruntime.intra_op_num_threads": 1,
            "Det.limit_type": "max",
            "Det.limit_side_len": DETECTING_SIDE_MAX,
            **{name: str(file) for name, file in files.items()},
        }
    )
    return RapidOcr(engine, f"PP-OCRv6 small, rapidocr {version('rapidocr')}")
