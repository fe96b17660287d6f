"""How a rule comes into force: step by step, each with somebody who answers for it.

A version begins as a draft, is tried on the past, watched in the shadow, then only asks people to
look, then acts for a share of the accounts, then for all. It goes forward one step at a time and
back as many as need be. What would restrict somebody needs a second person before it acts, and of
what acts a small share is put before people instead, or nobody would know how often it errs. Pure.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from evenhand.rules.language.ruleset import Propose, Rule


class Stage(StrEnum):
    """What a version of a rule does when it fires.

    A draft is not run. In the shadow it is written down that it fired. `enqueue` puts the item
    before a person and does no more. A canary acts for a share of the accounts, and only asks for a
    look at the others. `on` acts for all. A retired version never runs again under its number.
    """

    DRAFT = "draft"
    SHADOW = "shadow"
    ENQUEUE = "enqueue"
    CANARY = "canary"
    ON = "on"
    RETIRED = "retired"

    @property
    def runs(self) -> bool:
        """Tell whether a version is asked about what comes in."""
        return self in _RUNS

    @property
    def acts(self) -> bool:
        """Tell whether it does what it says, for some at least."""
        return self in {Stage.CANARY, Stage.ON}


ORDER: Final = (Stage.DRAFT, Stage.SHADOW, Stage.ENQUEUE, Stage.CANARY, Stage.ON)
_RUNS: Final = frozenset({Stage.SHADOW, Stage.ENQUEUE, Stage.CANARY, Stage.ON})
CANARY_PERCENT: Final = 10
HELD_OUT_PERCENT: Final = 2
HELD_OUT_MIN: Final = 1
HELD_OUT_MAX: Final = 5
_SHARES: Final = 10_000


@dataclass(frozen=True, slots=True)
class RuleVersion:
    """One version of a rule in this house, and how far it has come.

    `version` is the fingerprint of what it means, `number` what people call it. `share` is the
    percentage of accounts a canary acts for, `held_out` that of hits which people look at instead.
    `baseline` is what its last trial on the past came to, None before the first; `braked_why` why
    the brake last took it back.
    """

    id: str
    name: str
    number: int
    version: str
    ruleset_id: str
    source: str
    kinds: tuple[str, ...]
    restricts: bool
    stage: Stage
    share: int
    held_out: int
    made_by: str
    made_at: datetime
    why: str
    staged_at: datetime
    approved_by: str | None
    baseline: dict[str, Any] | None
    braked_why: str | None = None

    @property
    def called(self) -> str:
        """Return its name and number, as people write them."""
        return f"{self.name}@{self.number}"


class Refusal(StrEnum):
    """Why a step cannot be taken now, as the end of a sentence."""

    SAME = "it is there already"
    RETIRED = "it is retired: deploy it again to begin anew"
    TOO_FAR = "a rule goes forward one step at a time"
    NOT_TRIED = "it was never tried on the past: run `evenhand rules backtest` first"
    NOT_APPROVED = "it would restrict somebody, so a second person has to approve it first"


def step_refused(version: RuleVersion, to: Stage) -> Refusal | None:
    """Say why a version cannot go to a stage, or None when it can."""
    if version.stage is Stage.RETIRED:
        return Refusal.RETIRED
    if to is version.stage:
        return Refusal.SAME
    ahead = 0 if to is Stage.RETIRED else ORDER.index(to) - ORDER.index(version.stage)
    return _ahead_refused(version, to, ahead) if ahead > 0 else None


def _ahead_refused(version: RuleVersion, to: Stage, ahead: int) -> Refusal | None:
    if ahead > 1:
        return Refusal.TOO_FAR
    if version.baseline is None:
        return Refusal.NOT_TRIED
    unapproved = version.restricts and version.approved_by is None
    return Refusal.NOT_APPROVED if to.acts and unapproved else None


def demoted(stage: Stage) -> Stage | None:
    """Return where the brake takes a version to: never silent, and None where it does no harm."""
    if stage.acts:
        return Stage.ENQUEUE
    return Stage.SHADOW if stage is Stage.ENQUEUE else None


def restricts(rule: Rule) -> bool:
    """Tell whether a rule asks for a measure: whatever it is, somebody feels it."""
    return any(isinstance(action, Propose) for action in rule.actions)


class Doing(StrEnum):
    """What comes of one hit."""

    ACT = "act"
    LOOK = "look"
    NOTE = "note"
    HELD_OUT = "held_out"


def doing(version: RuleVersion, *, account: str, event: str) -> Doing:
    """Say what comes of a hit: the same account is always in or out of a canary of one rule."""
    if version.stage is Stage.SHADOW:
        return Doing.NOTE
    in_canary = version.stage is Stage.CANARY and falls_within(
        version.share, "canary", version.name, account
    )
    if version.stage is not Stage.ON and not in_canary:
        return Doing.LOOK
    if version.restricts and falls_within(version.held_out, "held out", version.version, event):
        return Doing.HELD_OUT
    return Doing.ACT


def falls_within(percent: int, *parts: str) -> bool:
    """Tell whether something falls within a share, the same each time, whatever comes beside it."""
    digest = hashlib.sha256("\n".join(parts).encode()).digest()
    return int.from_bytes(digest[:8]) % _SHARES < percent * _SHARES // 100
