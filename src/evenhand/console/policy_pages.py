"""The policy as it binds people: every clause with its versions, and publishing the next ones."""

from __future__ import annotations

import tomllib

from fastapi import APIRouter, Response

from evenhand import people, policy
from evenhand.console.frame import ConsoleRoute, SignedIn, Visit
from evenhand.people import Permission
from evenhand.sentences import sentence

router = APIRouter(route_class=ConsoleRoute)


@router.get("/policy")
def clauses(visit: SignedIn, published: str = "") -> Response:
    """Show what binds people today, and what was or will be."""
    return _page(visit, published=published)


@router.post("/policy")
def publish(visit: SignedIn) -> Response:
    """Publish the clause versions of a policy file that are not published yet."""
    people.require(visit.actor, Permission.MANAGE_POLICY)
    text = visit.text("policy")
    try:
        fresh = visit.do(policy.publish, policy.parse_policy(tomllib.loads(text)))
    except tomllib.TOMLDecodeError as why:
        return _page(visit, text=text, problem=f"This is not a policy file yet: {why}.")
    except policy.PolicyRefused as why:
        return _page(visit, text=text, problem=f"{why.path}: {why.why}")
    except policy.PolicyError as why:
        return _page(visit, text=text, problem=sentence(why))
    return visit.to(f"/policy?published={len(fresh)}")


def _page(visit: Visit, *, text: str = "", problem: str = "", published: str = "") -> Response:
    whole = visit.house.ask(policy.policy)
    today = visit.house.clock.now().date()
    in_force = whole.in_force(today)
    current = {(c.key, c.version) for c in in_force}
    others: dict[str, list[policy.Clause]] = {}
    for clause in whole.clauses:
        if (clause.key, clause.version) not in current:
            others.setdefault(clause.key, []).append(clause)
    known = {clause.key for clause in in_force}
    return visit.page(
        "policy.html",
        at="policy",
        status=422 if problem else 200,
        clauses=in_force,
        others=others,
        names={label.key: label.says for label in whole.labels},
        coming=[c for key, found in others.items() if key not in known for c in found],
        today=today,
        text=text,
        problems=[problem] if problem else [],
        published=int(published) if published.isdigit() else 0,
    )
