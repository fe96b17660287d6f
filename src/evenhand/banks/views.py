"""Banks and entries as others see them: what they are, how they stand, and how much they count."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from evenhand.banks.model import Confidence, EntryKind, Signal
from evenhand.banks.states import ROLLOUT_WHOLE, EntryState, Polarity, in_rollout, state_at


@dataclass(frozen=True)
class BankView:
    """One bank, how far it is rolled out, and how many entries stand in it.

    A bank of what is known to be fine has no clause. `flood_max` is how many accounts an entry may
    match within an hour before it is quarantined: None is the setting's number, 0 is never.
    """

    id: str
    name: str
    signal: Signal
    confidence: Confidence
    clause_key: str | None
    created_at: datetime
    live: int = 0
    quarantined: int = 0
    polarity: Polarity = Polarity.HARM
    rollout: int = ROLLOUT_WHOLE
    enabled: bool = True
    flood_max: int | None = None


@dataclass(frozen=True)
class EntryView:
    """One entry with what it has been through, and what its bank says now.

    `confidence` is the entry's own where it has one, and the bank's otherwise.
    """

    id: str
    bank_id: str
    bank: str
    signal: Signal
    confidence: Confidence
    clause_key: str | None
    kind: EntryKind
    value: str
    source: str
    reason: str
    added_by: str
    added_at: datetime
    origin_decision: str | None
    withdrawn_at: datetime | None
    withdrawn_by: str | None
    withdrawn_why: str | None
    labels: tuple[str, ...] = ()
    own_confidence: bool = False
    expires_at: datetime | None = None
    disabled_until: datetime | None = None
    disabled_by: str | None = None
    disabled_why: str | None = None
    quarantined_at: datetime | None = None
    released_at: datetime | None = None
    polarity: Polarity = Polarity.HARM
    rollout: int = ROLLOUT_WHOLE
    enabled: bool = True
    flood_max: int | None = None

    def state(self, now: datetime) -> EntryState:
        """Tell how it stands at an instant."""
        return state_at(
            now,
            expires_at=self.expires_at,
            disabled_until=self.disabled_until,
            quarantined_at=self.quarantined_at,
            withdrawn_at=self.withdrawn_at,
        )

    def matches(self, now: datetime) -> bool:
        """Tell whether it is compared with anything at an instant."""
        alive = {EntryState.STANDS, EntryState.QUARANTINED}
        return self.enabled and self.state(now) in alive

    def may_hold(self, now: datetime, key: str) -> bool:
        """Tell whether something by whoever `key` names may be held on it alone."""
        return (
            self.enabled
            and self.state(now) is EntryState.STANDS
            and self.polarity is Polarity.HARM
            and self.confidence is Confidence.CONFIRMED
            and in_rollout(self.bank_id, key, self.rollout)
        )


@dataclass(frozen=True)
class LiveEntry:
    """An entry that matches now, as a detector needs it."""

    id: str
    bank_id: str
    bank: str
    confidence: Confidence
    clause_key: str | None
    kind: EntryKind
    value: str
    polarity: Polarity = Polarity.HARM


@dataclass(frozen=True)
class Incoming:
    """One line of a list that comes in. What it does not say itself, is said for the whole list."""

    line: int
    value: str
    source: str | None = None
    reason: str | None = None
    labels: tuple[str, ...] = ()
    confidence: str | None = None
    expires: datetime | None = None


@dataclass(frozen=True)
class Imported:
    """What came of a portion of a file: how many joined, stood before, or were refused and why.

    `ids` names the entry of every line that joined or stood before, by the line's number.
    """

    added: int
    known: int
    refused: tuple[tuple[int, str], ...] = ()
    ids: Mapping[int, str] = field(default_factory=dict, repr=False)


HASHED: Final = frozenset({"image", "video"})
"""Signals whose banks hold hashes of material, by the name they are stored under."""


@dataclass(frozen=True)
class Loaded:
    """How many lists of hashes of child sexual abuse material stand, and the entries in them.

    Nothing else recognises such material by itself: no model does, and none is claimed to.
    """

    lists: int
    entries: int

    @property
    def says(self) -> str:
        """Say it in words, loudly when there is none."""
        if not self.lists:
            return (
                "0 lists loaded: no confirmed bank under a child-safety clause holds a hash, so"
                " known child sexual abuse material is not recognised. Reports, rules and people"
                " are all there is. Import a list: `evenhand bank import`."
            )
        noun = "list" if self.lists == 1 else "lists"
        return f"{self.lists} {noun} loaded, {self.entries:,} hashes."


@dataclass(frozen=True)
class IndexHealth:
    """Whether the index is what the database says, and how large it is."""

    damaged: tuple[str, ...]
    missing: int
    over: int
    hashes: int
    segments: int
    beside: int
    withdrawn: int
    bytes: int

    @property
    def sound(self) -> bool:
        """Tell whether nothing is wrong."""
        return not (self.damaged or self.missing or self.over)
