"""Which rules nearly fired: all of their clauses are true but one, and what that one lacked.

It is worked out when somebody asks, from each event as the rules last met it, and costs nothing
before.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa

from evenhand import people
from evenhand.db import ReadTx, Row
from evenhand.rules import overview, version_store
from evenhand.rules.explaining import sealed
from evenhand.rules.language.checks import EventWrong
from evenhand.rules.language.explain import Clause, clauses_of
from evenhand.rules.language.render import said_clauses
from evenhand.rules.language.ruleset import Rule
from evenhand.rules.life import RuleVersion, Stage
from evenhand.rules.live import Live, Ready, live
from evenhand.rules.replaying import event_of

EVENTS_MAX: Final = 200
"""So many events are looked at for one version, the latest first."""
SHOWN_MAX: Final = 50


@dataclass(frozen=True, slots=True)
class NearMiss:
    """A version that did not fire on an event for one clause: which, and what it asked for.

    `needed` is that clause in plain words. `held` is how many clauses were true.
    """

    version: RuleVersion
    item_id: str
    kind: str
    at: datetime
    lacking: Clause
    needed: str
    held: int


@dataclass(frozen=True, slots=True)
class Nearly:
    """Near misses, and how many events were looked at for them."""

    looked_at: int
    found: tuple[NearMiss, ...]


def near_misses_on(
    tx: ReadTx, actor: people.Actor, item_id: str, *, shadows: bool
) -> list[NearMiss]:
    """Return which rules that run nearly fired on an item or a report of it, oldest event first.

    Those in the shadow only if asked for: they must not tell whoever has yet to decide. Raises
    NotAllowed.
    """
    people.require(actor, people.Permission.SEE_QUEUE)
    here = live(tx)
    events = version_store.rule_events
    wanted = sa.select(events).where(events.c.item_id == item_id).order_by(events.c.id)
    found = (
        one
        for row in tx.rows(wanted.limit(EVENTS_MAX))
        for one in _on_event(tx, here, row)
        if shadows or one.version.stage is not Stage.SHADOW
    )
    return [one for one, _ in zip(found, range(SHOWN_MAX), strict=False)]


def near_misses_of(tx: ReadTx, actor: people.Actor, version_id: str) -> Nearly:
    """Return where a version nearly fired, or would have, among the last events of its kinds.

    Raises NotAllowed, NoSuchRule.
    """
    people.require(actor, people.Permission.SEE_QUEUE)
    one = overview.version(tx, actor, version_id)
    here = live(tx, only=[one])
    if not here.versions:
        return Nearly(0, ())
    events = version_store.rule_events
    kinds = here.ready.rules[0].kinds
    wanted = sa.select(events).where(events.c.kind.in_(kinds)).order_by(events.c.id.desc())
    rows = tx.rows(wanted.limit(EVENTS_MAX))
    found = [one for row in rows for one in _on_event(tx, here, row)]
    return Nearly(len(rows), tuple(found[:SHOWN_MAX]))


def known_of(tx: ReadTx, row: Row, here: Ready) -> dict[str, Any] | None:
    """Return what was known of an event by key, or None when it cannot be read any more."""
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


def _on_event(tx: ReadTx, here: Live, row: Row) -> Iterator[NearMiss]:
    asked = [
        (version, rule)
        for version, rule in zip(here.versions, here.ready.rules, strict=True)
        if row["kind"] in rule.kinds
    ]
    known = known_of(tx, row, here.ready) if asked else None
    if known is None:
        return
    hit = version_store.hits_of_event(tx, row["id"])
    for version, rule in asked:
        if version.id in hit:
            continue
        clauses = clauses_of(rule, known)
        lacking = [at for at, one in enumerate(clauses) if one.truth != "true"]
        if len(clauses) > 1 and len(lacking) == 1:
            clause = sealed(clauses[lacking[0]])
            needed = _needed(rule, lacking[0], len(clauses)) or clause.text
            yield NearMiss(
                version,
                row["item_id"],
                row["kind"],
                row["at"],
                clause,
                needed,
                len(clauses) - 1,
            )


def _needed(rule: Rule, at: int, of: int) -> str | None:
    """Say in plain words what a clause asks for; None where its words cannot be told apart."""
    said = said_clauses(rule.source)
    return said[at] if len(said) == of else None
