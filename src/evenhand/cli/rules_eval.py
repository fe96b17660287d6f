"""Rules run at the shell over a file of events: it needs no house, no data folder and no keys."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated, BinaryIO, Literal

from cyclopts import Parameter

from evenhand.cli.exits import Exit
from evenhand.cli.output import file_or_stdin, flag
from evenhand.cli.rule_files import read_rules
from evenhand.cli.shell import Unreadable


def eval_(
    rules: Annotated[Path, Parameter(help="A file of rules, or a folder of *.rules.")],
    events: Annotated[Path, file_or_stdin("Events, one JSON object a line")],
    /,
    *,
    engine: Annotated[
        Literal["row", "duckdb", "hybrid"],
        Parameter(help="What runs the rules; every engine gives the same answers."),
    ] = "row",
    json: Annotated[
        bool, flag("Answers are lines of JSON, asked for or not.", name="--json")
    ] = True,
) -> Exit:
    """Run rules over events: one JSON line an event, in order, with the rules that fire.

    Each event has an id, a kind, a ts and the fields of its kind; what is absent or null is
    missing. A line that cannot be read, or a value of the wrong type, is answered with "error" and
    a rule that failed is named under "failed": then the exit status is 1, and all else is
    answered. Counters that the rules declare are counted in the order of the lines, unless an
    event brings a value of that name.
    """
    from evenhand.rules.language.running import EngineName, Evaluation

    del json
    evaluation = Evaluation(read_rules(rules), EngineName(engine))
    whole = True
    with ExitStack() as stack:
        for answer in evaluation.answers(lines_of(opened_events(events, stack))):
            whole = whole and answer.is_whole
            sys.stdout.write(f"{answer.as_line()}\n")
    sys.stdout.flush()
    return Exit.OK if whole else Exit.FOUND


def opened_events(path: Path, stack: ExitStack) -> BinaryIO:
    """Open a file of events, or standard input for `-`. Raises Unreadable."""
    if str(path) == "-":
        return sys.stdin.buffer
    try:
        return stack.enter_context(path.open("rb"))
    except (OSError, ValueError) as why:  # ValueError: a name that no file can have
        said = why.strerror if isinstance(why, OSError) else None
        raise Unreadable(f"{path} cannot be read: {said or why}. Check the path.") from why


def lines_of(file: BinaryIO) -> Iterator[bytes]:
    """Yield the lines of a file; of one that is too long no more than shows that it is."""
    from evenhand.rules.language.running import LINE_BYTES_MAX

    while line := file.readline(LINE_BYTES_MAX + 1):
        part = line
        while len(part) > LINE_BYTES_MAX and not part.endswith(b"\n"):
            part = file.readline(LINE_BYTES_MAX + 1)
        yield line
