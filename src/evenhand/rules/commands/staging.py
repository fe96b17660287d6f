"""A version of a rule goes on, goes back, is approved or is retired; each step says who and why."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from evenhand import people
from evenhand.db import Tx
from evenhand.ledger.append import append
from evenhand.rules import version_store
from evenhand.rules.commands.catching_up import catch_up
from evenhand.rules.errors import RulesRefused, StepRefused
from evenhand.rules.life import (
    CANARY_PERCENT,
    HELD_OUT_MAX,
    HELD_OUT_MIN,
    Refusal,
    RuleVersion,
    Stage,
    step_refused,
)
from evenhand.rules.live import version_called


def stage_rule(
    tx: Tx,
    actor: people.Actor,
    called: str,
    to: Stage,
    *,
    why: str,
    share: int = CANARY_PERCENT,
    held_out: int | None = None,
) -> RuleVersion:
    """Take a version to a stage: one step forward, or any number back.

    When a version begins to act, one of the same name that acted before is retired; what rests on
    it stays. `share` is the percentage of accounts a canary acts for; `held_out`, from 1 to 5, that
    of hits of a rule that restricts which people look at instead. Raises NotAllowed, NoSuchRule,
    StepRefused, RulesRefused.
    """
    people.require(actor, people.Permission.MANAGE_RULES)
    reason = _reason(why)
    tx.lock("rules")
    version = version_called(tx, called)
    refusal = step_refused(version, to)
    widens = to is Stage.CANARY is version.stage and share != version.share
    if refusal is not None and not widens:
        raise StepRefused(version.called, refusal.value)
    if not 1 <= share <= 100:
        raise RulesRefused("A canary acts for 1 to 100 of 100 accounts.")
    if held_out is not None and not HELD_OUT_MIN <= held_out <= HELD_OUT_MAX:
        raise RulesRefused("Between 1 and 5 of 100 hits are put before people instead.")
    move(tx, actor, version, to, why=reason, share=share, held_out=held_out)
    if to is Stage.ON:
        for other in version_store.named(tx, version.name):
            if other.id != version.id and other.stage.runs:
                follows = f"{version.called} took its place."
                move(tx, actor, other, Stage.RETIRED, why=follows)
    return version_called(tx, version.called)


def keep_trial(
    tx: Tx, actor: people.Actor, called: str, baseline: Mapping[str, Any]
) -> RuleVersion:
    """Keep what a trial on the past came to: what the brake will judge the version by.

    Raises NotAllowed, NoSuchRule, StepRefused for one that is retired.
    """
    people.require(actor, people.Permission.MANAGE_RULES)
    tx.lock("rules")
    version = version_called(tx, called)
    if version.stage is Stage.RETIRED:
        raise StepRefused(version.called, Refusal.RETIRED.value)
    version_store.change_version(tx, version.id, baseline=dict(baseline))
    append(
        tx,
        "rule.tried",
        subject=version.id,
        actor=actor.ref,
        public={
            "rule": version.name,
            "number": version.number,
            **{name: baseline[name] for name in ("begin", "end", "events", "matches")},
        },
    )
    return version_called(tx, version.called)


def approve_rule(tx: Tx, actor: people.Actor, called: str, *, why: str) -> RuleVersion:
    """Approve a version that would restrict somebody, as a second person.

    Raises NotAllowed, NoSuchRule, RulesRefused, or StepRefused for one's own rule and for one that
    is approved already.
    """
    people.require(actor, people.Permission.MANAGE_RULES)
    reason = _reason(why)
    tx.lock("rules")
    version = version_called(tx, called)
    if version.made_by == actor.ref:
        raise StepRefused(version.called, "whoever deployed it cannot approve it")
    if version.approved_by is not None:
        raise StepRefused(version.called, "it is approved already")
    version_store.change_version(tx, version.id, approved_by=actor.ref)
    append(
        tx,
        "rule.approved",
        subject=version.id,
        actor=actor.ref,
        public={"rule": version.name, "number": version.number},
        private={"why": reason},
    )
    return version_called(tx, version.called)


def retire_rule(tx: Tx, actor: people.Actor, called: str, *, why: str) -> RuleVersion:
    """Retire a version because it was wrong: the path reopens what rested on it (promise 9).

    Raises NotAllowed, NoSuchRule, StepRefused, RulesRefused.
    """
    people.require(actor, people.Permission.MANAGE_RULES)
    reason = _reason(why)
    tx.lock("rules")
    version = version_called(tx, called)
    if version.stage is Stage.RETIRED:
        raise StepRefused(version.called, "it is retired already")
    _retire(tx, actor, version, reason)
    return version_called(tx, version.called)


def roll_back(tx: Tx, actor: people.Actor, name: str, *, why: str) -> RuleVersion:
    """Retire the version of a rule that acts, and let the one before it act again, in one step.

    What rested on the retired version is reopened. Raises NotAllowed, NoSuchRule, RulesRefused, or
    StepRefused when none acts, or none acted before it.
    """
    people.require(actor, people.Permission.MANAGE_RULES)
    reason = _reason(why)
    tx.lock("rules")
    every = version_store.named(tx, name)
    acting = next((one for one in every if one.stage.acts), None)
    if acting is None:
        raise StepRefused(every[0].called, "no version of it acts, so none is taken back")
    before = next((one for one in every if one.number < acting.number and _acted(tx, one)), None)
    if before is None:
        raise StepRefused(
            acting.called, "no version acted before it; retire it, or take it back a stage"
        )
    _retire(tx, actor, acting, reason)
    move(tx, actor, before, Stage.ON, why=reason)
    return version_called(tx, before.called)


def _acted(tx: Tx, version: RuleVersion) -> bool:
    return version.stage.acts or version_store.was_on(tx, version.id)


def _retire(tx: Tx, actor: people.Actor, version: RuleVersion, why: str) -> None:
    version_store.change_version(tx, version.id, stage=Stage.RETIRED.value, staged_at=tx.now)
    append(
        tx,
        "rule.retired",
        subject=version.id,
        actor=actor.ref,
        public={"rule": version.name, "number": version.number, "from": version.stage.value},
        private={"why": why},
    )


def move(
    tx: Tx,
    actor: people.Actor,
    version: RuleVersion,
    to: Stage,
    *,
    why: str,
    share: int = CANARY_PERCENT,
    held_out: int | None = None,
) -> None:
    """Put a version at a stage, on the record. Whether it may was asked by the caller.

    One that begins to run brings counters that have counted what came before.
    """
    if to.runs and not version.stage.runs:
        catch_up(tx, version)
    kept = version.held_out if held_out is None else held_out
    now_for = share if to is Stage.CANARY else 0
    was_on = {"on_at": tx.now} if to is Stage.ON else {}
    version_store.change_version(
        tx,
        version.id,
        stage=to.value,
        share=now_for,
        held_out=kept,
        staged_at=tx.now,
        **was_on,
    )
    append(
        tx,
        "rule.staged",
        subject=version.id,
        actor=actor.ref,
        public={
            "rule": version.name,
            "number": version.number,
            "from": version.stage.value,
            "to": to.value,
            "share": now_for,
            "held_out": kept,
        },
        private={"why": why},
    )


def _reason(why: str) -> str:
    reason = why.strip()
    if not reason or len(reason) > 2_000:
        raise RulesRefused("Say why, so that others can follow.")
    return reason
