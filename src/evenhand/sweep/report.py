"""The report of a sweep is one file: no script, no picture, nothing fetched from anywhere.

It names files, and shows none of them. Long lists end after a limit, and say so; the lines of
`--json` have everything.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final, TextIO

import jinja2

from evenhand.detection import Answer
from evenhand.sweep.model import Summary, shown
from evenhand.sweep.store import Row, State

FOUND_MAX: Final = 5_000
FAILED_MAX: Final = 1_000
SLOWEST_MAX: Final = 10
_TEMPLATES: Final = Path(__file__).parent / "templates"
_HIDDEN: Final = {
    "\u061c",
    *map(chr, (*range(0x200B, 0x2010), *range(0x2028, 0x202F), *range(0x2060, 0x206A), 0xFEFF)),
}


@dataclass(frozen=True)
class Part:
    """One source: what it came to, and the rows worth showing, each with its whole name."""

    label: str
    summary: Summary
    found: Iterator[tuple[bytes, Row]]
    failed: Iterator[tuple[bytes, Row]]
    slowest: Sequence[tuple[bytes, Row]]


@dataclass(frozen=True)
class Facts:
    """What was done: when, by which version, on what, and what it was compared with."""

    at: datetime
    version: str
    engine: str
    banks: Mapping[str, str]
    entries: Mapping[str, int]  # of each bank


def part_of(label: bytes, given: str, state: State, summary: Summary) -> Part:
    """Make the part of one source from its state."""

    def named_rows(rows: Iterable[Row]) -> Iterator[tuple[bytes, Row]]:
        return ((label + row.outcome.name, row) for row in rows)

    return Part(
        given,
        summary,
        named_rows(state.with_answer(Answer.FOUND, limit=FOUND_MAX)),
        named_rows(state.with_answer(Answer.FAILED, limit=FAILED_MAX)),
        list(named_rows(state.slowest(limit=SLOWEST_MAX))),
    )


def write_report(file: TextIO, facts: Facts, total: Summary, parts: Sequence[Part]) -> None:
    """Write the page, row by row."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.filters |= {"named": named, "count": lambda number: f"{number:,}"}
    page = environment.get_template("report.html").generate(
        facts=facts,
        total=total,
        parts=parts,
        answers=list(Answer),
        found_max=FOUND_MAX,
        failed_max=FAILED_MAX,
    )
    for piece in page:
        file.write(piece)


def named(name: bytes) -> str:
    """Write a file's name so that it is one line, whatever is in it, and reads in one direction."""
    return "".join(
        char if char.isprintable() and char not in _HIDDEN else f"\\u{{{ord(char):x}}}"
        for char in shown(name)
    )
