"""Banks as files at the shell: a list comes in, however long, and goes out again."""

from __future__ import annotations

import csv
import io
import json as json_
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, TextIO

from cyclopts import Parameter

from evenhand import banks, people
from evenhand.cli.exits import Exit
from evenhand.cli.output import Json, file_or_stdin, flag, note, show
from evenhand.cli.shell import Unreadable, opened

if TYPE_CHECKING:
    from evenhand.bootstrap import House

ROWS_AT_ONCE: Final = 4_000  # a portion is one transaction, and others wait for it
REFUSALS_MAX: Final = 1_000
REFUSALS_SHOWN: Final = 20
TOLD_ROWS: Final = 100_000
_VALUE_COLUMNS: Final = ("hash", "value")

Row = tuple[int, str, str]
"""The number of the line, the kind and the value."""


@dataclass
class _Count:
    """What came of a file so far."""

    added: int = 0
    known: int = 0
    refused: int = 0
    refusals: list[tuple[int, str]] = field(default_factory=list)

    def refuse(self, lines: tuple[tuple[int, str], ...]) -> None:
        """Count refused lines and keep the first of them."""
        self.refused += len(lines)
        self.refusals += lines[: REFUSALS_MAX - len(self.refusals)]


def import_(
    bank: Annotated[str, Parameter(help="The name of a bank.")],
    file: Annotated[
        Path, file_or_stdin("CSV with a column `hash` (or `value`), and perhaps `kind`")
    ],
    /,
    *,
    kind: Annotated[
        banks.EntryKind, Parameter(help="How values are written where no column `kind` says it.")
    ] = banks.EntryKind.PDQ,
    source: Annotated[
        str | None, Parameter(help="Where they come from; unset: the file's name.")
    ] = None,
    reason: Annotated[str, Parameter(help="Why they are here.")] = "imported from a list",
    json: Json = False,
) -> Exit:
    """Add every line of a file to a bank. Lines that cannot be entries are named and left out.

    The file is read in portions, so it may be of any length; what was read stays when it is
    stopped, and running it again adds the rest.
    """
    count = _Count()
    with opened() as house, _reading(file) as text:
        house.ask(banks.bank, bank)
        where = source or ("standard input" if str(file) == "-" else file.name)
        told = 0
        for rows in _portions(text, kind):
            _add(house, bank, rows, count, source=where, reason=reason)
            told += len(rows)
            if told // TOLD_ROWS > (told - len(rows)) // TOLD_ROWS:
                note(f"{told:,} lines read.")
        house.ask(banks.index_health, people.SYSTEM, whole=False)
    value = {
        "added": count.added,
        "known": count.known,
        "refused": count.refused,
        "refusals": [{"line": line, "says": says} for line, says in count.refusals],
    }
    says = f"{count.added} added, {count.known} known before, {count.refused} refused."
    lines = [f"line {line}: {why}" for line, why in count.refusals[:REFUSALS_SHOWN]]
    if count.refused > REFUSALS_SHOWN:
        lines.append(f"… and {count.refused - REFUSALS_SHOWN} more.")
    show(value, as_json=json, text=[says, *lines])
    return Exit.OK


def export(
    bank: Annotated[str, Parameter(help="The name of a bank.")],
    /,
    *,
    out: Annotated[
        Path | None, Parameter(help="The file to write; unset: standard output.")
    ] = None,
    json: Annotated[
        bool, flag("Write one JSON object a line, for programs.", name="--json")
    ] = False,
) -> Exit:
    """Write every entry of a bank that stands as CSV, as `evenhand bank import` takes it."""
    with opened() as house:
        found = house.ask(banks.bank, bank)
        column = "hash" if found.signal is banks.Signal.IMAGE else "value"
        if out is None:
            _export(house, bank, column, sys.stdout, as_json=json)
            return Exit.OK
        try:
            with out.open("w", encoding="utf-8", newline="") as file:
                _export(house, bank, column, file, as_json=json)
        except OSError as why:
            raise Unreadable(f"{out} cannot be written: {why.strerror}.") from why
    return Exit.OK


def _export(house: House, bank: str, column: str, file: TextIO, *, as_json: bool) -> None:
    """Write row after row; nothing is held in memory."""
    rows = csv.writer(file, lineterminator="\n")
    heading = (column, "kind", "entry")

    def write(tx: Any) -> None:
        for entry_id, kind, value in banks.exported(tx, people.SYSTEM, bank):
            row = (value, kind.value, entry_id)
            if as_json:
                file.write(json_.dumps(dict(zip(heading, row, strict=True))) + "\n")
            else:
                rows.writerow(row)

    if not as_json:
        rows.writerow(heading)
    house.ask(write)


def _reading(file: Path) -> TextIO:
    """Open a file as text; what is no text is refused line by line, not at once."""
    if str(file) == "-":
        return io.TextIOWrapper(
            sys.stdin.buffer, encoding="utf-8-sig", errors="replace", newline=""
        )
    try:
        return file.open(encoding="utf-8-sig", errors="replace", newline="")
    except OSError as why:
        raise Unreadable(f"{file} cannot be read: {why.strerror}. Check the path.") from why


def _portions(text: TextIO, kind: banks.EntryKind) -> Iterator[list[Row]]:
    """Read rows a portion at a time. Raises Unreadable for what is no such CSV."""
    rows = csv.reader(text)
    try:
        heading = [each.strip().lower() for each in next(rows, [])]
        column = next((heading.index(one) for one in _VALUE_COLUMNS if one in heading), None)
        if column is None:
            raise Unreadable("The file has no column `hash` (nor `value`) in its first line.")
        kinds = heading.index("kind") if "kind" in heading else None
        portion: list[Row] = []
        for row in rows:
            if not row:
                continue
            value = row[column] if len(row) > column else ""
            named = row[kinds].strip() if kinds is not None and len(row) > kinds else ""
            portion.append((rows.line_num, named or kind.value, value))
            if len(portion) == ROWS_AT_ONCE:
                yield portion
                portion = []
        if portion:
            yield portion
    except csv.Error as why:
        raise Unreadable(f"Line {rows.line_num} is no CSV: {why}.") from why


def _add(
    house: House, bank: str, rows: list[Row], count: _Count, *, source: str, reason: str
) -> None:
    """Add a portion, kind by kind."""
    for kind in dict.fromkeys(kind for _, kind, _ in rows):
        values = [(line, value) for line, named, value in rows if named == kind]
        try:
            found = house.do(
                banks.import_entries,
                people.SYSTEM,
                bank=bank,
                kind=kind,
                values=values,
                source=source,
                reason=reason,
            )
        except banks.EntryRefused as why:
            if why.field != "kind":
                raise
            count.refuse(tuple((line, why.why) for line, _ in values))
            continue
        count.added += found.added
        count.known += found.known
        count.refuse(found.refused)
