"""A receipt opens one matter: how far it is, what was decided and why, and the way to object.

The digits are typed into a form and travel on in a sealed cookie, never in an address. A wrong
receipt and an unknown one are answered alike.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Final

from babel.dates import format_date
from fastapi import APIRouter, Response

from evenhand import appeal, decision, intake, people, transparency
from evenhand.decision import DecisionView, Outcome
from evenhand.pages import N_
from evenhand.people import Actor
from evenhand.portal.account import messages_about
from evenhand.portal.frame import Here, PortalRoute, Visit
from evenhand.portal.pocket import STATUS
from evenhand.portal.restitution import in_words

#: Why an appeal is not taken, for the person who files it.
REFUSED: Final[Mapping[type[Exception], str]] = {
    appeal.NothingToAppeal: N_("There is no decision here that we could look at again."),
    appeal.TooLate: N_("The time to ask us to look again has run out."),
    appeal.AppealedAlready: N_("You have asked us to look again already."),
    appeal.TooShort: N_("Say in a sentence or two why you think the decision is wrong."),
}

#: The lines of a letter that are ours alone and hold days.
_DATED: Final = ("Date", "What we did", "You can ask us until")
_DAY: Final = re.compile(r"\b\d{4}-\d{2}-\d{2}\b")

routes = APIRouter(route_class=PortalRoute)

TYPED_CHARS_MAX: Final = 60  # sixteen digits, with room for spaces and dashes
WRONG: Final = N_("We know no receipt with these digits. Check all sixteen of them and try again.")


@routes.get("/status")
def status(here: Here) -> Response:
    """Show the matter the visitor's receipt opened, or ask for a receipt."""
    actor = _actor(here)
    return _ask(here) if actor is None else _matter(here, actor)


@routes.post("/status")
def open_matter(here: Here) -> Response:
    """Take the digits; the browser carries them on, sealed, for half an hour."""
    here.portal.turnstile.check("receipt", here.address)
    digits = here.text("receipt")[:TYPED_CHARS_MAX]
    try:
        here.house.ask(people.receipt_actor, digits)
    except people.ReceiptUnknown:
        here.portal.turnstile.pass_through("receipt", here.address)
        return _ask(here, {"receipt": WRONG})
    return here.put(here.to("/status"), STATUS, {"receipt": digits})


@routes.post("/status/close")
def close(here: Here) -> Response:
    """Forget the receipt, for whoever shares a computer."""
    return here.drop(here.to("/status"), STATUS)


@routes.post("/status/appeal")
def object_to_it(here: Here) -> Response:
    """File an appeal; what was written stays in the form when it cannot be taken."""
    actor = _required(here)
    here.portal.turnstile.pass_through("appeal", here.address)
    text = here.text("text")
    try:
        here.do(appeal.file, actor, text=text)
    except tuple(REFUSED) as why:
        return _matter(here, actor, text=text, problem=REFUSED[type(why)], code=422)
    return here.to("/status#appeal")


@routes.get("/status/log")
def own_line(here: Here) -> Response:
    """Show the visitor's own line in the public log, its proof, and how to check it."""
    here.portal.turnstile.pass_through("count", here.address)
    line = here.house.ask(transparency.own_line, _required(here))
    return here.page("own_line.html", at="status", line=line)


def _ask(here: Visit, problems: dict[str, str] | None = None) -> Response:
    answer = here.page(
        "status.html", at="status", status=422 if problems else 200, problems=problems or {}
    )
    return here.drop(answer, STATUS)


def _actor(here: Visit) -> Actor | None:
    carried = here.take(STATUS)
    if carried is None:
        return None
    try:
        return here.house.ask(people.receipt_actor, carried["receipt"])
    except people.ReceiptUnknown:
        return None


def _required(here: Visit) -> Actor:
    actor = _actor(here)
    if actor is None:
        raise people.ReceiptUnknown
    return actor


def _matter(
    here: Visit, actor: Actor, *, text: str = "", problem: str = "", code: int = 200
) -> Response:
    """Show the reporter's page or that of the person decided about."""
    view = here.house.ask(decision.for_receipt, actor)
    appeals = here.house.ask(appeal.of_receipt, actor)
    context = {
        "view": view,
        "lines": [] if view is None else _lines(here, view),
        "appeals": appeals,
        "may_appeal": view is not None and _may_appeal(here, actor, view, asked=bool(appeals)),
        "messages": messages_about(here, actor, view, [each.id for each in appeals]),
        "undone": _sentences(here, view, "undone"),
        "not_undone": _sentences(here, view, "not_undone"),
        "text": text,
        "problem": problem,
    }
    if actor.holder == "reporter":
        report = here.house.ask(intake.report_for_receipt, actor)
        return here.page("reported.html", at="status", status=code, report=report, **context)
    assert view is not None, "the receipt of a person decided about opens a decision"
    return here.page("decided.html", at="status", status=code, **context)


def _lines(here: Visit, view: DecisionView) -> list[tuple[str, str]]:
    """Return what the letter says, in the reader's language, from the very object."""
    told = view.statement or view.no_action
    lines = view.lines if told is None else decision.as_lines(told, here.gettext)
    dated = {here.gettext(label) for label in _DATED}
    said = [(here.gettext(label), here.gettext(value)) for label, value in lines]
    return [
        (label, _with_days(value, here.language) if label in dated else value)
        for label, value in said
    ]


def _with_days(text: str, language: str) -> str:
    """Write each ISO day in a language's own words: bare digits and dashes turn round in Arabic."""
    return _DAY.sub(
        lambda day: format_date(
            date.fromisoformat(day[0]), format="long", locale=language.replace("-", "_")
        ),
        text,
    )


def _sentences(here: Visit, view: DecisionView | None, which: str) -> list[str]:
    if view is None or view.restitution is None:
        return []
    tongue = here.portal.tongues[here.language]
    return [in_words(sentence, tongue) for sentence in getattr(view.restitution, which)]


def _may_appeal(here: Visit, actor: Actor, view: DecisionView, *, asked: bool) -> bool:
    """Offer the form where it can succeed; the appeal room has the last word."""
    restricted = view.outcome is Outcome.VIOLATION
    theirs = restricted if actor.holder == "affected" else not restricted
    final = view.outcome is not Outcome.ESCALATED and view.reversed_at is None
    return theirs and final and not asked and here.house.clock.now() <= view.appeal_until
