"""A kind that passes here can be stored, shown and compared; anything else says why not."""

from __future__ import annotations

import re
from typing import Final

from evenhand.intake.errors import KindRefused
from evenhand.intake.fields import (
    INTERNAL_KINDS,
    MEDIA_TYPES,
    FieldRole,
    ItemKind,
    WhenNotLookedAt,
)
from evenhand.intake.reading import Reader, shown
from evenhand.policy import CHECKED_FIRST

FIELDS_MAX: Final = 40
_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,39}")
_NAMING: Final = "A name is 1 to 40 lower-case letters, digits and _, beginning with a letter."


_NO_CLAUSE: Final = (
    "Nothing is held without a rule that people can read. Publish a clause with the key"
    f" {CHECKED_FIRST}, or choose review or allow."
)


def check_kind(kind: ItemKind, *, may_hold: bool = True) -> ItemKind:
    """Return the kind, or raise KindRefused with everything there is to mend.

    `may_hold` tells whether the clause under which an item may wait is in force.
    """
    reader = Reader()
    if kind.when_not_looked_at is WhenNotLookedAt.HOLD and not may_hold:
        reader.note("when_not_looked_at", _NO_CLAUSE, "no_clause")
    if not _NAME.fullmatch(kind.name):
        reader.note("name", _NAMING, "bad_name")
    elif kind.name in INTERNAL_KINDS:
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
        if (field.type in MEDIA_TYPES) != (field.role is FieldRole.MEDIA):
            says = "The role media is for images and videos, and they have it."
            reader.note(path, says, "bad_role")
    if reader.problems:
        raise KindRefused(reader.problems)
    return kind
