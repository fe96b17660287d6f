"""Sealed identities: opened or erased by somebody allowed, with a reason, each time on the record.

What is opened is shown on the page that answers the form, once, and is stored nowhere.
"""

from __future__ import annotations

from fastapi import APIRouter, Response

from evenhand import evidence, intake, people
from evenhand.console.frame import ConsoleRoute, SignedIn, Visit
from evenhand.intake import Whose
from evenhand.pages import N_
from evenhand.people import Permission
from evenhand.sentences import sentence

router = APIRouter(route_class=ConsoleRoute)

#: What a person reads in place of the names under which an identity is sealed.
NAMES = {
    "name": N_("Name"),
    "email": N_("E-mail address"),
    "account_id": N_("Account on the service"),
    "organisation": N_("Organisation"),
}
WHOSE = {Whose.REPORT: N_("whoever sent a report"), Whose.ACCOUNT: N_("whoever holds an account")}


@router.get("/identities")
def ask(visit: SignedIn, whose: str = Whose.REPORT, name: str = "") -> Response:
    """Ask which identity, and why."""
    people.require(visit.actor, Permission.OPEN_IDENTITY)
    return _page(visit, given={"whose": whose, "name": name})


@router.post("/identities/open")
def open_one(visit: SignedIn) -> Response:
    """Open one identity and show it, once."""
    try:
        opened = visit.do(evidence.open_identity, _sealed(visit), reason=visit.text("reason"))
    except _TO_MEND as why:
        return _page(visit, given=dict(visit.form), problem=sentence(why))
    return _page(visit, given={}, opened={key: value for key, value in opened.items() if value})


@router.post("/identities/erase")
def erase(visit: SignedIn) -> Response:
    """Erase one identity for good."""
    try:
        visit.do(evidence.erase_identity, _sealed(visit), reason=visit.text("reason"))
    except _TO_MEND as why:
        return _page(visit, given=dict(visit.form), problem=sentence(why))
    return _page(visit, given={}, erased=True)


_TO_MEND = (
    intake.NoSuchAccount,
    intake.NoSuchReport,
    intake.NobodySealed,
    evidence.IdentityErased,
    evidence.ReasonRefused,
)


def _sealed(visit: Visit) -> str:
    whose = Whose.ACCOUNT if visit.text("whose") == Whose.ACCOUNT else Whose.REPORT
    return visit.ask(intake.sealed_identity, whose, visit.text("name"))


def _page(
    visit: Visit,
    *,
    given: dict[str, object],
    problem: str = "",
    opened: dict[str, object] | None = None,
    erased: bool = False,
) -> Response:
    return visit.page(
        "identity.html",
        at="identities",
        status=422 if problem else 200,
        problems=[problem] if problem else [],
        given=given,
        opened=opened,
        erased=erased,
        names=NAMES,
        whose=WHOSE,
    )
