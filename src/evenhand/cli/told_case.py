"""Told cases at the shell: told, listed, read and taken back. Approving takes a person."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from evenhand import people, transparency
from evenhand.cli.exits import Exit
from evenhand.cli.output import Json, Limit, file_or_stdin, show, table
from evenhand.cli.shell import NotReady, opened, read_text

app = App(name="case")

Case = Annotated[str, Parameter(help="A case, as `evenhand transparency case list` names it.")]


@app.command
def draft(
    decision: Annotated[str, Parameter(help="The decision to tell of.")],
    /,
    *,
    title: Annotated[str, Parameter(help="What the case is called, for somebody outside.")],
    words: Annotated[Path, file_or_stdin("What happened, in the teller's own words: plain text")],
    teller: Annotated[
        str, Parameter(help="Who wrote it: the id of a member of staff (`evenhand people list`).")
    ],
    out: Annotated[Path | None, Parameter(help="Write the page to this file too.")] = None,
    json: Json = False,
) -> Exit:
    """Tell a decision as a case that points at nobody, for a lead to read.

    The page says what the log says, coarsely: the rule, the month, what followed, how long it
    took. Your words are looked through for personal data, for what was posted, and for anything
    left to be filled in; nothing is kept until they are clean. Names are for you and the lead to
    look for. Somebody other than the teller approves it in the console, under Cases.
    """
    said = read_text(words)
    with opened() as house:
        actor = house.ask(people.staff_actor, teller)
        case_id = house.do(transparency.tell_case, actor, decision, title=title, words=said)
        case = house.ask(transparency.case, people.SYSTEM, case_id)
    page = transparency.as_markdown(case.title, case.words, case.facts)
    if out is not None:
        _write(out, page)
    text = [page, f"{case.id} waits for a lead: /console/cases/{case.id}"]
    show({"case": case, "page": page}, as_json=json, text=text)
    return Exit.OK


def _write(out: Path, page: str) -> None:
    try:
        out.write_text(page, encoding="utf-8", newline="\n")
    except OSError as why:
        raise NotReady(
            f"{out} cannot be written: {why.strerror}. The case is kept; read it with"
            " `evenhand transparency case list` and `show`."
        ) from why


@app.command(name="list")
def list_(*, limit: Limit = 50, json: Json = False) -> Exit:
    """List cases, newest first, with where each stands."""
    with opened() as house:
        found = house.ask(transparency.cases, people.SYSTEM, limit=limit)
    rows = [(one.id, one.title, one.state.value, one.told_at, one.why or "") for one in found]
    headings = ("case", "title", "state", "told", "why")
    empty = "No case was told yet. `evenhand transparency case draft` tells one."
    show({"cases": found}, as_json=json, text=table(headings, rows, empty=empty))
    return Exit.OK


@app.command(name="show")
def show_(case: Case, /, *, json: Json = False) -> Exit:
    """Show a case as a page in Markdown, as it was told."""
    with opened() as house:
        found = house.ask(transparency.case, people.SYSTEM, case)
    page = transparency.as_markdown(found.title, found.words, found.facts)
    show({"case": found, "page": page}, as_json=json, text=[page])
    return Exit.OK


@app.command
def withdraw(
    case: Case,
    /,
    *,
    why: Annotated[str, Parameter(help="Why, for the record.")],
    json: Json = False,
) -> Exit:
    """Take a case back, published or not. It is gone from the public pages at once."""
    with opened() as house:
        house.do(transparency.withdraw_case, people.SYSTEM, case, why=why)
        found = house.ask(transparency.case, people.SYSTEM, case)
    show({"case": found}, as_json=json, text=[f"{case} is withdrawn."])
    return Exit.OK
