"""What is published: figures with their queries, register rows, and a person's own line."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from evenhand.transparency.counting import Query
from evenhand.transparency.errors import NoSuchFigure

SMALL_CELL_MAX: Final = 2
#: No error rate that is published, here or by the Commission, rests on fewer second looks.
AUDITED_MIN: Final = 30
REGISTER_PAGE_ROWS: Final = 50


def N_(text: str) -> str:  # noqa: N802 - the name Babel looks for
    """Mark a text for translation where it is written; doors translate it when it is shown."""
    return text


class Unit(StrEnum):
    """What a figure's value is a number of."""

    COUNT = "count"
    MINUTES = "minutes"


@dataclass(frozen=True, slots=True)
class Figure:
    """One published number, exact, and the query anyone can recompute it with.

    `based_on` is how many lines a median rests on; for a count it is the count.
    """

    id: str
    title: str
    value: int
    query: Query
    unit: Unit = Unit.COUNT
    based_on: int = 0
    is_total: bool = False

    @property
    def shown(self) -> int | None:
        """Return the number as a published table prints it; None means "fewer than 3".

        The rule: a cell of 1 or 2 is printed as "fewer than 3", and so is a median over 1 or 2
        lines; 0, 3 and more, and every total are printed as they are. The rule keeps a copied
        table from pointing at one person. It hides nothing: the log names nobody, and whoever
        holds it can count for themselves.
        """
        resting_on = self.based_on if self.unit is Unit.MINUTES else self.value
        small = 0 < resting_on <= SMALL_CELL_MAX
        return None if small and not self.is_total else self.value


@dataclass(frozen=True, slots=True)
class Table:
    """One table of the numbers page: cells by one field, and their total.

    A line counts once in the total, though it may count in several cells (a decision with two
    measures).
    """

    id: str
    title: str
    figures: tuple[Figure, ...]
    total: Figure | None

    def every(self) -> tuple[Figure, ...]:
        """Return the figures, and the total last."""
        return self.figures if self.total is None else (*self.figures, self.total)


@dataclass(frozen=True, slots=True)
class Numbers:
    """Everything that is counted in public, from `since` until just before `until`."""

    since: datetime
    until: datetime
    lines: int
    tables: tuple[Table, ...]

    def figures(self) -> tuple[Figure, ...]:
        """Return every figure, totals included."""
        return tuple(figure for table in self.tables for figure in table.every())

    def find(self, figure_id: str) -> tuple[Table, Figure]:
        """Return a figure by its id, with the table it is in. Raises NoSuchFigure."""
        for table in self.tables:
            for figure in table.every():
                if figure.id == figure_id:
                    return table, figure
        raise NoSuchFigure(f"No published figure is called {figure_id!r}.")


class State(StrEnum):
    """How a published decision stands today."""

    STANDS = "stands"
    ENDED = "ended"
    REPLACED = "replaced"
    REVERSED_ON_APPEAL = "reversed_on_appeal"
    REVERSED_ON_REVIEW = "reversed_on_review"
    SIGNAL_WITHDRAWN = "signal_withdrawn"
    LOOKED_AT = "looked_at"


@dataclass(frozen=True, slots=True)
class RegisterMeasure:
    """One measure of a register row; `days` None means that no end was set."""

    measure: str
    days: int | None


@dataclass(frozen=True, slots=True)
class RegisterRow:
    """One decision as the public sees it: the rule and what followed, and nobody's data."""

    index: int
    short: str
    decided_at: datetime
    clause_number: str
    clause_version: int
    clause_title: str
    harm: str
    measures: tuple[RegisterMeasure, ...]
    source: str
    automated_detection: bool
    automated_decision: str
    provisional: bool
    state: State


@dataclass(frozen=True, slots=True)
class RegisterPage:
    """A page of the register, newest first; `older` is the cursor of the next one, or None."""

    rows: tuple[RegisterRow, ...]
    older: int | None


@dataclass(frozen=True, slots=True)
class OwnLine:
    """A person's own line in the public log, and all they need to check it without us.

    `path` is the RFC 6962 audit path as hex, from the leaf upwards, in the tree of `size` lines
    that `checkpoint` signs; `verifier_key` is the public key in the signed-note format.
    """

    index: int
    text: str
    leaf: str
    size: int
    path: tuple[str, ...]
    checkpoint: str
    verifier_key: str
