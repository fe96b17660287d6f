"""From a decision to the statement of reasons that the Commission's database takes.

One decision is one statement, named by the decision's id, which says nothing about anybody. What
is not owed is left out, with the reason: a warning restricts nothing, nobody could be told, an
authority ordered it (DSA Art. 17(5)), or it was deceptive high-volume commercial content (Art.
17(2)). Who sent a notice is not among the fields that are filled. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any, Final

from evenhand.decision import AutomatedDecision, DecisionView, Statement
from evenhand.intake import FieldType, ItemView
from evenhand.policy import Basis, Clause, Heading, Measure, heading_of
from evenhand.transparency.dsa.checking import (
    EXPLANATION_CHARS_MAX,
    FACTS_CHARS_MAX,
    GROUND_CHARS_MAX,
)
from evenhand.transparency.dsa.vocabulary import vocabulary

EARLIEST_CONTENT: Final = date(2000, 1, 1)
CUT: Final = " […]"
_VISIBILITY: Final[Mapping[Measure, str]] = MappingProxyType(
    {
        Measure.LABEL: "DECISION_VISIBILITY_CONTENT_LABELLED",
        Measure.AGE_GATE: "DECISION_VISIBILITY_CONTENT_AGE_RESTRICTED",
        Measure.DEMOTE: "DECISION_VISIBILITY_CONTENT_DEMOTED",
        Measure.HIDE: "DECISION_VISIBILITY_CONTENT_DISABLED",
        Measure.REMOVE: "DECISION_VISIBILITY_CONTENT_REMOVED",
    }
)
_ACCOUNT: Final[Mapping[Measure, str]] = MappingProxyType(
    {Measure.SUSPEND: "DECISION_ACCOUNT_SUSPENDED", Measure.CLOSE: "DECISION_ACCOUNT_TERMINATED"}
)
_SOURCES: Final[Mapping[Basis, str]] = MappingProxyType(
    {
        Basis.NOTICE: "SOURCE_ARTICLE_16",
        Basis.REPORT: "SOURCE_TYPE_OTHER_NOTIFICATION",
        Basis.OWN_INITIATIVE: "SOURCE_VOLUNTARY",
    }
)
_AUTOMATED: Final[Mapping[AutomatedDecision, str]] = MappingProxyType(
    {
        AutomatedDecision.NONE: "AUTOMATED_DECISION_NOT_AUTOMATED",
        AutomatedDecision.PARTIALLY: "AUTOMATED_DECISION_PARTIALLY",
        AutomatedDecision.FULLY: "AUTOMATED_DECISION_FULLY",
    }
)
_CONTENT: Final[Mapping[FieldType, str]] = MappingProxyType(
    {
        FieldType.TEXT: "CONTENT_TYPE_TEXT",
        FieldType.IMAGE: "CONTENT_TYPE_IMAGE",
        FieldType.VIDEO: "CONTENT_TYPE_VIDEO",
    }
)


@dataclass(frozen=True, slots=True)
class NotOwed:
    """Why no statement of a decision goes to the database: a code, and a sentence."""

    code: str
    says: str


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision and what is known of its matter. `trusted`: a trusted flagger's notice led to it.

    `rules_url` is where people read the rules, or None where that is nobody's address.
    """

    decision: DecisionView
    item: ItemView
    clause: Clause
    trusted: bool = False
    rules_url: str | None = None


def not_owed(decided: Decided) -> NotOwed | None:
    """Say why no statement of this decision is owed to the database, or None when one is."""
    statement = decided.decision.statement
    if statement is None:
        return NotOwed("no_restriction", "It restricts nothing.")
    if statement.source is Basis.ORDER:
        return NotOwed("order", "An authority ordered it (DSA Art. 17(5)).")
    if decided.clause.dsa.high_volume:
        says = "It is about deceptive high-volume commercial content (DSA Art. 17(2))."
        return NotOwed("high_volume", says)
    if decided.item.account is None:
        return NotOwed("nobody_to_tell", "Nobody could be told: no account is known (Art. 17(2)).")
    if not _places(statement):
        return NotOwed("elsewhere", "It has no effect in the European Economic Area.")
    return None


