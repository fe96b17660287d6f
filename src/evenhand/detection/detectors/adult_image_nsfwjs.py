"""What the model nsfwjs thinks of each picture: the second opinion beside opennsfw.

The model is asked only where the operator switched it on, and not about pictures so small that it
is known to err. Its card says what it learned from and what it cannot see; it is no detector of
child sexual abuse material.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from evenhand.banks import Snapshot
from evenhand.detection.model import Cost, Finding, ItemContent
from evenhand.detection.models import nsfwjs
from evenhand.detection.models.pictures import PictureModel, opinions

_MODEL: Final = PictureModel(
    card=nsfwjs.CARD,
    scores=nsfwjs.scores,
    weighed=nsfwjs.weighed,
    takes_for="pornography",
    side=nsfwjs.PICTURE_SIDE,
    side_min=nsfwjs.SIDE_MIN,
)


class AdultImageNsfwjs:
    """Asks nsfwjs about every picture."""

    name: Final = "adult_image_nsfwjs"
    version: Final = f"1/{nsfwjs.CARD.version}"
    cost: Final = Cost.COSTLY
    seconds_max: Final = 20.0
    needs: Final = nsfwjs.NEEDS
    card: Final = nsfwjs.CARD

    def examine(self, content: ItemContent, bank: Snapshot) -> Sequence[Finding]:  # noqa: ARG002
        """Return the model's opinion of each picture, or why it was not asked."""
        return opinions(_MODEL, content)
