"""Submitting statements of reasons at the shell, and looking after those that wait for a person."""

from __future__ import annotations

import time
from datetime import date, timedelta
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from evenhand import people
from evenhand.cli.exits import Exit
from evenhand.cli.output import Json, flag, note, show, table
from evenhand.cli.shell import NotPossibleHere, NotReady, opened
from evenhand.kit.clock import midnight
from evenhand.transparency import dsa

if TYPE_CHECKING:
    from evenhand.adapters.statements import StatementDatabaseOverHttp
    from evenhand.bootstrap import House


def submit(
    *,
    since: Annotated[date, Parameter(help="First day of decisions, as 2026-01-31.")],
    until: Annotated[date | None, Parameter(help="Last day; without it, today.")] = None,
    json: Json = False,
) -> Exit:
    """Submit statements of reasons to the DSA Transparency Database, each once.

    Run it every day, from cron: what is stored is not sent again, and what a crash left without an
    answer is asked about first. Nothing that is sent can be taken back: try it with a sandbox's
    EVENHAND_DSA_URL. What would be refused, was refused, or seems to hold personal data waits for a
    person and makes the exit status 1; see `evenhand transparency dsa waiting`. It is 4 when
    submitting had to stop.
    """
    with opened() as house:
        last = until or house.clock.now().date()
        if last < since:
            raise NotPossibleHere("The last day is before the first: turn them round.")
        database = _database(house)
        try:
            done = dsa.Submitter(
                do=house.do,
                database=database,
                actor=people.SYSTEM,
                pause=time.sleep,
                told=lambda so_far: note(f"{so_far.stored + so_far.known} stored so far."),
            ).submit(since=midnight(since), until=midnight(last + timedelta(days=1)))
        finally:
            database.close()
    waits = done.held + done.refused
    text = [f"{done.stored} statements were stored; {done.not_owed} decisions owe none."]
    if done.known:
        text.append(f"Of {done.known} more the database says that it holds them already.")
    if waits:
        text.append(f"{waits} wait for a person: evenhand transparency dsa waiting")
    if done.stopped is not None:
        text.append(f"It stopped before the end. {done.stopped}")
    show(done, as_json=json, text=text)
    if done.stopped is not None:
        return Exit.NOT_READY
    return Exit.FOUND if waits else Exit.OK


def _database(house: House) -> StatementDatabaseOverHttp:
    """Open the database that the settings name. Raises NotReady, StatementsMisconfigured."""
    from evenhand.adapters.statements import StatementDatabaseOverHttp

    token = house.settings.dsa_token
    if token is None:
        raise NotReady(
            "No token is set: put yours at the DSA Transparency Database into EVENHAND_DSA_TOKEN."
        )
    return StatementDatabaseOverHttp(house.settings.dsa_url, token=token.get_secret_value())


def waiting(*, json: Json = False) -> Exit:
    """List the statements that were not sent, or were refused, and wait for a person.

    Exits 1 when there are any. `evenhand transparency dsa retry` lets one be sent again.
    """
    with opened() as house:
        found = house.ask(dsa.waiting, people.SYSTEM)
        counts = house.ask(dsa.standing, people.SYSTEM)
    rows = [
        (one.decision_id, one.state, field, says) for one in found for field, says in one.faults
    ]
    stored = counts[dsa.State.STORED]
    text = table(("decision", "", "field", "why"), rows, empty="Nothing waits for a person.")
    text.append(f"{stored} are stored, {counts[dsa.State.SENDING]} left without an answer so far.")
    show({"waiting": found, "counts": counts}, as_json=json, text=text)
    return Exit.FOUND if found else Exit.OK


def retry(
    decision: Annotated[str, Parameter(help="The decision's whole id, which is the puid.")],
    /,
    *,
    cut: Annotated[
        bool, flag("Replace what looks like personal data in its texts by […].")
    ] = False,
    json: Json = False,
) -> Exit:
    """Let a statement that waits for a person be sent again the next time, as it is now.

    It helps when its clause or this software was put right. With --cut, what looks like personal
    data is cut out of what is sent; what the person affected was told stays as it is.
    """
    with opened() as house:
        house.do(dsa.retry, people.SYSTEM, decision, cut=cut)
    text = ["It is sent the next time that statements of its day are submitted."]
    show({"decision": decision, "cut": cut}, as_json=json, text=text)
    return Exit.OK
