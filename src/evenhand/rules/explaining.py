"""Why a version hit an item, clause by clause, with what was known when it fired."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa

from evenhand import people
from evenhand.db import ReadTx
from evenhand.rules import version_store
from evenhand.rules.language.explain import Clause
from evenhand.rules.overview import version

_SEALED: Final = frozenset({"reporter"})
"""What is counted and never shown: it stands for whoever reported."""


@dataclass(frozen=True, slots=True)
class ExplainedHit:
    """What was hit, an item or a report of it, when, and each clause as it was kept then."""

    kind: str
    at: datetime
    clauses: tuple[Clause, ...]


def explained(tx: ReadTx, actor: people.Actor, version_id: str, item_id: str) -> list[ExplainedHit]:
    """Explain every hit of a version on an item and on reports of it, oldest first.

    What was found out later changes nothing of it. Raises NotAllowed, NoSuchRule.
    """
    people.require(actor, people.Permission.SEE_QUEUE)
    version(tx, actor, version_id)
    hits, events = version_store.rule_hits, version_store.rule_events
    joined = sa.select(events.c.kind, hits.c.at, hits.c.clauses).join(
        events, hits.c.event_id == events.c.id
    )
    wanted = joined.where(hits.c.version_id == version_id, hits.c.item_id == item_id)
    return [
        ExplainedHit(row["kind"], row["at"], tuple(map(_kept, row["clauses"])))
        for row in tx.rows(wanted.order_by(events.c.id))
    ]


def sealed(clause: Clause) -> Clause:
    """Leave out of a clause what stands for whoever reported."""
    values = {name: value for name, value in clause.values.items() if name not in _SEALED}
    return replace(clause, values=values)


def _kept(data: Mapping[str, Any]) -> Clause:
    return sealed(Clause(data["text"], data["truth"], data["values"], tuple(data["found"])))
