"""Detection, the second room: detectors look at an item, and each says what came of it.

Found, not found, failed or skipped: a picture that would not open is not a clean one. Looking is
slow and happens in a read view (`examine`); what was seen is then recorded (`record`) with the
version of every detector, and the path goes on to the rules.
"""

from evenhand.detection.commands import record
from evenhand.detection.detectors import DETECTORS
from evenhand.detection.errors import DetectionError, DetectorFailed, NothingToRecord
from evenhand.detection.hashing import FILE_LIMITS, ContentHash, hash_content
from evenhand.detection.model import (
    Answer,
    Assessment,
    AssessmentView,
    Detector,
    Finding,
    ItemContent,
    MediaHash,
)
from evenhand.detection.queries import (
    assessments,
    content_of,
    examine,
    hash_of,
    items_found_by,
)
from evenhand.detection.running import run
from evenhand.detection.signals.pdq import PdqHash, pdq_hash

__all__ = [
    "DETECTORS",
    "FILE_LIMITS",
    "Answer",
    "Assessment",
    "AssessmentView",
    "ContentHash",
    "DetectionError",
    "Detector",
    "DetectorFailed",
    "Finding",
    "ItemContent",
    "MediaHash",
    "NothingToRecord",
    "PdqHash",
    "assessments",
    "content_of",
    "examine",
    "hash_content",
    "hash_of",
    "items_found_by",
    "pdq_hash",
    "record",
    "run",
]
