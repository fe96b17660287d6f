"""The reviewers' door: sign in, take the next task, see it safely, decide it, and look things up.

Plain pages and forms, keyboard first. Every page asks rooms as the signed-in actor; what a room
refuses becomes a page that says what to do. Nothing here decides anything.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cache

from fastapi import APIRouter
from jinja2 import Environment, pass_context
from jinja2.runtime import Context

from evenhand import pages
from evenhand.bootstrap import House
from evenhand.console import (
    appeals,
    auth,
    banks_pages,
    cases_pages,
    classifiers,
    dashboard_page,
    decisions,
    desk,
    detectors_page,
    entries_pages,
    extracts_pages,
    identity_page,
    ledger_page,
    outbox,
    policy_pages,
    practice_pages,
    quality_pages,
    queues,
    rules_builder,
    rules_files,
    rules_pages,
    rules_trials,
    second_looks,
    staff_pages,
    tasks,
    viewings,
    visits_pages,
    words,
)
from evenhand.console.banks_pages import LIST_BYTES_MAX, takes_lists
from evenhand.console.frame import PREFIX, TEMPLATES, Console
from evenhand.console.item_view import detector_words, evidence_text
from evenhand.policy import Measure

__all__ = ["LIST_BYTES_MAX", "PREFIX", "make_templates", "router", "standing", "takes_lists"]

_ROOMS = (
    auth,
    queues,
    tasks,
    desk,
    viewings,
    appeals,
    second_looks,
    classifiers,
    decisions,
    outbox,
    dashboard_page,
    quality_pages,
    practice_pages,
    extracts_pages,
    cases_pages,
    banks_pages,
    detectors_page,
    entries_pages,
    policy_pages,
    rules_files,
    rules_builder,
    rules_trials,
    rules_pages,
    staff_pages,
    visits_pages,
    identity_page,
    ledger_page,
)


def standing(house: House) -> Console:
    """Return what the console of a house stands on, to be laid under its requests."""
    return Console(house, make_templates())


@cache
def router() -> APIRouter:
    """Make the console, under /console. Pages are no part of the API's description."""
    door = APIRouter(include_in_schema=False)
    for room in _ROOMS:
        door.include_router(room.router, prefix=PREFIX)
    return door


@cache
def make_templates() -> Environment:
    """Make the console's templates, with its words as filters, compiled before anybody waits."""
    env = pages.make_environment(TEMPLATES)
    env.filters.update(
        evidence=evidence_text,
        detector=detector_words,
        harm=_word(words.HARMS),
        task_kind=_word(words.TASK_KINDS),
        outcome=_word(words.OUTCOMES),
        appeal_outcome=_word(words.APPEALS),
        measure=_word(words.MEASURES),
        role=_word(words.ROLES),
        level=_word(words.LEVELS),
        spaced=spaced,
        twice=twice,
        delivery=delivery_tag,
        delivered=delivered,
        figure_of=_word(words.FIGURES_OF),
        withheld=_word(words.WITHHELD),
        decided_by=_word(words.DECIDERS),
        drifted=_word(words.STREAMS),
        version_tag=version_tag,
        share=share,
        date=date,
    )
    env.globals.update(ROLES=words.ROLES, ROLE_DUTIES=words.ROLE_DUTIES, HARMS=words.HARMS)
    for name in env.list_templates():
        env.get_template(name)
    return env


def spaced(text: str) -> str:
    """Write a long key in groups of four, so that it can be typed."""
    return " ".join(text[at : at + 4] for at in range(0, len(text), 4))


def twice(text: str) -> tuple[str, str]:
    """Make an option that says its own value."""
    return text, text


@pass_context
def delivery_tag(context: Context, state: str) -> str:
    """Show where a delivery stands."""
    says, mark, style = words.DELIVERY[state]
    return pages.tag(pages.translated(context, says), mark, style)


@pass_context
def delivered(context: Context, what: str) -> str:
    """Say what a delivery brings: `apply hide`, `lift hide` or the name of a message."""
    direction, _, measure = what.partition(" ")
    if measure in words.MEASURES:
        says = pages.translated(context, words.MEASURES[Measure(measure)])
        lifted = pages.translated(context, words.LIFTED)
        return says if direction == "apply" else f"{lifted}: {says}"
    return pages.translated(context, words.MESSAGES.get(what, what))


@pass_context
def version_tag(context: Context, state: str) -> str:
    """Show where a version of a classifier stands."""
    says, mark, style = words.VERSIONS[state]
    return pages.tag(pages.translated(context, says), mark, style)


def share(number: float | None) -> str:
    """Write a share as a percentage; a dash where there was too little to say."""
    return "–" if number is None else f"{100 * number:.1f} %"


def date(at: datetime) -> str:
    """Write the day of an instant, in UTC."""
    return at.astimezone(UTC).date().isoformat()


def _word(table: Mapping[str, str]) -> Callable[[Context, str], str]:
    """Make the filter that turns a code into its word in the page's language."""

    @pass_context
    def word(context: Context, code: str) -> str:
        return pages.translated(context, table[code])

    return word
