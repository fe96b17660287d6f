"""Reading what the rules proposed."""

from __future__ import annotations

from evenhand import people
from evenhand.db import ReadTx
from evenhand.rules import store
from evenhand.rules.model import ProposalView


def proposals_of(tx: ReadTx, actor: people.Actor, item_id: str) -> list[ProposalView]:
    """Return every proposal about an item, oldest first. Raises NotAllowed."""
    people.require(actor, people.Permission.SEE_QUEUE)
    return store.load(tx, store.proposals.c.item_id == item_id)


def untaken(tx: ReadTx, item_id: str) -> list[ProposalView]:
    """Return the proposals about an item that wait to be acted on. For other rooms."""
    return store.load(tx, store.waiting(item_id))
