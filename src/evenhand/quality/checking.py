"""What anybody can find out about an audit from the exported log alone.

The draw is made again and held against what the house wrote down; the answers are counted again,
and the rate of the whole follows from the counts by stratum. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from evenhand.kit.clock import read_stamp
from evenhand.kit.intervals import Share
from evenhand.quality.errors import NoSuchAudit
from evenhand.quality.model import ANSWERS_MIN, SEEN_FIRST
from evenhand.quality.published import COUNTED, share_of
from evenhand.quality.sampling import Stratum, draw, population, seeded_by, told

Line = Mapping[str, Any]
_DRAWN = ("audit.drawn", "extract.drawn")


@dataclass(frozen=True, slots=True)
class Redrawn:
    """An audit drawn and counted again; `problems` says where the house has it otherwise.

    `wrong` is the share of all decisions that were found wrong; None until it is told.
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
    counted = _line(lines, COUNTED, audit_id)
    if counted is None:
        return Redrawn(audit_id, strata, None, tuple(problems))
    problems += _miscounted(lines, counted, {one.key: one for one in strata})
    return Redrawn(audit_id, strata, share_of(counted["data"]), tuple(problems))


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
    lines: Sequence[Line], counted: Line, drawn: Mapping[str, Stratum]
) -> Iterator[str]:
    """Name counts that the log does not bear out, and counts that were told too early.

    Which answers agreed nobody outside can see: each line commits to it, so an auditor can.
    """
    audit_id, data = counted["subject"], counted["data"]
    answers = _answers(lines, audit_id, "audit.labelled", before=counted["n"])
    if data["looked_at"] != answers:
        yield f"It counts {data['looked_at']} answers, and the log has {answers}."
    told = [key for one in data["strata"] for key in one["strata"]]
    whole = data.get("withheld") is None
    if len(told) != len(set(told)) or not (
        set(told) == drawn.keys() if whole else set(told) <= drawn.keys()
    ):
        yield "Its groups are not those that were drawn."
        return
    for one in data["strata"]:
        size = sum(drawn[key].size for key in one["strata"])
        most = sum(len(drawn[key].drawn) for key in one["strata"])
        if one["decisions"] != size or not 0 <= one["wrong"] <= one["looked_at"] <= most:
            yield f"{', '.join(one['strata'])}: these counts cannot be."
    if whole:
        for name in ("looked_at", "wrong"):
            total = sum(one[name] for one in data["strata"])
            if total != data[name]:
                yield f"The counts of its groups make {total} in {name}, and not {data[name]}."
        if data["looked_at"] < ANSWERS_MIN:
            yield f"It tells counts that rest on fewer than {ANSWERS_MIN} answers."
    yield from _too_early(lines, counted)


def _answers(lines: Sequence[Line], audit_id: str, event: str, *, before: int) -> int:
    return sum(
        line.get("type") == event and line["data"]["audit_id"] == audit_id and line["n"] < before
        for line in lines
    )


def _too_early(lines: Sequence[Line], counted: Line) -> Iterator[str]:
    """Everybody concerned has a week before anybody else hears of it."""
    audit_id = counted["subject"]
    ends = [
        read_stamp(line["at"])
        for line in lines
        if (line.get("type") == "audit.closed" and line["subject"] == audit_id)
        or (line.get("type") == "audit.settled" and line["data"]["audit_id"] == audit_id)
    ]
    if not ends or read_stamp(counted["at"]) < max(ends) + SEEN_FIRST:
        yield "It was counted before those concerned had seen theirs for a week."
