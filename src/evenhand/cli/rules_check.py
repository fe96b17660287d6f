"""Rule files are looked through at the shell: for faults, and for whether examples come true.

It needs no house: no data folder, no keys, no database.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from evenhand.cli.exits import Exit
from evenhand.cli.output import Json, show, visible
from evenhand.cli.rule_files import files_of, kinds_for

if TYPE_CHECKING:
    from evenhand.rules.language.faults import Fault, Refused
    from evenhand.rules.language.rehearsal import Rehearsed
    from evenhand.rules.language.ruleset import RuleSet

First = Annotated[Path, Parameter(help="A rule file, or a folder of *.rules.")]
Others = Annotated[Path, Parameter(help="More of them; all are read together.")]


def check(path: First, /, *paths: Others, json: Json = False) -> Exit:
    """Read rule files and point at every fault: where, what was expected, how to mend it.

    Files that declare no kinds are read against the kinds a new installation knows. What is
    allowed and hardly meant is a warning. Exits 1 when there is a fault.
    """
    from evenhand.rules.language.faults import Refused, written
    from evenhand.rules.language.lints import warnings
    from evenhand.rules.language.reading import read

    files = files_of([path, *paths])
    try:
        ruleset = read(files, kinds_for(files))
    except Refused as refused:
        _show_faults(refused, as_json=json)
        return Exit.FOUND
    doubts = warnings(ruleset)
    lines = [line for doubt in doubts for line in [*written(doubt), ""]]
    value = {
        "files": len(files),
        "rules": [{"name": one.name, "version": one.version} for one in ruleset.rules],
        "faults": [],
        "warnings": [one.as_data() for one in doubts],
    }
    show(value, as_json=json, text=[*lines, _counted(len(files), ruleset, doubts)])
    return Exit.OK


def try_examples(path: First, /, *paths: Others, json: Json = False) -> Exit:
    """Try the examples under rules, `fires {…}` and `silent {…}`, with the engine.

    Exits 1 when a rule does not do what an example of it says, or when there is a fault.
    """
    from evenhand.rules.language.faults import Refused
    from evenhand.rules.language.reading import read
    from evenhand.rules.language.rehearsal import rehearse

    files = files_of([path, *paths])
    try:
        ruleset = read(files, kinds_for(files))
    except Refused as refused:
        _show_faults(refused, as_json=json)
        return Exit.FOUND
    tried = rehearse(ruleset)
    failed = [one for one in tried if not one.as_said]
    untried = [one.name for one in ruleset.rules if not one.examples]
    value = {
        "examples": len(tried),
        "failed": [_failed_data(one) for one in failed],
        "without_examples": untried,
        "faults": [],
    }
    lines = [line for one in failed for line in _failed(one)]
    show(value, as_json=json, text=[*lines, _tried(len(tried), len(failed), untried)])
    return Exit.FOUND if failed else Exit.OK


def _show_faults(refused: Refused, *, as_json: bool) -> None:
    from evenhand.rules.language.faults import written

    faults = refused.faults
    lines = [line for fault in faults for line in [*written(fault), ""]]
    more = " There may be more: mend these first." if refused.more else ""
    files = len({fault.file for fault in faults})
    says = f"{_many(len(faults), 'fault')} in {_many(files, 'file')}.{more}"
    value = {"faults": [one.as_data() for one in faults], "more": refused.more}
    show(value, as_json=as_json, text=[*lines, says])


def _counted(files: int, ruleset: RuleSet, doubts: Sequence[Fault]) -> str:
    parts = [
        _many(len(ruleset.rules), "rule"),
        _many(len(ruleset.counters), "counter"),
        _many(len(ruleset.lists), "list"),
        _many(sum(len(rule.examples) for rule in ruleset.rules), "example"),
    ]
    end = f"no fault, {_many(len(doubts), 'warning')}" if doubts else "no fault"
    return f"{', '.join(parts)} in {_many(files, 'file')}: {end}."


def _failed(one: Rehearsed) -> Iterable[str]:
    place = one.example.place
    yield f"{visible(place.file)}:{place.line}: {_says(one)}"


def _says(one: Rehearsed) -> str:
    if one.error is not None:
        return f"the example of `{one.rule}` cannot be tried. {one.error}"
    return one.says


def _failed_data(one: Rehearsed) -> dict[str, Any]:
    return {
        "rule": one.rule,
        "file": one.example.place.file,
        "line": one.example.place.line,
        "expected": "fires" if one.example.fires else "silent",
        "fired": one.fired,
        "error": one.error,
    }


def _tried(count: int, failed: int, untried: Sequence[str]) -> str:
    if not count:
        return "No rule has an example. Write fires {…} and silent {…} under each."
    came = "every one came true" if not failed else f"{failed} did not come true"
    without = f" Without any: {', '.join(untried)}." if untried else ""
    return f"{_many(count, 'example')}: {came}.{without}"


def _many(count: int, what: str) -> str:
    return f"{count:,} {what}{'s' * (count != 1)}"
