"""The versions that run now are read once in a process, until any of them changes.

Versions of several deployments may run together: each is read with the lists and counters of its
own. A counter never changes its meaning under its name, so that what was counted stays true.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from evenhand.db import ReadTx
from evenhand.kit.canonical import canonical
from evenhand.rules import version_store
from evenhand.rules.errors import NoSuchRule
from evenhand.rules.happening import kinds_here
from evenhand.rules.language.events import EventReader
from evenhand.rules.language.faults import Refused
from evenhand.rules.language.index import RuleIndex
from evenhand.rules.language.ir import Form
from evenhand.rules.language.naming import NOTHING_KNOWN, Known
from evenhand.rules.language.reading import read
from evenhand.rules.language.row import Layout, Row
from evenhand.rules.language.ruleset import Counter, Kind, Rule, RuleSet
from evenhand.rules.language.source import SourceFile
from evenhand.rules.life import RuleVersion
from evenhand.rules.model import BUILT_IN

_KEPT: Final = 8
_ASSESSED: Final = re.compile(r'assessed\("(.*)"\)')


@dataclass(frozen=True)
class Ready:
    """Rules that can be asked, with all that is counted for them; `broken` cannot be read now.

    `names` are the deployment and the name of each rule, `detectors` those that a rule asks about.
    """

    rules: tuple[Rule, ...]
    names: tuple[tuple[str, str], ...]
    counters: tuple[Counter, ...]
    reader: EventReader
    index: RuleIndex
    broken: tuple[str, ...]
    detectors: frozenset[str]

    def known(self, row: Row) -> dict[str, Any]:
        """Return what a row holds as it was sent or found out, by key."""
        places = self.index.layout.places.items()
        return {column.key: row[place] for column, place in places if column.form is Form.SENT}


@dataclass(frozen=True)
class Live:
    """What runs now: the versions, and the rules they are, place by place."""

    versions: tuple[RuleVersion, ...]
    ready: Ready

    def of(self, position: int) -> tuple[RuleVersion, Rule]:
        """Return the version and the rule at a place."""
        return self.versions[position], self.ready.rules[position]


def live(tx: ReadTx, only: Sequence[RuleVersion] | None = None) -> Live:
    """Return what runs now, or some versions as if they ran."""
    versions = tuple(version_store.running(tx) if only is None else only)
    kinds = kinds_here(tx)
    wanted: dict[str, list[str]] = {}
    for version in versions:
        wanted.setdefault(version.ruleset_id, []).append(version.name)
    mark = canonical(
        [
            sorted((ruleset_id, sorted(names)) for ruleset_id, names in wanted.items()),
            {name: dict(kind.fields) for name, kind in kinds.items()},
        ]
    )
    ready = _kept.get(mark)
    if ready is None:
        files = {ruleset_id: version_store.ruleset_files(tx, ruleset_id) for ruleset_id in wanted}
        ready = compiled(files, wanted, kinds)
        if len(_kept) >= _KEPT:
            _kept.clear()
        _kept[mark] = ready
    by_name = {(one.ruleset_id, one.name): one for one in versions}
    return Live(tuple(by_name[name] for name in ready.names), ready)


_kept: dict[str, Ready] = {}


def compiled(
    files: Mapping[str, Sequence[tuple[str, str]]],
    wanted: Mapping[str, Sequence[str]],
    kinds: Mapping[str, Kind],
) -> Ready:
    """Read the wanted rules of each deployment and make them ready to be asked together."""
    rules: list[Rule] = []
    names: list[tuple[str, str]] = []
    broken: list[str] = []
    counters: dict[str, Counter] = {}
    every: dict[str, Kind] = dict(kinds)
    for ruleset_id in sorted(wanted):
        try:
            found = read_files(files[ruleset_id], kinds)
        except Refused:
            broken += wanted[ruleset_id]
            continue
        every |= found.kinds
        counters |= {one.name: one for one in found.counters}
        by_name = {rule.name: rule for rule in found.rules}
        for name in sorted(wanted[ruleset_id]):
            if name in by_name:
                rules.append(by_name[name])
                names.append((ruleset_id, name))
            else:
                broken.append(name)
    layout = Layout.of(rules, as_sent=True)
    ruleset = RuleSet(every, {}, tuple(counters.values()), tuple(rules))
    return Ready(
        tuple(rules),
        tuple(names),
        ruleset.counters,
        EventReader(ruleset, layout),
        RuleIndex(rules, layout),
        tuple(broken),
        frozenset(asked[1] for one in layout.columns if (asked := _ASSESSED.fullmatch(one.key))),
    )


def detectors_read(tx: ReadTx) -> frozenset[str]:
    """Return the costly detectors that some rule reads; the others need not be asked."""
    return live(tx).ready.detectors.union(*(rule.reads for rule in BUILT_IN))


def read_files(
    files: Sequence[tuple[str, str]], kinds: Mapping[str, Kind], known: Known = NOTHING_KNOWN
) -> RuleSet:
    """Read files, name and text of each, with the kinds there are. Raises Refused."""
    return read([SourceFile(name, text) for name, text in files], kinds, known=known)


def counts_of(counter: Counter, event: Mapping[str, Any]) -> tuple[str, str | None] | None:
    """Return the key and the value that a counter takes from an event, or None without a key."""
    key = event.get(counter.by)
    if key is None:
        return None
    value = event.get(counter.of) if counter.of else None
    return str(key), None if value is None else str(value)


def version_called(tx: ReadTx, called: str) -> RuleVersion:
    """Return a version by `name@number`, or the newest of a name. Raises NoSuchRule."""
    name, at, number = called.partition("@")
    every = version_store.named(tx, name)
    if not at:
        return every[0]
    for one in every:
        if str(one.number) == number:
            return one
    raise NoSuchRule(called)
