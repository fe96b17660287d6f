"""One delivery: written in a read view, sent outside any transaction, its answer recorded."""

from __future__ import annotations

import structlog

from evenhand import appeal, delivery, ledger
from evenhand.bootstrap import House
from evenhand.ledger import Work
from evenhand.worker.outside import Outside
from evenhand.worker.steps import CRASHES_MAX, place_of

log = structlog.get_logger("evenhand.worker")


def deliver(house: House, outside: Outside, work: Work) -> None:
    """Send one thing and record the answer, if it is still ours to record.

    A worker may end between the two; then it is sent again with the same id, by which whoever
    receives it knows it.
    """
    try:
        _deliver(house, outside, work)
    except ledger.LeaseLost:
        log.warning("delivery.taken_over", delivery=work.id, kind=work.kind)


def _deliver(house: House, outside: Outside, work: Work) -> None:
    try:
        if work.attempt > CRASHES_MAX:
            raise delivery.NotDelivered("It ended every worker that held it.", for_good=True)
        outgoing = house.ask(delivery.prepare, work, appeal_of=appeal.for_delivery)
        answer = outside.take(outgoing)
    except delivery.NotDelivered as why:
        _not_delivered(house, work, why.says, for_good=why.for_good)
        return
    except delivery.NothingToSend as why:
        _not_delivered(house, work, str(why), for_good=True)
        return
    except Exception as error:
        _not_delivered(house, work, place_of(error), for_good=False)
        return
    house.do(delivery.acknowledged, work, answer=answer)
    log.info("delivery.acknowledged", delivery=work.id, kind=work.kind, attempt=work.attempt)


def _not_delivered(house: House, work: Work, says: str, *, for_good: bool) -> None:
    buried = house.do(delivery.failed, work, says=says, for_good=for_good)
    details = {"delivery": work.id, "kind": work.kind, "attempt": work.attempt, "error": says}
    if buried:
        log.error("delivery.buried", **details)
    else:
        log.warning("delivery.failed", **details)
