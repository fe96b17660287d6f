"""Anybody can report, without an account: one page, and one more for illegal content.

The receipt is shown once, on a page of its own, so that loading it again sends nothing twice.
"""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import APIRouter, Response

from evenhand import intake, people
from evenhand.portal.frame import Here, PortalRoute, Visit
from evenhand.portal.pocket import SENT
from evenhand.portal.report_form import TRAPPED, UNKNOWN_ITEM, Asked, place

routes = APIRouter(route_class=PortalRoute)

#: Harms where somebody may be in danger now: the page says where help is to be found at once.
URGENT = frozenset({"child_safety", "self_harm", "violence_harassment", "intimate_images"})


@routes.get("/report")
def ask(here: Here) -> Response:
    """Show the form; `?url=`, or `?kind=` and `?id=`: what it is about; `?harm=` what is wrong."""
    query = here.request.query_params
    about = {name: query[name] for name in ("url", "kind", "id", "harm") if name in query}
    return _form(here, Asked.read(about), {})


@routes.post("/report")
def send(here: Here) -> Response:
    """Take the first page: send the report, or go on to what a legal notice needs."""
    asked = Asked.read(here.form)
    if asked.trapped:
        return _form(here, asked, {"": TRAPPED})
    if asked.illegal:
        problems = asked.plain_problems(as_notice=False)
        return _form(here, asked, problems) if problems else _notice_form(here, asked, {})
    return _receive(here, asked, as_notice=False)


@routes.post("/report/notice")
def send_notice(here: Here) -> Response:
    """Take the second page: send the notice."""
    asked = Asked.read(here.form)
    if asked.trapped:
        return _notice_form(here, asked, {"": TRAPPED})
    return _receive(here, asked, as_notice=True)


@routes.get("/report/notice")
def start_again(here: Here) -> Response:
    """Begin at the first page; the second cannot be opened by itself."""
    return here.to("/report")


@routes.get("/report/sent")
def sent(here: Here) -> Response:
    """Show the receipt, once."""
    carried = here.take(SENT) or {}
    receipt = carried.get("receipt")
    answer = here.page(
        "sent.html",
        at="report",
        switch=[],  # another load would show no receipt any more
        receipt=people.format_receipt(receipt) if receipt else None,
        urgent=carried.get("harm") in URGENT,
    )
    return here.drop(answer, SENT)


def _receive(here: Visit, asked: Asked, *, as_notice: bool) -> Response:
    """Give the report to intake; whatever it says is shown at the field it is about."""
    again = _notice_form if as_notice else _form
    problems = asked.plain_problems(as_notice=as_notice)
    raw = asked.raw(here.language, as_notice=as_notice)
    try:
        checked = intake.check_report(raw)
        if problems:
            return again(here, asked, problems)
        here.portal.turnstile.pass_through("report", here.address)
        received = here.do(intake.receive_report, people.PUBLIC, checked)
    except intake.ReportRefused as why:
        if any(problem.code == UNKNOWN_ITEM for problem in why.problems):
            asked = asked.without_item()
        return again(here, asked, place(why.problems, as_notice=as_notice) | problems)
    carried = {"receipt": received.receipt, "harm": asked.values["harm"]}
    return here.put(here.to("/report/sent"), SENT, carried)


def _form(here: Visit, asked: Asked, problems: Mapping[str, str]) -> Response:
    status = 422 if problems else 200
    return here.page(
        "report.html", at="report", status=status, said=asked.values, problems=problems
    )


def _notice_form(here: Visit, asked: Asked, problems: Mapping[str, str]) -> Response:
    values = dict(asked.values)
    if not values["locations"]:
        values["locations"] = values["url"]
    return here.page(
        "notice.html",
        at="report",
        status=422 if problems else 200,
        said=values,
        nameless=asked.nameless,
        problems=problems,
    )
