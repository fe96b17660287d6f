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

from evenhand.kit.images import DEFAULT_LIMITS, ImageLimits
from evenhand.policy import Harm


class FieldType(StrEnum):
    """What a field holds."""

    TEXT = "text"
    IMAGE = "image"
    LINK = "link"
    INT = "int"
    FLOAT = "float"
    BOOL = "bool"
    TIME = "time"


class FieldRole(StrEnum):
    """What a field is for, so that a reviewer's desk can show any kind of item well."""

    TITLE = "title"
    BODY = "body"
    MEDIA = "media"
    LINK = "link"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a kind; `many` holds a list of values of its type."""

    name: str
    type: FieldType
    role: FieldRole = FieldRole.OTHER
    required: bool = False
    many: bool = False

    def to_dict(self) -> dict[str, Any]:
        """Write the field as JSON data."""
        return {
            "name": self.name,
            "type": self.type.value,
            "role": self.role.value,
            "required": self.required,
            "many": self.many,
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Field:
        """Read what `to_dict` wrote."""
        return cls(
            name=data["name"],
            type=FieldType(data["type"]),
            role=FieldRole(data["role"]),
            required=data["required"],
            many=data["many"],
        )


@dataclass(frozen=True, slots=True)
class ItemKind:
    """A kind of item the host sends, and its fields in the order they are shown."""

    name: str
    fields: tuple[Field, ...]


_TITLE = Field("title", FieldType.TEXT, FieldRole.TITLE)
_TEXT = Field("text", FieldType.TEXT, FieldRole.BODY, required=True)
_PHOTO = Field("photo", FieldType.IMAGE, FieldRole.MEDIA)
_LINKS = Field("links", FieldType.LINK, FieldRole.LINK, many=True)

STARTER_KINDS: Final = (
    ItemKind("post", (_TITLE, _TEXT, _PHOTO, _LINKS)),
    ItemKind(
        "listing",
        (
            Field("title", FieldType.TEXT, FieldRole.TITLE, required=True),
            _TEXT,
            _PHOTO,
            _LINKS,
            Field("price", FieldType.FLOAT),
        ),
    ),
    ItemKind("profile", (_TEXT, _PHOTO)),
    ItemKind("message", (_TEXT,)),
)
"""The kinds a new installation knows; an operator declares more, or these anew."""

ADDRESS: Final = ItemKind("address", (Field("url", FieldType.LINK, FieldRole.LINK, required=True),))
"""The internal kind for reports about an address whose item Evenhand has never been sent."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of one item is read; every limit is inclusive."""

    text_chars_max: int = 50_000
    values_max: int = 100
    media_max: int = 10
    image: ImageLimits = DEFAULT_LIMITS


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
class CheckedItem:
    """An item that can be stored whole. `fields` are JSON data; pictures stand as their hashes."""

    kind: ItemKind
    external_id: str
    account: CheckedAccount | None
    url: str | None
    reach: int | None
    created_at: datetime | None
    fields: tuple[Mapping[str, Any], ...] = field(repr=False)
    images: tuple[CheckedImage, ...] = field(repr=False)
    content_hash: str


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


class ReportBasis(StrEnum):
    """What a report is in law: a notice meets DSA Art. 16(2), a report is anything else."""

    REPORT = "report"
    NOTICE = "notice"


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
    """One picture of an item; `object_id` opens it in the vault."""

    id: str
    object_id: str
    field: str
    media_type: str
    width: int
    height: int
    sha256: str
    bytes: int


@dataclass(frozen=True, slots=True)
class FieldView:
    """One field of an item. The value of an image field is the id of its media, or their list."""

    name: str
    type: FieldType
    role: FieldRole
    value: Any


@dataclass(frozen=True, slots=True)
class ItemView:
    """One version of an item. `account` is None only for a reported address never sent here."""

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


@dataclass(frozen=True, slots=True)
class RequestKey:
    """An idempotency key in the scope of one caller and route, with the digest of the body."""

    scope: str
    key: str
    digest: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What a request was answered; `replayed` when it was answered before."""

    status: int
    body: Mapping[str, Any] = field(repr=False)
    replayed: bool = False


def accuracy(outcomes: Sequence[ReportOutcome | None]) -> tuple[int, int]:
    """Count how often decisions agreed and disagreed; the other outcomes say nothing."""
    agreed = sum(outcome is ReportOutcome.UPHELD for outcome in outcomes)
    disagreed = sum(outcome is ReportOutcome.NOT_UPHELD for outcome in outcomes)
    return agreed, disagreed
