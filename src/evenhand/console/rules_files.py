"""Rule files are written in the console: checked beside the text, and deployed with a reason."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from fastapi import APIRouter, Response

from evenhand import people, rules
from evenhand.console.frame import ConsoleRoute, SignedIn, Visit
from evenhand.console.rules_pages import says
from evenhand.people import Permission
from evenhand.rules import Checked

router = APIRouter(route_class=ConsoleRoute)

FILES_MAX: Final = 100
Files = list[tuple[str, str]]


class TwoFilesOneName(ValueError):
    """Two files have one name: give each its own."""


@router.get("/rules/files")
def every_file(visit: SignedIn) -> Response:
    """Show the files of the last deployment, to be read or changed."""
    return files_page(visit, visit.ask(rules.deployed_files))


@router.post("/rules/files")
def check_or_deploy(visit: SignedIn) -> Response:
    """Check the files as they were typed, or deploy them."""
    people.require(visit.actor, Permission.MANAGE_RULES)
    try:
        files = typed_files(visit)
    except TwoFilesOneName:
        return files_page(visit, _fields(visit), problem="Two files have one name. Rename one.")
    checked = visit.ask(rules.check_files, files)
    if visit.text("do") != "deploy" or not checked.fit:
        return files_page(visit, files, checked=checked)
    try:
        made = visit.do(rules.deploy, files, why=visit.text("why"))
    except rules.RulesError as why:
        return files_page(visit, files, problem=says(why))
    return visit.to(f"/rules/{made[0].id}" if len(made) == 1 else "/rules")


def typed_files(visit: Visit) -> Files:
    """Read the files of the form; one without a text is left out. Raises TwoFilesOneName."""
    files = [
        (name or f"rules-{at}.rules", text)
        for at, (name, text) in enumerate(_fields(visit), 1)
        if text.strip()
    ]
    if len({name for name, _ in files}) < len(files):
        raise TwoFilesOneName
    return files


def files_page(
    visit: Visit,
    files: Sequence[tuple[str, str]],
    *,
    checked: Checked | None = None,
    problem: str = "",
) -> Response:
    """Show files to be changed, with what a check of them found."""
    failed = problem or (checked is not None and not checked.fit)
    return visit.page(
        "rule_files.html",
        at="rules",
        status=422 if failed else 200,
        files=[(name, text, text.count("\n") + 2) for name, text in files],
        checked=checked,
        why=visit.text("why"),
        may_change=visit.may(Permission.MANAGE_RULES),
        problems=[problem] if problem else [],
    )


def _fields(visit: Visit) -> Files:
    """Return names and texts as they were typed; browsers send lines ended in their own way."""
    found = []
    for at in range(FILES_MAX):
        text = visit.form.get(f"text-{at}")
        if not isinstance(text, str):
            break
        written = text.replace("\r\n", "\n").replace("\r", "\n")
        found.append((visit.text(f"name-{at}")[:100], written))
    return found
