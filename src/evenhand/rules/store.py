"""The rules' tables: proposals, and the bank entries each one rests on."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from evenhand.db import ReadTx, Tx, UtcTime, metadata
from evenhand.kit.canonical import digest
from evenhand.policy import Harm
from evenhand.rules.model import Action, Proposal, ProposalView

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


def fingerprint(item_id: str, proposal: Proposal) -> str:
    """Give what makes a proposal the same one: item, rule version, action and what it rests on."""
    return digest(
        [
            item_id,
            proposal.rule.id,
            proposal.rule.version,
            proposal.action.value,
            proposal.clause_key,
            proposal.report_id,
            list(proposal.entry_ids),
        ]
    )


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
        for entry_id in one.entry_ids:
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


def resting_on(tx: ReadTx, entry_id: str) -> list[ProposalView]:
    """Return every proposal that rests, wholly or in part, on an entry."""
    ids = sa.select(proposal_entries.c.proposal_id).where(proposal_entries.c.entry_id == entry_id)
    return load(tx, proposals.c.id.in_(ids))


def other_entries(tx: ReadTx, proposal_id: str, entry_id: str) -> list[str]:
    """Return the entries a proposal rests on besides one."""
    wanted = sa.select(proposal_entries.c.entry_id).where(
        proposal_entries.c.proposal_id == proposal_id, proposal_entries.c.entry_id != entry_id
    )
    return [row["entry_id"] for row in tx.rows(wanted)]


def withdraw(tx: Tx, proposal_id: str) -> None:
    """Close a proposal that lost what it rested on, so that nothing acts on it any more."""
    one = sa.and_(proposals.c.id == proposal_id, proposals.c.taken_at.is_(None))
    tx.run(proposals.update().where(one).values(taken_at=tx.now, withdrawn=True))


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
