"""Entries of banks at the shell: added, looked at, disabled for a time, released, withdrawn."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final

from cyclopts import Parameter
from cyclopts.validators import Number

from evenhand import banks, people, rules
from evenhand.cli import film_files
from evenhand.cli.exits import Exit
from evenhand.cli.output import Json, facts, flag, show, table
from evenhand.cli.shell import opened

ENTRIES_MAX: Final = 500
CLUSTERS_SHOWN: Final = 50
EntryId = Annotated[str, Parameter(help="The id of an entry.")]
BankName = Annotated[str, Parameter(help="The name of a bank, as `evenhand bank list` shows it.")]
Why = Annotated[str, Parameter(help="Why, so that others can check it.")]
Instant = Annotated[
    datetime | None, Parameter(help="A date or a time, such as 2027-01-31; in UTC.")
]


def add(
    bank: BankName,
    value: Annotated[
        str,
        Parameter(
            help="The hash, phrase, text, domain, page or protected name; or a film, or a text of"
            " its frames."
        ),
    ],
    /,
    *,
    kind: Annotated[banks.EntryKind, Parameter(help="How the value is written.")],
    source: Annotated[str, Parameter(help="Where it comes from: a partner, a list, a case.")],
    reason: Annotated[str, Parameter(help="Why it is here, so that others can check it.")],
    label: Annotated[
        list[str] | None, Parameter(help="A short tag; may be given more than once.")
    ] = None,
    confidence: Annotated[
        banks.Confidence | None, Parameter(help="How sure this one is; unset: as its bank.")
    ] = None,
    expires: Instant = None,
    json: Json = False,
) -> Exit:
    """Add an entry to a bank. From then on, what matches it is held or looked at.

    The recent past is searched for it, and what is found goes the whole path again. For the kind
    video, name a file: a film, or its frames as `evenhand hash --frames` prints them.
    """
    if kind is banks.EntryKind.VIDEO:
        value = film_files.frames_in(Path(value))
    with opened() as house:
        entry_id = house.do(
            banks.add_entry,
            people.SYSTEM,
            bank=bank,
            kind=kind,
            value=value,
            source=source,
            reason=reason,
            labels=label or (),
            confidence=confidence,
            expires_at=_aware(expires),
        )
    show({"entry_id": entry_id}, as_json=json, text=[f"Added as entry {entry_id}."])
    return Exit.OK


def withdraw(
    entry_id: EntryId,
    /,
    *,
    why: Annotated[str, Parameter(help="Why it does not belong here.")],
    with_cluster: Annotated[
        bool, flag("Withdraw the entries that show the same picture as well.")
    ] = False,
    json: Json = False,
) -> Exit:
    """Withdraw an entry. Everything that rested on it comes back to the queue to be looked at."""
    with opened() as house:
        beside = house.ask(banks.cluster_of, people.SYSTEM, entry_id) if with_cluster else []
        house.do(banks.withdraw_entry, people.SYSTEM, entry_id, why=why)
        for one in beside:
            house.do(banks.withdraw_entry, people.SYSTEM, one.id, why=why)
    others = [one.id for one in beside]
    says = "Withdrawn. A worker now reopens what rested on it: see `evenhand queue list`."
    lines = [says, *(f"Withdrawn with it: {one}." for one in others)]
    show({"withdrawn": entry_id, "with_it": others}, as_json=json, text=lines)
    return Exit.OK


def disable(
    entry_id: EntryId,
    /,
    *,
    until: Annotated[datetime, Parameter(help="A date or a time, such as 2027-01-31; in UTC.")],
    why: Why,
    json: Json = False,
) -> Exit:
    """Let an entry match nothing until a time. What is held on it alone is looked at again."""
    when = _aware(until)
    assert when is not None, "the command line insists on it"
    with opened() as house:
        house.do(banks.disable_entry, people.SYSTEM, entry_id, until=when, why=why)
    says = f"Disabled until {when:%Y-%m-%d %H:%M} UTC. Then the past is searched for it."
    show({"disabled": entry_id, "until": when}, as_json=json, text=[says])
    return Exit.OK


def enable(entry_id: EntryId, /, *, why: Why, json: Json = False) -> Exit:
    """Let a disabled entry match again before its time."""
    with opened() as house:
        house.do(banks.enable_entry, people.SYSTEM, entry_id, why=why)
    says = "It matches again. A worker searches the recent past for it."
    show({"enabled": entry_id}, as_json=json, text=[says])
    return Exit.OK


def release(entry_id: EntryId, /, *, why: Why, json: Json = False) -> Exit:
    """Let a quarantined entry count in full again, after a look at what it matched."""
    with opened() as house:
        house.do(banks.release_entry, people.SYSTEM, entry_id, why=why)
    says = "Released. A worker weighs what it matched meanwhile anew."
    show({"released": entry_id}, as_json=json, text=[says])
    return Exit.OK


def entries(
    bank: BankName,
    /,
    *,
    state: Annotated[
        banks.EntryState | None, Parameter(help="Only those that stand like this now.")
    ] = None,
    text: Annotated[
        str, Parameter(help="Only those with this in value, source, reason or labels.")
    ] = "",
    limit: Annotated[
        int, Parameter(validator=Number(gte=1, lte=ENTRIES_MAX), help="How many at most.")
    ] = 50,
    json: Json = False,
) -> Exit:
    """List the entries of a bank, withdrawn ones among them."""
    with opened() as house:
        found = house.ask(banks.entries, people.SYSTEM, bank, limit=limit, state=state, text=text)
        now = house.clock.now()
    rows = [
        (one.id, one.kind, one.value, one.source, one.added_at, one.state(now)) for one in found
    ]
    headings = ("entry", "kind", "value", "source", "added", "state")
    narrowed = state is not None or text
    empty = (
        "No entry of this bank is like that." if narrowed else "There is nothing in this bank yet."
    )
    show({"entries": found}, as_json=json, text=table(headings, rows, empty=empty))
    return Exit.OK


def entry(entry_id: EntryId, /, *, json: Json = False) -> Exit:
    """Show one entry: who added it and why, how it stands, what it matched, what is like it."""
    with opened() as house:
        found = house.ask(banks.entry, people.SYSTEM, entry_id)
        told = house.ask(banks.history, people.SYSTEM, entry_id)
        counts = house.ask(rules.match_counts, people.SYSTEM, entry_id)
        beside = house.ask(banks.cluster_of, people.SYSTEM, entry_id)
        now = house.clock.now()
    value = {
        "entry": found,
        "state": found.state(now),
        "matched": {weight.value: counts.get(weight, 0) for weight in rules.Weight},
        "cluster": [one.id for one in beside],
        "history": told,
    }
    pairs: list[tuple[str, object]] = [
        ("bank", found.bank),
        ("value", found.value),
        ("kind", found.kind),
        ("state", found.state(now)),
        ("source", found.source),
        ("reason", found.reason),
        ("labels", " ".join(found.labels) or "none"),
        ("confidence", found.confidence),
        *((f"items {weight.value.replace('_', ' ')}", count) for weight, count in counts.items()),
        ("show the same", len(beside)),
    ]
    history = [f"{one.at:%Y-%m-%d %H:%M} {one.event} by {one.by}: {one.why or '–'}" for one in told]
    show(value, as_json=json, text=[*facts(pairs), "", *history])
    return Exit.OK


def clusters(bank: BankName, /, *, json: Json = False) -> Exit:
    """Group the entries of a bank that show the same picture: within 31 bits of one another."""
    with opened() as house:
        found = house.ask(banks.clusters, people.SYSTEM, bank)
    value = {"clusters": found}
    lines = [f"{len(ids)}  {', '.join(ids[:3])}{' …' if len(ids) > 3 else ''}" for ids in found]
    more = len(lines) - CLUSTERS_SHOWN
    lines = lines[:CLUSTERS_SHOWN] + ([f"… and {more} more."] if more > 0 else [])
    empty = "No two entries of this bank show the same picture."
    show(value, as_json=json, text=lines or [empty])
    return Exit.OK


def _aware(at: datetime | None) -> datetime | None:
    """Take a time as UTC unless it says otherwise."""
    if at is None:
        return None
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
