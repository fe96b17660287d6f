"""What was measured beside what was aimed at, gathered for the one table at the end."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Figure:
    """One figure: how much, of what, and the aim. `met` None: there was nothing to compare with."""

    what: str
    measured: str
    aim: str
    met: bool | None


@dataclass
class Report:
    """The figures of one run."""

    figures: list[Figure] = field(default_factory=list)

    def least(self, what: str, value: float | None, aim: float, unit: str) -> None:
        """Add a figure that should be so much at least."""
        met = None if value is None else value >= aim
        self._add(what, value, unit, aim=f"≥ {aim:g}{unit}", met=met)

    def most(self, what: str, value: float | None, aim: float, unit: str) -> None:
        """Add a figure that should be so much at most."""
        met = None if value is None else value <= aim
        self._add(what, value, unit, aim=f"≤ {aim:g}{unit}", met=met)

    def told(self, what: str, value: float, unit: str) -> None:
        """Add a figure without an aim."""
        self._add(what, value, unit)

    def print(self) -> None:
        """Print the table."""
        print(f"\n{'what':<58}{'measured':>14}{'aim':>14}")
        for one in self.figures:
            mark = {True: "  met", False: "  NOT MET", None: ""}[one.met]
            print(f"{one.what:<58}{one.measured:>14}{one.aim:>14}{mark}")

    def _add(
        self, what: str, value: float | None, unit: str, *, aim: str = "", met: bool | None = None
    ) -> None:
        shown = "missing" if value is None else f"{value:,.4g}{unit}"
        self.figures.append(Figure(what, shown, aim, met))
