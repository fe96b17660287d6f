"""A version of a rule is run over what the house met before, as it stood when it came.

Events keep what was known of them and what counters said; a counter that is new is counted over
the past in the order of arrival. Columns look first where the packages for it are installed, and
what they say is held against the row engine: every match, and as many chosen by lot of the rest.
One disagreement fails the whole replay.
"""

from __future__ import annotations

import random
from collections import Counter as Tally
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from importlib.util import find_spec
from typing import Any, Final

from evenhand import intake, people
from evenhand.db import ReadTx, Row
from evenhand.rules import version_store
from evenhand.rules.facts import key_of
from evenhand.rules.happening import of_item, of_report
from evenhand.rules.language.checks import EventWrong
from evenhand.rules.language.counters import Counters
from evenhand.rules.language.declarations import REPORT
from evenhand.rules.language.events import EventReader
from evenhand.rules.language.row import Failure, RowRules
from evenhand.rules.language.row import Row as Values
from evenhand.rules.language.ruleset import RuleSet
from evenhand.rules.language.running import Engine, EngineName, engine_of
from evenhand.rules.life import RuleVersion
from evenhand.rules.live import Live, live

PORTION: Final = 2_000
MATCHES_CHECKED_MAX: Final = 10_000
OTHERS_CHECKED_MAX: Final = 10_000
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
Progress = Callable[[int, int], None]


class EnginesDisagree(Exception):
    """Two engines gave different answers about one event: nothing of the replay can be believed."""


@dataclass(slots=True)
class Replayed:
    """What a rule matched of the past. `by_account` counts the matches of each account.

    `unread` are events whose item is gone, or no longer fits its kind: nobody can say what the rule
    would have done. `hours` has the matches of every hour in which anything was met.
    """

    begin: datetime
    end: datetime
    engine: str
    events: int = 0
    unread: int = 0
    checked: int = 0
    matched: list[str] = field(default_factory=list)
    by_account: Tally[str] = field(default_factory=Tally)
    by_day: Tally[str] = field(default_factory=Tally)
    by_kind: Tally[str] = field(default_factory=Tally)
    overlap: Tally[str] = field(default_factory=Tally)
    hours: dict[str, int] = field(default_factory=dict)


def replay(
    tx: ReadTx,
    version: RuleVersion,
    begin: datetime,
    end: datetime,
    *,
    progress: Progress = lambda _done, _of: None,
    seed: int | None = None,
) -> Replayed:
    """Run a version over the events of a span. Raises EnginesDisagree.

    What the version's counters count begins as far before the span as they look back.
    """
    tried = _Tried(live(tx, only=[version]))
    made = Replayed(begin, end, tried.engine_name)
    total = version_store.events_in(tx, begin, end)
    chance = random.Random(seed)  # noqa: S311 - chooses what is checked, keeps no secret
    others: list[tuple[str, Values]] = []
    for rows in _portions(tx, begin - tried.reach, end):
        read = [(row, tried.read(tx, row)) for row in rows]
        wanted = [(row, values) for row, values in read if row["at"] >= begin]
        made.unread += sum(values is None for _, values in wanted)
        known = [(row, values) for row, values in wanted if values is not None]
        hits = tried.asked([values for _, values in known])
        for (row, values), hit in zip(known, hits, strict=True):
            _take(made, row, hit=hit)
            if hit and made.checked < MATCHES_CHECKED_MAX:
                tried.check(row["id"], values, hit=True)
                made.checked += 1
            elif not hit:
                _keep_by_lot(others, (row["id"], values), made.events, chance)
        _overlapping(
            tx, made, [row["id"] for (row, _), hit in zip(known, hits, strict=True) if hit]
        )
        progress(made.events + made.unread, total)
    for event_id, values in others:
        tried.check(event_id, values, hit=False)
    made.checked += len(others)
    return made


