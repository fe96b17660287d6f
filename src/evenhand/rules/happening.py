"""What happens in the house becomes an event as the language reads it: an item, or a report of one.

An item's event has its declared fields and, beside them, its account and what is known of how it
was sent; a field of the operator's own of the same name comes first. A report's event says who
reported only by a keyed digest, good for counting and for nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from evenhand import intake
from evenhand.db import ReadTx, Row
from evenhand.detection import Answer
from evenhand.rules.facts import Said
from evenhand.rules.language.declarations import REPORT
from evenhand.rules.language.events import EVERY_OTHER
from evenhand.rules.language.kinds import kinds_of
from evenhand.rules.language.ruleset import Kind
from evenhand.rules.model import Match
from evenhand.rules.weighing import Weight


@dataclass(frozen=True, slots=True)
class Happening:
    """An event, and whom it counts for: `key` names the account, or else the item."""

    subject_id: str
    item_id: str
    kind: str
    key: str
    event: Mapping[str, Any]


def item_event(
    *,
    subject_id: str,
    kind: str,
    at: datetime,
    account: Mapping[str, str | None],
    fields: Iterable[Mapping[str, Any]],
    reach: int | None,
    created_at: datetime | None,
    url: str | None,
) -> dict[str, Any]:
    """Write an item as an event, without what was found out about it."""
    event: dict[str, Any] = {
        "account": account.get("id"),
        "account_name": account.get("name"),
        "language": account.get("language"),
        "reach": reach,
        "created_at": created_at.isoformat() if created_at else None,
        "url": url,
    }
    event |= {one["name"]: one["value"] for one in fields}
    return event | {"id": subject_id, "kind": kind, "ts": at.isoformat()}


def of_item(item: intake.ItemView, *, key: str) -> Happening:
    """Write a stored item as an event."""
    account = item.account
    named = (
        {"id": account.id, "name": account.name, "language": account.language} if account else {}
    )
    event = item_event(
        subject_id=item.id,
        kind=item.kind,
        at=item.received_at,
        account=named,
        fields=[{"name": one.name, "value": one.value} for one in item.fields],
        reach=item.reach,
        created_at=item.created_at,
        url=item.url,
    )
    return Happening(item.id, item.id, item.kind, key, event)


def of_checked(checked: intake.CheckedItem, *, key: str, at: datetime) -> Happening:
    """Write an item that is not stored as an event; `key` is its account's id, if there is one."""
    account = checked.account
    named = (
        {"id": key or None, "name": account.name, "language": account.language} if account else {}
    )
    event = item_event(
        subject_id="",
        kind=checked.kind.name,
        at=at,
        account=named,
        fields=checked.fields,
        reach=checked.reach,
        created_at=checked.created_at,
        url=checked.url,
    )
    return Happening("", "", checked.kind.name, key, event)


def of_report(
    report: intake.ReportView, item: intake.ItemView, *, reporter_ref: str | None, key: str
) -> Happening:
    """Write a report as an event."""
    event = {
        "id": report.id,
        "kind": REPORT,
        "ts": report.received_at.isoformat(),
        "item": item.id,
        "item_kind": item.kind,
        "account": item.account.id if item.account else None,
        "reporter": reporter_ref,
        "harm": report.harm.value,
        "basis": report.basis.value,
        "via": report.via.value,
        "trusted": report.trusted,
        "repeat": report.repeat_of is not None,
        "explanation": report.explanation,
        "language": report.language,
    }
    return Happening(report.id, item.id, REPORT, key, event)


def found_out(said: Iterable[Said], matches: Iterable[Match]) -> dict[str, Any]:
    """Write what detectors found as the language's functions read it.

    What failed or was skipped is missing, and never "not found" (charter, promise 5).
    """
    assessments: dict[str, bool | None] = {}
    scores: dict[str, float] = {}
    distances: dict[str, dict[str, int | None]] = {}
    for one in said:
        told = _TOLD.get(one.answer)
        before = assessments.get(one.detector, False)
        assessments[one.detector] = True if told or before else (None if told is None else before)
        if told is not None and one.detector == _PICTURES and one.field is not None:
            distances.setdefault(_field_of(one.field), {})[EVERY_OTHER] = None
        if told:
            _take(one, scores, distances)
    weights = {match.weight for match in matches}
    return {
        "assessments": assessments,
        "scores": scores,
        "hashes": distances,
        "listed": {
            "surely": Weight.HOLDS in weights,
            "possibly": Weight.LOOKED_AT in weights,
        },
    }


_PICTURES: Final = "known_images"
_TOLD: Final = {Answer.FOUND: True, Answer.NOT_FOUND: False}


def _take(one: Said, scores: dict[str, float], distances: dict[str, dict[str, int | None]]) -> None:
    score, model = one.evidence.get("score"), one.evidence.get("model")
    if isinstance(score, float) and isinstance(model, str):
        scores[model] = max(score, scores.get(model, 0.0))
    distance, bank = one.evidence.get("distance"), one.evidence.get("bank")
    if isinstance(distance, int) and isinstance(bank, str) and one.field is not None:
        of_field = distances.setdefault(_field_of(one.field), {})
        before = of_field.get(bank)
        of_field[bank] = distance if before is None else min(distance, before)


def _field_of(path: str) -> str:
    """Return the field of a path such as `photos[2]`."""
    return path.partition("[")[0]


def hanging(rows: Iterable[Row]) -> dict[str, list[str]]:
    """Write the labels that hang on an item and on its account."""
    labels: dict[str, list[str]] = {"account": [], "item": []}
    for row in rows:
        labels[row["entity"]].append(row["name"])
    return labels


def kinds_here(tx: ReadTx) -> dict[str, Kind]:
    """Return the kinds of this house that rules may be about."""
    internal = (intake.ADDRESS, intake.CATALOGUE_FILE)
    return kinds_of([*intake.kinds(tx).values(), *internal])
