"""One detector in each file here. All that are listed look at every item, unless switched off."""

from __future__ import annotations

from typing import Final

from evenhand.detection.detectors.adult_image_nsfwjs import AdultImageNsfwjs
from evenhand.detection.detectors.adult_image_opennsfw import AdultImageOpenNsfw
from evenhand.detection.detectors.impersonation import Impersonation
from evenhand.detection.detectors.known_images import KnownImages
from evenhand.detection.detectors.known_links import KnownLinks
from evenhand.detection.detectors.known_phrases import KnownPhrases
from evenhand.detection.detectors.known_texts import KnownTexts
from evenhand.detection.detectors.known_videos import KnownVideos
from evenhand.detection.detectors.language import Language
from evenhand.detection.detectors.learned import Learned
from evenhand.detection.model import Detector

DETECTORS: Final[tuple[Detector, ...]] = (
    KnownImages(),
    KnownPhrases(),
    KnownTexts(),
    KnownLinks(),
    KnownVideos(),
    Impersonation(),
    Learned(),
    Language(),
    AdultImageOpenNsfw(),
    AdultImageNsfwjs(),
)

#: What compares texts and links with the banks, and needs nothing else to do so.
ON_TEXTS: Final[tuple[Detector, ...]] = (KnownPhrases(), KnownTexts(), KnownLinks())

__all__ = [
    "DETECTORS",
    "ON_TEXTS",
    "AdultImageNsfwjs",
    "AdultImageOpenNsfw",
    "Impersonation",
    "KnownImages",
    "KnownLinks",
    "KnownPhrases",
    "KnownTexts",
    "KnownVideos",
    "Language",
    "Learned",
]
