"""Rules: how far each version came and what it hit, and who takes it on, back or out of use."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from fastapi import APIRouter, Response

from evenhand import decision, people, rules
from evenhand.console.frame import ConsoleRoute, SignedIn, Visit
from evenhand.console.rules_items import came_of
from evenhand.console.rules_words import (
    DOINGS,
    LINES,
    STAGES,
    next_stage,
    set_out,
    stages_behind,
)
from evenhand.people import Permission
from evenhand.rules import RuleVersion, Stage
from evenhand.sentences import sentence

router = APIRouter(route_class=ConsoleRoute)

HITS_SHOWN: Final = 25
HITS_WITHIN: Final = timedelta(hours=24)
ITEMS_AGAIN_SHOWN: Final = 100
TRIED_DAYS: Final = 30
REFUSED: Final = (rules.RulesError, ValueError)


@dataclass(frozen=True)
class Named:
    """A rule by its name: the versions that run and the newest, and how many are behind them."""

    name: str
    shown: Sequence[RuleVersion]
    others: Sequence[RuleVersion]


@router.get("/rules")
def every_rule(visit: SignedIn) -> Response:
    """List the rules: what the brake took back first, then those that run, then those that rest."""
    every = visit.ask(rules.deployed)
    held = visit.ask(rules.braked)
    by_name: dict[str, list[RuleVersion]] = {}
    for one in every:
        by_name.setdefault(one.name, []).append(one)
    named = [_named(name, versions) for name, versions in by_name.items()]
    named.sort(key=lambda one: (not _held(one, held), not _runs(one), one.name))
    return visit.page(
        "rules.html",
        at="rules",
        named=named,
        braked=[(one, held[one.id]) for one in every if one.id in held],
        hits=visit.ask(rules.hit_counts, visit.house.clock.now() - HITS_WITHIN),
        stages=STAGES,
        built_in=rules.BUILT_IN,
    )


@router.get("/rules/{version_id}")
def one_version(visit: SignedIn, version_id: str) -> Response:
    """Show a version: what it says, how far it came, what it hit, and what can be done with it."""
    return version_page(visit, version_id)


@router.get("/rules/{version_id}/items/{item_id}")
def explain(visit: SignedIn, version_id: str, item_id: str) -> Response:
    """Explain clause by clause why a version hit an item."""
    version = visit.ask(rules.version, version_id)
    return visit.page(
        "rule_hit.html",
        at="rules",
        version=version,
        came=came_of(visit, [item_id])[item_id],
        hits=visit.ask(rules.explained, version_id, item_id),
    )


@router.get("/rules/{version_id}/near-misses")
def near_misses_of(visit: SignedIn, version_id: str) -> Response:
    """Show where a version nearly hit, among what came last, and what it lacked."""
    version = visit.ask(rules.version, version_id)
    nearly = visit.ask(rules.near_misses_of, version_id)
    return visit.page(
        "rule_near.html",
        at="rules",
        version=version,
        nearly=nearly,
        came=came_of(visit, [one.item_id for one in nearly.found]),
    )


@router.get("/rules/items/{item_id}")
def near_misses_on(visit: SignedIn, item_id: str) -> Response:
    """Show which rules nearly hit an item, and what each lacked."""
    came = came_of(visit, [item_id])[item_id]
    return visit.page(
        "rule_near_item.html",
        at="rules",
        came=came,
        found=visit.ask(rules.near_misses_on, item_id, shadows=came.task is None),
    )


@router.post("/rules/{version_id}/stage")
def stage(visit: SignedIn, version_id: str) -> Response:
    """Take a version a step on, or back."""
    called = visit.ask(rules.version, version_id).called
    try:
        held_out = visit.text("held_out")
        visit.do(
            rules.stage_rule,
            called,
            Stage(visit.text("to")),
            why=visit.text("why"),
            share=int(visit.text("share") or 10),
            held_out=int(held_out) if held_out else None,
        )
    except REFUSED as why:
        return version_page(visit, version_id, problem=says(why))
    return visit.to(f"/rules/{version_id}")


@router.post("/rules/{version_id}/approve")
def approve(visit: SignedIn, version_id: str) -> Response:
    """Approve a version that would restrict somebody, as a second person."""
    return _done(visit, version_id, rules.approve_rule)


@router.post("/rules/{version_id}/retire")
def retire(visit: SignedIn, version_id: str) -> Response:
    """Retire a version as wrong; what rested on it is looked at again."""
    return _done(visit, version_id, rules.retire_rule)


@router.post("/rules/{version_id}/roll-back")
def roll_back(visit: SignedIn, version_id: str) -> Response:
    """Retire the version that acts, and let the one before it act again."""
    name = visit.ask(rules.version, version_id).name
    try:
        back = visit.do(rules.roll_back, name, why=visit.text("why"))
    except REFUSED as why:
        return version_page(visit, version_id, problem=says(why))
    return visit.to(f"/rules/{back.id}")


def _done(visit: Visit, version_id: str, act: Callable[..., RuleVersion]) -> Response:
    """Do something with a version that needs nothing but a reason."""
    called = visit.ask(rules.version, version_id).called
    try:
        visit.do(act, called, why=visit.text("why"))
    except REFUSED as why:
        return version_page(visit, version_id, problem=says(why))
    return visit.to(f"/rules/{version_id}")


def version_page(visit: Visit, version_id: str, *, problem: str = "") -> Response:
    """Show a version as it is, with what is to be mended."""
    one = visit.ask(rules.version, version_id)
    to = next_stage(one)
    history = visit.ask(rules.lines_about, version_id)
    held = visit.ask(rules.braked).get(version_id)
    again = list(held.data["items"])[:ITEMS_AGAIN_SHOWN] if held else []
    hits = visit.ask(rules.hits_of, version_id, limit=HITS_SHOWN)
    today = visit.house.clock.now().date()
    refs = {one.made_by, one.approved_by, *(line.by for line in history)} - {None}
    return visit.page(
        "rule.html",
        at="rules",
        status=422 if problem else 200,
        one=one,
        said=rules.said(one.source),
        source=set_out(one.source),
        versions=visit.ask(rules.deployed, one.name),
        order=rules.ORDER,
        stages=STAGES,
        doings=DOINGS,
        lines=LINES,
        to=to,
        refusal=rules.step_refused(one, to) if to else None,
        behind=stages_behind(one),
        mine=one.made_by == visit.actor.ref,
        resting=len(visit.house.ask(decision.resting_on, one.id)),
        history=history,
        held=held,
        again=again,
        more_again=len(held.data["items"]) - len(again) if held else 0,
        hits=hits,
        came=came_of(visit, [*(hit.item_id for hit in hits), *again]),
        lately=visit.ask(rules.hit_counts, visit.house.clock.now() - HITS_WITHIN).get(one.id, 0),
        trials=visit.ask(rules.trials_of, version_id),
        span=(today - timedelta(days=TRIED_DAYS), today),
        names={ref: visit.house.ask(people.name_of, ref) for ref in refs if ref},
        problems=[problem] if problem else [],
        form=visit.form,
        may_change=visit.may(Permission.MANAGE_RULES),
    )


def says(why: Exception) -> str:
    """Say a refusal; a number that is none is said plainly."""
    if isinstance(why, rules.RulesError):
        return sentence(why)
    return "Choose from the lists, and write whole numbers where one is asked for."


def _named(name: str, versions: Sequence[RuleVersion]) -> Named:
    shown = [one for at, one in enumerate(versions) if at == 0 or one.stage.runs]
    return Named(name, shown, [one for one in versions if one not in shown])


def _runs(one: Named) -> bool:
    return any(version.stage.runs for version in one.shown)


def _held(one: Named, held: dict[str, rules.RuleLine]) -> bool:
    return any(version.id in held for version in one.shown)
