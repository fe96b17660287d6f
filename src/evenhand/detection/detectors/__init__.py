"""One detector in each file here. All that are listed look at every item."""

from __future__ import annotations

from typing import Final

from evenhand.detection.detectors.known_images import KnownImages
from evenhand.detection.detectors.known_links import KnownLinks
from evenhand.detection.detectors.known_phrases import KnownPhrases
from evenhand.detection.model import Detector

DETECTORS: Final[tuple[Detector, ...]] = (KnownImages(), KnownPhrases(), KnownLinks())

__all__ = ["DETECTORS", "KnownImages", "KnownLinks", "KnownPhrases"]
