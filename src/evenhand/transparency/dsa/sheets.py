"""The eleven sheets of the harmonised report, byte for byte as the Commission publishes them.

A sheet is its template with some cells filled: headers, rows, their order, trailing spaces and
no-break spaces stay as they are (Implementing Regulation (EU) 2024/2835, Annex I; RFC 4180, UTF-8
without a mark, LF).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import Final

Cell = str | int | float | None
Row = tuple[Cell, ...]

NAMES: Final = (
    "1_summary",
    "2_categories_names",
    "3_member_states_orders",
    "4_notices",
    "5_own_initiative_illegal",
    "6_own_initiative_TC",
    "7_appeals_and_recidivism",
    "8_automated_means",
    "9_human_resources",
    "10_AMAR",
    "11_qualitative",
)
PERIOD: Final = "YYYY-MM-DD/YYYY-MM-DD"
OTHER_WORDS: Final = 'Text to detail the "Other" keyword.'
FREE_TEXT: Final = "Free text"


class Provider(StrEnum):
    """What the provider is in law, which says what its report has to tell (DSA Ch. III)."""

    INTERMEDIARY = "intermediary"
    HOSTING = "hosting"
    PLATFORM = "platform"
    VLOP = "vlop"
    VLOSE = "vlose"


_OWED: Final = {
    "All": frozenset(Provider),
    "Only for providers of hosting services, including online platforms": frozenset(
        {Provider.HOSTING, Provider.PLATFORM, Provider.VLOP}
    ),
    "Only for providers of online platforms": frozenset({Provider.PLATFORM, Provider.VLOP}),
    "Only for VLOPs": frozenset({Provider.VLOP}),
    "Only for VLOPs and VLOSEs": frozenset({Provider.VLOP, Provider.VLOSE}),
}


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: its name, its header and its rows. None is an empty cell."""

    name: str
    header: tuple[str, ...]
    rows: tuple[Row, ...]

    def column(self, title: str) -> int:
        """Return the place of a column by its title, whatever spaces surround that."""
        return [each.strip() for each in self.header].index(title.strip())


@cache
def template(name: str) -> Sheet:
    """Read a sheet as the Commission publishes it."""
    place = resources.files("evenhand.transparency.dsa").joinpath(f"vendor/{name}.csv")
    header, *rows = csv.reader(io.StringIO(place.read_bytes().decode("utf-8"), newline=""))
    return Sheet(name, tuple(header), tuple(map(tuple, rows)))


def owed(applicability: Cell, provider: Provider) -> bool:
    """Tell whether a row can apply to a provider: where it cannot, its cells are blank."""
    return provider in _OWED[str(applicability).strip()]


def as_csv(sheet: Sheet) -> bytes:
    """Write a sheet as its template is written."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(sheet.header)
    writer.writerows([shown(cell) for cell in row] for row in sheet.rows)
    return out.getvalue().encode("utf-8")


def shown(cell: Cell) -> str:
    """Write a cell: nothing for a blank, whole numbers without a point."""
    if cell is None:
        return ""
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else f"{cell:.4f}".rstrip("0")
    return str(cell)


def filled(row: Sequence[Cell], cells: Mapping[int, Cell]) -> Row:
    """Put cells into a row, by their place."""
    return tuple(cells.get(at, cell) for at, cell in enumerate(row))
