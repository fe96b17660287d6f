"""What rules propose is recorded once, with a line for each rule. Rules act as themselves."""

from __future__ import annotations

from collections.abc import Sequence

from evenhand import people
from evenhand.db import Tx
from evenhand.ledger.append import append
from evenhand.rules import store
from evenhand.rules.model import RULES, Proposal, ProposalView


def record(tx: Tx, item_id: str, made: Sequence[Proposal]) -> list[ProposalView]:
    """Write what is new, with one line for each rule that proposed something."""
    every: list[ProposalView] = []
    for rule in RULES:
        saved = store.save_new(tx, item_id, [one for one in made if one.rule is rule])
        if saved:
            append(
                tx,
                "rules.proposed",
                subject=item_id,
                actor=people.rule_actor(rule.id, rule.version).ref,
                public={
                    "rule": rule.id,
                    "version": rule.version,
                    "actions": [proposal.action.value for proposal in saved],
                    "proposals": [proposal.id for proposal in saved],
                },
            )
        every += saved
    return every
