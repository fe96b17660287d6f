"""Staff and keys: who works here in which role, and what the host signs in with.

An invitation and a key are shown once, on the page that answers the form, and are stored nowhere.
"""

from __future__ import annotations

from fastapi import APIRouter, Response

from evenhand import people
from evenhand.console.frame import PREFIX, ConsoleRoute, SignedIn, Visit
from evenhand.people import Invitation, Role
from evenhand.sentences import sentence

router = APIRouter(route_class=ConsoleRoute)

SCOPE_WORDS = {
    "items:write": "send items and get the verdict",
    "reports:write": "send reports",
    "decisions:read": "read decisions",
    "banks:read": "read how banks stand, and compare hashes with them",
    "banks:write": "add entries to banks and withdraw them",
}


@router.get("/staff")
def staff(visit: SignedIn) -> Response:
    """List everybody on the staff, and offer to invite somebody."""
    return _staff_page(visit)


@router.post("/staff")
def invite(visit: SignedIn) -> Response:
    """Invite a colleague, and show the address they join at, once."""
    try:
        invitation = visit.do(
            people.add_staff,
            name=visit.text("name"),
            email=visit.text("email"),
            role=Role(visit.text("role")),
        )
    except (people.EmailTaken, people.DetailsRefused) as why:
        return _staff_page(visit, problem=sentence(why))
    except ValueError:
        return _staff_page(visit, problem="Choose a role from the list.")
    return _staff_page(visit, invitation=invitation)


@router.post("/staff/{staff_id}/invite")
def invite_again(visit: SignedIn, staff_id: str) -> Response:
    """Invite a colleague anew, after a lost phone or a late reply."""
    return _staff_page(visit, invitation=visit.do(people.invite_again, staff_id))


@router.post("/staff/{staff_id}/role")
def change_role(visit: SignedIn, staff_id: str) -> Response:
    """Give a colleague another role."""
    try:
        visit.do(people.change_role, staff_id, role=Role(visit.text("role")))
    except (people.AlreadyInThatState, people.LastAdministrator) as why:
        return _staff_page(visit, problem=sentence(why))
    except ValueError:
        return _staff_page(visit, problem="Choose a role from the list.")
    return visit.to("/staff")


@router.post("/staff/{staff_id}/deactivate")
def deactivate(visit: SignedIn, staff_id: str) -> Response:
    """Let a colleague go; their name stays on what they decided."""
    try:
        visit.do(people.deactivate, staff_id)
    except (people.AlreadyInThatState, people.LastAdministrator) as why:
        return _staff_page(visit, problem=sentence(why))
    return visit.to("/staff")


@router.get("/keys")
def keys(visit: SignedIn) -> Response:
    """List the API keys, and offer to issue one."""
    return _keys_page(visit)


@router.post("/keys")
def issue(visit: SignedIn) -> Response:
    """Issue a key and show its text, once."""
    try:
        issued = visit.do(people.issue_key, name=visit.text("name"), scopes=visit.texts("scopes"))
    except (people.DetailsRefused, people.ScopeRefused) as why:
        return _keys_page(visit, problem=sentence(why))
    return _keys_page(visit, issued=issued.text)


@router.post("/keys/{key_id}/revoke")
def revoke(visit: SignedIn, key_id: str) -> Response:
    """Revoke a key, from its very next request."""
    visit.do(people.revoke_key, key_id)
    return visit.to("/keys")


def _staff_page(
    visit: Visit, *, problem: str = "", invitation: Invitation | None = None
) -> Response:
    base = visit.house.resources.service.public_url
    return visit.page(
        "staff.html",
        at="staff",
        status=422 if problem else 200,
        staff=visit.ask(people.staff),
        problems=[problem] if problem else [],
        join=f"{base}{PREFIX}/join/{invitation.token}" if invitation else "",
        form=visit.form if problem else {},
    )


def _keys_page(visit: Visit, *, problem: str = "", issued: str = "") -> Response:
    found = visit.ask(people.keys)
    return visit.page(
        "keys.html",
        at="keys",
        status=422 if problem else 200,
        keys=found,
        names={k.issued_by: visit.house.ask(people.name_of, k.issued_by) for k in found},
        scopes=SCOPE_WORDS,
        problems=[problem] if problem else [],
        issued=issued,
        form=visit.form if problem else {},
        chosen=visit.texts("scopes") if problem else [],
    )
