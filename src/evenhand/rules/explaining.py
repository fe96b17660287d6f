"""Why a version hit an item, clause by clause, with what is known of the item now."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from evenhand import people
from evenhand.db import ReadTx, Row
from evenhand.rules import version_store
from evenhand.rules.language.checks import EventWrong
from evenhand.rules.language.explain import Clause, clauses_of
from evenhand.rules.live import Ready, live
from evenhand.rules.overview import version
from evenhand.rules.replaying import event_of

_SEALED = frozenset({"reporter"})
"""What is counted and never shown: it stands for whoever reported."""


@dataclass(frozen=True, slots=True)
class ExplainedHit:
    """What was hit, an item or a report of it, and each clause. None: it cannot be read now."""

    kind: str
    clauses: tuple[Clause, ...] | None


def explained(tx: ReadTx, actor: people.Actor, version_id: str, item_id: str) -> list[ExplainedHit]:
    """Explain every hit of a version on an item and on reports of it, oldest first.

    Raises NotAllowed, NoSuchRule.
    """
    people.require(actor, people.Permission.SEE_QUEUE)
    here = live(tx, only=[version(tx, actor, version_id)]).ready
    if not here.rules:
        return []
    hits, events = version_store.rule_hits.c, version_store.rule_events
    joined = sa.select(events).join(version_store.rule_hits, hits.event_id == events.c.id)
    wanted = joined.where(hits.version_id == version_id, hits.item_id == item_id)
    found = []
    for row in tx.rows(wanted.order_by(events.c.id)):
        known = _known(tx, row, here)
        clauses = None if known is None else clauses_of(here.rules[0], known)
        sealed = None if clauses is None else tuple(map(_sealed, clauses))
        found.append(ExplainedHit(row["kind"], sealed))
    return found


def _known(tx: ReadTx, row: Row, here: Ready) -> dict[str, Any] | None:
    """Return what is known of an event by key, or None when it cannot be read any more."""
    event = event_of(tx, row)
    if event is None:
        return None
    try:
        read = here.reader.read({**event, **row["facts"], **row["counted"]})
    except EventWrong:
        return None
    if read.row is None:
        return None
    for place, name in read.counted:
        read.row[place] = row["counted"].get(name)
    return here.known(read.row)


def _sealed(clause: Clause) -> Clause:
    values = {name: value for name, value in clause.values.items() if name not in _SEALED}
    return replace(clause, values=values)
