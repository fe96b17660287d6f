"""What a detector or reader declares of itself: what a look costs, what it needs, whose opinion.

All of it may be left unsaid: then it is cheap, needs nothing, and asks no model. Whatever asks a
model is off until the operator switches it on, because a model gives opinions.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Protocol

from evenhand.detection.model import Answer, Assessment, Cost, Finding, Needs
from evenhand.detection.models.card import ModelCard
from evenhand.detection.models.weights import installed, is_loaded

SWITCHED_OFF: Final = "It is switched off."
NOT_NEEDED: Final = "No rule in force reads what it says, so it was not asked."


class Looks(Protocol):
    """A detector, or a reader that goes before it."""

    @property
    def name(self) -> str:
        """Its name, as assessments carry it."""
        ...

    @property
    def version(self) -> str:
        """Its version."""
        ...


@dataclass(frozen=True, slots=True)
class Declared:
    """What is known of a detector or reader without asking it anything.

    `seconds_max` None: it takes the time that all have.
    """

    name: str
    version: str
    cost: Cost = Cost.CHEAP
    seconds_max: float | None = None
    needs: Needs | None = None
    card: ModelCard | None = None

    @property
    def on_by_default(self) -> bool:
        """True unless it asks a model."""
        return self.card is None

    @property
    def installed(self) -> bool:
        """Tell whether what it needs is there."""
        return self.needs is None or installed(self.needs)

    @property
    def loaded(self) -> bool:
        """Tell whether this process has loaded its model; True where there is none to load."""
        return self.card is None or is_loaded(self.card)


@dataclass(frozen=True, slots=True)
class DetectorView:
    """A detector as people see it: whether it looks, and what it answered lately."""

    declared: Declared
    on: bool
    answers: Mapping[Answer, int]


def declared(one: Looks) -> Declared:
    """Return what a detector or reader declares."""
    return Declared(
        name=one.name,
        version=one.version,
        cost=getattr(one, "cost", Cost.CHEAP),
        seconds_max=getattr(one, "seconds_max", None),
        needs=getattr(one, "needs", None),
        card=getattr(one, "card", None),
    )


def is_on(one: Declared, switches: dict[str, bool]) -> bool:
    """Tell whether it looks: as it was switched, or as it is by itself."""
    return switches.get(one.name, one.on_by_default)


def unasked(
    looking: Iterable[Looks], switches: dict[str, bool], needed: Collection[str] | None
) -> dict[str, Assessment]:
    """Say of each that does not look why not, by its name: "skipped", and never silence.

    `needed` names what rules in force read; None means that all of it is wanted.
    """
    answers = {}
    for one in looking:
        told = declared(one)
        if not is_on(told, switches):
            says = SWITCHED_OFF
        elif told.cost is Cost.COSTLY and needed is not None and one.name not in needed:
            says = NOT_NEEDED
        else:
            continue
        answers[one.name] = Assessment(one.name, one.version, Finding(Answer.SKIPPED, says))
    return answers
