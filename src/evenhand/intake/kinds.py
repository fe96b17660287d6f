"""A kind that passes here can be stored, shown and compared; anything else says why not."""

from __future__ import annotations

import re
from typing import Final

from evenhand.intake.errors import KindRefused
from evenhand.intake.model import ADDRESS, FieldRole, FieldType, ItemKind
from evenhand.intake.reading import Reader, shown

FIELDS_MAX: Final = 40
_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,39}")
_NAMING: Final = "A name is 1 to 40 lower-case letters, digits and _, beginning with a letter."


def check_kind(kind: ItemKind) -> ItemKind:
    """Return the kind, or raise KindRefused with everything there is to mend."""
    reader = Reader()
    if not _NAME.fullmatch(kind.name):
        reader.note("name", _NAMING, "bad_name")
    elif kind.name == ADDRESS.name:
        reader.note("name", "This name is used by Evenhand itself. Choose another.", "taken")
    if not 1 <= len(kind.fields) <= FIELDS_MAX:
        reader.note("fields", f"A kind has 1 to {FIELDS_MAX} fields.", "bad_count")
    names = [field.name for field in kind.fields]
    for field in kind.fields:
        path = f"fields.{shown(field.name)}"
        if not _NAME.fullmatch(field.name):
            reader.note(path, _NAMING, "bad_name")
        if names.count(field.name) > 1:
            reader.note(path, "There are two fields of this name.", "twice")
        if (field.type is FieldType.IMAGE) != (field.role is FieldRole.MEDIA):
            reader.note(path, "The role media is for images, and images have it.", "bad_role")
    if reader.problems:
        raise KindRefused(reader.problems)
    return kind
