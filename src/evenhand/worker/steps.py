"""A job's steps and the end of the job are one transaction, so that they happen exactly once.

What keeps failing is given up in the open: a ledger line, a row that staff can see and take up
again, and a log line. A failure is told by its kind and place alone, because an error's own words
may quote what a person wrote.
"""

from __future__ import annotations

import traceback
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import structlog

from evenhand import delivery, ledger
from evenhand.bootstrap import House
from evenhand.ledger import Work
from evenhand.worker.path import STEPS, Step

if TYPE_CHECKING:
    from evenhand.db import Tx

log = structlog.get_logger("evenhand.worker")

#: Above every planned retry: only work that ends the worker that holds it gets there.
CRASHES_MAX: Final = 20


class EndedItsWorker(Exception):
    """Whoever held this work stopped without a word, too many times."""


class UnknownStep(Exception):
    """No step is known for a job of this kind; it was made by another version."""


def run_step(house: House, work: Work) -> bool:
    """Look outside any transaction, then act and finish the job in one. True when it is done.

    Whatever goes wrong is written down and tried again later; nothing comes out of here.
    """
    try:
        steps = _steps_for(work)
        found = [step.see(house, work.subject) for step in steps]
        house.do(_take, work, steps, found)
        return True
    except ledger.LeaseLost:
        log.warning("job.taken_over", job=work.id, kind=work.kind)
    except Exception as error:
        _give_back(house, work, place_of(error))
    return False


def place_of(error: BaseException) -> str:
    """Say what kind of error it was and where in our code, without its words."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if "evenhand" in frame.filename]
    if not ours:
        return type(error).__name__
    file = ours[-1].filename.rpartition("evenhand/")[2]
    return f"{type(error).__name__} at {file}:{ours[-1].lineno}"


def _steps_for(work: Work) -> tuple[Step, ...]:
    if work.attempt > CRASHES_MAX:
        raise EndedItsWorker
    if work.kind not in STEPS:
        raise UnknownStep
    return STEPS[work.kind]


def _take(tx: Tx, work: Work, steps: Sequence[Step], found: Sequence[Any]) -> None:
    """Carry out every step and finish the job. Raises LeaseLost, and then nothing happened."""
    for step, seen in zip(steps, found, strict=True):
        step.take(tx, work.subject, seen)
    ledger.jobs.finish(tx, work)


def _give_back(house: House, work: Work, says: str) -> None:
    try:
        buried = house.do(delivery.step_failed, work, says=says)
    except ledger.LeaseLost:
        log.warning("job.taken_over", job=work.id, kind=work.kind)
        return
    details = {"job": work.id, "kind": work.kind, "attempt": work.attempt, "error": says}
    if buried:
        log.error("job.buried", **details)
    else:
        log.warning("job.failed", **details)
