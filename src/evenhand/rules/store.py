"""The rules' tables: proposals, what each one rests on, and what every entry ever matched."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

import sqlalchemy as sa

from evenhand.db import ReadTx, Tx, UtcTime, metadata, statements_of
from evenhand.kit.canonical import digest
from evenhand.kit.ids import first_id_at
from evenhand.policy import Harm
from evenhand.rules import count_store, version_store  # noqa: F401 - their tables are this room's
from evenhand.rules.model import Action, MatchView, Proposal, ProposalView, Proposing
from evenhand.rules.weighing import Less, Weight

proposals = sa.Table(
    "proposals",
    metadata,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("item_id", sa.String(36), nullable=False),
    sa.Column("report_id", sa.String(36)),
    sa.Column("rule", sa.Text, nullable=False),
    sa.Column("rule_version", sa.Integer, nullable=False),
    sa.Column("action", sa.Text, nullable=False),
    sa.Column("clause_key", sa.Text),
    sa.Column("harm", sa.Text, nullable=False),
    sa.Column("why", sa.Text, nullable=False),
    sa.Column("evidence", sa.JSON, nullable=False),
    sa.Column("fingerprint", sa.String(64), nullable=False, unique=True),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("made_at", UtcTime, nullable=False),
    sa.Column("taken_at", UtcTime),
    sa.Column("withdrawn", sa.Boolean, nullable=False),
    sa.Index("ix_proposals_item_id", "item_id"),
)

proposal_entries = sa.Table(
    "proposal_entries",
    metadata,
    sa.Column("proposal_id", sa.String(36), sa.ForeignKey("proposals.id"), primary_key=True),
    sa.Column("entry_id", sa.String(36), primary_key=True),
    sa.Index("ix_proposal_entries_entry_id", "entry_id"),
)


entry_matches = sa.Table(
    "entry_matches",
    metadata,
    sa.Column("entry_id", sa.String(36), primary_key=True),
    sa.Column("item_id", sa.String(36), primary_key=True),
    sa.Column("key", sa.String(36), nullable=False),
    sa.Column("weight", sa.Text, nullable=False),
    sa.Column("less", sa.JSON, nullable=False),
    sa.Column("first_at", UtcTime, nullable=False),
    sa.Column("last_at", UtcTime, nullable=False),
    sa.Index("ix_entry_matches_entry_id_first_at", "entry_id", "first_at"),
    sa.Index("ix_entry_matches_item_id", "item_id"),
)


def fingerprint(item_id: str, proposal: Proposal) -> str:
    """Give what makes a proposal the same one: item, rule version, action and what it rests on.

    What was only to be looked at and may be held now is put before a person once more.
    """
    parts: list[object] = [
        item_id,
        proposal.rule.id,
        proposal.rule.version,
        proposal.action.value,
        proposal.clause_key,
        proposal.report_id,
        list(proposal.grounds),
    ]
    if proposal.evidence.get("confirmed"):
        parts.append("confirmed")
    return digest(parts)


def save_new(tx: Tx, item_id: str, made: Sequence[Proposal]) -> list[ProposalView]:
    """Write the proposals that were not made before, with what they rest on; return those."""
    saved: list[str] = []
    for position, one in enumerate(made):
        mark = fingerprint(item_id, one)
        if tx.value(sa.select(proposals.c.id).where(proposals.c.fingerprint == mark)):
            continue
        proposal_id = tx.new_id()
        tx.insert(
            proposals,
            id=proposal_id,
            item_id=item_id,
            report_id=one.report_id,
            rule=one.rule.id,
            rule_version=one.rule.version,
            action=one.action.value,
            clause_key=one.clause_key,
            harm=one.harm.value,
            why=one.why,
            evidence=dict(one.evidence),
            fingerprint=mark,
            position=position,
            made_at=tx.now,
            withdrawn=False,
        )
        for entry_id in one.grounds:
            tx.insert(proposal_entries, proposal_id=proposal_id, entry_id=entry_id)
        saved.append(proposal_id)
    return load(tx, proposals.c.id.in_(saved))


def load(tx: ReadTx, where: sa.ColumnElement[bool]) -> list[ProposalView]:
    """Return proposals, oldest first and in the order they were made."""
    in_order = (proposals.c.made_at, proposals.c.position, proposals.c.id)
    return [_view(row) for row in tx.rows(sa.select(proposals).where(where).order_by(*in_order))]


def waiting(item_id: str) -> sa.ColumnElement[bool]:
    """Say which proposals of an item wait to be acted on."""
    return sa.and_(proposals.c.item_id == item_id, proposals.c.taken_at.is_(None))


def take(tx: Tx, ids: Sequence[str]) -> int:
    """Mark proposals as acted on; return how many waited."""
    open_ones = sa.and_(proposals.c.id.in_(ids), proposals.c.taken_at.is_(None))
    return tx.run(proposals.update().where(open_ones).values(taken_at=tx.now))


def resting_on(tx: ReadTx, ground_id: str) -> list[ProposalView]:
    """Return every proposal that rests, wholly or in part, on an entry or a version."""
    ids = sa.select(proposal_entries.c.proposal_id).where(proposal_entries.c.entry_id == ground_id)
    return load(tx, proposals.c.id.in_(ids))


def grounds_of(tx: ReadTx, proposal_id: str) -> list[str]:
    """Return what a proposal rests on."""
    wanted = sa.select(proposal_entries.c.entry_id).where(
        proposal_entries.c.proposal_id == proposal_id
    )
    return [row["entry_id"] for row in tx.rows(wanted)]


def of_rule(tx: ReadTx, rule_id: str, since: datetime | None = None) -> list[ProposalView]:
    """Return the proposals of one rule, since an instant or ever, oldest first."""
    wanted = proposals.c.rule == rule_id
    if since is not None:
        wanted = sa.and_(wanted, proposals.c.id >= first_id_at(since))
    return load(tx, wanted)


def last_proposed(tx: ReadTx, rule_id: str) -> int:
    """Return the highest version of a rule that ever proposed anything; 0 for none."""
    found = tx.value(
        sa.select(sa.func.max(proposals.c.rule_version)).where(proposals.c.rule == rule_id)
    )
    return found if isinstance(found, int) else 0


def proposed_items(tx: ReadTx, item_ids: Collection[str]) -> set[str]:
    """Return those of these items about which anything was ever proposed."""
    found: set[str] = set()
    wanted = sa.select(proposals.c.item_id)
    for some in statements_of(list(item_ids)):
        found |= {row["item_id"] for row in tx.rows(wanted.where(proposals.c.item_id.in_(some)))}
    return found


def withdraw(tx: Tx, proposal_id: str) -> None:
    """Close a proposal that lost what it rested on, so that nothing acts on it any more."""
    one = sa.and_(proposals.c.id == proposal_id, proposals.c.taken_at.is_(None))
    tx.run(proposals.update().where(one).values(taken_at=tx.now, withdrawn=True))


def withdraw_all(tx: Tx, item_id: str, rule: str) -> int:
    """Close what a rule proposed about an item, acted on or not; return how many stood."""
    these = sa.and_(
        proposals.c.item_id == item_id,
        proposals.c.rule == rule,
        proposals.c.withdrawn.is_(False),
    )
    untaken = sa.and_(these, proposals.c.taken_at.is_(None))
    tx.run(proposals.update().where(untaken).values(taken_at=tx.now))
    return tx.run(proposals.update().where(these).values(withdrawn=True))


def save_match(
    tx: Tx, entry_id: str, item_id: str, *, key: str, weight: str, less: Sequence[str]
) -> None:
    """Write that an entry matches an item, in place of what was written before."""
    same = sa.and_(entry_matches.c.entry_id == entry_id, entry_matches.c.item_id == item_id)
    now = {"weight": weight, "less": list(less), "last_at": tx.now}
    if not tx.run(entry_matches.update().where(same).values(**now)):
        tx.insert(
            entry_matches,
            entry_id=entry_id,
            item_id=item_id,
            key=key,
            first_at=tx.now,
            **now,
        )


def is_new(tx: ReadTx, entry_id: str, item_id: str) -> bool:
    """Tell whether an entry was never found in an item before."""
    same = sa.and_(entry_matches.c.entry_id == entry_id, entry_matches.c.item_id == item_id)
    return tx.value(sa.select(entry_matches.c.item_id).where(same)) is None


def accounts_since(tx: ReadTx, entry_id: str, since: datetime, *, but: str, limit: int) -> int:
    """Count accounts, beside one, in whose items an entry was first found since; up to a limit."""
    mine = sa.and_(
        entry_matches.c.entry_id == entry_id,
        entry_matches.c.first_at > since,
        entry_matches.c.key != but,
    )
    some = sa.select(entry_matches.c.key).where(mine).distinct().limit(limit).subquery()
    return int(str(tx.value(sa.select(sa.func.count()).select_from(some))))


def matches_of(tx: ReadTx, entry_id: str, *, limit: int) -> list[MatchView]:
    """Return the items in which an entry was found, the latest first."""
    wanted = sa.select(entry_matches).where(entry_matches.c.entry_id == entry_id)
    newest = (entry_matches.c.first_at.desc(), entry_matches.c.item_id)
    return [
        MatchView(
            entry_id=row["entry_id"],
            item_id=row["item_id"],
            weight=Weight(row["weight"]),
            less=tuple(Less(one) for one in row["less"]),
            first_at=row["first_at"],
            last_at=row["last_at"],
        )
        for row in tx.rows(wanted.order_by(*newest).limit(limit))
    ]


def match_counts(tx: ReadTx, entry_id: str) -> dict[Weight, int]:
    """Count the items in which an entry was found, by how much that counts."""
    weight = entry_matches.c.weight
    wanted = sa.select(weight, sa.func.count().label("items")).where(
        entry_matches.c.entry_id == entry_id
    )
    return {Weight(row["weight"]): row["items"] for row in tx.rows(wanted.group_by(weight))}


def items_matched(tx: ReadTx, entry_ids: Sequence[str], *, but_held: bool) -> list[str]:
    """Return the items in which entries were found: all, or those not held because of them."""
    found: set[str] = set()
    for some in statements_of(entry_ids):
        wanted = sa.select(entry_matches.c.item_id).where(entry_matches.c.entry_id.in_(some))
        if but_held:
            wanted = wanted.where(entry_matches.c.weight != Weight.HOLDS.value)
        wanted = wanted.distinct()
        found |= {row["item_id"] for row in tx.rows(wanted)}
    return sorted(found)


def _view(row: sa.RowMapping) -> ProposalView:
    return ProposalView(
        id=row["id"],
        item_id=row["item_id"],
        report_id=row["report_id"],
        rule=row["rule"],
        rule_version=row["rule_version"],
        action=Action(row["action"]),
        clause_key=row["clause_key"],
        harm=Harm(row["harm"]),
        why=row["why"],
        evidence=row["evidence"],
        made_at=row["made_at"],
        taken_at=row["taken_at"],
        withdrawn=row["withdrawn"],
    )


def proposers_of(tx: ReadTx, item_ids: Sequence[str]) -> list[Proposing]:
    """Return what was proposed about items and not withdrawn, by rule and clause."""
    columns = (proposals.c.item_id, proposals.c.rule, proposals.c.clause_key)
    wanted = sa.select(*columns).distinct().where(proposals.c.withdrawn.is_(False))
    return [
        Proposing(row["item_id"], row["rule"], row["clause_key"])
        for some in statements_of(item_ids)
        for row in tx.rows(wanted.where(proposals.c.item_id.in_(some)))
    ]
