"""What is made of listed entries is made once, and stays ready until the entries are others.

Making a hundred thousand phrases ready takes a second, so it is not done for each item. A few
entries more are made ready beside the many, and what is listed no more is passed over, until that
is worth making all of it anew.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, Generic, TypeVar

from evenhand.banks import EntryKind, LiveEntry, Snapshot

Lookup = TypeVar("Lookup")

STATES_MAX: Final = 4
"""The banks as they stand, and the few entries somebody searches the past for, at one time."""

_BESIDE_MAX: Final = 1_000
_BESIDE_SHARE: Final = 8  # of what was made before, one in so many may lie beside it


@dataclass(frozen=True, eq=False)
class Part(Generic[Lookup]):
    """Some values, and what was made of them."""

    values: frozenset[str]
    lookup: Lookup


@dataclass(frozen=True)
class Listed(Generic[Lookup]):
    """The entries of one kind by value, and look-ups that together hold all of these values.

    A look-up may hold values that are listed no more: whoever finds one looks for it here.
    """

    entries: Mapping[str, tuple[LiveEntry, ...]] = field(repr=False)
    parts: tuple[Part[Lookup], ...]

    @property
    def lookups(self) -> Iterable[Lookup]:
        """Return the look-ups, the large one first."""
        return (part.lookup for part in self.parts)


class Ready(Generic[Lookup]):
    """Keeps one kind of entries ready for looking up."""

    def __init__(self, kind: EntryKind, make: Callable[[Iterable[str]], Lookup]) -> None:
        self._kind = kind
        self._make = make
        self._lock = threading.Lock()
        self._kept: list[tuple[tuple[LiveEntry, ...], Listed[Lookup]]] = []

    def of(self, bank: Snapshot) -> Listed[Lookup] | None:
        """Return what is listed in a snapshot, ready; None when there is nothing.

        Snapshots that share their entries share this. Whatever `make` raises comes out.
        """
        with self._lock:  # so that two who come at once do not both make it
            kept = next((one for one in self._kept if one[0] is bank.entries), None)
            found = kept or (bank.entries, self._listed(bank.of_kind(self._kind)))
            others = [
                one for one in self._kept if one is not kept and one[1].parts != found[1].parts
            ]
            self._kept = [found, *others[: STATES_MAX - 1]]
        return found[1] if found[1].entries else None

    def _listed(self, entries: Iterable[LiveEntry]) -> Listed[Lookup]:
        by_value: dict[str, tuple[LiveEntry, ...]] = {}
        for entry in entries:
            by_value[entry.value] = (*by_value.get(entry.value, ()), entry)
        if not by_value:
            return Listed(by_value, ())
        for _, former in self._kept:
            parts = self._beside(by_value, former.parts)
            if parts is not None:
                return Listed(by_value, parts)
        return Listed(by_value, (Part(frozenset(by_value), self._make(by_value)),))

    def _beside(
        self, values: Mapping[str, object], former: tuple[Part[Lookup], ...]
    ) -> tuple[Part[Lookup], ...] | None:
        """Keep a large part while what is new fits beside it and little of it is stale."""
        if not former:
            return None
        large = former[0]
        room = max(_BESIDE_MAX, len(large.values) // _BESIDE_SHARE)
        fresh = frozenset(value for value in values if value not in large.values)
        if len(fresh) > room or len(large.values) + len(fresh) - len(values) > room:
            return None
        if fresh == (former[1].values if len(former) > 1 else frozenset()):
            return former
        return (large, Part(fresh, self._make(fresh))) if fresh else (large,)