def body_of(decided: Decided) -> dict[str, Any]:
    """Write the statement's body. Ask `not_owed` first: one must be owed."""
    statement, item = decided.decision.statement, decided.item
    assert statement is not None, "a statement is owed"
    applied = statement.issued_on
    return {
        "puid": decided.decision.id,
        **_restrictions(statement),
        **_ground(statement, decided),
        **_heading(heading_of(decided.clause)),
        **_content(item),
        "content_date": _content_date(item, applied).isoformat(),
        "territorial_scope": _places(statement),
        "application_date": applied.isoformat(),
        "decision_facts": _cut(statement.facts, FACTS_CHARS_MAX),
        "source_type": _source(statement, trusted=decided.trusted),
        "automated_detection": "Yes" if statement.automated_detection else "No",
        "automated_decision": _AUTOMATED[statement.automated_decision],
    }


def _restrictions(statement: Statement) -> dict[str, Any]:
    """Write what was restricted and until when; what has no end is until it is undone.

    Of an account that was closed and paused, only the closing can be said.
    """
    body: dict[str, Any] = {}
    seen = [each.measure for each in statement.restrictions]
    if visible := [_VISIBILITY[measure] for measure in seen if measure in _VISIBILITY]:
        body["decision_visibility"] = visible
    for each in statement.restrictions:
        end = None if each.end is None else each.end.isoformat()
        if each.measure is Measure.LIMIT:
            body["decision_provision"] = "DECISION_PROVISION_PARTIAL_SUSPENSION"
            body["end_date_service_restriction"] = end
        elif each.measure in _ACCOUNT and Measure.CLOSE not in {*seen} - {each.measure}:
            body["decision_account"] = _ACCOUNT[each.measure]
            body["end_date_account_restriction"] = end
    return body


def _ground(statement: Statement, decided: Decided) -> dict[str, Any]:
    """Write the law or the rule that was broken, and why."""
    ground = statement.ground
    explained = _cut(ground.explanation, EXPLANATION_CHARS_MAX)
    rule = f"{ground.clause_number} {ground.clause_title} (version {ground.clause_version})"
    said: dict[str, Any]
    if ground.type == "illegal":
        said = {
            "decision_ground": "DECISION_GROUND_ILLEGAL_CONTENT",
            "illegal_content_legal_ground": _cut(ground.legal_ground or "", GROUND_CHARS_MAX),
            "illegal_content_explanation": explained,
        }
    else:
        said = {
            "decision_ground": "DECISION_GROUND_INCOMPATIBLE_CONTENT",
            "incompatible_content_ground": _cut(rule, GROUND_CHARS_MAX),
            "incompatible_content_explanation": explained,
        }
    url = decided.rules_url
    if url is not None and len(url) <= GROUND_CHARS_MAX:
        said["decision_ground_reference_url"] = url
    return said


def _heading(heading: Heading) -> dict[str, Any]:
    said: dict[str, Any] = {"category": heading.category}
    if heading.keyword is not None:
        said["category_specification"] = [heading.keyword]
    if heading.other is not None:
        said["category_specification_other"] = _cut(heading.other, GROUND_CHARS_MAX)
    return said


def _content(item: ItemView) -> dict[str, Any]:
    """Say what the content was made of; of an address alone, that it was one."""
    held = {field.type for field in item.fields if field.value not in (None, "", [])}
    kinds = [_CONTENT[each] for each in _CONTENT if each in held]
    if kinds:
        return {"content_type": kinds}
    return {"content_type": ["CONTENT_TYPE_OTHER"], "content_type_other": "A link to content"}


def _content_date(item: ItemView, applied: date) -> date:
    """Return the day the content was posted, or came here where the host's day cannot be."""
    if item.created_at is not None and EARLIEST_CONTENT <= item.created_at.date() <= applied:
        return item.created_at.date()
    return max(EARLIEST_CONTENT, min(item.received_at.date(), applied))


def _places(statement: Statement) -> list[str]:
    """Return the countries in which any of it applies; none named means everywhere."""
    known = vocabulary().values["territorial_scope"]
    if any(not each.territorial_scope for each in statement.restrictions):
        return list(known)
    named = {place for each in statement.restrictions for place in each.territorial_scope}
    named = {"GR" if place == "EL" else place for place in named}
    return [place for place in known if place in named]


def _source(statement: Statement, *, trusted: bool) -> str:
    if statement.source is Basis.NOTICE and trusted:
        return "SOURCE_TRUSTED_FLAGGER"
    return _SOURCES[statement.source]


def _cut(text: str, chars_max: int) -> str:
    """Cut a text that is too long at a word; the person affected was told all of it."""
    text = text.strip()
    if len(text) <= chars_max:
        return text
    kept = text[: chars_max - len(CUT)]
    return (kept.rsplit(None, 1)[0] if " " in kept.strip() else kept) + CUT
