"""An item that passes here can be stored whole, down to the last pixel; anything else says why not.

Pictures and films are opened once, under the limits of `evenhand.kit.images` and
`evenhand.kit.films`, so that what is stored is known to be one. Nothing is stored here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from typing import Any, Final

from evenhand.intake.errors import ItemRefused
from evenhand.intake.fields import (
    ADDRESS,
    INTERNAL_KINDS,
    Field,
    FieldType,
    ItemKind,
)
from evenhand.intake.films import read_film
from evenhand.intake.model import (
    LIMITS,
    CheckedAccount,
    CheckedFilm,
    CheckedImage,
    CheckedItem,
    Limits,
)
from evenhand.intake.notices import as_url
from evenhand.intake.reading import ID_CHARS_MAX, INT_MAX, Reader, join
from evenhand.kit import images
from evenhand.kit.canonical import digest
from evenhand.kit.clock import stamp

NAME_CHARS_MAX: Final = 200
MEDIA_TYPE_CHARS_MAX: Final = 100

_ITEM_FIELDS: Final = frozenset({"kind", "id", "account", "url", "reach", "created_at", "fields"})
_ACCOUNT_FIELDS: Final = frozenset({"id", "name", "email", "language"})
_MEDIA_FIELDS: Final = frozenset({"data", "media_type"})

_IMAGE_PROBLEMS: Final[dict[type[images.ImageRefused], tuple[str, str]]] = {
    images.NotAnImage: ("not_an_image", "These bytes are not a picture."),
    images.UnsupportedImage: ("unsupported_image", "Send JPEG, PNG, GIF or WEBP."),
    images.MediaTypeLies: ("media_type_lies", "The bytes are not of the media type given."),
    images.TruncatedImage: (
        "truncated_image",
        "The picture is cut short or damaged. Send it again.",
    ),
    images.ImageTooLarge: ("too_large", "The picture takes too many bytes."),
    images.TooManyPixels: ("too_many_pixels", "The picture has too many pixels."),
    images.TooManyFrames: ("too_many_frames", "The animation has too many frames."),
}

_UNOPENED: Final = "The picture cannot be opened."

_PLAIN: Final[dict[FieldType, Callable[[Reader, object, str], object]]] = {
    FieldType.LINK: Reader.link,
    FieldType.INT: Reader.whole,
    FieldType.FLOAT: Reader.number,
    FieldType.BOOL: Reader.boolean,
}


def check_item(raw: object, kinds: Mapping[str, ItemKind], limits: Limits = LIMITS) -> CheckedItem:
    """Return the item, or raise ItemRefused with everything there is to mend.

    `kinds` are the declared ones. Opens all media, so it takes time: never call it inside a
    transaction.
    """
    reader = Reader()
    data = reader.mapping(raw, "", allowed=_ITEM_FIELDS)
    kind = _kind(reader, data, kinds)
    external_id = ""
    if reader.present(data, "id", "id", required=True):
        external_id = reader.text(data["id"], "id", chars_max=ID_CHARS_MAX, chars_min=1) or ""
    account = _account(reader, data)
    url = reader.link(data["url"], "url") if data.get("url") is not None else None
    reach, created_at = None, None
    if data.get("reach") is not None:
        reach = reader.whole(data["reach"], "reach", low=0, high=INT_MAX)
    if data.get("created_at") is not None:
        created_at = reader.time(data["created_at"], "created_at")
    found = _Fields(reader, limits)
    if kind is not None:
        found.read(data, kind)
    if reader.problems or kind is None:
        raise ItemRefused(reader.problems)
    return CheckedItem(
        kind=kind,
        external_id=external_id,
        account=account,
        url=url,
        reach=reach,
        created_at=created_at,
        fields=tuple(found.values),
        images=tuple(found.images),
        films=tuple(found.films),
        content_hash=_content_hash(kind, account, url, found),
    )


def address_item(url: str) -> CheckedItem:
    """Make the item for a reported address that no item sent here has: the address is all of it."""
    value = {"name": "url", "type": "link", "role": "link", "value": url}
    key = url_key(url)
    return CheckedItem(
        kind=ADDRESS,
        external_id=key,
        account=None,
        url=url,
        reach=None,
        created_at=None,
        fields=(value,),
        images=(),
        content_hash=digest({"kind": ADDRESS.name, "url": key}),
    )


def url_key(url: str) -> str:
    """Give what two writings of one address have in common: SHA-256 of it without its fragment."""
    canonical = (as_url(url) or url).partition("#")[0]
    return hashlib.sha256(canonical.encode()).hexdigest()


def _kind(
    reader: Reader, data: Mapping[str, Any], kinds: Mapping[str, ItemKind]
) -> ItemKind | None:
    if not reader.present(data, "kind", "kind", required=True):
        return None
    name = data["kind"]
    may = isinstance(name, str) and name not in INTERNAL_KINDS
    known = kinds.get(name) if may else None
    if known is None:
        says = f"Send one of the declared kinds: {', '.join(sorted(kinds)) or 'none yet'}."
        reader.note("kind", says, "unknown_kind")
    return known


def _account(reader: Reader, data: Mapping[str, Any]) -> CheckedAccount | None:
    if not reader.present(data, "account", "account", required=True):
        return None
    given = reader.mapping(data["account"], "account", allowed=_ACCOUNT_FIELDS)
    texts: dict[str, str | None] = {}
    for name, chars_max in (("id", ID_CHARS_MAX), ("name", NAME_CHARS_MAX)):
        path = f"account.{name}"
        texts[name] = None
        if reader.present(given, name, path, required=True):
            texts[name] = reader.text(given[name], path, chars_max=chars_max, chars_min=1)
    email, language = given.get("email"), given.get("language")
    return CheckedAccount(
        external_id=texts["id"] or "",
        name=texts["name"] or "",
        language=None if language is None else reader.language(language, "account.language"),
        email=None if email is None else reader.email(email, "account.email"),
    )


class _Fields:
    """Reads an item's fields as their kind declares them, gathering values and media."""

    def __init__(self, reader: Reader, limits: Limits) -> None:
        self.reader, self.limits = reader, limits
        self.values: list[dict[str, Any]] = []
        self.images: list[CheckedImage] = []
        self.films: list[CheckedFilm] = []

    def read(self, data: Mapping[str, Any], kind: ItemKind) -> None:
        """Read every declared field; what is not declared is a problem."""
        given: Mapping[str, Any] = {}
        if self.reader.present(data, "fields", "fields", required=True):
            names = frozenset(one.name for one in kind.fields)
            given = self.reader.mapping(data["fields"], "fields", allowed=names)
        for one in kind.fields:
            path = join("fields", one.name)
            if self.reader.present(given, one.name, path, required=one.required):
                value = self._field(given[one.name], one, path)
                about = {"name": one.name, "type": one.type.value, "role": one.role.value}
                self.values.append({**about, "value": value})

    def _field(self, value: object, one: Field, path: str) -> object:
        if not one.many:
            return self._value(value, one, path, 0)
        if not isinstance(value, list):
            self.reader.note(path, "Send a list here.", "wrong_type")
            return None
        if len(value) > self.limits.values_max:
            says = f"This list is too long: {self.limits.values_max} at most."
            self.reader.note(path, says, "too_many")
            return None
        return [self._value(each, one, f"{path}[{at}]", at) for at, each in enumerate(value)]

    def _value(self, value: object, one: Field, path: str, position: int) -> object:
        """Read one value as JSON data; a picture or film stands as its hash."""
        match one.type:
            case FieldType.TEXT:
                return self.reader.text(value, path, chars_max=self.limits.text_chars_max)
            case FieldType.TIME:
                at = self.reader.time(value, path)
                return None if at is None else stamp(at)
            case FieldType.IMAGE:
                image = self._image(value, path, place=(one.name, position))
                return None if image is None else image.sha256
            case FieldType.VIDEO:
                film = self._film(value, path, place=(one.name, position))
                return None if film is None else film.sha256
            case _:
                return _PLAIN[one.type](self.reader, value, path)

    def _given(self, value: object, path: str) -> tuple[object, str | None] | None:
        """Read what any media is sent as: its data, and perhaps a declared type."""
        if len(self.images) + len(self.films) >= self.limits.media_max:
            says = f"An item holds {self.limits.media_max} pictures and films at most."
            self.reader.note(path, says, "too_many")
            return None
        given = self.reader.mapping(value, path, allowed=_MEDIA_FIELDS)
        if not self.reader.present(given, "data", join(path, "data"), required=True):
            return None
        declared = given.get("media_type")
        if declared is not None:
            at = join(path, "media_type")
            declared = self.reader.text(declared, at, chars_max=MEDIA_TYPE_CHARS_MAX)
        return given["data"], declared

    def _film(self, value: object, path: str, *, place: tuple[str, int]) -> CheckedFilm | None:
        given = self._given(value, path)
        if given is None:
            return None
        film = read_film(self.reader, *given, path, place=place, limits=self.limits.film)
        if film is not None:
            self.films.append(film)
        return film

    def _image(self, value: object, path: str, *, place: tuple[str, int]) -> CheckedImage | None:
        given = self._given(value, path)
        if given is None:
            return None
        data, declared = given
        limit = self.limits.image.bytes_max
        content = self.reader.content(data, join(path, "data"), bytes_max=limit)
        if content is None:
            return None
        try:
            opened = images.open_image(content, declared=declared, limits=self.limits.image)
        except images.ImageRefused as refused:
            code, says = _IMAGE_PROBLEMS.get(type(refused), ("not_an_image", _UNOPENED))
            self.reader.note(path, says, code)
            return None
        image = CheckedImage(
            field=place[0],
            position=place[1],
            content=content,
            sha256=hashlib.sha256(content).hexdigest(),
            media_type=opened.media_type,
            width=opened.width,
            height=opened.height,
        )
        self.images.append(image)
        return image


def _content_hash(
    kind: ItemKind, account: CheckedAccount | None, url: str | None, found: _Fields
) -> str:
    return digest(
        {
            "kind": kind.name,
            "account": account and account.external_id,
            "url": url,
            "fields": {one["name"]: one["value"] for one in found.values},
        }
    )
