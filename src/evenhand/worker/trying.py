"""A rule is tried on the past in a worker, which tells as it goes how far it has come."""

from __future__ import annotations

import time
from typing import Final

from evenhand import decision, people, rules
from evenhand.bootstrap import House

TOLD_SECONDS: Final = 1.0
"""How often people who watch are told how far it is."""


def try_on_past(house: House, trial_id: str) -> rules.Tried:
    """Try a version on the span that was asked for, or say why that came to nothing. Slow.

    Raises rules' NoSuchTrial.
    """
    asked = house.ask(rules.trial, people.SYSTEM, trial_id)
    try:
        version = house.ask(rules.version, people.SYSTEM, asked.version_id)
        made = house.ask(
            decision.try_rule,
            people.SYSTEM,
            version.called,
            asked.begin,
            asked.end,
            progress=_Told(house, trial_id).progress,
        )
    except (rules.EnginesDisagree, rules.RulesError) as why:
        return rules.Tried(fault=str(why))
    return rules.Tried(result=made.as_data(), baseline=made.baseline)


class _Told:
    """Writes down how far a trial is, about once a second."""

    def __init__(self, house: House, trial_id: str) -> None:
        self._house, self._trial_id = house, trial_id
        self._next = 0.0

    def progress(self, done: int, total: int) -> None:
        """Write it, unless it was written just now."""
        if time.monotonic() < self._next:
            return
        self._house.do(rules.note_progress, self._trial_id, done=done, total=total)
        self._next = time.monotonic() + TOLD_SECONDS
