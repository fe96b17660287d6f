"""What anybody can find out about an audit from the exported log alone.

The draw is made again and held against what the house wrote down; answers are counted again by
stratum, and the rate of the whole follows from the counts. Pure.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from evenhand.kit.intervals import Share
from evenhand.quality.errors import NoSuchAudit
from evenhand.quality.estimating import Cell, estimate
from evenhand.quality.sampling import Stratum, draw, population, seeded_by, told

Line = Mapping[str, Any]
_DRAWN = ("audit.drawn", "extract.drawn")


@dataclass(frozen=True, slots=True)
class Redrawn:
    """An audit drawn and counted again; `problems` says where the house has it otherwise.

    `wrong` is the share of all decisions that were found wrong, or None while it is open.
    """

    audit_id: str
    strata: tuple[Stratum, ...]
    wrong: Share | None
    problems: tuple[str, ...]

    @property
    def same(self) -> bool:
        """Tell whether nothing differs."""
        return not self.problems


def audits_in(lines: Sequence[Line]) -> list[str]:
    """Return the names of the audits and extracts in a log, in order."""
    return [line["subject"] for line in lines if line.get("type") in _DRAWN]


def redraw(lines: Sequence[Line], audit_id: str) -> Redrawn:
    """Draw an audit again, and count it again. Raises NoSuchAudit, NoCheckpointYet.

    What differs from what the house wrote down is named. Days that were drawn from twice are named
    too: whoever draws until the lot suits them has chosen.
    """
    said = _line(lines, _DRAWN[0], audit_id) or _line(lines, _DRAWN[1], audit_id)
    if said is None:
        raise NoSuchAudit(f"The log has no audit or extract called {audit_id}.")
    request = _line(lines, "extract.asked", audit_id)
    data = said["data"]
    asked = {name: data[name] for name in ("since", "until", "sample", "least")}
    since, until = asked["since"], asked["until"]
    after = -1 if request is None else request["n"]
    seeded = seeded_by(lines, until=until, after=after)
    found = population(lines, since=since, until=until, size=seeded.size)
    lot = seeded.seed(audit_id)
    strata = draw(found, lot, sample=asked["sample"], least=asked["least"])
    again = told(strata, seeded, **asked)
    problems = [
        f"{key} is {data.get(key)!r}, and should be {value!r}."
        for key, value in again.items()
        if data.get(key) != value
    ]
    if request is None:
        problems += _drawn_twice(lines, said)
    closed = _line(lines, "audit.closed", audit_id)
    if closed is None:
        return Redrawn(audit_id, strata, None, tuple(problems))
    counted = closed["data"]["strata"]
    problems += _miscounted(lines, audit_id, counted, before=closed["n"])
    cells = [Cell(one["decisions"], one["looked_at"], one["wrong"]) for one in counted]
    return Redrawn(audit_id, strata, estimate(cells), tuple(problems))


def _line(lines: Sequence[Line], event: str, subject: str) -> Line | None:
    wanted = (one for one in lines if one.get("type") == event and one["subject"] == subject)
    return next(wanted, None)


def _drawn_twice(lines: Sequence[Line], said: Line) -> Iterator[str]:
    mine = said["data"]
    for other in lines:
        if other.get("type") == "audit.drawn" and other["subject"] != said["subject"]:
            data = other["data"]
            if data["since"] < mine["until"] and mine["since"] < data["until"]:
                yield f"{other['subject']} was drawn from some of the same days."


def _miscounted(
    lines: Sequence[Line], audit_id: str, counted: Sequence[Mapping[str, Any]], *, before: int
) -> Iterator[str]:
    """Name strata whose counts are not those of the answers in the log."""
    looked_at: Counter[str] = Counter()
    wrong: Counter[str] = Counter()
    for line in lines:
        if line["n"] >= before or line.get("type") not in {"audit.labelled", "audit.settled"}:
            continue
        data = line["data"]
        if data["audit_id"] != audit_id:
            continue
        if line["type"] == "audit.labelled":
            looked_at[data["stratum"]] += 1
            wrong[data["stratum"]] += not data["agrees"]
        else:
            wrong[data["stratum"]] -= data["right"] == "first"
    for one in counted:
        key = one["stratum"]
        if (one["looked_at"], one["wrong"]) != (looked_at[key], wrong[key]):
            yield f"{key}: the log has {looked_at[key]} answers, {wrong[key]} of them otherwise."
