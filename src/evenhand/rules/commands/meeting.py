"""The rules in force meet what happened: it is counted, every rule is asked, and hits are kept.

An event is counted once, when it comes; another look at an item asks the rules again about the
same event with what is known now. What a rule does about a hit is its stage's to say. A rule that
fails is named with the item, so that nobody takes the item for clean (charter, promise 5).
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from evenhand import people
from evenhand.db import Tx
from evenhand.ledger import jobs
from evenhand.ledger.append import append
from evenhand.rules import version_store
from evenhand.rules.commands.catching_up import MEETING
from evenhand.rules.counting import Counted, count_event, keep
from evenhand.rules.facts import Met, Said
from evenhand.rules.happening import Happening
from evenhand.rules.language.ruleset import Counter, Entity
from evenhand.rules.life import Doing
from evenhand.rules.live import counts_of, live
from evenhand.rules.meeting import asked, facts_now
from evenhand.rules.model import Match
from evenhand.rules.proposing import Hit, clause_data, while_of

DUE: Final = "rule.due"
"""The job by which a measure is proposed once its while is over."""


def meet(
    tx: Tx, happened: Happening, said: Sequence[Said] = (), matches: Sequence[Match] = ()
) -> Met:
    """Let the rules meet an item or a report that is stored. Part of the caller's command."""
    tx.lock(MEETING, shared=True)
    here = live(tx)
    if not here.versions and not here.ready.broken:
        return Met()
    known = version_store.event_of(tx, happened.subject_id)
    facts = facts_now(tx, happened, said, matches)
    if known is None:
        event_id = tx.new_id()
        counts = _count(tx, here.ready.counters, happened, event_id)
        counted = {one.counter: one.count for one in counts}
        version_store.save_event(
            tx,
            event_id,
            subject_id=happened.subject_id,
            item_id=happened.item_id,
            kind=happened.kind,
            key=happened.key,
            facts=facts,
            counted=counted,
            failed=[],
        )
        for one in counts:
            keep(tx, one, event_id)
    else:
        event_id, counted = known["id"], known["counted"]
        version_store.change_event(tx, event_id, facts=facts)
    met = asked(here, happened, facts, counted)
    if met.failed:
        version_store.change_event(tx, event_id, failed=list(met.failed))
    due = version_store.hits_of_event(tx, event_id)
    for hit in met.hits:
        if hit.version.id not in due:
            due[hit.version.id] = _keep_hit(tx, event_id, hit, happened)
    hits = tuple(replace(hit, waits=_waits(due[hit.version.id], tx.now)) for hit in met.hits)
    return Met(hits, met.failed)


def _keep_hit(tx: Tx, event_id: str, hit: Hit, happened: Happening) -> datetime | None:
    """Write down a new hit; return when what it proposes is due, None at once.

    The while is drawn by lot within bounds, so that nobody learns by it what was found.
    """
    due = None
    if hit.waits:
        least, most = (one.total_seconds() for one in while_of(hit.rule))
        due = tx.now + timedelta(seconds=random.SystemRandom().uniform(least, most))
        jobs.enqueue(tx, DUE, {"subject": happened.item_id}, run_at=due)
    version_store.save_hit(
        tx,
        event_id=event_id,
        version_id=hit.version.id,
        item_id=happened.item_id,
        doing=hit.doing.value,
        why=hit.why,
        clauses=clause_data(hit.clauses),
        due_at=due,
    )
    hang_labels(tx, hit, happened)
    return due


def _waits(due: datetime | None, now: datetime) -> bool:
    return due is not None and due > now


def _count(
    tx: Tx, counters: Sequence[Counter], happened: Happening, event_id: str
) -> list[Counted]:
    """Count an event that comes now, in the order of the counters' names: so nobody waits twice."""
    counted = []
    for counter in sorted(counters, key=lambda one: one.name):
        counts = counts_of(counter, happened.event) if happened.kind in counter.kinds else None
        if counts is not None:
            counted.append(count_event(tx, counter, *counts, event_id=event_id))
    return counted


def hang_labels(tx: Tx, hit: Hit, happened: Happening) -> None:
    """Hang what a rule that acts hangs on the account and the item; what hangs there stays."""
    if hit.doing is not Doing.ACT:
        return
    ids = {Entity.ACCOUNT: happened.event.get("account"), Entity.ITEM: happened.item_id}
    wanted = [(label, entity_id) for label in hit.labels if (entity_id := ids[label.entity])]
    if not wanted:
        return
    hanging = version_store.labels_on(tx, [entity_id for _, entity_id in wanted])
    there = {(row["entity_id"], row["name"]) for row in hanging}
    actor = people.rule_actor(hit.version.name, hit.version.number)
    for label, entity_id in wanted:
        if (entity_id, label.name) in there:
            continue
        version_store.save_label(
            tx,
            {
                "entity": label.entity.value,
                "entity_id": entity_id,
                "name": label.name,
                "by_ref": actor.ref,
                "item_id": happened.item_id,
                "until": tx.now + label.lasting if label.lasting is not None else None,
            },
        )
        append(
            tx,
            "label.hung",
            subject=happened.item_id,
            actor=actor.ref,
            public={"entity": label.entity.value, "item": happened.item_id},
            private={"label": label.name, "entity_id": entity_id},
        )
