"""What a host may send: kinds of items, and the fields each has.

Pure: a kind is a value, and the starter kinds are what a new installation knows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final


class FieldType(StrEnum):
    """What a field holds."""

    TEXT = "text"
    IMAGE = "image"
    VIDEO = "video"
    LINK = "link"
    INT = "int"
    FLOAT = "float"
    BOOL = "bool"
    TIME = "time"


MEDIA_TYPES: Final = frozenset({FieldType.IMAGE, FieldType.VIDEO})
"""The types whose values are bytes, kept in the vault."""


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


class WhenNotLookedAt(StrEnum):
    """What happens to an item of a kind when a detector failed or took too long with it.

    `hold` keeps it from view until a later look succeeds, `review` puts it before a person, `allow`
    lets it through and says that it was not looked at.
    """

    HOLD = "hold"
    REVIEW = "review"
    ALLOW = "allow"


@dataclass(frozen=True, slots=True)
class ItemKind:
    """A kind of item the host sends, and its fields in the order they are shown."""

    name: str
    fields: tuple[Field, ...]
    when_not_looked_at: WhenNotLookedAt = WhenNotLookedAt.REVIEW


_TITLE = Field("title", FieldType.TEXT, FieldRole.TITLE)
_TEXT = Field("text", FieldType.TEXT, FieldRole.BODY, required=True)
_PHOTO = Field("photo", FieldType.IMAGE, FieldRole.MEDIA)
_VIDEO = Field("video", FieldType.VIDEO, FieldRole.MEDIA)
_LINKS = Field("links", FieldType.LINK, FieldRole.LINK, many=True)

STARTER_KINDS: Final = (
    ItemKind("post", (_TITLE, _TEXT, _PHOTO, _VIDEO, _LINKS)),
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

CATALOGUE_FILE: Final = ItemKind(
    "catalogue_file",
    (
        Field("name", FieldType.TEXT, FieldRole.TITLE, required=True),
        Field("origin", FieldType.TEXT, required=True),
        _PHOTO,
        Field("text", FieldType.TEXT, FieldRole.BODY),
    ),
)
"""The internal kind for a file in which a sweep of the host's catalogue found something."""

INTERNAL_KINDS: Final = frozenset({ADDRESS.name, CATALOGUE_FILE.name})
"""Names that no operator may declare and no host may send."""
