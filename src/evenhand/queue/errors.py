"""What the queue refuses.

QueueError
├── NoSuchTask
└── TaskClosed
"""

from __future__ import annotations


class QueueError(Exception):
    """Something about a task is not as it must be."""


class NoSuchTask(QueueError):
    """There is no task with this id, or you may not see it."""


class TaskClosed(QueueError):
    """This task is closed already; there is nothing left to do in it."""
