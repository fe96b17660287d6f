"""What the ledger says of a version of a rule, and of the deployment it came with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from evenhand import ledger
from evenhand.db import ReadTx
from evenhand.kit.clock import read_stamp
from evenhand.rules.life import RuleVersion

_STEPS: Final = ("rule.staged", "rule.braked", "rule.retired")
_ALL: Final = (*_STEPS, "rule.approved", "rule.tried")


@dataclass(frozen=True, slots=True)
class RuleLine:
    """A line of the ledger about a version: what happened, who did it, when and why.

    `why` is None where it was not asked for, or was erased.
    """

    event: str
    by: str
    at: datetime
    data: Mapping[str, Any]
    why: str | None


def of_version(tx: ReadTx, version: RuleVersion) -> list[RuleLine]:
    """Return the lines about a version, oldest first, its deployment first of all."""
    deployed = ledger.events(tx, ["rules.deployed"], subject=version.ruleset_id)
    return [_line(tx, one) for one in (*deployed, *ledger.events(tx, _ALL, subject=version.id))]


def braked(tx: ReadTx, version: RuleVersion) -> RuleLine | None:
    """Return what the brake did to a version, if nobody has taken a step with it since."""
    if version.braked_why is None:
        return None
    steps = list(ledger.events(tx, _STEPS, subject=version.id))
    return _line(tx, steps[-1]) if steps and steps[-1]["type"] == "rule.braked" else None


def _line(tx: ReadTx, leaf: Mapping[str, Any]) -> RuleLine:
    private = ledger.private_of(tx, leaf["n"]) or {}
    at = read_stamp(leaf["at"])
    by = ledger.actor_of(tx, leaf)
    return RuleLine(leaf["type"], by, at, leaf["data"], private.get("why"))
