"""The door in the background: what follows by itself, what is due, and what must be delivered.

`path.NEXT` is the one table from event to next command. `Worker` runs it, in `evenhand serve` or
as a process of its own, as many as you like: leases see to it that each thing is done once.
"""

from evenhand.worker.outside import Outside, open_outside
from evenhand.worker.path import AT_ITS_TIME, NEXT, STEPS, Step
from evenhand.worker.run import Worker

__all__ = ["AT_ITS_TIME", "NEXT", "STEPS", "Outside", "Step", "Worker", "open_outside"]
