"""What a clause says of itself for the Digital Services Act is read here, or refused by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

from evenhand.policy.categories import (
    KEYWORD_OTHER,
    NOT_FOR_CLAUSES,
    OTHER_TERMS,
    category_tree,
)
from evenhand.policy.errors import PolicyRefused
from evenhand.policy.model import GroundType, InLaw

OTHER_MAX_CHARS: Final = 500  # the limit of the DSA Transparency Database
_FIELDS: Final = ("category", "keyword", "other", "high_volume", "misuse")


def read_in_law(data: Mapping[str, object], path: str, ground: GroundType) -> InLaw:
    """Read a clause's `dsa` table, or what holds without one. Raises PolicyRefused."""
    if "dsa" not in data:
        return InLaw()
    said, where = data["dsa"], f"{path}.dsa"
    if not isinstance(said, Mapping):
        raise PolicyRefused(where, f"this must be a table with any of {', '.join(_FIELDS)}")
    for unknown in sorted(set(map(str, said)) - set(_FIELDS)):
        says = f"this field is not known; known are {', '.join(_FIELDS)}"
        raise PolicyRefused(f"{where}.{unknown}", says)
    category, keyword = _heading(said, where, ground)
    return InLaw(
        category=category,
        keyword=keyword,
        other=_other(said, where, keyword),
        high_volume=_high_volume(said, where),
        misuse=_misuse(said, where),
    )


def _heading(
    said: Mapping[str, object], where: str, ground: GroundType
) -> tuple[str | None, str | None]:
    category, keyword = said.get("category"), said.get("keyword")
    if category is None and keyword is None:
        return None, None
    open_to_clauses = [name for name in category_tree() if name not in NOT_FOR_CLAUSES]
    if not isinstance(category, str) or category not in open_to_clauses:
        raise PolicyRefused(f"{where}.category", f"use one of {', '.join(open_to_clauses)}")
    if category == OTHER_TERMS and ground == "illegal":
        says = "this heading is for terms only: nothing illegal is counted there"
        raise PolicyRefused(f"{where}.category", says)
    keywords = [name for name in category_tree()[category] if name not in NOT_FOR_CLAUSES]
    if not isinstance(keyword, str) or keyword not in keywords:
        raise PolicyRefused(f"{where}.keyword", f"use one of {', '.join(keywords)}")
    return category, keyword


def _other(said: Mapping[str, object], where: str, keyword: str | None) -> str | None:
    other = said.get("other")
    if other is None:
        return None
    if keyword != KEYWORD_OTHER:
        raise PolicyRefused(f"{where}.other", f'only the keyword "{KEYWORD_OTHER}" has words')
    if not isinstance(other, str) or not 0 < len(other.strip()) <= OTHER_MAX_CHARS:
        raise PolicyRefused(f"{where}.other", f"use text of 1 to {OTHER_MAX_CHARS} characters")
    return other.strip()


def _high_volume(said: Mapping[str, object], where: str) -> bool:
    value = said.get("high_volume", False)
    if not isinstance(value, bool):
        raise PolicyRefused(f"{where}.high_volume", "use true or false")
    return value


def _misuse(said: Mapping[str, object], where: str) -> Literal["notices", "complaints"] | None:
    value = said.get("misuse")
    if value == "notices":
        return "notices"
    if value == "complaints":
        return "complaints"
    if value is not None:
        raise PolicyRefused(f"{where}.misuse", "use notices or complaints")
    return None