class _Tried:
    """One version, ready to be asked in two ways."""

    def __init__(self, here: Live) -> None:
        ready = here.ready
        layout = ready.index.layout
        self._reader: EventReader = ready.reader
        self.engine_name = (
            EngineName.HYBRID.value if find_spec("pyarrow") is not None else EngineName.ROW.value
        )
        ruleset = RuleSet({}, {}, ready.counters, ready.rules)
        self._engine: Engine = engine_of(EngineName(self.engine_name), ruleset, layout)
        self._plain = RowRules(ready.rules, layout)
        self._counters = Counters(ready.counters)
        self.reach = max((one.within for one in ready.counters), default=timedelta(0))

    def read(self, tx: ReadTx, row: Row) -> Values | None:
        """Return an event as engines read it, or None when it cannot be had any more."""
        event = event_of(tx, row)
        if event is None:
            return None
        try:
            found = self._reader.read({**event, **row["facts"], **row["counted"]})
        except EventWrong:
            return None
        counts = self._counters.arrive(row["kind"], _microseconds(row["at"]), found.fields)
        if found.row is not None:
            for place, name in found.counted:
                found.row[place] = counts.get(name)
        return found.row

    def asked(self, rows: Sequence[Values]) -> list[bool]:
        """Return for each row whether the rule fires."""
        failed: list[list[Failure]] = [[] for _ in rows]
        return [bool(found) for found in self._engine.run_all(rows, failed)]

    def check(self, event_id: str, values: Values, *, hit: bool) -> None:
        """Hold what one engine said against the plain one. Raises EnginesDisagree."""
        failed: list[Failure] = []
        if bool(self._plain.run(values, failed)) is not hit:
            raise EnginesDisagree(
                f"{self.engine_name} and row disagree about event {event_id}. Nothing of this"
                " replay can be believed: please report it with the rule."
            )


def event_of(tx: ReadTx, row: Row) -> dict[str, Any] | None:
    """Write an event again as it came, or None when what it is about is gone."""
    try:
        item = intake.item(tx, people.SYSTEM, row["item_id"])
        if row["kind"] != REPORT:
            return dict(of_item(item, key=row["key"]).event)
        report = intake.report(tx, people.SYSTEM, row["subject_id"])
    except (intake.NoSuchItem, intake.NoSuchReport):
        return None
    reporter = intake.reporter_ref_of(tx, report.id)
    return dict(of_report(report, item, reporter_ref=reporter, key=key_of(item)).event)


def _microseconds(at: datetime) -> int:
    """Return the log's own time of an event: when it was met, by which it was counted."""
    return (at - _EPOCH) // timedelta(microseconds=1)


def _portions(tx: ReadTx, begin: datetime, end: datetime) -> Iterator[list[Row]]:
    after = ""
    while rows := version_store.events_between(tx, begin, end, after=after, limit=PORTION):
        yield rows
        after = rows[-1]["id"]


def _take(made: Replayed, row: Row, *, hit: bool) -> None:
    made.events += 1
    hour = row["at"].strftime("%Y-%m-%dT%H")
    made.hours[hour] = made.hours.get(hour, 0) + hit
    if not hit:
        return
    made.matched.append(row["item_id"])
    made.by_account[row["key"]] += 1
    made.by_day[hour[:10]] += 1
    made.by_kind[row["kind"]] += 1


def _keep_by_lot(
    kept: list[tuple[str, Values]],
    one: tuple[str, Values],
    seen: int,
    chance: random.Random,
) -> None:
    """Keep so many of all that come that each has the same chance (reservoir sampling)."""
    if len(kept) < OTHERS_CHECKED_MAX:
        kept.append(one)
        return
    place = chance.randrange(seen)
    if place < OTHERS_CHECKED_MAX:
        kept[place] = one


def _overlapping(tx: ReadTx, made: Replayed, event_ids: Sequence[str]) -> None:
    """Count which other rules hit the same events when they came."""
    for name in version_store.rules_hitting(tx, event_ids):
        made.overlap[name] += 1
