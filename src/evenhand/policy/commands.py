"""Publishing policy: whole clauses, in new versions, each on the record; nothing is ever edited."""

from __future__ import annotations

import tomllib
from importlib import resources

from evenhand import people
from evenhand.db import Tx
from evenhand.ledger.append import append
from evenhand.policy import store
from evenhand.policy.errors import NothingToPublish, PolicyRefused
from evenhand.policy.model import Policy
from evenhand.policy.parse import parse_policy


def publish(tx: Tx, actor: people.Actor, policy: Policy) -> list[str]:
    """Publish the clause versions that are not published yet; return what was new as `key@n`.

    Raises PolicyRefused when a published version would be changed, NothingToPublish when there
    is no new one.
    """
    people.require(actor, people.Permission.MANAGE_POLICY)
    tx.lock("policy")
    known = {(clause.key, clause.version): clause for clause in store.every_version(tx)}
    fresh = []
    for clause in policy.clauses:
        before = known.get((clause.key, clause.version))
        if before is None:
            fresh.append(clause)
        elif before != clause:
            raise PolicyRefused(
                f"{clause.key} version {clause.version}",
                "this version is published and cannot be changed: add the next version instead.",
            )
    if not fresh:
        raise NothingToPublish
    for clause in fresh:
        store.save(tx, clause, by=actor.ref)
        append(
            tx,
            "clause.published",
            subject=clause.key,
            actor=actor.ref,
            public={
                "version": clause.version,
                "number": clause.number,
                "harm": clause.harm.value,
                "effective_from": clause.effective_from.isoformat(),
            },
        )
    return [f"{clause.key}@{clause.version}" for clause in fresh]


def seed(tx: Tx) -> bool:
    """Publish the starter policy when there is none at all. False when there already is one."""
    if store.every_version(tx):
        return False
    publish(tx, people.SYSTEM, starter())
    return True


def starter() -> Policy:
    """Read the policy that ships with Evenhand, to be changed by whoever runs the service."""
    text = resources.files("evenhand.policy").joinpath("starter.toml").read_text(encoding="utf-8")
    return parse_policy(tomllib.loads(text))
