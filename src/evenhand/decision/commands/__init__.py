"""Making decisions and undoing them; what leaves the house leaves by the outbox."""

from evenhand.decision.commands.deciding import decide, decide_for, hold_proposed
from evenhand.decision.commands.telling import to_account as tell_account
from evenhand.decision.commands.undoing import end_measure, reverse

__all__ = ["decide", "decide_for", "end_measure", "hold_proposed", "reverse", "tell_account"]
