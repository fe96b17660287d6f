"""One value has one text: canonical JSON, so that equal things hash equally everywhere."""

from __future__ import annotations

import hashlib
import json
from typing import Any, Final

#: Made once: `json.dumps` would make one for each text.
_ENCODER: Final = json.JSONEncoder(
    sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
)


def canonical(value: Any) -> str:
    """Write JSON with sorted keys, no spaces and real characters. Raises ValueError on NaN."""
    return _ENCODER.encode(value)


def digest(value: Any) -> str:
    """SHA-256 of the canonical text, as hex."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()
