"""Practice: one's own training and checks, certificates, and calibration sessions.

What somebody answered is on their own page and on nobody else's.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any, Final

from fastapi import APIRouter, Response

from evenhand import people, quality, review
from evenhand.console.frame import ConsoleRoute, SignedIn, Visit
from evenhand.console.refusals import REFUSED
from evenhand.console.second_looks import titles
from evenhand.console.words import HARMS
from evenhand.pages import N_
from evenhand.people import Permission
from evenhand.policy import Harm
from evenhand.sentences import sentence

router = APIRouter(route_class=ConsoleRoute)

UNREADABLE: Final = N_("Choose from the lists, and write numbers in digits.")
_CERTIFY: Final = {"give": people.give_certificate, "take": people.take_certificate}


@router.get("/practice")
def practice(visit: SignedIn) -> Response:
    """Show one's own sessions, checks and certificates; to leads, what they may begin."""
    return _page(visit)


@router.post("/practice/courses")
def begin_course(visit: SignedIn) -> Response:
    """Begin a training."""
    return _try(visit, lambda: visit.do(quality.begin_course, Harm(visit.text("harm"))))


@router.post("/practice/calibrations")
def begin_calibration(visit: SignedIn) -> Response:
    """Put the same cases before several people."""
    return _try(
        visit,
        lambda: visit.do(
            quality.begin_calibration,
            Harm(visit.text("harm")),
            staff_ids=visit.texts("staff"),
            cases=int(visit.text("cases")),
        ),
    )


@router.post("/practice/checks")
def plant(visit: SignedIn) -> Response:
    """Put settled cases into the queue again."""
    return _try(visit, lambda: visit.do(quality.plant_checks, int(visit.text("count"))))


@router.post("/practice/certificates")
def certify(visit: SignedIn) -> Response:
    """Give somebody a certificate, or take it back."""
    return _try(
        visit,
        lambda: visit.do(
            _CERTIFY[visit.text("do")],
            visit.text("staff"),
            Harm(visit.text("harm")).value,
            why=visit.text("why"),
        ),
    )


@router.post("/practice/required")
def require(visit: SignedIn) -> Response:
    """Ask for a certificate for a kind of harm, or ask no more."""
    return _try(
        visit,
        lambda: visit.do(
            people.require_certificate,
            Harm(visit.text("harm")).value,
            required=visit.text("required") == "yes",
        ),
    )


@router.post("/practice/sessions/{session_id}/end")
def end(visit: SignedIn, session_id: str) -> Response:
    """End a session early."""
    return _try(visit, lambda: visit.do(quality.end_session, session_id))


@router.get("/practice/calibrations/{session_id}")
def one_calibration(visit: SignedIn, session_id: str) -> Response:
    """Show where people differed, to talk about it."""
    return visit.page(
        "calibration.html",
        at="quality",
        found=visit.ask(quality.calibration, session_id),
        clauses=titles(visit),
    )


@router.post("/decisions/{decision_id}/case")
def keep(visit: SignedIn, decision_id: str) -> Response:
    """Keep a decision as a settled case."""
    return _try(visit, lambda: visit.do(quality.keep_case, decision_id, why=visit.text("why")))


def _try(visit: Visit, act: Callable[[], object]) -> Response:
    """Act, and show the page again: as it is now, or with what to mend."""
    try:
        act()
    except people.NotAllowed:
        raise
    except REFUSED as why:
        return _page(visit, problem=sentence(why))
    except (ValueError, KeyError):
        return _page(visit, problem=UNREADABLE)
    return visit.to("/practice")


def _page(visit: Visit, *, problem: str = "") -> Response:
    people.require(visit.actor, Permission.SEE_QUEUE)
    reviews = visit.may(Permission.REVIEW)
    learnable = [(harm.value, HARMS[harm]) for harm in Harm if harm not in quality.SPARED]
    return visit.page(
        "practice.html",
        at="quality",
        status=422 if problem else 200,
        sessions=visit.ask(quality.my_sessions) if reviews else [],
        checks=visit.ask(quality.my_checks) if reviews else [],
        mine=visit.house.ask(people.certificates_of, visit.actor.id),
        required=sorted(visit.house.ask(people.certificates_required)),
        dead_ends=visit.ask(review.dead_ends),
        clauses=titles(visit),
        learnable=learnable,
        harms=[(harm.value, HARMS[harm]) for harm in Harm],
        course_cases=quality.COURSE_CASES,
        course_right=quality.COURSE_RIGHT_MIN,
        just_checked="checked" in visit.request.query_params,
        problems=[problem] if problem else [],
        form=visit.form,
        **_for_leads(visit),
    )


def _for_leads(visit: Visit) -> dict[str, Any]:
    """Collect what leads may begin, and what auditors may see."""
    lead = visit.may(Permission.MANAGE_QUALITY)
    staff = [
        one
        for one in (visit.ask(people.staff) if lead else [])
        if one.state == "active" and Permission.REVIEW in people.ROLE_PERMISSIONS[one.role]
    ]
    kept = Counter(case.harm for case in visit.ask(quality.cases)) if lead else Counter()
    return {
        "staff": staff,
        "certified": {
            one.id: sorted(visit.house.ask(people.certificates_of, one.id)) for one in staff
        },
        "cases": kept.most_common(),
        "calibrations": visit.ask(quality.calibrations) if lead else [],
        "checked": visit.ask(quality.checked) if visit.may(Permission.SEE_NUMBERS) else None,
    }
