"""What is done to tasks: those that somebody waits for, and those that nobody waits for."""

from evenhand.queue.commands.by_lot import (
    open_audit,
    open_check,
    open_dispute,
    open_exercise,
    take_back,
)
from evenhand.queue.commands.waiting import (
    close,
    escalate,
    extend,
    hold,
    keep_from,
    open_appeal,
    release,
    reopen,
    take_proposals,
    unblind,
    withdraw,
)

__all__ = [
    "close",
    "escalate",
    "extend",
    "hold",
    "keep_from",
    "open_appeal",
    "open_audit",
    "open_check",
    "open_dispute",
    "open_exercise",
    "release",
    "reopen",
    "take_back",
    "take_proposals",
    "unblind",
    "withdraw",
]
