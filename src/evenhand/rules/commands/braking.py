"""A rule that fires far more than it did on the past, or that people overturn, does less."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from evenhand import people
from evenhand.db import Tx
from evenhand.ledger.append import append
from evenhand.rules import version_store
from evenhand.rules.brake import Tripped, fires_too_much, is_overturned
from evenhand.rules.life import RuleVersion, demoted

HOUR: Final = timedelta(hours=1)
ITEMS_LISTED_MAX: Final = 1_000


def brake(tx: Tx, found: RuleVersion) -> RuleVersion | None:
    """Demote a version that had more hits within the hour than it may. Part of the caller's work.

    Returns it as it was, or None. What ships with Evenhand and was never tried on a past has no
    measure to be judged by, and is left alone.
    """
    if demoted(found.stage) is None or found.made_by == people.SYSTEM.ref:
        return None
    since = max(tx.now - HOUR, found.staged_at)
    tripped = fires_too_much(version_store.hits_since(tx, found.id, since), found.baseline)
    return _demote(tx, found, tripped) if tripped else None


def mind_overturned(
    tx: Tx, name: str, number: int, *, settled: int, overturned: int
) -> RuleVersion | None:
    """Demote a version of which people overturned too much. Returns it as it was, or None."""
    every = version_store.versions(tx, version_store.rule_versions.c.name == name)
    found = next((one for one in every if one.number == number), None)
    if found is None or demoted(found.stage) is None:
        return None
    tripped = is_overturned(settled, overturned)
    return _demote(tx, found, tripped) if tripped else None


def _demote(tx: Tx, version: RuleVersion, tripped: Tripped) -> RuleVersion:
    to = demoted(version.stage)
    assert to is not None, "only what does something is demoted"
    items = list(
        dict.fromkeys(
            row["item_id"]
            for row in version_store.hits(
                tx, version.id, since=tx.now - HOUR, limit=ITEMS_LISTED_MAX
            )
        )
    )
    version_store.change_version(
        tx, version.id, stage=to.value, share=0, staged_at=tx.now, braked_why=tripped.says
    )
    append(
        tx,
        "rule.braked",
        subject=version.id,
        actor=people.SYSTEM.ref,
        public={
            "rule": version.name,
            "number": version.number,
            "from": version.stage.value,
            "to": to.value,
            "because": tripped.code,
            "items": items,
        },
        private={"why": tripped.says},
    )
    return version
