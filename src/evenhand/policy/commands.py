"""Publishing policy: whole clauses, in new versions, each on the record; nothing is ever edited."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from functools import cache
from importlib import resources

from evenhand import people
from evenhand.db import Tx
from evenhand.ledger.append import append
from evenhand.policy import store
from evenhand.policy.errors import NothingToPublish, PolicyRefused
from evenhand.policy.model import Clause, Label, Policy
from evenhand.policy.parse import parse_policy


def publish(tx: Tx, actor: people.Actor, policy: Policy) -> list[str]:
    """Publish the clause versions and labels that are not published yet.

    Returns what was new, as `key@n` and `label key@n`. Raises PolicyRefused when a published
    version would be changed or a step names a label that is not declared, NothingToPublish when
    there is nothing new.
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
    declared = store.newest_labels(tx)
    labels = [
        (declared[label.key][0] + 1 if label.key in declared else 1, label)
        for label in policy.labels
        if label.key not in declared or declared[label.key][1] != label
    ]
    if not fresh and not labels:
        raise NothingToPublish
    _check_labels(fresh, {*declared, *(label.key for label in policy.labels)})
    for version, label in labels:
        _declare(tx, actor, label, version)
    for clause in fresh:
        _publish(tx, actor, clause)
    said = [f"label {label.key}@{version}" for version, label in labels]
    return said + [f"{clause.key}@{clause.version}" for clause in fresh]


def _check_labels(clauses: Sequence[Clause], declared: AbstractSet[str]) -> None:
    for clause in clauses:
        for rung in clause.ladder:
            if rung.label is not None and rung.label not in declared:
                raise PolicyRefused(
                    f"{clause.key} version {clause.version}",
                    f"its ladder names the label {rung.label!r}: declare it in a [[label]].",
                )


def _declare(tx: Tx, actor: people.Actor, label: Label, version: int) -> None:
    store.save_label(tx, label, version=version, by=actor.ref)
    append(
        tx,
        "label.declared",
        subject=label.key,
        actor=actor.ref,
        public={"version": version},
        private={"says": label.says},
    )


def _publish(tx: Tx, actor: people.Actor, clause: Clause) -> None:
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
            "originals": clause.originals.value,
        },
    )


def seed(tx: Tx) -> bool:
    """Publish the starter policy when there is none at all. False when there already is one."""
    if store.every_version(tx):
        return False
    publish(tx, people.SYSTEM, starter())
    return True


@cache
def starter() -> Policy:
    """Read the policy that ships with Evenhand, to be changed by whoever runs the service."""
    text = resources.files("evenhand.policy").joinpath("starter.toml").read_text(encoding="utf-8")
    return parse_policy(tomllib.loads(text))
