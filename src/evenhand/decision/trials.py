"""What a rule would have done, held against what people decided: as sure as it can be, or unknown.

Precision is counted over what the rule matched and people decided. How much it would have missed is
told from items that people looked at by lot alone, for whatever else was looked at was looked at
because something found it. Where nobody looked, nothing is claimed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from evenhand import people, policy, rules
from evenhand.db import ReadTx
from evenhand.decision.model import Answered
from evenhand.decision.queries import answered
from evenhand.kit.intervals import Share, wilson
from evenhand.rules import RuleVersion

SAMPLES_MAX: Final = 50
SETTLED_MAX: Final = 50
_HOUR: Final = timedelta(hours=1)


class NoRecall(StrEnum):
    """Why nobody can say how much a rule would have missed."""

    NONE_BY_LOT = "none_by_lot"
    """Of what was chosen by lot, people found nothing to break the clause."""
    IT_ASKED = "it_asked"
    """The rule brought items before people itself, so that none it finds was chosen by lot."""


@dataclass(frozen=True)
class Trial:
    """What a version of a rule would have done over a span of the past.

    `precision` and `recall` are None where nobody looked; `no_recall` says why. `ladder` counts, by
    measure, what the clause's ladder would have come to for each account, had every match been
    found to break it.
    """

    rule: str
    number: int
    version: str
    begin: datetime
    end: datetime
    engine: str
    events: int
    unread: int
    checked: int
    matches: int
    accounts: int
    by_day: Mapping[str, int]
    by_kind: Mapping[str, int]
    overlap: Mapping[str, int]
    samples: tuple[str, ...]
    decided: int
    undecided: int
    precision: Share | None
    recall: Share | None
    no_recall: NoRecall | None
    ladder: Mapping[str, int]
    baseline: Mapping[str, Any]

    def as_data(self) -> dict[str, Any]:
        """Write it as JSON data."""
        return asdict(self) | {"begin": self.begin.isoformat(), "end": self.end.isoformat()}


def try_rule(
    tx: ReadTx,
    actor: people.Actor,
    called: str,
    begin: datetime,
    end: datetime,
    *,
    progress: rules.Progress = lambda _done, _of: None,
    seed: int | None = None,
) -> Trial:
    """Run a version of a rule over the past and say what came of it. Slow.

    Raises NotAllowed, rules' NoSuchRule, rules' EnginesDisagree.
    """
    people.require(actor, people.Permission.MANAGE_RULES)
    version, clause_key = rules.version_and_clause(tx, called)
    made = rules.replay(tx, version, begin, end, progress=progress, seed=seed)
    matched = list(dict.fromkeys(made.matched))
    answers = {one.item_id: one for one in answered(tx, people.SYSTEM)}
    broke = [_breaks(answers[item].broke, clause_key) for item in matched if item in answers]
    recall = _recall(tx, made, version, answers, clause_key)
    return Trial(
        rule=version.name,
        number=version.number,
        version=version.version,
        begin=begin,
        end=end,
        engine=made.engine,
        events=made.events,
        unread=made.unread,
        checked=made.checked,
        matches=len(made.matched),
        accounts=len(made.by_account),
        by_day=dict(sorted(made.by_day.items())),
        by_kind=dict(sorted(made.by_kind.items())),
        overlap=dict(made.overlap.most_common()),
        samples=tuple(matched[:SAMPLES_MAX]),
        decided=len(broke),
        undecided=len(matched) - len(broke),
        precision=wilson(sum(broke), len(broke)),
        recall=recall if isinstance(recall, Share) else None,
        no_recall=recall if isinstance(recall, NoRecall) else None,
        ladder=_ladder(tx, clause_key, made.by_account),
        baseline=_baseline(version, made),
    )


def settled_of(tx: ReadTx, version_id: str) -> tuple[int, int]:
    """Return how many of the last things a version did people decided about, and overturned.

    For the brake. What stands in the way of a rule is what people found, not what they did.
    """
    items = rules.items_acted_on(tx, version_id, limit=SETTLED_MAX)
    settled = [one.broke for one in answered(tx, people.SYSTEM, among=items)]
    return len(settled), sum(broke is None for broke in settled)


def _recall(
    tx: ReadTx,
    made: rules.Replayed,
    version: RuleVersion,
    answers: Mapping[str, Answered],
    clause_key: str | None,
) -> Share | NoRecall:
    """Return how much of what people found by lot alone the rule matched, or why nobody can say."""
    if rules.brought_before_people(tx, version.name, made.begin, made.end):
        return NoRecall.IT_ASKED
    by_lot = rules.asked_by_lot(tx, version, made.begin, made.end)
    bad = [one for one in by_lot if one in answers and _breaks(answers[one].broke, clause_key)]
    hit = set(made.matched)
    return wilson(sum(one in hit for one in bad), len(bad)) or NoRecall.NONE_BY_LOT


def _breaks(broke: str | None, clause_key: str | None) -> bool:
    """Tell whether what people found is what the rule looks for: its clause, or any without one."""
    return broke is not None and clause_key in {None, broke}


def _ladder(tx: ReadTx, clause_key: str | None, by_account: Counter[str]) -> dict[str, int]:
    """Count the heaviest step of the clause's ladder that each account would have come to."""
    clauses = {one.key: one for one in policy.clauses(tx)}
    clause = clauses.get(clause_key or "")
    if clause is None or not clause.ladder:
        return {}
    come_to: Counter[str] = Counter()
    for count in by_account.values():
        rung = policy.least_restrictive(clause, count - 1)
        come_to[max(rung.measures, key=list(policy.Measure).index).value] += 1
    return dict(come_to.most_common())


def _baseline(version: RuleVersion, made: rules.Replayed) -> dict[str, Any]:
    """Return what the brake judges the rule by: how busy its hours are."""
    hours = max(1, round((made.end - made.begin) / _HOUR))
    busiest = sorted([*made.hours.values()] + [0] * (hours - len(made.hours)))
    at = min(len(busiest) - 1, int(0.999 * len(busiest)))
    return {
        "version": version.version,
        "begin": made.begin.isoformat(),
        "end": made.end.isoformat(),
        "events": made.events,
        "matches": len(made.matched),
        "hours": hours if made.events else 0,
        "hits_per_hour": len(made.matched) / hours,
        "hits_in_busy_hour": busiest[at],
    }
