"""A few items are put before people to learn from, though nothing proposed them."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Final

from evenhand import detection, policy
from evenhand.db import Tx
from evenhand.rules import store
from evenhand.rules.commands.recording import record
from evenhand.rules.learning import (
    AT_RANDOM,
    UNSURE,
    Unanswered,
    allowed_now,
    least_sure,
    split,
    to_learn_from,
)
from evenhand.rules.model import ASK_FOR_LABELS

LOOKS_MAX: Final = 20_000
"""Of the items of a day, the newest so many are chosen from: a choice must not hold others up."""


def ask_for_labels(tx: Tx, *, a_day: int, at_random: float, waiting: int) -> list[str]:
    """Put a few items before people to learn from; return their ids.

    Chosen are items that detectors looked at within a day and that nothing proposed: at random, by
    a machine's true chance, and where a classifier that stands is least sure. `a_day` is the most
    in a day, spread over it, `waiting` how many still wait for an answer. Nothing happens, and
    nothing is recorded, when none may be asked about now.
    """
    tx.lock("rules:ask-for-labels")
    midnight = tx.now.replace(hour=0, minute=0, second=0, microsecond=0)
    asked = len(store.of_rule(tx, ASK_FOR_LABELS.id, midnight))
    passed = (tx.now - midnight).total_seconds() / timedelta(days=1).total_seconds()
    count = allowed_now(a_day=a_day, asked=asked, waiting=waiting, day_passed=passed)
    if count == 0:
        return []
    open_ = _unanswered(tx)
    random_count, unsure_count = split(count, at_random=at_random)
    unsure = least_sure(open_, unsure_count)
    rest = sorted({one.item_id for one in open_} - {one.item_id for one in unsure})
    lots = random.SystemRandom().sample(rest, min(random_count, len(rest)))
    chosen = [to_learn_from(one, UNSURE) for one in unsure]
    chosen += [to_learn_from(Unanswered(item_id), AT_RANDOM) for item_id in lots]
    items = [*(one.item_id for one in unsure), *lots]
    for item_id, proposal in zip(items, chosen, strict=True):
        record(tx, item_id, [proposal])
    return items


def _unanswered(tx: Tx) -> list[Unanswered]:
    """Return what was looked at within a day and never proposed, with what is said of it."""
    looks = detection.looks_since(tx, tx.now - timedelta(days=1), limit=LOOKS_MAX)
    proposed = store.proposed_items(tx, {item_id for item_id, _ in looks})
    standing = detection.clauses_of_standing(tx, {one.model_id for _, one in looks if one})
    harms = {clause.key: clause.harm for clause in policy.clauses(tx)}
    found = []
    for item_id, said in looks:
        if item_id in proposed:
            continue
        if said is None or said.model_id not in standing or said.clause_key not in harms:
            found.append(Unanswered(item_id))
            continue
        harm = harms[said.clause_key]
        found.append(Unanswered(item_id, said.clause_key, harm, said.score, said.model_id))
    return found
