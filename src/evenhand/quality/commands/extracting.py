"""Extracts for auditors: asked for first, drawn by a seed that came after the asking.

So the auditor cannot pick what they would like to find, nor the house what it would like to show.
"""

from __future__ import annotations

from datetime import datetime

from evenhand import ledger, people
from evenhand.db import Tx
from evenhand.kit.clock import stamp
from evenhand.ledger.append import append
from evenhand.people import Permission
from evenhand.quality import extract_store as store
from evenhand.quality import sampling
from evenhand.quality.errors import AlreadyDrawn, PeriodRefused, SampleTooLarge

EXTRACT_MAX = 500


def ask_extract(
    tx: Tx, actor: people.Actor, *, since: datetime, until: datetime, sample: int
) -> str:
    """Ask for decisions of a period, `until` exclusive; return the extract's id.

    Raises PeriodRefused, SampleTooLarge, NotAllowed.
    """
    _require_auditor(actor)
    if not since < until <= tx.now:
        raise PeriodRefused
    if not 1 <= sample <= EXTRACT_MAX:
        raise SampleTooLarge(f"An extract holds 1 to {EXTRACT_MAX} decisions.")
    tx.lock("extracts")
    extract_id = f"extract-{store.count(tx) + 1}"
    store.insert(tx, extract_id, since, until, sample=sample, by=actor.id, at=tx.now)
    append(
        tx,
        "extract.asked",
        subject=extract_id,
        actor=actor.ref,
        public={"since": stamp(since), "until": stamp(until), "sample": sample},
    )
    return extract_id


def draw_extract(tx: Tx, actor: people.Actor, extract_id: str) -> int:
    """Draw an extract by the first checkpoint published after it was asked for; return its size.

    Raises NoCheckpointYet, NothingToDraw, AlreadyDrawn, NoSuchExtract, NotAllowed.
    """
    _require_auditor(actor)
    tx.lock("extracts")
    asked = store.load(tx, extract_id)
    if asked.drawn is not None:
        raise AlreadyDrawn(f"{extract_id} was drawn already.")
    first, end = stamp(asked.since), stamp(asked.until)
    line = ledger.line_of(tx, "extract.asked", extract_id)
    assert line is not None, "asking leaves a line"
    published = ledger.events(tx, ["checkpoint.published"])
    seeded = sampling.seeded_by(published, until=end, after=line)
    made = ledger.events(tx, ["decision.made"])
    found = sampling.population(made, since=first, until=end, size=seeded.size)
    strata = sampling.draw(found, seeded.seed(extract_id), sample=asked.sample, least=0)
    drawn = sorted(one for stratum in strata for one in stratum.drawn)
    store.set_drawn(tx, extract_id, drawn)
    told = sampling.told(strata, seeded, since=first, until=end, sample=asked.sample, least=0)
    append(tx, "extract.drawn", subject=extract_id, actor=actor.ref, public=told)
    return len(drawn)


def _require_auditor(actor: people.Actor) -> None:
    people.require(actor, Permission.SEE_NUMBERS)
    if actor.role is not people.Role.AUDITOR:
        raise people.NotAllowed(actor.name, "ask_extract")
