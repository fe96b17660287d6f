"""Error rates as outsiders get them: from the lines with which audits were counted, alone.

No figure rests on fewer than ANSWERS_MIN answers, or on the decisions of fewer than PEOPLE_MIN
people: then the line says so, and tells no count from which it could be worked out. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from evenhand.kit.clock import stamp
from evenhand.kit.intervals import Share
from evenhand.quality.estimating import Cell, estimate
from evenhand.quality.figures import FEW_ANSWERS, FEW_PEOPLE, PERSON, told_apart, withheld
from evenhand.quality.model import ANSWERS_MIN, Unit
from evenhand.transparency import ErrorRate

COUNTED: Final = "audit.counted"


def counted(units: Sequence[Unit], sizes: Mapping[str, int]) -> dict[str, Any]:
    """Return what the log says of what an audit found: counts by stratum, or why not.

    Where the people's part is withheld, what rules decided is told, if that rests on enough.
    """
    seen = [unit for unit in units if unit.answered]
    why_not = withheld(seen, seen)
    if why_not == FEW_PEOPLE:
        seen = [unit for unit in seen if unit.decided_by != PERSON]
    enough = len(seen) >= ANSWERS_MIN and why_not != FEW_ANSWERS
    told = told_apart(seen, sizes) if enough else ()
    strata = [
        {
            "strata": list(keys),
            "decisions": int(cell.size),
            "looked_at": cell.of,
            "wrong": cell.hits,
        }
        for keys, cell in told
        if why_not is None or cell.of
    ]
    found: dict[str, Any] = {"looked_at": sum(unit.answered for unit in units), "strata": strata}
    if why_not is None:
        return found | {"wrong": sum(unit.wrong for unit in seen)}
    return found | {"withheld": why_not}


def share_of(data: Mapping[str, Any]) -> Share | None:
    """Return how often decisions were wrong, as a counted line says.

    None where it is withheld, and for counts that no sample has, which `redraw` names.
    """
    if data.get("withheld") is not None:
        return None
    try:
        share = estimate(cells_of(data))
    except ValueError:
        return None
    return share if share is not None and share.of >= ANSWERS_MIN else None


def cells_of(data: Mapping[str, Any]) -> list[Cell]:
    """Read the counts of a line."""
    return [Cell(one["decisions"], one["looked_at"], one["wrong"]) for one in data["strata"]]


def error_rates(
    lines: Iterable[Mapping[str, Any]], *, since: datetime, until: datetime
) -> tuple[ErrorRate, ...]:
    """Return what the audits that were counted in a period found, in the order of the log.

    `until` is exclusive. Of an audit that rests on too little, nothing is told.
    """
    first, end = stamp(since), stamp(until)
    found = (_rate(one) for one in lines if one["type"] == COUNTED and first <= one["at"] < end)
    return tuple(one for one in found if one is not None)


def _rate(line: Mapping[str, Any]) -> ErrorRate | None:
    share = share_of(line["data"])
    if share is None:
        return None
    return ErrorRate(
        line=line["n"],
        decisions=int(sum(cell.size for cell in cells_of(line["data"]))),
        looked_at=share.of,
        wrong=share.hits,
        value=share.value,
        low=share.low,
        high=share.high,
    )
