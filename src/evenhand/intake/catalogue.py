"""A file of the host's own catalogue becomes an item like any other, with or without an account.

Nobody sends it: a sweep found it where it lay. It is named by where it lies, says how it came here,
and carries as much of its content as an item may hold; a film or a damaged picture comes as a name.
"""

from __future__ import annotations

import hashlib
from typing import Any, Final

from evenhand.intake.fields import (
    CATALOGUE_FILE,
)
from evenhand.intake.model import (
    LIMITS,
    CheckedAccount,
    CheckedImage,
    CheckedItem,
    Limits,
)
from evenhand.intake.reading import ID_CHARS_MAX
from evenhand.kit import images
from evenhand.kit.canonical import digest
from evenhand.kit.storing import storable

_CUT: Final = "…"


def file_item(
    *,
    name: str,
    origin: str,
    account_id: str | None = None,
    picture: bytes | None = None,
    text: str | None = None,
    limits: Limits = LIMITS,
) -> CheckedItem:
    """Make the item for a file: `name` is where it lies, `origin` says how it came here.

    The same arguments make the same item. Opens the picture: never call it in a transaction. One
    that cannot be opened within the limits is left out; so is text that cannot be stored.
    """
    told = name if storable(name) else name.encode("utf-8", "backslashreplace").decode()
    told = told.replace("\0", "\\0")
    fields: list[dict[str, Any]] = [
        _field("name", _shortened(told, limits.text_chars_max)),
        _field("origin", origin),
    ]
    image = None if picture is None else _image(picture, limits)
    if image is not None:
        fields.append(_field("photo", image.sha256))
    if text and storable(text):
        fields.append(_field("text", _shortened(text, limits.text_chars_max)))
    return CheckedItem(
        kind=CATALOGUE_FILE,
        external_id=_external_id(told),
        account=None if account_id is None else CheckedAccount(account_id, account_id),
        url=None,
        reach=None,
        created_at=None,
        fields=tuple(fields),
        images=() if image is None else (image,),
        content_hash=digest({"kind": CATALOGUE_FILE.name, "account": account_id, "fields": fields}),
    )


def _field(name: str, value: str) -> dict[str, Any]:
    declared = next(one for one in CATALOGUE_FILE.fields if one.name == name)
    return {"name": name, "type": declared.type.value, "role": declared.role.value, "value": value}


def _image(content: bytes, limits: Limits) -> CheckedImage | None:
    try:
        opened = images.open_image(content, declared=None, limits=limits.image)
    except images.ImageRefused:
        return None
    return CheckedImage(
        field="photo",
        position=0,
        content=content,
        sha256=hashlib.sha256(content).hexdigest(),
        media_type=opened.media_type,
        width=opened.width,
        height=opened.height,
    )


def _external_id(name: str) -> str:
    """Return the name, or what stands for one that is too long for an id."""
    if len(name) <= ID_CHARS_MAX:
        return name
    return f"sha256:{hashlib.sha256(name.encode()).hexdigest()}"


def _shortened(text: str, chars_max: int) -> str:
    return text if len(text) <= chars_max else text[: chars_max - len(_CUT)] + _CUT
