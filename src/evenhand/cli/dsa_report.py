"""The harmonised report at the shell: eleven CSVs and a workbook, counted from the public log."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter
from cyclopts.validators import Number

from evenhand.cli.exits import Exit
from evenhand.cli.output import Json, show
from evenhand.cli.shell import opened, read_toml, write_files
from evenhand.transparency import dsa

FIRST_YEAR = 2025
LAST_YEAR = 2100


def report(
    *,
    year: Annotated[
        int, Parameter(validator=Number(gte=FIRST_YEAR, lte=LAST_YEAR), help="Of the period.")
    ],
    out: Annotated[Path, Parameter(help="The folder to write into; it is made if need be.")],
    half: Annotated[
        Literal[1, 2] | None, Parameter(help="Only this half of the year, as very large ones owe.")
    ] = None,
    answers: Annotated[
        Path | None,
        Parameter(help="What the log does not know: see `evenhand transparency dsa answers`."),
    ] = None,
    json: Json = False,
) -> Exit:
    """Write the harmonised transparency report of a year (Implementing Regulation (EU) 2024/2835).

    Eleven CSVs in the Commission's own templates, byte for byte, and the same as one workbook. All
    numbers come from the public log, by the rules in docs/dsa.md; what the log does not know comes
    from your answers, or stays blank.
    """
    said = dsa.read_answers(read_toml(answers)) if answers is not None else dsa.Answers()
    first = date(year, 7 if half == 2 else 1, 1)
    last = date(year, 6, 30) if half == 1 else date(year, 12, 31)
    with opened() as house:
        found = house.ask(dsa.harmonised_report, first=first, last=last, answers=said)
        today = house.clock.now().date()
    sheets = dsa.fill(found)
    files = {f"{sheet.name}.csv": dsa.as_csv(sheet) for sheet in sheets}
    files["report.xlsx"] = dsa.as_workbook(sheets)
    write_files(out, files)
    text = [f"{len(sheets)} sheets and a workbook in {out}, for {first} to {last}."]
    if last >= today:
        text.append("The period is not over: these numbers will change.")
    blanks = _blanks(said, ordered=bool(found.tally.ordered))
    text += [f"Not told yet: {each}." for each in blanks]
    value = {"first": first, "last": last, "folder": str(out), "files": sorted(files)}
    show(value | {"not_told": blanks}, as_json=json, text=text)
    return Exit.OK


def _blanks(said: dsa.Answers, *, ordered: bool) -> list[str]:
    """Name what only the operator can say, and has not. With `ordered`, the log has orders."""
    asked = {
        "the provider's name": said.name,
        "orders of authorities (list them, or say no_orders)": () if ordered else said.orders,
        "out-of-court disputes": said.disputes or None,
        "the qualitative texts": said.texts or None,
    }
    return [what for what, value in asked.items() if value is None]


def answers(*, json: Json = False) -> Exit:
    """Print the questions that the log cannot answer, to be filled in and kept beside the report.

    It is TOML; with --json, one document that holds it.
    """
    show({"template": dsa.TEMPLATE}, as_json=json, text=[dsa.TEMPLATE.rstrip()])
    return Exit.OK
