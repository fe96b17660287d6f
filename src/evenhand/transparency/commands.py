"""Publishing a checkpoint puts the signed size and root of the log on the log itself."""

from __future__ import annotations

from evenhand import ledger, people
from evenhand.db import Tx
from evenhand.ledger.append import append
from evenhand.transparency.errors import NothingNewToPublish


def publish_checkpoint(tx: Tx, actor: people.Actor) -> str:
    """Record the log's checkpoint as it stands, keep it apart, and return it as a signed note.

    Raises NothingNewToPublish when the log is empty or its last line is a published checkpoint.
    """
    people.require(actor, people.Permission.READ_LEDGER)
    note, size = ledger.head(tx), ledger.size(tx)
    last = max((line["n"] for line in ledger.events(tx, ["checkpoint.published"])), default=-1)
    if note is None or last == size - 1:
        raise NothingNewToPublish("Nothing was recorded since the last published checkpoint.")
    append(
        tx,
        "checkpoint.published",
        subject=f"checkpoint-{size}",
        actor=actor.ref,
        public={"size": size, "note": note},
    )
    published, shelf = note, tx.resources.shelf
    tx.after_commit.append(lambda: shelf.publish(published, size=size))
    return note
