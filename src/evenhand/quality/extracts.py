"""Looking at extracts: which were asked for, and what a drawn one holds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from evenhand import decision, intake, ledger, people
from evenhand.db import ReadTx
from evenhand.kit.clock import stamp
from evenhand.people import Permission
from evenhand.quality import extract_store as store
from evenhand.quality.extract_store import Extract


def extracts(tx: ReadTx, actor: people.Actor) -> list[Extract]:
    """Return every extract that was asked for, newest first. Raises NotAllowed."""
    people.require(actor, Permission.SEE_NUMBERS)
    return store.every(tx)


def held(tx: ReadTx, actor: people.Actor, extract_id: str) -> Iterator[dict[str, Any]]:
    """Return the decisions of a drawn extract, one by one, for an auditor.

    With each: its line in the ledger, what was decided and told, and the texts of the item. Who
    posted, who reported and who decided is left out, and so is all media. Raises NoSuchExtract,
    NotAllowed.
    """
    people.require(actor, Permission.SEE_NUMBERS)
    if actor.role is not people.Role.AUDITOR:
        raise people.NotAllowed(actor.name, "read_extract")
    return (_told(tx, actor, drawn) for drawn in store.load(tx, extract_id).drawn or ())


def _told(tx: ReadTx, actor: people.Actor, decision_id: str) -> dict[str, Any]:
    made = decision.decision(tx, actor, decision_id)
    item = intake.item(tx, actor, made.item_id)
    clause = made.clause
    return {
        "decision": made.id,
        "line": ledger.line_of(tx, "decision.made", made.id),
        "made_at": stamp(made.made_at),
        "decided_by": made.by_ref if made.automated else "person",
        "outcome": made.outcome.value,
        "clause": None if clause is None else f"{clause.key} version {clause.version}",
        "measures": [measure.measure.value for measure in made.measures],
        "facts": made.facts,
        "reasons": made.reasons,
        "reversed_by": made.reversed_by.value if made.reversed_by else None,
        "item": {
            "kind": item.kind,
            "texts": _texts(item),
        },
    }


def _texts(item: intake.ItemView) -> dict[str, Any]:
    media = {one.field for one in item.media}
    return {each.name: each.value for each in item.fields if each.name not in media}
