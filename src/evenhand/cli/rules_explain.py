"""Why rules fired, told at the shell over a file of events; it needs no house."""

from __future__ import annotations

import json as json_
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from evenhand.cli.exits import Exit
from evenhand.cli.output import file_or_stdin, flag, visible
from evenhand.cli.rule_files import read_rules
from evenhand.cli.rules_eval import lines_of, opened_events
from evenhand.cli.shell import NotFoundHere

if TYPE_CHECKING:
    from evenhand.rules.language.explain import Clause, Explained
    from evenhand.rules.language.ruleset import RuleSet
    from evenhand.rules.language.running import Answer


def explain(
    rules: Annotated[Path, Parameter(help="A file of rules, or a folder of *.rules.")],
    events: Annotated[Path, file_or_stdin("Events, one JSON object a line")],
    /,
    *,
    rule: Annotated[
        str | None, Parameter(help="Only this rule, also on events where it stays silent.")
    ] = None,
    near_misses: Annotated[
        bool, flag("Also rules of which one clause is not true, and which.")
    ] = False,
    json: Annotated[
        bool, flag("Print one JSON object a line, for programs.", name="--json")
    ] = False,
) -> Exit:
    """Tell why rules fire on events: each clause, whether it holds, and the values it looked at.

    What is missing makes a clause unknown, and a rule fires on true only. Exits 1 when a line
    cannot be read.
    """
    from evenhand.rules.language.explain import Explained, Explainer

    ruleset = read_rules(rules)
    _check_name(rule, ruleset)
    whole = True
    with ExitStack() as stack:
        lines = lines_of(opened_events(events, stack))
        for told in Explainer(ruleset).explained(lines, rule=rule, near_misses=near_misses):
            whole = whole and isinstance(told, Explained)
            if json:
                print(_as_json(told))
            else:
                print("\n".join(_written(told)))
    sys.stdout.flush()
    return Exit.OK if whole else Exit.FOUND


def _check_name(name: str | None, ruleset: RuleSet) -> None:
    from evenhand.rules.language.faults import did_you_mean

    names = [one.name for one in ruleset.rules]
    if name is not None and name not in names:
        hint = did_you_mean(name, names)
        raise NotFoundHere(f"There is no rule named {visible(name)}{f': {hint}' if hint else '.'}")


def _as_json(told: Explained | Answer) -> str:
    from evenhand.rules.language.explain import Explained

    return json_.dumps(asdict(told)) if isinstance(told, Explained) else told.as_line()


def _written(told: Explained | Answer) -> Iterator[str]:
    from evenhand.rules.language.explain import Explained

    if not isinstance(told, Explained):
        says = told.error or f"These rules failed: {', '.join(told.failed)}."
        yield f"line {told.line}: {visible(says)}"
        return
    outcome = "fires" if told.fires else "is silent"
    yield f"line {told.line}, event {visible(told.id)}: {told.rule} {outcome}"
    for clause in told.clauses:
        yield f"  {clause.truth:<7}  {visible(clause.text)}{_looked_at(clause)}"


def _looked_at(clause: Clause) -> str:
    shown = [
        f"{key} = {json_.dumps(value, ensure_ascii=False) if value is not None else 'missing'}"
        for key, value in clause.values.items()
    ]
    found = [f"found {', '.join(clause.found)}"] if clause.found else []
    return f"  [{visible('; '.join([*shown, *found]))}]" if shown or found else ""
