"""Error rates as outsiders get them: from the lines with which audits were closed, alone. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from evenhand.kit.clock import stamp
from evenhand.quality.estimating import Cell, estimate
from evenhand.transparency import ErrorRate

CLOSED: Final = "audit.closed"


def error_rates(
    lines: Iterable[Mapping[str, Any]], *, since: datetime, until: datetime
) -> tuple[ErrorRate, ...]:
    """Return what the audits that were closed in a period found, in the order of the log.

    `until` is exclusive. Of an audit in which nothing was looked at, nothing is told.
    """
    first, end = stamp(since), stamp(until)
    found = (_rate(one) for one in lines if one["type"] == CLOSED and first <= one["at"] < end)
    return tuple(one for one in found if one is not None)


def _rate(line: Mapping[str, Any]) -> ErrorRate | None:
    cells = [
        Cell(one["decisions"], one["looked_at"], one["wrong"]) for one in line["data"]["strata"]
    ]
    share = estimate(cells)
    if share is None:
        return None
    return ErrorRate(
        line=line["n"],
        decisions=int(sum(cell.size for cell in cells)),
        looked_at=share.of,
        wrong=share.hits,
        value=share.value,
        low=share.low,
        high=share.high,
    )
