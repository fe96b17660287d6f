"""What people see of living rules: how far each version came, what it hit, and what failed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import sqlalchemy as sa

from evenhand import people
from evenhand.db import ReadTx
from evenhand.rules import history, trial_store, version_store
from evenhand.rules.errors import NoSuchRule, NoSuchTrial
from evenhand.rules.history import RuleLine
from evenhand.rules.life import RuleVersion
from evenhand.rules.trial_store import TrialView

HITS_MAX: Final = 50
TRIALS_MAX: Final = 10


@dataclass(frozen=True, slots=True)
class HitOn:
    """An item that a version hit: what came of it by the stage it was in, why, and when."""

    item_id: str
    doing: str
    why: str
    at: datetime


@dataclass(frozen=True, slots=True)
class VersionOnItem:
    """A version that hit an item, with what the page about it needs to point there."""

    version_id: str
    called: str
    stage: str
    doing: str
    why: str
    at: datetime


def version(tx: ReadTx, actor: people.Actor, version_id: str) -> RuleVersion:
    """Return a version. Raises NotAllowed, NoSuchRule."""
    people.require(actor, people.Permission.SEE_QUEUE)
    found = version_store.with_id(tx, version_id)
    if found is None:
        raise NoSuchRule(version_id)
    return found


def lines_about(tx: ReadTx, actor: people.Actor, version_id: str) -> list[RuleLine]:
    """Return what the ledger says of a version, oldest first. Raises NotAllowed, NoSuchRule."""
    return history.of_version(tx, version(tx, actor, version_id))


def braked(tx: ReadTx, actor: people.Actor) -> dict[str, RuleLine]:
    """Return what the brake took back and nobody has moved since, by version. Raises NotAllowed."""
    people.require(actor, people.Permission.SEE_QUEUE)
    held = version_store.versions(tx, version_store.rule_versions.c.braked_why.is_not(None))
    lines = {one.id: history.braked(tx, one) for one in held}
    return {version_id: line for version_id, line in lines.items() if line is not None}


def hits_of(
    tx: ReadTx, actor: people.Actor, version_id: str, *, limit: int = HITS_MAX
) -> list[HitOn]:
    """Return the last hits of a version, the latest first. Raises NotAllowed."""
    people.require(actor, people.Permission.SEE_QUEUE)
    rows = version_store.hits(tx, version_id, limit=min(limit, HITS_MAX))
    return [HitOn(row["item_id"], row["doing"], row["why"], row["at"]) for row in rows]


def hit_counts(tx: ReadTx, actor: people.Actor, since: datetime) -> Mapping[str, int]:
    """Count the hits since an instant, by version. Raises NotAllowed."""
    people.require(actor, people.Permission.SEE_QUEUE)
    hits = version_store.rule_hits.c
    wanted = sa.select(hits.version_id, sa.func.count().label("hits")).where(hits.at > since)
    return {row["version_id"]: row["hits"] for row in tx.rows(wanted.group_by(hits.version_id))}


def versions_on(tx: ReadTx, actor: people.Actor, item_id: str) -> list[VersionOnItem]:
    """Return the versions that hit an item or reports of it, oldest first. Raises NotAllowed."""
    people.require(actor, people.Permission.SEE_QUEUE)
    return [
        VersionOnItem(
            row["version_id"],
            f"{row['name']}@{row['number']}",
            row["stage"],
            row["doing"],
            row["why"],
            row["at"],
        )
        for row in version_store.hits_on(tx, [item_id])
    ]


def failed_on(tx: ReadTx, actor: people.Actor, item_id: str) -> Sequence[str]:
    """Return the rules that could not look at an item or a report of it, by name.

    Raises NotAllowed.
    """
    people.require(actor, people.Permission.SEE_QUEUE)
    events = version_store.rule_events.c
    rows = tx.rows(sa.select(events.failed).where(events.item_id == item_id))
    return sorted({name for row in rows for name in row["failed"]})


def trial(tx: ReadTx, actor: people.Actor, trial_id: str) -> TrialView:
    """Return a trial. Raises NotAllowed, NoSuchTrial."""
    people.require(actor, people.Permission.SEE_QUEUE)
    found = trial_store.trial_with_id(tx, trial_id)
    if found is None:
        raise NoSuchTrial
    return found


def trials_of(tx: ReadTx, actor: people.Actor, version_id: str) -> list[TrialView]:
    """Return the last trials of a version, the latest first. Raises NotAllowed."""
    people.require(actor, people.Permission.SEE_QUEUE)
    return trial_store.trials_of(tx, version_id, limit=TRIALS_MAX)
