"""A model card says where a model comes from, what it was tested on and what it cannot see.

Nobody can weigh a score without it, so every model carries one, and every model's card is shown
in the console and at the shell beside what the model answered. Pure: facts, no weights.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

NO_AGE: Final = (
    "How old anybody is, or whether they agreed: it says nothing about abuse, and it does not"
    " detect child sexual abuse material."
)
"""What no model here can see; it stands on the card of every one that looks at pictures."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelCard:
    """What a person must know before trusting a model's opinion.

    `provenance` tells what it learned from and who made it, also where that is undisclosed.
    `thresholds` are the scores from which an answer changes, by what they stand for, from 0 to 1.
    `sha256` is that of the weights as they lie on disk, `size_bytes` their length.
    """

    name: str
    version: str
    task: str
    licence: str
    provenance: str
    tested_on: tuple[str, ...]
    cannot_see: tuple[str, ...]
    size_bytes: int
    sha256: str
    thresholds: Mapping[str, float] = dataclasses.field(default_factory=dict)
