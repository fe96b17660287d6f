"""What the model opennsfw thinks of each picture: an opinion, which by itself only asks for a look.

The model is asked only where the operator switched it on. Its card says what it learned from and
what it cannot see; it is no detector of child sexual abuse material.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from evenhand.banks import Snapshot
from evenhand.detection.model import Cost, Finding, ItemContent
from evenhand.detection.models import opennsfw
from evenhand.detection.models.pictures import PictureModel, opinions

_MODEL: Final = PictureModel(
    card=opennsfw.CARD,
    scores=opennsfw.scores,
    weighed=opennsfw.weighed,
    takes_for="sexual material",
    side=opennsfw.PICTURE_SIDE,
)


class AdultImageOpenNsfw:
    """Asks opennsfw about every picture."""

    name: Final = "adult_image_opennsfw"
    version: Final = f"1/{opennsfw.CARD.version}"
    cost: Final = Cost.COSTLY
    seconds_max: Final = 20.0
    needs: Final = opennsfw.NEEDS
    card: Final = opennsfw.CARD

    def examine(self, content: ItemContent, bank: Snapshot) -> Sequence[Finding]:  # noqa: ARG002
        """Return the model's opinion of each picture, or why it was not asked."""
        return opinions(_MODEL, content)
