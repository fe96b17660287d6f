"""Sweep, beside the path: a whole back catalogue is looked at, locally or on Ray.

A source (folder, archive, Parquet, bucket, a host's export) is listed in bounded memory and split
into partitions; one plain function looks at each, in processes of this machine or on a cluster.
What came of every file is kept in a state file of its own, so that a sweep goes on where it was
killed and looks again only at what changed. Nothing is decided here: what was found can be handed
in as items, and then travels the path like anything a host sends.
"""

from evenhand.sweep.calls import Exact
from evenhand.sweep.engines.local import WORKERS_MAX, LocalEngine
from evenhand.sweep.engines.on_ray import RayEngine
from evenhand.sweep.errors import (
    EngineBroken,
    EngineMissing,
    NoSuchSource,
    NothingToCompare,
    SourceUnreadable,
    StateUnreadable,
    SweepError,
    SweepRunning,
    UnknownBank,
)
from evenhand.sweep.frozen import frozen, held
from evenhand.sweep.looking import look
from evenhand.sweep.model import (
    Found,
    Job,
    Outcome,
    Partition,
    Passed,
    Same,
    Sort,
    Summary,
    Tally,
    is_text,
    shown,
    together,
)
from evenhand.sweep.ports import Engine, Source
from evenhand.sweep.report import Facts, Part, part_of, write_report
from evenhand.sweep.running import Sweep, digests_for
from evenhand.sweep.sources import Columns, open_source
from evenhand.sweep.store import Row, State
from evenhand.sweep.submission import Desk, HandedIn, NotHandedIn, hand_in

__all__ = [
    "WORKERS_MAX",
    "Columns",
    "Desk",
    "Engine",
    "EngineBroken",
    "EngineMissing",
    "Exact",
    "Facts",
    "Found",
    "HandedIn",
    "Job",
    "LocalEngine",
    "NoSuchSource",
    "NotHandedIn",
    "NothingToCompare",
    "Outcome",
    "Part",
    "Partition",
    "Passed",
    "RayEngine",
    "Row",
    "Same",
    "Sort",
    "Source",
    "SourceUnreadable",
    "State",
    "StateUnreadable",
    "Summary",
    "Sweep",
    "SweepError",
    "SweepRunning",
    "Tally",
    "UnknownBank",
    "digests_for",
    "frozen",
    "hand_in",
    "held",
    "is_text",
    "look",
    "open_source",
    "part_of",
    "shown",
    "together",
    "write_report",
]
