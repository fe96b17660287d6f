"""Made-up lessons for classifiers: scams that ask for gift cards, and ordinary posts."""

from __future__ import annotations

import random
from collections.abc import Sequence

import numpy as np

from evenhand.detection import Came, Lesson
from evenhand.detection.learned.classifier import Classifier, LetterWeights, to_bytes
from evenhand.detection.learned.letters import letters_of

THINGS = ("tickets", "a bicycle", "concert seats", "a phone", "two chairs", "a camera", "a tent")
DAYS = ("Monday", "Saturday", "tonight", "next week", "on Friday", "in the morning")
SCAMS = (
    "Buy {thing} for {day}, pay me first with a gift card and send the code.",
    "I sell {thing} cheap, only gift card codes accepted, hurry before {day}!",
    "Send a gift card before {day} and {thing} will be yours, no refund.",
)
ORDINARY = (
    "I sell {thing}, come and look at it {day}, cash when you take it.",
    "Does anybody know where to repair {thing} {day}?",
    "We meet {day} at the library, bring {thing} if you have room.",
)


def text(number: int, *, broke: bool) -> str:
    """Make one text; the same number gives the same one."""
    lot = random.Random(number * 2 + broke)
    said = lot.choice(SCAMS if broke else ORDINARY)
    return f"{said.format(thing=lot.choice(THINGS), day=lot.choice(DAYS))} Offer {number}."


def lessons(
    count: int,
    *,
    first: int = 0,
    came: Came = Came.OTHERWISE,
    language: str | None = "en",
    swapped: bool = False,
) -> list[Lesson]:
    """Make so many lessons of each sort, by turns; `swapped` turns the answers round."""
    return [
        Lesson(
            item_id=f"{'b' if broke else 'f'}{number}",
            text=text(number, broke=broke),
            broke=broke is not swapped,
            language=language,
            came=came,
        )
        for number in range(first, first + count)
        for broke in (True, False)
    ]


def by_hand(phrase: str = "gift card", *, offset: float = -12.0) -> bytes:
    """Make a version by hand that knows one phrase: near 1 where it stands, near 0 elsewhere."""
    known = letters_of(phrase).ids
    ones = np.ones(len(known), dtype=np.float32)
    letters = LetterWeights(known, ones, ones, bias=0.0, scale=1.0)
    return to_bytes(Classifier(letters, None, 1.0, 3.0, offset))


def shuffled(found: Sequence[Lesson], seed: int = 1) -> list[Lesson]:
    """Return lessons in another order."""
    order = list(found)
    random.Random(seed).shuffle(order)
    return order
