"""A hit becomes proposals: to hold, to put before a person, or for what it matched in a bank.

Whatever measure a rule names, the most that happens by itself is a hold, reversibly and with
notice, until a person has looked (charter, promise 13); the measure is what that person reads. A
rule whose clause is `as_listed` proposes under the clauses of the banks it matched, and rests on
their entries. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from typing import Any, Final

from evenhand.policy import Harm
from evenhand.rules.language.clauses import MATCHED_WORDS, PLACEHOLDER
from evenhand.rules.language.explain import Clause
from evenhand.rules.language.ruleset import Enqueue, Label, Propose, Rule, Score
from evenhand.rules.life import Doing, RuleVersion, restricts
from evenhand.rules.model import Action, Match, Proposal
from evenhand.rules.model import Rule as Named
from evenhand.rules.weighing import Weight

AS_LISTED: Final = "as_listed"
"""The clause of a rule that proposes under the clauses of the banks it matched."""

_SHOWN_MAX: Final = 200


@dataclass(frozen=True)
class Hit:
    """A version of a rule fired on an event: what comes of it, why, and by which clauses."""

    version: RuleVersion
    rule: Rule
    doing: Doing
    why: str
    clauses: tuple[Clause, ...] = ()
    labels: tuple[Label, ...] = ()
    waits: bool = False  # its measure is proposed after a while, and the while is not over

    @property
    def named(self) -> Named:
        """Return the rule as proposals cite it."""
        return Named(self.version.name, self.version.number, self.why)


@dataclass(frozen=True)
class Under:
    """Where a rule's proposals stand: the clause, the harm, and the report they answer."""

    clause_key: str | None
    harm: Harm
    report_id: str | None = None


def proposals_of(hit: Hit, under: Under, matches: Sequence[Match]) -> list[Proposal]:
    """Return what a hit proposes, a hold first; nothing for one that is only written down."""
    if hit.doing is Doing.NOTE or not _asks(hit.rule):
        return []
    acts = hit.doing is Doing.ACT and not hit.waits
    holds = acts and restricts(hit.rule)
    if hit.rule.policy == AS_LISTED:
        return list(_as_listed(hit, under, matches, holds=holds))
    look = Proposal(
        rule=hit.named,
        action=Action.ENQUEUE,
        harm=under.harm,
        clause_key=under.clause_key,
        report_id=under.report_id,
        why=hit.why,
        version_ids=(hit.version.id,),
        evidence=_evidence(hit, under),
    )
    if not holds or under.clause_key is None:
        return [look]
    return [replace(look, action=Action.HOLD), look]


def while_of(rule: Rule) -> tuple[timedelta, timedelta]:
    """Return the least and the most a rule waits before it proposes its measure."""
    measures = [one for one in rule.actions if isinstance(one, Propose)]
    return (
        max((one.earliest for one in measures), default=timedelta(0)),
        max((one.latest for one in measures), default=timedelta(0)),
    )


def _asks(rule: Rule) -> bool:
    return any(isinstance(one, Enqueue | Propose) for one in rule.actions)


def _evidence(hit: Hit, under: Under) -> dict[str, Any]:
    evidence: dict[str, Any] = {
        "version": hit.version.version,
        "doing": hit.doing.value,
        "rule_version_ids": [hit.version.id],
        "clauses": clause_data(hit.clauses),
    }
    if under.report_id is not None:
        evidence["report_id"] = under.report_id
    for action in hit.rule.actions:
        match action:
            case Enqueue(queue, priority):
                evidence |= {"queue": queue, "priority": priority}
            case Propose(measure):
                evidence["measure"] = measure
            case Score(name, amount):
                evidence.setdefault("scores", {})[name] = amount
    return evidence


def _as_listed(
    hit: Hit, under: Under, matches: Sequence[Match], *, holds: bool
) -> Iterator[Proposal]:
    """Propose under each clause of what matched; what is sure is left to a rule that holds."""
    by_clause: dict[str, list[Match]] = {}
    for match in matches:
        if match.weight is not Weight.NOTED:
            by_clause.setdefault(match.clause_key, []).append(match)
    for _, found in sorted(by_clause.items()):
        sure = [match for match in found if match.weight is Weight.HOLDS]
        if restricts(hit.rule) is not bool(sure):
            continue
        if holds:
            yield _resting_on(hit, under, Action.HOLD, sure)
        yield _resting_on(hit, under, Action.ENQUEUE, found)


def _resting_on(hit: Hit, under: Under, action: Action, found: Sequence[Match]) -> Proposal:
    entry_ids = tuple(sorted({match.entry_id for match in found}))
    sure = any(match.weight is Weight.HOLDS for match in found)
    banks = ", ".join(sorted({match.bank for match in found}))
    less = sorted({why for match in found for why in match.less})
    but = "" if sure else "".join(f" It is not held: {why.says}." for why in less)
    return Proposal(
        rule=hit.named,
        action=action,
        harm=found[0].harm,
        clause_key=found[0].clause_key,
        report_id=None,
        why=f"{hit.why.rstrip('.')}: it matches {banks}.{but}",
        entry_ids=entry_ids,
        version_ids=(hit.version.id,),
        evidence=_evidence(hit, under)
        | {
            "entry_ids": list(entry_ids),
            "assessment_ids": sorted({match.assessment_id for match in found}),
            "bank_ids": sorted({match.bank_id for match in found}),
            "confirmed": sure,
            "less": {m.entry_id: [why.value for why in m.less] for m in found if m.less},
        },
    )


def clause_data(clauses: Sequence[Clause]) -> list[dict[str, Any]]:
    """Write clauses as JSON data: as their author wrote them, with the values they read."""
    return [asdict(one) for one in clauses]


def why_of(rule: Rule, event: Mapping[str, Any], clauses: Sequence[Clause]) -> str:
    """Write a rule's `why` with the values of an event; without one, its name."""
    if rule.why is None:
        return f"The rule {rule.name} fired."
    return _filled(rule.why, event, clauses)


def labels_of(rule: Rule, event: Mapping[str, Any], clauses: Sequence[Clause]) -> tuple[Label, ...]:
    """Return the labels a rule hangs, named with the values of an event."""
    return tuple(
        replace(action, name=_filled(action.name, event, clauses))
        for action in rule.actions
        if isinstance(action, Label)
    )


def _filled(template: str, event: Mapping[str, Any], clauses: Sequence[Clause]) -> str:
    def put(found: re.Match[str]) -> str:
        if found[0] in {"{{", "}}"}:
            return found[0][0]
        name = found[1].strip()
        if name == MATCHED_WORDS:
            return _shown(list(dict.fromkeys(word for one in clauses for word in one.found)))
        return _shown(event.get(name))

    return PLACEHOLDER.sub(put, template)


def _shown(value: Any) -> str:
    if value is None:
        return "unknown"
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
    return text if len(text) <= _SHOWN_MAX else text[: _SHOWN_MAX - 1] + "…"
