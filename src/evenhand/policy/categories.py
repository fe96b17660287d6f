"""Under which heading of the law's own list a matter is counted, and why that one.

The list is that of the harmonised reports (Implementing Regulation (EU) 2024/2835, Annex I), which
the Commission's database of statements uses too. Every harm has a usual place in it; an operator
who knows better says so in the clause. The list has headings for opinions; no clause can be put
under those (Charter).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Final

from evenhand.policy.model import HARM_LABELS, Clause, GroundType, Harm

KEYWORD_OTHER: Final = "KEYWORD_OTHER"
OTHER_TERMS: Final = "STATEMENT_CATEGORY_OTHER_VIOLATION_TC"
"""The heading for whatever only the service's own terms forbid: nothing illegal goes there."""

NOT_SPECIFIED_NOTICE: Final = "STATEMENT_CATEGORY_NOT_SPECIFIED_NOTICE"
NOT_SPECIFIED_ORDER: Final = "STATEMENT_CATEGORY_NOT_SPECIFIED_ORDER"

#: Headings of the law's list that judge opinions, or that only what arrives can have.
NOT_FOR_CLAUSES: Final = frozenset(
    {
        "STATEMENT_CATEGORY_NEGATIVE_EFFECTS_ON_CIVIC_DISCOURSE_OR_ELECTIONS",
        "KEYWORD_FEMALE_GENDERED_DISINFORMATION",
        NOT_SPECIFIED_NOTICE,
        NOT_SPECIFIED_ORDER,
    }
)


@dataclass(frozen=True, slots=True)
class Heading:
    """One place in the law's list; `other` says in words what KEYWORD_OTHER is, and only that."""

    category: str
    keyword: str | None
    other: str | None = None


def _usual(category: str, keyword: str) -> Heading:
    return Heading(f"STATEMENT_CATEGORY_{category}", f"KEYWORD_{keyword}")


#: The most specific place that is true of all that a harm covers; KEYWORD_OTHER where none is.
_HARMS: Final[Mapping[Harm, Heading]] = MappingProxyType(
    {
        Harm.CHILD_SAFETY: _usual("PROTECTION_OF_MINORS", "CHILD_SEXUAL_ABUSE_MATERIAL"),
        Harm.INTIMATE_IMAGES: _usual("CYBER_VIOLENCE", "NON_CONSENSUAL_IMAGE_SHARING"),
        Harm.ADULT_CONTENT: _usual("OTHER_VIOLATION_TC", "ADULT_SEXUAL_MATERIAL"),
        Harm.FRAUD: _usual("SCAMS_AND_FRAUD", "OTHER"),
        Harm.IMPERSONATION: _usual("SCAMS_AND_FRAUD", "IMPERSONATION_ACCOUNT_HIJACKING"),
        Harm.INTELLECTUAL_PROPERTY: _usual("INTELLECTUAL_PROPERTY_INFRINGEMENTS", "OTHER"),
        Harm.MALWARE_SPAM: _usual("SCAMS_AND_FRAUD", "OTHER"),
        Harm.VIOLENCE_HARASSMENT: _usual("VIOLENCE", "OTHER"),
        Harm.SELF_HARM: _usual("SELF_HARM", "OTHER"),
        Harm.PROHIBITED_GOODS: _usual("UNSAFE_AND_PROHIBITED_PRODUCTS", "PROHIBITED_PRODUCTS"),
        Harm.OTHER: _usual("OTHER_VIOLATION_TC", "OTHER"),
    }
)
#: Where a harm that is usually a matter of terms goes when a law forbids it.
_ILLEGAL: Final[Mapping[Harm, Heading]] = MappingProxyType(
    {
        Harm.ADULT_CONTENT: _usual("PROTECTION_OF_MINORS", "AGE_SPECIFIC_RESTRICTIONS_MINORS"),
        Harm.OTHER: _usual("RISK_FOR_PUBLIC_SECURITY", "OTHER"),
    }
)


@cache
def category_tree() -> Mapping[str, tuple[str, ...]]:
    """Return every category with its keywords, in the order in which reports list them."""
    text = resources.files("evenhand.policy").joinpath("categories.json").read_text("utf-8")
    tree = {category: tuple(keywords) for category, keywords in json.loads(text).items()}
    return MappingProxyType(tree)


def heading_of(clause: Clause) -> Heading:
    """Return where breaches of a clause are counted: as the operator says, else by its harm."""
    said = clause.dsa
    if said.category is not None:
        return _in_words(Heading(said.category, said.keyword, said.other), clause.harm)
    return usual_heading(clause.harm, clause.ground)


def usual_heading(harm: Harm, ground: GroundType) -> Heading:
    """Return where a harm is counted, as a matter of terms or of the law."""
    found = _HARMS[harm]
    return _in_words(_ILLEGAL.get(harm, found) if ground == "illegal" else found, harm)


def heading_of_notice(harm: Harm) -> Heading:
    """Return where a notice is counted: what it alleges is illegal, or its heading is unknown.

    Annex II: the last heading is for what cannot be deduced, as from a notice about something else.
    """
    found = usual_heading(harm, "illegal")
    return Heading(NOT_SPECIFIED_NOTICE, None) if harm is Harm.OTHER else found


def _in_words(heading: Heading, harm: Harm) -> Heading:
    """Say what KEYWORD_OTHER is, as a report has to; only there are words wanted."""
    if heading.keyword != KEYWORD_OTHER:
        return Heading(heading.category, heading.keyword)
    return Heading(heading.category, heading.keyword, heading.other or HARM_LABELS[harm])
