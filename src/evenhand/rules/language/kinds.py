"""The kinds of events that rules may be about: every kind of item of a house, and reports."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from evenhand.intake import FieldType, ItemKind
from evenhand.rules.language.declarations import REPORT
from evenhand.rules.language.ir import Type
from evenhand.rules.language.ruleset import Kind

OF_ITEMS: Final[Mapping[str, Type]] = {
    "account": Type.TEXT,
    "account_name": Type.TEXT,
    "language": Type.TEXT,
    "reach": Type.INT,
    "created_at": Type.TIME,
    "url": Type.TEXT,
}
"""What every kind of item has beside its own fields."""

OF_REPORTS: Final[Mapping[str, Type]] = {
    "item": Type.TEXT,
    "item_kind": Type.TEXT,
    "account": Type.TEXT,
    "reporter": Type.TEXT,
    "harm": Type.TEXT,
    "basis": Type.TEXT,
    "via": Type.TEXT,
    "trusted": Type.BOOL,
    "repeat": Type.BOOL,
    "explanation": Type.TEXT,
    "language": Type.TEXT,
}

_TYPES: Final = {
    FieldType.INT: Type.INT,
    FieldType.FLOAT: Type.FLOAT,
    FieldType.BOOL: Type.BOOL,
    FieldType.TIME: Type.TIME,
    FieldType.TEXT: Type.TEXT,
    FieldType.LINK: Type.TEXT,
}


def kinds_of(declared: Iterable[ItemKind]) -> dict[str, Kind]:
    """Return the kinds that rules may be about: every kind of item, and reports."""
    kinds = {one.name: Kind(one.name, {**OF_ITEMS, **_fields(one)}) for one in declared}
    return kinds | {REPORT: Kind(REPORT, OF_REPORTS)}


def _fields(kind: ItemKind) -> dict[str, Type]:
    fields = {}
    for field in kind.fields:
        one = _TYPES.get(field.type, Type.MEDIA)
        if not field.many or one is Type.MEDIA:
            fields[field.name] = one
        elif one is Type.TEXT:
            fields[field.name] = Type.TEXTS
    return fields
