"""Models are opinions with a card: one file per model, loaded late, once, and only if wanted.

No model touches the network, the settings or the database. Its weights are compared with the
checksum on its card before they are loaded; what they say is evidence for people, never a verdict.
"""

from __future__ import annotations

from typing import Final

from evenhand.detection.models import eldc, nsfwjs, opennsfw
from evenhand.detection.models.card import ModelCard

CARDS: Final[tuple[ModelCard, ...]] = (
    opennsfw.CARD,
    nsfwjs.CARD,
    eldc.CARD,
)
"""The card of every model there is, in the order in which they are listed."""

__all__ = ["CARDS", "ModelCard"]
