"""A trial on the past is asked for, goes on in a worker, and ends with figures or with a fault."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from evenhand import people
from evenhand.db import Tx
from evenhand.ledger.append import append
from evenhand.rules import trial_store, version_store
from evenhand.rules.commands.staging import keep_trial
from evenhand.rules.errors import NoSuchTrial, RulesRefused, StepRefused
from evenhand.rules.life import Refusal, Stage
from evenhand.rules.live import version_called


@dataclass(frozen=True, slots=True)
class Tried:
    """What a trial came to: its figures and the measure for the brake, or why to nothing."""

    result: Mapping[str, Any] | None = None
    baseline: Mapping[str, Any] | None = None
    fault: str | None = None


def ask_trial(tx: Tx, actor: people.Actor, called: str, begin: datetime, end: datetime) -> str:
    """Ask that a version be tried on a span of the past; return the trial. A worker takes it up.

    Raises NotAllowed, NoSuchRule, StepRefused for a version that is retired or being tried already,
    or RulesRefused for a span without an hour in it.
    """
    people.require(actor, people.Permission.MANAGE_RULES)
    if begin >= end:
        raise RulesRefused("The span ends before it begins. Choose a first day before the last.")
    tx.lock("rules")
    version = version_called(tx, called)
    if version.stage is Stage.RETIRED:
        raise StepRefused(version.called, Refusal.RETIRED.value)
    last = trial_store.trials_of(tx, version.id, limit=1)
    if last and last[0].ended_at is None:
        raise StepRefused(version.called, "it is being tried already; wait for what comes of it")
    trial_id = trial_store.save_trial(
        tx, version_id=version.id, begin=begin, end=end, asked_by=actor.ref
    )
    append(
        tx,
        "trial.asked",
        subject=trial_id,
        actor=actor.ref,
        public={
            "rule": version.name,
            "number": version.number,
            "begin": begin.isoformat(),
            "end": end.isoformat(),
        },
    )
    return trial_id


def note_progress(tx: Tx, trial_id: str, *, done: int, total: int) -> None:
    """Write how many events of a trial were read, of how many. It leaves no line."""
    trial_store.change_trial(tx, trial_id, done=done, total=total)


def end_trial(tx: Tx, actor: people.Actor, trial_id: str, tried: Tried) -> None:
    """Keep what a trial came to, and with the version what the brake judges it by.

    Raises NotAllowed, NoSuchTrial.
    """
    people.require(actor, people.Permission.MANAGE_RULES)
    trial = trial_store.trial_with_id(tx, trial_id)
    found = None if trial is None else version_store.with_id(tx, trial.version_id)
    if trial is None or found is None:
        raise NoSuchTrial
    fault = tried.fault
    if fault is None and tried.baseline is not None:
        try:
            keep_trial(tx, actor, found.called, tried.baseline)
        except StepRefused as why:
            fault = str(why)
    trial_store.change_trial(
        tx,
        trial_id,
        ended_at=tx.now,
        result=None if fault or tried.result is None else dict(tried.result),
        fault=fault,
    )
    if fault is not None:
        append(
            tx,
            "trial.failed",
            subject=trial_id,
            actor=actor.ref,
            public={"rule": found.name, "number": found.number},
            private={"why": fault},
        )
