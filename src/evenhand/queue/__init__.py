"""What needs a person waits here, in an order that can be explained.

A task is one subject waiting for a person. What rules propose about an item opens its task or
joins the open one, so three hundred reports are one piece of work. Its priority is a sum of points
with reasons; a count of reports adds five points at most and decides nothing. The room gives a
task to one person at a time; who may have it is for `review` to say.
"""

from evenhand.queue.commands import (
    close,
    escalate,
    extend,
    hold,
    keep_from,
    open_appeal,
    open_audit,
    open_dispute,
    release,
    reopen,
    take_proposals,
    unblind,
    withdraw,
    withdraw_audit,
)
from evenhand.queue.errors import NoSuchTask, QueueError, TaskClosed
from evenhand.queue.model import (
    QUEUE_TITLES,
    SEVERITY,
    ClockView,
    Facts,
    Origin,
    Part,
    QueueCount,
    TaskKind,
    TaskState,
    TaskView,
    priority,
    queue_of,
)
from evenhand.queue.queries import (
    count,
    held,
    hidden_items,
    is_blind,
    kept_from,
    next_task,
    open_task,
    queues,
    task,
    waiting,
)
from evenhand.queue.reporting import Reporting, reporting

__all__ = [
    "QUEUE_TITLES",
    "SEVERITY",
    "ClockView",
    "Facts",
    "NoSuchTask",
    "Origin",
    "Part",
    "QueueCount",
    "QueueError",
    "Reporting",
    "TaskClosed",
    "TaskKind",
    "TaskState",
    "TaskView",
    "close",
    "count",
    "escalate",
    "extend",
    "held",
    "hidden_items",
    "hold",
    "is_blind",
    "keep_from",
    "kept_from",
    "next_task",
    "open_appeal",
    "open_audit",
    "open_dispute",
    "open_task",
    "priority",
    "queue_of",
    "queues",
    "release",
    "reopen",
    "reporting",
    "take_proposals",
    "task",
    "unblind",
    "waiting",
    "withdraw",
    "withdraw_audit",
]
