"""Every signal answers three questions: how is it written, how far apart are two, which are near.

A signal compares what banks list with what is seen in items. `OneByOne` asks it about each listed
value in turn: slow, and right by definition. Whatever looks up faster gives the same answers, and
tests say so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

Seen = TypeVar("Seen")
Seen_contra = TypeVar("Seen_contra", contravariant=True)


class NotAValue(ValueError):
    """What was given cannot be compared by this signal; the sentence says why."""


@dataclass(frozen=True, slots=True, order=True)
class Near:
    """A listed value that was found, by its id; 0 is the same, and more is further away."""

    distance: float
    id: str


class Lookup(Protocol[Seen_contra]):
    """Many listed values, made ready for looking up."""

    def near(self, seen: Seen_contra) -> list[Near]:
        """Return every listed value that was found, nearest first. Raises NotAValue."""
        ...


class Signal(Protocol[Seen_contra]):
    """One way of comparing what is listed (always written) with what is seen (a text, frames)."""

    @property
    def name(self) -> str:
        """The signal's name."""
        ...

    @property
    def version(self) -> str:
        """Changes whenever an answer could; values of two versions are not compared."""
        ...

    def normalised(self, value: str) -> str:
        """Return a listed value in its one written form. Raises NotAValue."""
        ...

    def distance(self, listed: str, seen: Seen_contra) -> float | None:
        """Return how far apart they are, in the signal's own unit; None when that is no match.

        The plain reference. `listed` is in its written form. Raises NotAValue.
        """
        ...

    def among(self, listed: Mapping[str, str]) -> Lookup[Seen_contra]:
        """Make listed values, by id, ready for looking up. Raises NotAValue."""
        ...


@dataclass(frozen=True, slots=True)
class OneByOne(Generic[Seen]):
    """Compares with each listed value in turn: what every other look-up is compared with."""

    signal: Signal[Seen]
    listed: Mapping[str, str]

    def near(self, seen: Seen) -> list[Near]:
        """Return every listed value that was found, nearest first. Raises NotAValue."""
        apart = ((self.signal.distance(value, seen), id_) for id_, value in self.listed.items())
        return sorted(Near(distance, id_) for distance, id_ in apart if distance is not None)
