"""Making decisions and undoing them; what leaves the house leaves by the outbox."""

from evenhand.decision.commands.deciding import decide, decide_for
from evenhand.decision.commands.holding import end_wait, hold_proposed
from evenhand.decision.commands.telling import to_account as tell_account
from evenhand.decision.commands.undoing import end_measure, reverse

__all__ = [
    "decide",
    "decide_for",
    "end_measure",
    "end_wait",
    "hold_proposed",
    "reverse",
    "tell_account",
]
