"""Every detector leaves an assessment of every item; one that breaks leaves "failed"."""

from __future__ import annotations

from collections.abc import Iterable

from evenhand.banks import Snapshot
from evenhand.detection.detectors.known_images import DECODING_FAULTS
from evenhand.detection.model import Answer, Assessment, Detector, Finding, ItemContent

WHY_CHARS_MAX = 300


def run(detectors: Iterable[Detector], content: ItemContent, bank: Snapshot) -> list[Assessment]:
    """Let each detector look. One that raises, or says nothing at all, failed.

    What a detector may raise is named in DECODING_FAULTS. Anything beyond it comes out here, so
    that the job fails and is tried again; in no case is it taken for "not found".
    """
    return [
        Assessment(detector.name, detector.version, finding)
        for detector in detectors
        for finding in _examined(detector, content, bank)
    ]


def _examined(detector: Detector, content: ItemContent, bank: Snapshot) -> list[Finding]:
    try:
        findings = list(detector.examine(content, bank))
    except DECODING_FAULTS as fault:
        says = f"The detector could not look: {type(fault).__name__}: {fault}"
        return [Finding(Answer.FAILED, says[:WHY_CHARS_MAX])]
    return findings or [Finding(Answer.FAILED, "The detector gave no answer.")]
