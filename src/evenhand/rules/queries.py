"""Reading what the rules proposed, would propose, and know of an item's pictures."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from evenhand import detection, intake, people, policy
from evenhand.db import ReadTx
from evenhand.rules import store, version_store
from evenhand.rules.errors import RulesRefused
from evenhand.rules.facts import key_of, matches, proposed, recorded, unrecorded
from evenhand.rules.happening import of_checked
from evenhand.rules.learning import AT_RANDOM
from evenhand.rules.life import Doing, RuleVersion
from evenhand.rules.live import live, version_called
from evenhand.rules.meeting import would_meet
from evenhand.rules.model import (
    ASK_FOR_LABELS,
    KnownMedia,
    MatchView,
    Proposal,
    ProposalView,
    Proposing,
    sealing,
)
from evenhand.rules.proposing import AS_LISTED
from evenhand.rules.weighing import Weight

MATCHES_MAX = 200


def proposals_of(tx: ReadTx, actor: people.Actor, item_id: str) -> list[ProposalView]:
    """Return every proposal about an item, oldest first. Raises NotAllowed."""
    people.require(actor, people.Permission.SEE_QUEUE)
    return store.load(tx, store.proposals.c.item_id == item_id)


def untaken(tx: ReadTx, item_id: str) -> list[ProposalView]:
    """Return the proposals about an item that wait to be acted on. For other rooms."""
    return store.load(tx, store.waiting(item_id))


def proposers_of(tx: ReadTx, item_ids: Sequence[str]) -> list[Proposing]:
    """Return what was proposed about items and not withdrawn, by rule and clause. For rooms."""
    return store.proposers_of(tx, item_ids)


def would_propose(
    tx: ReadTx,
    actor: people.Actor,
    checked: intake.CheckedItem,
    assessments: Sequence[detection.Assessment],
) -> list[Proposal]:
    """Return what the rules would propose about an item that is not stored.

    For keys that send items. Raises NotAllowed.
    """
    people.require(actor, people.Permission.SEND_ITEMS)
    account = checked.account
    key = (intake.account_named(tx, account.external_id) if account else None) or ""
    said = unrecorded(assessments)
    matched = matches(tx, said, key=key)
    met = would_meet(tx, of_checked(checked, key=key, at=tx.now), said, matched)
    return proposed(tx, checked.kind.name, said, matched, met)


def deployed(tx: ReadTx, actor: people.Actor, name: str | None = None) -> list[RuleVersion]:
    """Return every version of one rule or of all, by name and the newest first.

    Raises NotAllowed, NoSuchRule.
    """
    people.require(actor, people.Permission.SEE_QUEUE)
    return version_store.versions(tx) if name is None else version_store.named(tx, name)


def deployed_files(
    tx: ReadTx, actor: people.Actor, ruleset_id: str | None = None
) -> list[tuple[str, str]]:
    """Return the files of a deployment, or of the last: name and text. Raises NotAllowed."""
    people.require(actor, people.Permission.SEE_QUEUE)
    if ruleset_id is None:
        latest = version_store.latest_ruleset(tx)
        ruleset_id = "" if latest is None else latest["id"]
    return version_store.ruleset_files(tx, ruleset_id)


def version_and_clause(tx: ReadTx, called: str) -> tuple[RuleVersion, str | None]:
    """Return a version by `name@number`, or the newest of a name, and the clause it names.

    None without one, and for `as_listed`, which is whichever clause a bank is under. Raises
    NoSuchRule, or RulesRefused when it cannot be read any more.
    """
    version = version_called(tx, called)
    ready = live(tx, only=[version]).ready
    if not ready.rules:
        raise RulesRefused(f"{version.called} cannot be read with the kinds there are now.")
    named = ready.rules[0].policy
    return version, None if named == AS_LISTED else named


def items_acted_on(tx: ReadTx, version_id: str, *, limit: int) -> list[str]:
    """Return the items a version last acted on, the latest first. For other rooms."""
    acted = (Doing.ACT.value, Doing.HELD_OUT.value)
    rows = version_store.hits(tx, version_id, doing=acted, limit=limit)
    return list(dict.fromkeys(row["item_id"] for row in rows))


def asked_by_lot(tx: ReadTx, version: RuleVersion, begin: datetime, end: datetime) -> list[str]:
    """Return the items that people were asked about by lot alone, of what a version is about.

    Those that came, or of which a report came, within the span. For other rooms.
    """
    by_lot = [
        one.item_id
        for one in store.of_rule(tx, ASK_FOR_LABELS.id, begin)
        if one.evidence.get("chosen") == AT_RANDOM
    ]
    there = version_store.items_met(tx, by_lot, version.kinds, begin, end)
    return [item_id for item_id in dict.fromkeys(by_lot) if item_id in there]


def brought_before_people(tx: ReadTx, name: str, begin: datetime, end: datetime) -> bool:
    """Tell whether a rule, in any version, brought items before people itself within a span.

    What it finds is then never among what is chosen by lot. For other rooms.
    """
    return version_store.hit_otherwise(tx, name, begin, end, but=Doing.NOTE.value)


def known_media(tx: ReadTx, actor: people.Actor, item_id: str) -> dict[str, KnownMedia]:
    """Return which pictures of an item are confirmed known material that is not shown again.

    By the id of the picture; ever found counts, as long as the entry stands. Raises NotAllowed.
    """
    people.require(actor, people.Permission.SEE_QUEUE)
    every = detection.assessments(tx, actor, item_id, every_run=True)
    by_id = {one.id: one for one in every if one.media_id is not None}
    originals = {clause.key: clause.originals for clause in policy.clauses(tx)}
    known: dict[str, KnownMedia] = {}
    key = key_of(intake.item(tx, actor, item_id))
    for match in matches(tx, recorded(by_id.values()), key=key):
        said = by_id[match.assessment_id]
        if sealing(match, originals) and said.media_id is not None:
            distance = said.evidence.get("distance")
            known.setdefault(
                said.media_id, KnownMedia(said.media_id, match.entry_id, match.bank, distance)
            )
    return known


def of_rule(tx: ReadTx, rule_id: str, since: datetime | None = None) -> list[ProposalView]:
    """Return the proposals of one rule, since an instant or ever, oldest first. For the worker."""
    return store.of_rule(tx, rule_id, since)


def matches_of(
    tx: ReadTx, actor: people.Actor, entry_id: str, *, limit: int = MATCHES_MAX
) -> list[MatchView]:
    """Return the items in which a bank entry was found, the latest first. Raises NotAllowed."""
    people.require(actor, people.Permission.MANAGE_BANKS)
    return store.matches_of(tx, entry_id, limit=min(limit, MATCHES_MAX))


def match_counts(tx: ReadTx, actor: people.Actor, entry_id: str) -> dict[Weight, int]:
    """Count the items in which a bank entry was found, by how much that counted the last time.

    Raises NotAllowed.
    """
    people.require(actor, people.Permission.MANAGE_BANKS)
    return store.match_counts(tx, entry_id)


def items_matched(tx: ReadTx, entry_ids: Sequence[str], *, but_held: bool = False) -> list[str]:
    """Return the items in which entries were found, or only those not held on them.

    For other rooms.
    """
    return store.items_matched(tx, entry_ids, but_held=but_held)
