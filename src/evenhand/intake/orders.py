"""An order that passes here names its legal basis, issuer and scope; anything else says what lacks.

The elements are those of DSA Art. 9(2) for orders to act and Art. 10(2) for orders to give
information. Every missing one is named at once. Pure: values in, values out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from evenhand.intake.errors import OrderRefused
from evenhand.intake.items import NAME_CHARS_MAX
from evenhand.intake.model import ReportOutcome
from evenhand.intake.notices import DETAIL_MAX_CHARS, EXPLANATION_MAX_CHARS, LOCATIONS_MAX
from evenhand.intake.reading import Reader
from evenhand.policy import (
    NOT_SPECIFIED_NOTICE,
    OTHER_TERMS,
    Harm,
    Heading,
    category_tree,
    usual_heading,
)

_COUNTRY: Final = re.compile(r"[A-Z]{2}")
_TEXTS: Final[Mapping[str, int]] = {
    "legal_basis": DETAIL_MAX_CHARS,
    "statement_of_reasons": EXPLANATION_MAX_CHARS,
    "issuing_authority": NAME_CHARS_MAX,
    "redress": DETAIL_MAX_CHARS,
    "addressee_contact": DETAIL_MAX_CHARS,
}
_MORE: Final[Mapping[str, int]] = {
    "information_requested": EXPLANATION_MAX_CHARS,
    "effect_report_to": DETAIL_MAX_CHARS,
    "reference": NAME_CHARS_MAX,
    "official": NAME_CHARS_MAX,
}
_LISTS: Final = ("legal_provisions", "territorial_scope", "recipients")
_NEEDED: Final = {
    "act": ("legal_provisions", "territorial_scope"),
    "info": ("recipients", "information_requested"),
}
_FIELDS: Final = frozenset(
    {"order_type", "member_state", "exact_locations", "items", "harm", "category", "keyword"}
    | {"language", "received_at", "silence"}
    | {*_TEXTS, *_MORE, *_LISTS}
)


class OrderKind(StrEnum):
    """What an order asks: to act against items (DSA Art. 9), or information (Art. 10)."""

    ACT = "act"
    INFORMATION = "information"


class OrderEffect(StrEnum):
    """How an order ended. One that demands silence is refused as it arrives."""

    GIVEN = "given"
    IN_PART = "in_part"
    REFUSED = "refused"
    SILENCE_ASKED = "silence_asked"


@dataclass(frozen=True, slots=True)
class Target:
    """One exact location that an order names: an item by its kind and id, or an address."""

    kind: str | None = None
    external_id: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class CheckedOrder:
    """An order with all that the law asks of one. `elements` are its own words, by field."""

    kind: OrderKind
    authority: str
    member_state: str
    harm: Harm
    heading: Heading
    targets: tuple[Target, ...]
    recipients: tuple[str, ...] = field(repr=False)
    elements: Mapping[str, Any] = field(repr=False)
    reference: str | None
    silence: bool
    received_at: datetime | None


@dataclass(frozen=True, slots=True)
class OrderView:
    """An order as it stands. `elements` are what it says, as it was sent."""

    id: str
    kind: OrderKind
    authority: str
    member_state: str
    reference: str | None
    harm: Harm
    category: str
    keyword: str | None
    items: int
    report_ids: tuple[str, ...]
    elements: Mapping[str, Any] = field(repr=False)
    received_at: datetime
    confirmed_at: datetime | None
    answered_at: datetime | None
    effect: OrderEffect | None
    effect_at: datetime | None
    reason: str | None


def check_order(raw: object) -> CheckedOrder:
    """Return the order, or raise OrderRefused with every element that is missing or wrong."""
    reader = Reader()
    data = reader.mapping(raw, "", allowed=_FIELDS)
    kind = _kind(reader, data)
    elements: dict[str, Any] = {}
    for name, chars_max in {**_TEXTS, **_MORE}.items():
        needed = name in _TEXTS or name in _NEEDED.get(kind or "", ())
        if reader.present(data, name, name, required=needed):
            elements[name] = reader.text(data[name], name, chars_max=chars_max, chars_min=1)
    for name in _LISTS:
        elements[name] = _texts(reader, data, name, required=name in _NEEDED.get(kind or "", ()))
    if "@" in (elements.get("issuing_authority") or ""):
        says = "Name the authority alone, which is published; who signed it goes into `official`."
        reader.note("issuing_authority", says, "names_a_person")
    for at, country in enumerate(elements["territorial_scope"]):
        _country(reader, country, f"territorial_scope[{at}]")
    state = data.get("member_state")
    if reader.present(data, "member_state", "member_state", required=True):
        _country(reader, state, "member_state")
    targets = _targets(reader, data, needed=kind == "act")
    harm = reader.harm(data)
    heading = _heading(reader, data, harm or Harm.OTHER)
    received = data.get("received_at")
    silence = data.get("silence")
    language = data.get("language")
    if language is not None:
        elements["language"] = reader.language(language, "language")
    checked = CheckedOrder(
        kind=OrderKind.INFORMATION if kind == "info" else OrderKind.ACT,
        authority=(elements.get("issuing_authority") or "").strip(),
        member_state=str(state),
        harm=harm or Harm.OTHER,
        heading=heading,
        targets=targets,
        recipients=tuple(elements["recipients"]),
        elements={name: value for name, value in elements.items() if value},
        reference=elements.get("reference"),
        silence=False if silence is None else reader.boolean(silence, "silence") is True,
        received_at=None if received is None else reader.time(received, "received_at"),
    )
    if reader.problems:
        raise OrderRefused(reader.problems)
    return checked


def effect_problem(effect: OrderEffect, outcomes: Sequence[ReportOutcome | None]) -> str | None:
    """Say why an order to act cannot have ended so, given what people decided; None when it can.

    `outcomes` are those of its items: None still waits for a person.
    """
    waiting = sum(one is None for one in outcomes)
    acted = sum(one in _ACTED for one in outcomes)
    if waiting:
        return f"{waiting} of its items still wait for a person. Decide about them first."
    if effect is OrderEffect.GIVEN and acted < len(outcomes):
        return (
            f"People acted against {acted} of its {len(outcomes)} items. Answer in_part, or"
            " refused, with the reason."
        )
    if effect is OrderEffect.IN_PART and not acted:
        return "People acted against none of its items. Answer refused, with the reason."
    if effect is OrderEffect.REFUSED and acted:
        return f"People acted against {acted} of its items. Answer given, or in_part."
    return None


#: What counts as effect: it broke a clause, or an earlier decision that stands did the same.
_ACTED: Final = frozenset({ReportOutcome.UPHELD, ReportOutcome.DUPLICATE})


def has_effect(outcome: ReportOutcome | None) -> bool:
    """Tell whether what was decided about an item gives effect to an order about it."""
    return outcome in _ACTED


def told_to_reviewers(order: CheckedOrder) -> str:
    """Write what whoever decides reads of an order: its basis, issuer, scope, reasons, redress."""
    said = order.elements
    lines = [
        f"Order of {order.authority} ({order.member_state}). Nothing obeys it: you decide.",
        f"Legal basis: {said['legal_basis']}",
        f"Provisions: {'; '.join(said['legal_provisions'])}",
        f"Territory: {', '.join(said['territorial_scope'])}",
        f"Reasons: {said['statement_of_reasons']}",
        f"Redress: {said['redress']}",
    ]
    return "\n".join(lines)


def _kind(reader: Reader, data: Mapping[str, Any]) -> str | None:
    if not reader.present(data, "order_type", "order_type", required=True):
        return None
    if data["order_type"] in {"act", "info"}:
        return str(data["order_type"])
    reader.note("order_type", "Send act (DSA Art. 9) or info (Art. 10).", "unknown_type")
    return None


def _texts(reader: Reader, data: Mapping[str, Any], name: str, *, required: bool) -> list[str]:
    if not reader.present(data, name, name, required=required):
        return []
    every = _some(reader, data[name], name)
    found = [
        reader.text(one, f"{name}[{at}]", chars_max=DETAIL_MAX_CHARS, chars_min=1)
        for at, one in enumerate(every)
    ]
    return [text for text in found if text is not None]


def _some(reader: Reader, value: object, path: str) -> list[object]:
    """Read a list that holds something, and not too much."""
    if not isinstance(value, list) or not value:
        reader.note(path, "Send a list with at least one entry.", "wrong_type")
        return []
    if len(value) > LOCATIONS_MAX:
        reader.note(path, f"This is too long: {LOCATIONS_MAX} entries at most.", "too_long")
        return []
    return value


def _country(reader: Reader, value: object, path: str) -> None:
    if not isinstance(value, str) or not _COUNTRY.fullmatch(value) or value == "GR":
        says = "Use two letters such as FR, as Eurostat writes them: Greece is EL."
        reader.note(path, says, "not_a_country")


def _targets(reader: Reader, data: Mapping[str, Any], *, needed: bool) -> tuple[Target, ...]:
    """Read the exact locations (Art. 9(2)(a)(iv)): addresses, and items as the host names them."""
    found: list[Target] = []
    if data.get("exact_locations") is not None:
        every = _some(reader, data["exact_locations"], "exact_locations")
        links = [reader.link(one, f"exact_locations[{at}]") for at, one in enumerate(every)]
        found += [Target(url=link) for link in links if link is not None]
    if data.get("items") is not None:
        for at, one in enumerate(_some(reader, data["items"], "items")):
            kind, external_id = reader.item(one, f"items[{at}]")
            if kind is not None and external_id is not None:
                found.append(Target(kind, external_id))
    if needed and data.get("items") is None and data.get("exact_locations") is None:
        says = "Say exactly what it is about: exact_locations, or items as kind and id."
        reader.note("exact_locations", says, "missing")
    return tuple(dict.fromkeys(found))


def _heading(reader: Reader, data: Mapping[str, Any], harm: Harm) -> Heading:
    """Read where the order is counted: as it says itself, else where its harm usually is."""
    category, keyword = data.get("category"), data.get("keyword")
    if category is None:
        if keyword is not None:
            reader.note("keyword", "A keyword goes with its category.", "missing")
        return usual_heading(harm, "illegal")
    tree = category_tree()
    if category not in tree or category in {OTHER_TERMS, NOT_SPECIFIED_NOTICE}:
        says = "Send a category of the Commission's list, such as STATEMENT_CATEGORY_VIOLENCE."
        reader.note("category", says, "unknown_category")
    elif keyword is not None and keyword not in tree[category]:
        reader.note("keyword", "This keyword is not one of the category's.", "unknown_keyword")
    return Heading(str(category), keyword)
