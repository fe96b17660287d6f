"""The register folds ledger lines into rows: what was decided, under which rule, how it stands."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from evenhand.kit.clock import read_stamp
from evenhand.kit.ids import short
from evenhand.policy import Measure
from evenhand.transparency.model import RegisterMeasure, RegisterPage, RegisterRow, State

Line = Mapping[str, Any]

_REVERSED: Final = {
    "appeal": State.REVERSED_ON_APPEAL,
    "review": State.REVERSED_ON_REVIEW,
    "withdrawn_signal": State.SIGNAL_WITHDRAWN,
    "replaced": State.REPLACED,
    "looked_at": State.LOOKED_AT,
}


@dataclass
class Aftermath:
    """What the log says happened to decisions later, by decision id."""

    reversed_by: dict[str, str] = field(default_factory=dict)
    ended: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def read(self, lines: Iterable[Line]) -> Aftermath:
        """Take in `decision.reversed` and `measure.ended` lines."""
        for line in lines:
            if line["type"] == "decision.reversed":
                self.reversed_by[line["subject"]] = str(line["data"].get("by"))
            else:
                data = line["data"]
                self.ended[str(data.get("decision_id"))].add(str(data.get("measure")))
        return self

    def state_of(self, line: Line) -> State:
        """Say how a decision stands; it has ended when every measure that restricts has."""
        reason = self.reversed_by.get(line["subject"])
        if reason is not None:
            return _REVERSED.get(reason, State.REVERSED_ON_REVIEW)
        lasting = {each["measure"] for each in line["data"]["measures"]} - {Measure.WARN.value}
        over = bool(lasting) and lasting <= self.ended[line["subject"]]
        return State.ENDED if over else State.STANDS


def newest(
    lines: Iterable[Line], *, before: int | None, harm: str | None, measure: str | None, rows: int
) -> tuple[list[Line], int | None]:
    """Keep the newest decisions under a clause, and the cursor of what is older, or None."""
    kept: deque[Line] = deque(maxlen=rows + 1)
    for line in lines:
        if before is not None and line["n"] >= before:
            break
        data = line["data"]
        measures = {each["measure"] for each in data.get("measures", ())}
        if data.get("clause") is None or (harm is not None and data.get("harm") != harm):
            continue
        if measure is None or measure in measures:
            kept.append(line)
    page = list(kept)[-rows:]
    older = page[0]["n"] if len(kept) > rows else None
    return page[::-1], older


def fold(page: list[Line], aftermath: Aftermath, *, older: int | None) -> RegisterPage:
    """Turn decision lines into rows that say nothing about anybody."""
    return RegisterPage(tuple(_row(line, aftermath) for line in page), older)


def _row(line: Line, aftermath: Aftermath) -> RegisterRow:
    data = line["data"]
    return RegisterRow(
        index=line["n"],
        short=short(line["subject"]),
        decided_at=read_stamp(line["at"]),
        clause_number=str(data["clause_number"]),
        clause_version=int(data["clause_version"]),
        clause_title=str(data.get("clause_title") or ""),
        harm=str(data.get("harm")),
        measures=tuple(
            RegisterMeasure(str(each["measure"]), each.get("days")) for each in data["measures"]
        ),
        source=str(data["source"]),
        automated_detection=bool(data.get("automated_detection")),
        automated_decision=str(data.get("automated_decision")),
        provisional=bool(data.get("provisional")),
        state=aftermath.state_of(line),
    )
