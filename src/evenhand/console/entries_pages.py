"""One entry: who put it there and why, what it matched, and how it is stopped or let go on.

Only its written form is shown, never a picture: of the worst there is none to be kept, and nobody
has to see one to judge a list.
"""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any, Final

from fastapi import APIRouter, Response

from evenhand import banks, decision, intake, people, queue, rules
from evenhand.banks import EntryState
from evenhand.console.banks_pages import STATES, bank_of, bank_page, names_of, says
from evenhand.console.frame import ConsoleRoute, SignedIn, Visit
from evenhand.pages import N_
from evenhand.people import Permission
from evenhand.rules import Weight

router = APIRouter(route_class=ConsoleRoute)

MATCHES_SHOWN: Final = 50
CLUSTER_SHOWN: Final = 50

EVENTS: Final = {
    "entry.added": N_("added"),
    "entries.imported": N_("came with a list"),
    "entry.disabled": N_("disabled"),
    "entry.enabled": N_("enabled again"),
    "entry.quarantined": N_("quarantined: it matched too many accounts within an hour"),
    "entry.released": N_("released from quarantine"),
    "entries.expired": N_("its time ran out"),
    "entry.withdrawn": N_("withdrawn"),
}
WEIGHTS: Final = {
    Weight.HOLDS: N_("held"),
    Weight.LOOKED_AT: N_("put before a person"),
    Weight.NOTED: N_("only noted"),
}


@router.post("/banks/{bank_id}/entries")
def add(visit: SignedIn, bank_id: str) -> Response:
    """Add an entry, with where it comes from and why."""
    bank = bank_of(visit, bank_id)
    try:
        visit.do(
            banks.add_entry,
            bank=bank.name,
            kind=visit.text("kind"),
            value=visit.text("value"),
            source=visit.text("source"),
            reason=visit.text("reason"),
            labels=visit.text("labels").split(),
            confidence=visit.text("confidence") or None,
            expires_at=_day(visit.text("expires")),
        )
    except (banks.BanksError, ValueError) as why:
        return bank_page(visit, bank_id, problem=says(why))
    return visit.to(f"/banks/{bank_id}")


@router.get("/banks/{bank_id}/entries/{entry_id}")
def one_entry(visit: SignedIn, bank_id: str, entry_id: str) -> Response:
    """Show one entry."""
    return _entry_page(visit, bank_id, entry_id)


@router.post("/banks/{bank_id}/entries/{entry_id}/withdraw")
def withdraw(visit: SignedIn, bank_id: str, entry_id: str) -> Response:
    """Take an entry out, and its cluster if asked; what rested on them is looked at again."""
    why = visit.text("why")
    with_it = visit.ask(banks.cluster_of, entry_id) if visit.text("cluster") else []
    try:
        for each in (entry_id, *(one.id for one in with_it)):
            visit.do(banks.withdraw_entry, each, why=why)
    except banks.EntryRefused as refused:
        return _entry_page(visit, bank_id, entry_id, problem=says(refused))
    return visit.to(f"/banks/{bank_id}/entries/{entry_id}")


@router.post("/banks/{bank_id}/entries/{entry_id}/disable")
def disable(visit: SignedIn, bank_id: str, entry_id: str) -> Response:
    """Let an entry match nothing until a day."""
    try:
        until = _day(visit.text("until"))
        if until is None:
            return _entry_page(visit, bank_id, entry_id, problem="Choose the day it ends.")
        visit.do(banks.disable_entry, entry_id, until=until, why=visit.text("why"))
    except (banks.EntryRefused, banks.NothingChanges, ValueError) as why:
        return _entry_page(visit, bank_id, entry_id, problem=says(why))
    return visit.to(f"/banks/{bank_id}/entries/{entry_id}")


@router.post("/banks/{bank_id}/entries/{entry_id}/enable")
def enable(visit: SignedIn, bank_id: str, entry_id: str) -> Response:
    """Let a disabled entry match again."""
    return _done(visit, bank_id, entry_id, banks.enable_entry)


@router.post("/banks/{bank_id}/entries/{entry_id}/release")
def release(visit: SignedIn, bank_id: str, entry_id: str) -> Response:
    """Let a quarantined entry count in full again."""
    return _done(visit, bank_id, entry_id, banks.release_entry)


def _done(visit: Visit, bank_id: str, entry_id: str, command: Any) -> Response:
    try:
        visit.do(command, entry_id, why=visit.text("why"))
    except (banks.EntryRefused, banks.NothingChanges) as why:
        return _entry_page(visit, bank_id, entry_id, problem=says(why))
    return visit.to(f"/banks/{bank_id}/entries/{entry_id}")


def _entry_page(visit: Visit, bank_id: str, entry_id: str, *, problem: str = "") -> Response:
    bank = bank_of(visit, bank_id)
    people.require(visit.actor, Permission.MANAGE_BANKS)
    entry = visit.ask(banks.entry, entry_id)
    if entry.bank_id != bank.id:
        raise banks.NoSuchEntry
    history = visit.ask(banks.history, entry_id)
    cluster = visit.ask(banks.cluster_of, entry_id)
    now = visit.house.clock.now()
    return visit.page(
        "entry.html",
        at="banks",
        status=422 if problem else 200,
        bank=bank,
        entry=entry,
        state=entry.state(now),
        closed=entry.state(now) in {EntryState.WITHDRAWN, EntryState.EXPIRED},
        states=STATES,
        history=history,
        events=EVENTS,
        names=names_of(visit, [one.by for one in history]),
        matches=_matches(visit, entry_id),
        counts=visit.ask(rules.match_counts, entry_id),
        weights=WEIGHTS,
        cluster=cluster[:CLUSTER_SHOWN],
        cluster_size=len(cluster),
        tomorrow=(now + timedelta(days=1)).date().isoformat(),
        problems=[problem] if problem else [],
        form=visit.form,
    )


def _matches(visit: Visit, entry_id: str) -> list[dict[str, Any]]:
    """Say of each item what it is, how much the match counted, and what was decided about it."""
    found = []
    for match in visit.ask(rules.matches_of, entry_id, limit=MATCHES_SHOWN):
        item = visit.ask(intake.item, match.item_id)
        found.append(
            {
                "item": item,
                "match": match,
                "decisions": visit.ask(decision.on_item, match.item_id)[-2:],
                "task": visit.house.ask(queue.open_task, match.item_id),
            }
        )
    return found


def _day(text: str) -> datetime | None:
    """Read the day of a date field, as its first instant in UTC. Raises ValueError."""
    if not text:
        return None
    day = datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007 - the zone comes with the time
    return datetime.combine(day, time(), tzinfo=UTC)
