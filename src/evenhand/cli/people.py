"""Staff and keys at the shell: for the first day, for a lost phone, and for scripts.

Whoever holds the shell can let people in; each time is on the record. Names and addresses are
printed for whoever asks here, and kept out of the clear part of the ledger.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter

from evenhand import people
from evenhand.cli.exits import Exit
from evenhand.cli.output import Json, show, table
from evenhand.cli.shell import NotFoundHere, opened

if TYPE_CHECKING:
    from evenhand.bootstrap import House

app = App(name="people")
key = App(name="key", help="API keys: how the host's own service comes in.")
app.command(key)

Whom = Annotated[str, Parameter(help="The id of a member of staff, or their mail address.")]


@app.command(name="list")
def list_(*, json: Json = False) -> Exit:
    """List everybody who is or was on the staff."""
    with opened() as house:
        found = house.ask(people.staff, people.SYSTEM)
    rows = [(one.id, one.name, one.email, one.role, one.state, one.added_at) for one in found]
    headings = ("staff", "name", "mail", "role", "state", "since")
    empty = "Nobody is on the staff yet. `evenhand serve` prints the link to set the first one up."
    show({"staff": found}, as_json=json, text=table(headings, rows, empty=empty))
    return Exit.OK


@app.command
def add(
    name: Annotated[str, Parameter(help="Their name, as colleagues will see it.")],
    email: Annotated[str, Parameter(help="Their mail address, with which they sign in.")],
    /,
    *,
    role: Annotated[people.Role, Parameter(help="What they are appointed to.")],
    json: Json = False,
) -> Exit:
    """Add somebody to the staff, and print the link with which they choose how to sign in.

    The link works once, for seven days. Hand it to them in a way only they can read.
    """
    with opened() as house:
        invited = house.do(people.add_staff, people.SYSTEM, name=name, email=email, role=role)
        link = _join_link(house.resources.service.public_url, invited.token)
    show(
        {"staff_id": invited.staff_id, "link": link},
        as_json=json,
        text=[f"Added as {role}. Their link, good once, for seven days:", link],
    )
    return Exit.OK


@app.command
def reset(who: Whom, /, *, json: Json = False) -> Exit:
    """Take away how somebody signs in, and print a new link: for a lost phone or password.

    Their sessions end at once. It also brings back somebody who had left.
    """
    with opened() as house:
        invited = house.do(people.invite_again, people.SYSTEM, _found(house, who))
        link = _join_link(house.resources.service.public_url, invited.token)
    show(
        {"staff_id": invited.staff_id, "link": link},
        as_json=json,
        text=["They are signed out everywhere. Their new link, good once, for seven days:", link],
    )
    return Exit.OK


@app.command
def role(
    who: Whom,
    role: Annotated[people.Role, Parameter(help="What they are appointed to now.")],
    /,
    *,
    json: Json = False,
) -> Exit:
    """Give somebody another role, from their very next click."""
    with opened() as house:
        staff_id = _found(house, who)
        house.do(people.change_role, people.SYSTEM, staff_id, role=role)
    show({"staff_id": staff_id, "role": role}, as_json=json, text=[f"They are {role} now."])
    return Exit.OK


@app.command
def remove(who: Whom, /, *, json: Json = False) -> Exit:
    """Let somebody go: no sign-in, session or invitation is good any more.

    Their name stays on what they decided.
    """
    with opened() as house:
        staff_id = _found(house, who)
        house.do(people.deactivate, people.SYSTEM, staff_id)
    says = "They are signed out, and cannot come back in."
    show({"staff_id": staff_id}, as_json=json, text=[says])
    return Exit.OK


@key.command
def issue(
    name: Annotated[str, Parameter(help="What the key is for.")],
    /,
    *,
    scope: Annotated[
        list[str],
        Parameter(
            negative="",
            help="What it may do: items:write, reports:write, decisions:read, banks:read,"
            " banks:write. Repeat.",
        ),
    ],
    json: Json = False,
) -> Exit:
    """Issue an API key and print it, this once. Only its hash is kept."""
    with opened() as house:
        issued = house.do(people.issue_key, people.SYSTEM, name=name, scopes=scope)
    show(
        {"key_id": issued.id, "key": issued.text},
        as_json=json,
        text=["The key, which is not shown again:", issued.text],
    )
    return Exit.OK


@key.command(name="list")
def list_keys(*, json: Json = False) -> Exit:
    """List every key ever issued, newest first, without its secret."""
    with opened() as house:
        found = house.ask(people.keys, people.SYSTEM)
    rows = [
        (one.id, one.prefix, one.name, " ".join(one.scopes), one.issued_at, one.revoked_at)
        for one in found
    ]
    headings = ("key", "begins", "for", "scopes", "issued", "revoked")
    empty = "No key was issued yet. Issue one with `evenhand people key issue`."
    show({"keys": found}, as_json=json, text=table(headings, rows, empty=empty))
    return Exit.OK


@key.command
def revoke(
    key_id: Annotated[str, Parameter(help="The id of a key, or its beginning `eh_…` as listed.")],
    /,
    *,
    json: Json = False,
) -> Exit:
    """Revoke a key, from its very next request."""
    with opened() as house:
        listed = house.ask(people.keys, people.SYSTEM)
        found = [one.id for one in listed if key_id in {one.id, one.prefix}]
        if len(found) != 1:
            raise NotFoundHere("No key has this id. `evenhand people key list` shows them all.")
        house.do(people.revoke_key, people.SYSTEM, found[0])
    show({"revoked": found[0]}, as_json=json, text=["Revoked. Whoever uses it gets 401 from now."])
    return Exit.OK


def _join_link(public_url: str, token: str) -> str:
    return f"{public_url}/console/join/{token}"


def _found(house: House, who: str) -> str:
    """Return the id of whoever has this id or address. Raises NotFoundHere."""
    staff = house.ask(people.staff, people.SYSTEM)
    ids = [one.id for one in staff if who.casefold() in {one.id, one.email.casefold()}]
    if not ids:
        raise NotFoundHere("Nobody has this id or address. `evenhand people list` shows them all.")
    return ids[0]
