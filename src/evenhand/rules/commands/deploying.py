"""Rule files are deployed: checked against the house, tried on their own examples, and numbered.

Nothing that is deployed runs at once: a new version begins as a draft. What means the same as
before keeps its number and its stage.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib import resources
from typing import Final

from evenhand import banks, detection, people, policy
from evenhand.db import ReadTx, Tx
from evenhand.kit.canonical import digest
from evenhand.ledger.append import append
from evenhand.policy import Harm, Measure
from evenhand.rules import version_store
from evenhand.rules.commands.staging import move
from evenhand.rules.errors import NothingDeployed, RulesRefused
from evenhand.rules.happening import kinds_here
from evenhand.rules.hearsay import resting_on_reports
from evenhand.rules.language.faults import Refused
from evenhand.rules.language.naming import Known
from evenhand.rules.language.rehearsal import Rehearsed, rehearse
from evenhand.rules.language.ruleset import Counter, Rule, RuleSet
from evenhand.rules.life import HELD_OUT_PERCENT, RuleVersion, Stage, restricts
from evenhand.rules.live import live, read_files
from evenhand.rules.proposing import AS_LISTED
from evenhand.rules.store import last_proposed

ANY_QUEUE: Final = "review"
URGENT: Final = "urgent"
WHY_CHARS_MAX: Final = 2_000
SHIPPED: Final = "They ship with Evenhand."
Files = Sequence[tuple[str, str]]


def known_here(tx: ReadTx) -> Known:
    """Return what rules may name in this house."""
    return Known(
        detectors=frozenset(one.name for one in detection.DETECTORS),
        banks=frozenset(bank.name for bank in banks.banks(tx, people.SYSTEM)),
        clauses=frozenset(clause.key for clause in policy.clauses(tx)) | {AS_LISTED},
        queues=frozenset(harm.value for harm in Harm) | {ANY_QUEUE, URGENT},
        measures=frozenset(measure.value for measure in Measure),
    )


def read_here(tx: ReadTx, files: Files) -> RuleSet:
    """Read files as this house would: with its kinds, banks and clauses. Raises RulesRefused."""
    try:
        found = read_files(files, kinds_here(tx), known_here(tx))
    except Refused as refused:
        raise RulesRefused(str(refused)) from refused
    failed = [_untrue(one) for one in rehearse(found) if not one.as_said]
    if failed:
        raise RulesRefused(*failed)
    return found


def deploy(tx: Tx, actor: people.Actor, files: Files, *, why: str) -> list[RuleVersion]:
    """Deploy rule files; return the versions that are new, each a draft.

    Rules that are deployed and not in the files are left as they are: to end one, retire it.
    Raises NotAllowed, NothingDeployed, or RulesRefused for files that do not read, examples that
    fail, a counter that would change its meaning, or without a reason.
    """
    people.require(actor, people.Permission.MANAGE_RULES)
    reason = why.strip()
    if not reason or len(reason) > WHY_CHARS_MAX:
        raise RulesRefused("Say why these rules are deployed, so that others can follow.")
    tx.lock("rules")
    found = read_here(tx, files)
    fresh = new_in(tx, found)
    if not fresh:
        raise NothingDeployed
    _check_counters(tx, found.counters)
    _check_reports(tx, found)
    ruleset_id = version_store.save_ruleset(
        tx,
        files=[list(one) for one in files],
        digest=digest([list(one) for one in files]),
        by_ref=actor.ref,
        why=reason,
    )
    made = [_begin(tx, actor, rule, ruleset_id, reason) for rule in fresh]
    append(
        tx,
        "rules.deployed",
        subject=ruleset_id,
        actor=actor.ref,
        public={"rules": [{"rule": one.name, "number": one.number} for one in made]},
        private={"why": reason},
    )
    return made


def seed(tx: Tx) -> bool:
    """Deploy the rules that ship with Evenhand into a house that has none, in force at once."""
    if version_store.latest_ruleset(tx) is not None:
        return False
    folder = resources.files("evenhand.rules") / "starter"
    files = sorted(
        (one.name, one.read_text("utf-8"))
        for one in folder.iterdir()
        if one.name.endswith(".rules")
    )
    for version in deploy(tx, people.SYSTEM, files, why=SHIPPED):
        version_store.change_version(tx, version.id, approved_by=people.SYSTEM.ref)
        move(tx, people.SYSTEM, version, Stage.ON, why=SHIPPED, held_out=0)
    return True


def _untrue(one: Rehearsed) -> str:
    place = one.example.place
    why = one.error or f"the rule {'fires' if one.fired else 'stays silent'}"
    return f"{place.file}:{place.line}: an example of {one.rule} does not come true: {why}"


def new_in(tx: ReadTx, found: RuleSet) -> list[Rule]:
    """Return the rules that mean something new: no version that is not retired means the same."""
    standing = {
        (one.name, one.version)
        for one in version_store.versions(tx)
        if one.stage is not Stage.RETIRED
    }
    return [rule for rule in found.rules if (rule.name, rule.version) not in standing]


def _begin(tx: Tx, actor: people.Actor, rule: Rule, ruleset_id: str, why: str) -> RuleVersion:
    number = 1 + max(version_store.last_number(tx, rule.name), last_proposed(tx, rule.name))
    version_store.save_version(
        tx,
        name=rule.name,
        number=number,
        version=rule.version,
        ruleset_id=ruleset_id,
        source=rule.source,
        kinds=list(rule.kinds),
        restricts=restricts(rule),
        stage=Stage.DRAFT.value,
        share=0,
        held_out=HELD_OUT_PERCENT,
        made_by=actor.ref,
        why=why,
    )
    return version_store.named(tx, rule.name)[0]


def _check_counters(tx: Tx, counters: Sequence[Counter]) -> None:
    """Refuse a counter that counts something else than one of its name that is running."""
    new = {one.name: _meaning(one) for one in counters}
    kinds = kinds_here(tx)
    first = {one.ruleset_id: one for one in reversed(version_store.running(tx))}
    for ruleset_id, version in first.items():
        try:
            before = read_files(version_store.ruleset_files(tx, ruleset_id), kinds)
        except Refused:
            continue
        for counter in before.counters:
            if new.get(counter.name, _meaning(counter)) != _meaning(counter):
                raise RulesRefused(
                    f"The counter {counter.name} counts something else in {version.called}, which"
                    " runs: give the new one another name."
                )


def _check_reports(tx: ReadTx, found: RuleSet) -> None:
    """Refuse what would let reports restrict somebody, with all that may run beside it."""
    standing = [one for one in version_store.versions(tx) if one.stage is not Stage.RETIRED]
    beside = live(tx, standing).ready
    says = resting_on_reports((*found.rules, *beside.rules), (*found.counters, *beside.counters))
    if says is not None:
        raise RulesRefused(says)


def _meaning(counter: Counter) -> tuple[object, ...]:
    return (counter.counting, counter.of, sorted(counter.kinds), counter.by, counter.within)
