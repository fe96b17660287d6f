"""Rules as they live at the shell: deployed, taken on a step or back, approved, retired."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from cyclopts.validators import Number

from evenhand import people, rules
from evenhand.cli.exits import Exit
from evenhand.cli.output import Json, flag, show, table
from evenhand.cli.shell import opened

Why = Annotated[str, Parameter(help="Why, so that others can follow.")]
Named = Annotated[str, Parameter(help="A rule's name, or name@number for an older version.")]


def list_(
    *, every: Annotated[bool, flag("Show retired versions too.")] = False, json: Json = False
) -> Exit:
    """List the rules, with the stage each version has come to."""
    with opened() as house:
        found = house.ask(rules.deployed, people.SYSTEM)
    shown = [one for one in found if every or one.stage is not rules.Stage.RETIRED]
    rows = [(one.called, _stage(one), ", ".join(one.kinds), one.why) for one in shown]
    rows += [(f"{one.id}@{one.version}", "built in", "", one.says) for one in rules.BUILT_IN]
    text = table(("rule", "stage", "on", "why"), rows, empty="There is no rule.")
    show({"rules": shown, "built_in": rules.BUILT_IN}, as_json=json, text=text)
    return Exit.OK


def deploy(
    path: Annotated[Path, Parameter(help="A rule file, or a folder of *.rules.")],
    /,
    *,
    why: Why,
    json: Json = False,
) -> Exit:
    """Deploy rule files: check them against this house, try their examples, number what is new.

    What is new begins as a draft and does nothing yet. Rules that are deployed and not in the files
    stay as they are.
    """
    from evenhand.cli.rule_files import rule_files

    files = [(one.name, one.text) for one in rule_files(path)]
    with opened() as house:
        made = house.do(rules.deploy, people.SYSTEM, files, why=why)
    first = made[0].called
    text = [f"{one.called}: a draft." for one in made]
    text.append(f"Try it on the past next: evenhand rules backtest {first}")
    show({"deployed": made}, as_json=json, text=text)
    return Exit.OK


def stage(
    rule: Named,
    to: Annotated[rules.Stage, Parameter(help="The stage it goes to.")],
    /,
    *,
    why: Why,
    share: Annotated[
        int,
        Parameter(
            validator=Number(gte=1, lte=100), help="Of 100 accounts, how many a canary is for."
        ),
    ] = 10,
    held_out: Annotated[
        int | None,
        Parameter(
            validator=Number(gte=1, lte=5),
            help="Of 100 hits, how many people look at instead of the rule acting.",
        ),
    ] = None,
    json: Json = False,
) -> Exit:
    """Take a version one step on, or any number back: shadow, enqueue, canary, on."""
    with opened() as house:
        found = house.do(
            rules.stage_rule, people.SYSTEM, rule, to, why=why, share=share, held_out=held_out
        )
    show({"rule": found}, as_json=json, text=[f"{found.called} is at: {_stage(found)}."])
    return Exit.OK


def approve(rule: Named, /, *, why: Why, json: Json = False) -> Exit:
    """Approve a rule that would restrict somebody; whoever deployed it cannot."""
    with opened() as house:
        found = house.do(rules.approve_rule, people.SYSTEM, rule, why=why)
    show({"rule": found}, as_json=json, text=[f"{found.called} is approved."])
    return Exit.OK


def retire(rule: Named, /, *, why: Why, json: Json = False) -> Exit:
    """Retire a version because it was wrong. What rested on it is opened again."""
    with opened() as house:
        found = house.do(rules.retire_rule, people.SYSTEM, rule, why=why)
    text = [f"{found.called} is retired. What rested on it goes back to the queue."]
    show({"rule": found}, as_json=json, text=text)
    return Exit.OK


def rollback(
    rule: Annotated[str, Parameter(help="A rule's name.")], /, *, why: Why, json: Json = False
) -> Exit:
    """Retire the version of a rule that acts and let the one before it act again."""
    with opened() as house:
        found = house.do(rules.roll_back, people.SYSTEM, rule, why=why)
    text = [f"{found.called} acts again. What rested on the other goes back to the queue."]
    show({"rule": found}, as_json=json, text=text)
    return Exit.OK


def _stage(version: rules.RuleVersion) -> str:
    if version.stage is rules.Stage.CANARY:
        return f"canary, {version.share} of 100 accounts"
    return version.stage.value
