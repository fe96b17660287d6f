"""Asking the rules that run about an event: nothing is written, and the same facts answer alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from evenhand.db import ReadTx
from evenhand.rules import version_store
from evenhand.rules.counting import count_now
from evenhand.rules.facts import Met, Said
from evenhand.rules.happening import Happening, found_out, hanging
from evenhand.rules.language.checks import EventWrong
from evenhand.rules.language.explain import clauses_of
from evenhand.rules.language.row import Failure
from evenhand.rules.life import Doing, doing
from evenhand.rules.live import Live, counts_of, live
from evenhand.rules.model import Match
from evenhand.rules.proposing import Hit, labels_of, while_of, why_of


def would_meet(
    tx: ReadTx, happened: Happening, said: Sequence[Said], matches: Sequence[Match]
) -> Met:
    """Ask the rules about what is not stored; nothing is counted and nothing is kept."""
    here = live(tx)
    if not here.versions and not here.ready.broken:
        return Met()
    counted = {
        counter.name: count_now(tx, counter, *counts).count
        for counter in here.ready.counters
        if happened.kind in counter.kinds
        and (counts := counts_of(counter, happened.event)) is not None
    }
    return asked(here, happened, facts_now(tx, happened, said, matches), counted)


def asked(
    here: Live, happened: Happening, facts: Mapping[str, Any], counted: Mapping[str, int]
) -> Met:
    """Ask every rule that runs about an event; the same facts have the same answer."""
    broken = tuple(sorted(here.ready.broken))
    event = {**happened.event, **facts, **counted}
    try:
        read = here.ready.reader.read(event)
    except EventWrong:
        return Met(failed=tuple(sorted({*broken, *(one.name for one in here.versions)})))
    if read.row is None:
        return Met(failed=broken)
    failures: list[Failure] = []
    positions = here.ready.index.run(read.row, failures)
    hits = []
    for position in positions:
        version, rule = here.of(position)
        what = doing(version, account=happened.key, event=happened.subject_id)
        known = here.ready.known(read.row)
        clauses = clauses_of(rule, known)
        met = {**event, **known}
        hits.append(
            Hit(
                version,
                rule,
                what,
                why_of(rule, met, clauses),
                clauses,
                labels_of(rule, met, clauses),
                waits=what is Doing.ACT and bool(while_of(rule)[1]),
            )
        )
    failed = {here.of(failure.position)[0].name for failure in failures}
    return Met(tuple(hits), tuple(sorted({*broken, *failed})))


def facts_now(
    tx: ReadTx, happened: Happening, said: Sequence[Said], matches: Sequence[Match]
) -> dict[str, Any]:
    """Return what was found out about an event, and the labels that hang around it now."""
    entities = [one for one in (happened.item_id, happened.key) if one]
    labels = hanging(version_store.labels_on(tx, entities) if entities else ())
    return {**found_out(said, matches), "labels": labels}
