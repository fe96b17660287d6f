"""Asks one model about every picture of an item, and says what came of it, picture by picture.

The highest of the frames' scores counts, and the frame is named. What was not looked at is said:
a picture too small to say, one that does not open, frames beyond the limit, a package that is
missing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from PIL import Image

from evenhand.detection.errors import ModelMissing
from evenhand.detection.faults import DECODING_FAULTS, said
from evenhand.detection.model import Answer, Finding, ImageContent, ItemContent
from evenhand.detection.models.card import ModelCard
from evenhand.kit.colours import colour_frames

DIGITS: Final = 4


@dataclass(frozen=True)
class PictureModel:
    """A model that scores pictures, and how it is asked.

    `side` is the shorter side below which a picture need not be decoded, `side_min` the one in
    pixels below which the model is not asked at all.
    """

    card: ModelCard
    scores: Callable[[Image.Image], Mapping[str, float]]
    weighed: Callable[[Mapping[str, float]], float]
    takes_for: str
    side: int
    side_min: int = 1


@dataclass(slots=True)
class _Seen:
    """What was seen of one picture so far."""

    score: float = -1.0
    scores: Mapping[str, float] | None = None
    frame: int = 0
    number: int = 0
    frames: int = 0


def opinions(model: PictureModel, content: ItemContent) -> Sequence[Finding]:
    """Return at least one finding about each picture, or one that there is none."""
    if not content.images:
        return [Finding(Answer.SKIPPED, "The item has no picture.")]
    try:
        return [found for image in content.images for found in _opinion(model, image)]
    except ModelMissing as why:
        return [Finding(Answer.SKIPPED, str(why))]


def _opinion(model: PictureModel, image: ImageContent) -> Iterator[Finding]:
    """Ask about one picture; whatever goes wrong with it stays with it. Raises ModelMissing."""
    seen = _Seen()
    try:
        for frame in colour_frames(image.load(), side_min=model.side):
            seen.number, seen.frames = frame.number, frame.frames
            if min(frame.width, frame.height) < model.side_min:
                continue
            scores = model.scores(frame.picture)
            score = model.weighed(scores)
            if score > seen.score:
                seen.score, seen.scores, seen.frame = score, scores, frame.number
    except DECODING_FAULTS as fault:
        if seen.scores is not None and seen.score >= model.card.thresholds["found"]:
            yield _said(model, image, seen)
        says = said("The model could not look", fault)
        yield Finding(Answer.FAILED, says, image.field, image.media_id)
        return
    if seen.scores is None:
        says = f"It is too small to say: the model is asked from {model.side_min} pixels on."
        yield Finding(Answer.SKIPPED, says, image.field, image.media_id)
        return
    yield _said(model, image, seen)
    if seen.number < seen.frames:
        says = f"Frames {seen.number + 1} to {seen.frames} of the animation were not looked at."
        yield Finding(Answer.SKIPPED, says, image.field, image.media_id)


def _said(model: PictureModel, image: ImageContent, seen: _Seen) -> Finding:
    assert seen.scores is not None, "only what was scored is said"
    card, enough = model.card, model.card.thresholds["found"]
    where = f" in frame {seen.frame}" if seen.frames > 1 else ""
    if seen.score >= enough:
        answer = Answer.FOUND
        says = f"The model {card.name} takes it for {model.takes_for}{where}: {seen.score:.2f}."
    else:
        answer = Answer.NOT_FOUND
        sure = seen.score < card.thresholds["unsure"]
        hedge = "" if sure else f" It is not sure: that would be under {card.thresholds['unsure']}."
        says = f"The model {card.name} says {seen.score:.2f}, under {enough}.{hedge}"
    evidence: dict[str, Any] = {
        "model": card.name,
        "model_version": card.version,
        "score": round(seen.score, DIGITS),
        "scores": {name: round(each, DIGITS) for name, each in seen.scores.items()},
        "threshold": enough,
        "frame": seen.frame,
    }
    return Finding(answer, says, image.field, image.media_id, evidence=evidence)
