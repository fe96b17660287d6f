"""What a look at a statement's body comes to: faults, each with its field and what to do. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

Body = Mapping[str, Any]


class Severity(StrEnum):
    """How much a fault matters: whether the database would take the statement at all."""

    REFUSED = "refused"
    """The database would refuse the statement."""
    DROPPED = "dropped"
    """The database would take the statement, and drop this field without a word."""
    ADVISED = "advised"
    """The database would take it; its documentation asks for something else."""
    PERSONAL = "personal"
    """The text looks as if it held personal data, which may not be sent (DSA Art. 24(5))."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with a body: in which field, how much it matters, and why.

    `at` is the place in a text, as the first character and the one after the last.
    """

    field: str
    severity: Severity
    says: str
    at: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Checked:
    """What came of checking one body. `index` is its place in a batch, from 0."""

    index: int
    puid: str | None
    faults: tuple[Fault, ...]

    @property
    def accepted(self) -> bool:
        """Tell whether the database would take it."""
        return all(fault.severity is not Severity.REFUSED for fault in self.faults)

    @property
    def clean(self) -> bool:
        """Tell whether nothing at all was found."""
        return not self.faults


@dataclass(frozen=True, slots=True)
class CheckedBatch:
    """What came of checking a call: its statements, and what is wrong with the call itself."""

    statements: tuple[Checked, ...]
    faults: tuple[Fault, ...] = ()

    @property
    def accepted(self) -> bool:
        """Tell whether the database would take the call: all of it, or nothing."""
        return not self.faults and all(one.accepted for one in self.statements)

    @property
    def clean(self) -> bool:
        """Tell whether nothing at all was found."""
        return not self.faults and all(one.clean for one in self.statements)


def worst_first(faults: Sequence[Fault]) -> tuple[Fault, ...]:
    """Put what keeps a statement out before what merely could be better."""
    order = list(Severity)
    return tuple(sorted(faults, key=lambda fault: order.index(fault.severity)))
