"""Having detectors look at items again, and searching the recent past for what is listed anew.

The end of a search is one line of the ledger; what comes of each look has its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from evenhand import banks, intake, people
from evenhand.banks import Batch
from evenhand.db import Tx
from evenhand.detection import store
from evenhand.detection.model import Portion, SearchView
from evenhand.kit.ids import first_id_at
from evenhand.ledger import jobs
from evenhand.ledger.append import append

#: Ends that no id lies beyond: all entries of a bank.
_FIRST: Final = "0"
_LAST: Final = "g"


def look_again(tx: Tx, item_ids: Sequence[str]) -> int:
    """Have detectors look at items anew, unless they are about to; return how many they will.

    What a later version replaced is left alone. Part of the caller's command or step; what comes
    of each look has a line of its own.
    """
    wanted = [
        item_id
        for item_id in intake.latest_among(tx, list(dict.fromkeys(item_ids)))
        if jobs.waiting_for(tx, item_id, "item.again") is None
    ]
    for item_id in wanted:
        jobs.enqueue(tx, "item.again", {"subject": item_id})
    return len(wanted)


def begin_search(tx: Tx, entry_id: str) -> str | None:
    """Begin to search the recent past for an entry, or for the import that it names.

    Returns the search's id; None when nothing is to be searched.
    """
    return _begin(tx, banks.batch_of(tx, entry_id))


def begin_bank_search(tx: Tx, bank_id: str) -> str | None:
    """Begin to search the recent past for every entry of a bank that matches more than before."""
    return _begin(tx, Batch(bank_id, _FIRST, _LAST))


def go_on_searching(tx: Tx, actor: people.Actor, search_id: str, portion: Portion) -> None:
    """Have what a portion found looked at again, and take the next one, or end.

    A portion that was looked for before the search grew is taken anew.
    """
    tx.lock(f"search:{search_id}")
    search = store.load_search(tx, search_id)
    if search is None or search.ended_at is not None:
        return
    if search.step != portion.step:
        jobs.enqueue(tx, "search.portion", {"subject": search_id})
        return
    looked = search.looked + portion.looked
    found = search.found + look_again(tx, portion.items)
    ended_at = tx.now if portion.ended else None
    store.change_search(
        tx,
        search_id,
        cursor=portion.cursor,
        step=search.step + 1,
        looked=looked,
        found=found,
        ended_at=ended_at,
    )
    if ended_at is None:
        jobs.enqueue(tx, "search.portion", {"subject": search_id})
        return
    append(
        tx,
        "entries.searched",
        subject=search.bank_id,
        actor=actor.ref,
        public={
            "first": search.first_id,
            "last": search.last_id,
            "looked": looked,
            "found": found,
        },
    )


def _begin(tx: Tx, batch: Batch) -> str | None:
    days = tx.resources.limits.search_days
    if days == 0:
        return None
    tx.lock(f"search of bank:{batch.bank_id}")
    for other in store.searches_in(tx, batch.bank_id, limit=1):
        if other.ended_at is None and other.looked == 0:  # a list that is still coming in
            first, last = min(other.first_id, batch.first), max(other.last_id, batch.last)
            store.change_search(tx, other.id, first_id=first, last_id=last, step=other.step + 1)
            return other.id
    search = SearchView(
        id=tx.new_id(),
        bank_id=batch.bank_id,
        first_id=batch.first,
        last_id=batch.last,
        cursor=first_id_at(tx.now - timedelta(days=days)),
        step=0,
        looked=0,
        found=0,
        began_at=tx.now,
        ended_at=None,
    )
    store.save_search(tx, search)
    jobs.enqueue(tx, "search.portion", {"subject": search.id})
    return search.id
