"""The same partition function as tasks of a Ray cluster, or of a Ray started for this one run.

Ray does a task again when the machine or the process it ran on is lost. Results are taken by the
number of their partition, so one that comes twice is the same one. What is looked at, and the
frozen banks, must be where every worker finds them: in a bucket, or on a disk they share.
"""

from __future__ import annotations

import importlib.util
import os
from collections import deque
from collections.abc import Iterator
from typing import Any, Final

from evenhand.sweep.engines.blame import Blame
from evenhand.sweep.errors import EngineMissing
from evenhand.sweep.looking import look
from evenhand.sweep.model import Inline, Job, Partition
from evenhand.sweep.ports import Result, Work

RETRIES_MAX: Final = 3
_WAIT_SECONDS: Final = 1.0
_AHEAD: Final = 2
_HEAVY_MAX: Final = 2  # partitions that carry their bytes, for each worker
#: Nothing leaves the machine but the work: Ray would report how it is used.
_QUIET: Final = {"RAY_USAGE_STATS_ENABLED": "0", "DO_NOT_TRACK": "1", "RAY_DEDUP_LOGS": "0"}


class RayEngine:
    """Runs the partition function as Ray tasks."""

    name: Final = "ray"

    def __init__(
        self, workers: int | None = None, *, address: str | None = None, work: Work = look
    ) -> None:
        """Connect to a cluster, or start a Ray of so many workers here. Raises EngineMissing."""
        if importlib.util.find_spec("ray") is None:
            raise EngineMissing(
                "The engine `ray` needs the package `ray`: install evenhand[sweep], or leave"
                " --engine out to use the processors of this machine."
            )
        for name, value in _QUIET.items():
            os.environ.setdefault(name, value)
        import ray

        self._ray: Any = ray
        options: dict[str, Any] = {"log_to_driver": False, "logging_level": "ERROR"}
        if address is None:
            options |= {"num_cpus": workers or os.cpu_count(), "include_dashboard": False}
        else:
            options |= {"address": address}
        try:
            ray.init(**options)
        except (ConnectionError, OSError, RuntimeError, ValueError, TimeoutError) as why:
            where = f"at {address}" if address else "here"
            said = str(why).strip().partition("\n")[0][:200]
            raise EngineMissing(f"No Ray could be reached or started {where}: {said}") from why
        self.workers = max(1, int(self._ray.cluster_resources().get("CPU", 1)))
        if address is not None and workers is not None:
            self.workers = min(self.workers, workers)
        self._task = ray.remote(max_retries=RETRIES_MAX, num_cpus=1)(work)

    def run(
        self, job: Job, partitions: Iterator[Partition]
    ) -> Iterator[tuple[Partition, list[Result]]]:
        """Give partitions back as they are done."""
        blame = Blame()
        again: deque[Partition] = deque()
        at_work: dict[Any, Partition] = {}
        try:
            while True:
                self._hand_out(job, partitions, again, at_work)
                if not at_work:
                    return
                done, _ = self._ray.wait(list(at_work), num_returns=1, timeout=_WAIT_SECONDS)
                for one in done:
                    partition = at_work.pop(one)
                    again.extend(self._heard(one, partition, blame))
                    finished = blame.finished(partition.number)
                    if finished is not None:
                        yield finished
        finally:
            for one in at_work:
                self._ray.cancel(one, force=True)

    def close(self) -> None:
        """Let go of the cluster; a Ray that was started for this run ends."""
        self._ray.shutdown()

    def _hand_out(
        self,
        job: Job,
        partitions: Iterator[Partition],
        again: deque[Partition],
        at_work: dict[Any, Partition],
    ) -> None:
        while len(at_work) < _AHEAD * self.workers:
            heavy = sum(_heavy(each) for each in at_work.values())
            if heavy >= _HEAVY_MAX * self.workers:
                return
            partition = again.popleft() if again else next(partitions, None)
            if partition is None:
                return
            at_work[self._task.remote(job, partition)] = partition

    def _heard(self, one: Any, partition: Partition, blame: Blame) -> list[Partition]:
        """Take what came of a task; return what has to be done again."""
        try:
            outcomes = self._ray.get(one)
        except self._ray.exceptions.RayError as fault:
            cause = getattr(fault, "cause", None) or fault
            said = str(cause).strip().partition("\n")[0][:200]
            return blame.died(partition, f"{type(cause).__name__}: {said}")
        blame.took(partition, outcomes)
        return []


def _heavy(partition: Partition) -> bool:
    return any(isinstance(file.where, Inline) for file in partition.files)
