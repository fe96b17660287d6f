"""What arrives, in checked form, and how rooms after this one see it.

An item is one version of one thing an account made on the host service, with the fields its kind
declares. A report is somebody saying that an item is wrong. Who reported is in none of the views:
identities are sealed apart (charter, promise 10). Pure: values in, values out.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from evenhand.intake.fields import FieldRole, FieldType, ItemKind
from evenhand.kit.films import DEFAULT_LIMITS as FILM_LIMITS
from evenhand.kit.films import FilmLimits
from evenhand.kit.images import DEFAULT_LIMITS, ImageLimits
from evenhand.policy import Harm


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of one item is read; every limit is inclusive."""

    text_chars_max: int = 50_000
    values_max: int = 100
    media_max: int = 10
    image: ImageLimits = DEFAULT_LIMITS
    film: FilmLimits = FILM_LIMITS


LIMITS: Final = Limits()


@dataclass(frozen=True, slots=True)
class CheckedAccount:
    """Who made an item, on the host service. The address is to be sealed."""

    external_id: str
    name: str
    language: str | None = None
    email: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class CheckedImage:
    """One picture that was opened whole; sizes are in pixels and bytes."""

    field: str
    position: int
    content: bytes = dataclasses.field(repr=False)
    sha256: str
    media_type: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class CheckedFilm:
    """One film whose frames can be told apart; 0 x 0 and no seconds where films are not opened."""

    field: str
    position: int
    content: bytes = dataclasses.field(repr=False)
    sha256: str
    media_type: str
    width: int
    height: int
    seconds: float | None


@dataclass(frozen=True, slots=True)
class CheckedItem:
    """An item that can be stored whole. `fields` are JSON data; media stand as their hashes."""

    kind: ItemKind
    external_id: str
    account: CheckedAccount | None
    url: str | None
    reach: int | None
    created_at: datetime | None
    fields: tuple[Mapping[str, Any], ...] = field(repr=False)
    images: tuple[CheckedImage, ...] = field(repr=False)
    content_hash: str
    films: tuple[CheckedFilm, ...] = field(default=(), repr=False)

    @property
    def media(self) -> tuple[CheckedImage | CheckedFilm, ...]:
        """Return pictures and films, in the order in which they are staged."""
        return (*self.images, *self.films)


@dataclass(frozen=True, slots=True)
class ReceivedItem:
    """What became of an item: `created` is False when it was here already, unchanged."""

    item_id: str
    created: bool
    version: int
    replayed: bool = False


class Whose(StrEnum):
    """Whose identity may be sealed: whoever sent a report, and whoever holds an account."""

    REPORT = "report"
    ACCOUNT = "account"


class Via(StrEnum):
    """The door a report came through."""

    API = "api"
    PORTAL = "portal"
    DESK = "desk"


class ReportBasis(StrEnum):
    """What a report is in law: a notice meets DSA Art. 16(2), an order Art. 9(2), a report none."""

    REPORT = "report"
    NOTICE = "notice"
    ORDER = "order"


class ReportOutcome(StrEnum):
    """How what was reported was decided. Only the first two say anything about the reporter."""

    UPHELD = "upheld"
    NOT_UPHELD = "not_upheld"
    NOT_ENOUGH_INFORMATION = "not_enough_information"
    DUPLICATE = "duplicate"
    OUT_OF_SCOPE = "out_of_scope"


@dataclass(frozen=True, slots=True)
class CheckedReporter:
    """Who reports; to be sealed apart from everything else, and in no printed form."""

    account_id: str | None = None
    name: str | None = None
    email: str | None = None
    organisation: str | None = None
    trusted_flagger_id: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Write what is known, for sealing."""
        known = {
            "account_id": self.account_id,
            "name": self.name,
            "email": self.email,
            "organisation": self.organisation,
            "trusted_flagger_id": self.trusted_flagger_id,
        }
        return {name: value for name, value in known.items() if value is not None}

    @property
    def key(self) -> str | None:
        """Return what tells this reporter from others (account, else mail address), or None."""
        if self.account_id is not None:
            return f"account:{self.account_id}"
        return None if self.email is None else f"email:{self.email.casefold()}"


@dataclass(frozen=True, slots=True)
class CheckedReport:
    """A report that can be taken. `notice` is the Art. 16 notice without its sender, or None."""

    kind: str | None
    external_id: str | None
    url: str | None
    harm: Harm
    basis: ReportBasis
    explanation: str = field(repr=False)
    notice: Mapping[str, Any] | None = field(repr=False)
    reporter: CheckedReporter | None = field(repr=False)
    trusted: bool
    language: str | None


@dataclass(frozen=True, slots=True)
class ReceivedReport:
    """What became of a report. `repeat`: its sender had an open report of this already."""

    report_id: str
    receipt: str = field(repr=False)
    item_id: str
    repeat: bool = False
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class AccountView:
    """An account on the host service. `identity_id` points at a sealed address, if one is known."""

    id: str
    external_id: str
    name: str
    language: str | None
    identity_id: str | None = None


@dataclass(frozen=True, slots=True)
class MediaView:
    """One picture or film of an item; `object_id` opens it in the vault.

    `seconds` is how long a film is, where that is known. Of a picture that was let go before it was
    stored, `unkept` says what was found in it, and why.
    """

    id: str
    object_id: str
    field: str
    media_type: str
    width: int
    height: int
    sha256: str
    bytes: int
    seconds: float | None = None
    unkept: Mapping[str, Any] | None = None

    @property
    def is_film(self) -> bool:
        """Tell a film from a picture."""
        return self.media_type.startswith("video/")


@dataclass(frozen=True, slots=True)
class FieldView:
    """One field of an item. The value of a picture or film is its media's id, or their list."""

    name: str
    type: FieldType
    role: FieldRole
    value: Any


@dataclass(frozen=True, slots=True)
class ItemView:
    """One version of an item.

    `account` is None only for what nobody sent: a reported address, a file that a sweep found.
    """

    id: str
    short: str
    kind: str
    external_id: str
    version: int
    url: str | None
    reach: int | None
    account: AccountView | None
    fields: tuple[FieldView, ...]
    media: tuple[MediaView, ...]
    received_at: datetime
    created_at: datetime | None


@dataclass(frozen=True, slots=True)
class ReportView:
    """A report without its sender. `repeat_of` names the sender's first open report of this."""

    id: str
    item_id: str
    via: Via
    basis: ReportBasis
    harm: Harm
    explanation: str
    language: str | None
    trusted: bool
    clock: str
    law: str | None
    due_at: datetime
    received_at: datetime
    outcome: ReportOutcome | None
    decided_at: datetime | None
    decision_id: str | None
    repeat_of: str | None


@dataclass(frozen=True, slots=True)
class SettledReport:
    """A report that a decision settled, and the pointer delivery needs to answer its sender."""

    report_id: str
    identity_id: str | None
    language: str | None


@dataclass(frozen=True, slots=True)
class ReporterCount:
    """Who reported an item: people told apart, and reports whose senders cannot be told apart."""

    distinct: int
    anonymous: int


def accuracy(outcomes: Sequence[ReportOutcome | None]) -> tuple[int, int]:
    """Count how often decisions agreed and disagreed; the other outcomes say nothing."""
    agreed = sum(outcome is ReportOutcome.UPHELD for outcome in outcomes)
    disagreed = sum(outcome is ReportOutcome.NOT_UPHELD for outcome in outcomes)
    return agreed, disagreed
