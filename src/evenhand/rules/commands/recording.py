"""What rules propose is recorded once, with a line for each rule. Rules act as themselves."""

from __future__ import annotations

from collections.abc import Sequence

from evenhand import people
from evenhand.db import Tx
from evenhand.ledger.append import append
from evenhand.rules import store
from evenhand.rules.model import Proposal, ProposalView


def record(tx: Tx, item_id: str, made: Sequence[Proposal]) -> list[ProposalView]:
    """Write what is new, with one line for each rule that proposed something."""
    every: list[ProposalView] = []
    for rule in dict.fromkeys((one.rule.id, one.rule.version) for one in made):
        name, version = rule
        of_rule = [one for one in made if (one.rule.id, one.rule.version) == rule]
        saved = store.save_new(tx, item_id, of_rule)
        if saved:
            append(
                tx,
                "rules.proposed",
                subject=item_id,
                actor=people.rule_actor(name, version).ref,
                public={
                    "rule": name,
                    "version": version,
                    "actions": [proposal.action.value for proposal in saved],
                    "proposals": [proposal.id for proposal in saved],
                },
            )
        every += saved
    return every
