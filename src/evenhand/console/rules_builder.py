"""A rule is built from a form, row by row, without writing any of the language.

The form and the language say the same: a rule that stands in a file is opened here and put back.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from fastapi import APIRouter, Response
from starlette.datastructures import FormData

from evenhand import people, rules
from evenhand.console.frame import ConsoleRoute, SignedIn, Visit
from evenhand.console.rule_form import (
    ACTIONS,
    ASKED,
    FIELDS_MAX,
    GROUPS,
    Node,
    data_of,
    fields_of,
    node_of,
    read_action,
    renumbered,
    shown_action,
    typed_condition,
    with_part,
    without_part,
)
from evenhand.console.rules_files import files_page
from evenhand.console.rules_pages import says
from evenhand.console.rules_words import set_out
from evenhand.people import Permission
from evenhand.rules import Checked

router = APIRouter(route_class=ConsoleRoute)

ACTIONS_MAX: Final = 20
EVENT_WANTED: Final = 'An example is an event in braces, such as fires {"text": "…"}.'
TOO_LARGE: Final = "This rule is too large for a form. Change it in its file."
PLAIN: Final = ("name", "policy", "why", "examples", "comments")


@dataclass
class Built:
    """What is in the form: the condition in parts, the actions, and the rest as it was typed."""

    when: Node
    actions: list[dict[str, str]]
    kinds: list[str] = field(default_factory=list)
    plain: dict[str, str] = field(default_factory=lambda: dict.fromkeys(PLAIN, ""))


@dataclass(frozen=True)
class Outcome:
    """What a rule comes to: its text, what it says, and what a check of it found."""

    source: str
    said: str
    checked: Checked


@router.get("/rules/builder")
def begin(visit: SignedIn) -> Response:
    """Begin a rule, or open one that was deployed."""
    people.require(visit.actor, Permission.MANAGE_RULES)
    asked = visit.request.query_params.get("version", "")
    if not asked:
        empty = Node("0", "all", parts=[Node("0.0", "row")])
        return _page(visit, Built(empty, [{"do": "enqueue", "name": "review"}]))
    source = visit.ask(rules.version, asked).source
    try:
        built = opened(rules.as_form(source))
    except rules.RulesRefused as why:
        return files_page(visit, visit.ask(rules.deployed_files), problem=says(why))
    if _too_large(built):
        return files_page(visit, visit.ask(rules.deployed_files), problem=TOO_LARGE)
    return _page(visit, built)


@router.post("/rules/builder")
def go_on(visit: SignedIn) -> Response:
    """Add or remove a row, check the rule, show it in the files, or deploy it."""
    people.require(visit.actor, Permission.MANAGE_RULES)
    built = typed_in(visit.form)
    do, _, at = visit.text("do").partition(":")
    if do in {"row", "any", "action"} and _too_large(built):
        return _page(visit, built, problem=TOO_LARGE)
    if do in {"row", "any"}:
        built.when = with_part(built.when, at, do)
        return _page(visit, built)
    if do == "remove":
        built.when = without_part(built.when, at)
        return _page(visit, built)
    if do == "action" and at in ACTIONS and len(built.actions) < ACTIONS_MAX:
        built.actions.append({"do": at})
        return _page(visit, built)
    if do == "drop":
        built.actions = [one for n, one in enumerate(built.actions) if str(n) != at]
        return _page(visit, built)
    return _finish(visit, built, do)


def _too_large(built: Built) -> bool:
    return fields_of(built.when, len(built.actions)) > FIELDS_MAX


def _finish(visit: Visit, built: Built, do: str) -> Response:
    """Write the rule into the files, and say what they come to or deploy them."""
    try:
        source = rules.as_source(data_from(built))
        files = visit.ask(rules.with_rule, visit.ask(rules.deployed_files), source)
    except (rules.RulesRefused, ValueError) as why:
        return _page(visit, built, problem=_says(why))
    checked = visit.ask(rules.check_files, files)
    if do == "files":
        return files_page(visit, files, checked=checked)
    outcome = Outcome(source, rules.said(source) or "", checked)
    if do != "deploy" or not checked.fit:
        return _page(visit, built, outcome=outcome)
    try:
        made = visit.do(rules.deploy, files, why=visit.text("deploy_why"))
    except rules.RulesError as why:
        return _page(visit, built, outcome=outcome, problem=says(why))
    return visit.to(f"/rules/{made[0].id}" if len(made) == 1 else "/rules")


def opened(data: Mapping[str, Any]) -> Built:
    """Lay a rule out as a form. A condition that is one row alone stands in a group of its own."""
    when = node_of(data["when"])
    if when.kind not in GROUPS:
        when = renumbered(Node("0", "all", parts=[when]))
    examples = [
        f"{side} {json.dumps(event, ensure_ascii=False)}"
        for one in data["examples"]
        for side, event in one.items()
    ]
    plain = {name: data[name] or "" for name in ("name", "policy", "why")}
    plain |= {"examples": "\n".join(examples), "comments": "\n".join(data["comments"])}
    return Built(when, [shown_action(one) for one in data["actions"]], list(data["kinds"]), plain)


def data_from(built: Built) -> dict[str, Any]:
    """Return the rule that a form stands for. Raises ValueError without a row, or an example."""
    when = data_of(built.when)
    if not built.when.denied and len(when.get(built.when.kind, ())) == 1:
        [when] = when[built.when.kind]
    if not when:
        raise ValueError("Say in at least one row when it fires.")
    plain = {name: text.replace("\r\n", "\n") for name, text in built.plain.items()}
    return {
        "name": plain["name"].strip(),
        "kinds": built.kinds,
        "when": when,
        "actions": [read_action(one) for one in built.actions],
        "policy": plain["policy"].strip() or None,
        "why": plain["why"] or None,
        "examples": [_example(line) for line in plain["examples"].split("\n") if line.strip()],
        "comments": [line.strip() for line in plain["comments"].split("\n") if line.strip()],
    }


def typed_in(sent: FormData) -> Built:
    """Read the form as it was typed."""
    form = {name: value for name, value in sent.items() if isinstance(value, str)}
    actions = []
    for at in range(ACTIONS_MAX):
        do = form.get(f"action-{at}:do", "")
        if do not in ACTIONS:
            break
        names = [name for name, _, _ in ACTIONS[do][1]]
        actions.append({"do": do} | {name: form.get(f"action-{at}:{name}", "") for name in names})
    plain = {name: form.get(name, "") for name in PLAIN}
    kinds = [kind for kind in sent.getlist("kinds") if isinstance(kind, str)]
    return Built(typed_condition(form), actions, kinds, plain)


def _example(line: str) -> dict[str, Any]:
    side, _, event = line.strip().partition(" ")
    if side not in {"fires", "silent"}:
        raise ValueError("An example begins with fires or silent.")
    read = json.loads(event)
    if isinstance(read, dict):
        return {side: read}
    raise ValueError(EVENT_WANTED)


def _says(why: Exception) -> str:
    if isinstance(why, json.JSONDecodeError):
        return EVENT_WANTED
    if isinstance(why, rules.RulesRefused):
        return _mended(str(why))
    return str(why)


def _mended(text: str) -> str:
    """Say in the form's words where something is missing in it."""
    place, colon, rest = text.partition(": ")
    words = {
        "name": "Give the rule a name of letters, digits, - and _",
        "kinds": "Choose what it is about",
        "actions": "Say what it does",
    }
    if colon and place in words:
        return f"{words[place]}."
    if colon and place.startswith("actions["):
        return f"Something is missing in what it does: {rest}"
    if colon and place.startswith("when"):
        return f"A row cannot be read: {rest}"
    return text


def _page(
    visit: Visit, built: Built, *, outcome: Outcome | None = None, problem: str = ""
) -> Response:
    offered = visit.ask(rules.offered)
    chosen = [one for one in built.kinds if one in offered.kinds] or list(offered.kinds)
    fields = sorted({name for kind in chosen for name in offered.kinds[kind]})
    failed = problem or (outcome is not None and not outcome.checked.fit)
    return visit.page(
        "rule_builder.html",
        at="rules",
        status=422 if failed else 200,
        built=built,
        kinds=list(dict.fromkeys([*built.kinds, *offered.kinds])),
        fields=fields,
        clauses=list(dict.fromkeys([*offered.clauses, *filter(None, [built.plain["policy"]])])),
        measures=offered.measures,
        asked=ASKED,
        groups=GROUPS,
        actions=ACTIONS,
        outcome=outcome,
        source=set_out(outcome.source) if outcome else [],
        deploy_why=visit.text("deploy_why"),
        problems=[problem] if problem else [],
    )
