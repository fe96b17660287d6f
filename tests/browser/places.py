"""Every page there is, as the application lists them, and how to come to a telling state of each.

A page without an id in its address is looked at without being named here; one with an id must say
which, or the test that compares this table with the application fails.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import FilePayload, Page

from evenhand.bootstrap import load_settings, open_house
from evenhand.doors import build_app
from tests.browser.furnished import Furnished

Find = Callable[[Furnished], str]
Act = Callable[[Page], None]


def _nothing(_page: Page) -> None:
    """A page that shows what it has at once."""


@dataclass(frozen=True)
class Place:
    """A page in one state: its route, its address, who looks, and what they do first."""

    route: str
    says: str = ""
    path: str | Find = ""
    who: str = ""  # somebody on the staff, by name
    receipt: str = ""  # or somebody with this receipt
    act: Act = _nothing
    complains: str = ""  # what the browser itself says about an answer that is no success

    def __str__(self) -> str:
        """Name it in the list of tests."""
        return f"{self.route} {self.says}".strip()

    def address(self, furnished: Furnished) -> str:
        """Return where it is in the furnished town."""
        path = self.path or self.route
        return path if isinstance(path, str) else path(furnished)


#: What answers a GET and is no page to look at.
NO_PAGE: Final = frozenset(
    {"/checkpoint", "/log/checkpoint", "/log/tile/{path:path}", "/log.jsonl"}
    | {"/healthz", "/readyz", "/openapi.json"}
    | {"/console/viewings/{viewing_id}/image", "/report/notice", "/console/banks/{bank_id}/export"}
    | {"/console/extracts/{extract_id}/file", "/console/dashboard/data"}
    | {f"/console/tasks/{{task_id}}/{form}" for form in
       ("draft", "decide", "retake", "judge", "conclude", "label", "settle")}
)  # fmt: skip
#: Looked at in a house where nobody is on the staff yet.
FIRST_RUN: Final = "/console/setup/{token}"


def _task(name: str) -> Find:
    return lambda furnished: f"/console/tasks/{furnished.tasks[name]}"


def _entry(name: str) -> Find:
    return lambda furnished: (
        f"/console/banks/{furnished.pictures}/entries/{furnished.entries[name]}"
    )


def _rule(name: str, after: str = "") -> Find:
    return lambda furnished: f"/console/rules/{furnished.rules[name]}{after}"


def _trial(name: str) -> Find:
    return lambda furnished: f"/console/rules/trials/{furnished.rules[name]}"


def _decision(name: str) -> Find:
    return lambda furnished: f"/console/decisions/{furnished.decisions[name]}"


def open_the_picture(page: Page) -> None:
    """Raise the veil a step by its key and choose a clause by its key."""
    page.keyboard.press("2")
    page.locator(".veil img").wait_for()
    page.keyboard.press("a")
    page.locator("#measures input[type=checkbox]").first.wait_for()
    page.evaluate("for (const one of document.querySelectorAll('main details')) one.open = true")


def decide_too_early(page: Page) -> None:
    """Send the verdict before it says enough."""
    page.keyboard.press("a")
    page.locator("#measures input[type=checkbox]").first.wait_for()
    page.locator("#verdict button.primary").click()
    page.get_by_role("alert").filter(visible=True).wait_for()


def sign_in_wrongly(page: Page) -> None:
    """Try three fields that are wrong."""
    page.locator("#f-email").fill("nobody@example.org")
    page.locator("#f-password").fill("four other plain words")
    page.locator("#f-code").fill("123456")
    page.locator("main form button.primary").click()
    page.locator(".problems").wait_for()


def send_empty(page: Page) -> None:
    """Send the form as it is."""
    page.locator("main form[method=post] button.primary").click()
    page.locator(".problems").wait_for()


def open_details(page: Page) -> None:
    """Open whatever can be opened."""
    page.evaluate("for (const one of document.querySelectorAll('main details')) one.open = true")


def take_a_list_in(page: Page) -> None:
    """Send a list of which a line is refused."""
    listed = FilePayload(name="list.csv", mimeType="text/csv", buffer=b"hash\nnonsense\n")
    page.locator("#f-file").set_input_files(listed)
    page.locator("#i-reason").fill("A partner's list.")
    page.get_by_role("button", name="Take it in").click()
    page.locator(".said-so").wait_for()


def begin_a_notice(page: Page) -> None:
    """Go on to the second page of the report form."""
    page.locator("#f-url").fill("https://plaza.example/p1")
    page.locator("[name=harm][value=fraud]").check()
    page.locator("#f-illegal").check()
    page.locator("main form[method=post] button.primary").click()
    page.locator("#f-good_faith").wait_for()


def notice_empty(page: Page) -> None:
    """Come to the second page, and send it without what the law asks for."""
    begin_a_notice(page)
    send_empty(page)


def report(page: Page) -> None:
    """Report something, and get to the receipt."""
    page.locator("#f-url").fill("https://plaza.example/p1")
    page.locator("[name=harm][value=self_harm]").check()
    page.locator("#f-explanation").fill("She writes that she cannot go on.")
    page.locator("main form[method=post] button.primary").click()
    page.wait_for_url("**/report/sent")


def deploy_a_fault(page: Page) -> None:
    """Write a file that does not read, and check it."""
    page.get_by_text("Another file").click()
    page.locator("textarea").last.fill("rule a on listing\n  when titel is 3\n  enqueue review\n")
    page.get_by_role("button", name="Check").click()
    page.locator(".pointed").first.wait_for()


_NIA: Final = "Nia"
_REFUSED: Final = "Failed to load resource"

CONSOLE: Final = (
    Place("/console/sign-in"),
    Place("/console/sign-in", "refused", act=sign_in_wrongly,
          complains=_REFUSED),
    Place("/console/join/{token}", path=lambda here: f"/console/join/{here.invitation}"),
    Place("/console", "as an administrator", who="Ada"),
    Place("/console", "as an auditor", who="Omar"),
    Place("/console", "nothing more waits", path="/console?done=1", who=_NIA),
    Place("/console/queues/{name}", path="/console/queues/fraud", who=_NIA),
    Place("/console/queues/{name}", "empty", path="/console/queues/urgent", who=_NIA),
    Place("/console/tasks/{task_id}", "in hand, veiled", path=_task("mine"), who=_NIA),
    Place("/console/tasks/{task_id}", "in hand, opened", path=_task("mine"), who=_NIA,
          act=open_the_picture),
    Place("/console/tasks/{task_id}", "to mend", path=_task("mine"), who=_NIA,
          act=decide_too_early, complains=_REFUSED),
    Place("/console/tasks/{task_id}", "free", path=_task("waiting"), who=_NIA),
    Place("/console/tasks/{task_id}", "a colleague's", path=_task("theirs"), who=_NIA),
    Place("/console/tasks/{task_id}", "closed", path=_task("closed"), who=_NIA),
    Place("/console/tasks/{task_id}", "appeal, blind", path=_task("blind"), who="Ren"),
    Place("/console/tasks/{task_id}", "appeal, both", path=_task("judged"), who="Ren"),
    Place("/console/tasks/{task_id}", "none", path="/console/tasks/none", who=_NIA,
          complains=_REFUSED),
    Place("/console/decisions/{decision_id}", "stands", path=_decision("stands"), who="Ada"),
    Place("/console/decisions/{decision_id}", "undone", path=_decision("undone"), who=_NIA),
    Place("/console/decisions/{decision_id}", "fine", path=_decision("fine"), who=_NIA),
    Place("/console/dashboard", "a month, opened", who="Lin", act=open_details,
          path="/console/dashboard?since=2026-11-01&until=2026-11-28"),
    Place("/console/dashboard", "by rule, opened", who="Lin", act=open_details,
          path="/console/dashboard?by=rule&since=2026-11-01&until=2026-11-28"),
    Place("/console/dashboard", "days that are none", who="Omar", complains=_REFUSED,
          path="/console/dashboard?since=yesterday"),
    Place("/console/classifiers", "as a lead", who="Lin"),
    Place("/console/classifiers/{model_id}",
          path=lambda here: f"/console/classifiers/{here.classifier}", who="Lin"),
    Place("/console/banks/{bank_id}", path=lambda here: f"/console/banks/{here.bank}", who="Lin"),
    Place("/console/detectors/cards/{name}", path="/console/detectors/cards/nsfwjs", who=_NIA),
    Place("/console/detectors", "as a reviewer", who=_NIA),
    Place("/console/banks/{bank_id}", "pictures, opened", who="Lin", act=open_details,
          path=lambda here: f"/console/banks/{here.pictures}"),
    Place("/console/banks/{bank_id}", "nothing like that", who="Lin",
          path=lambda here: f"/console/banks/{here.pictures}?text=nothing"),
    Place("/console/banks/{bank_id}", "a list was taken in", who="Lin", act=take_a_list_in,
          path=lambda here: f"/console/banks/{here.pictures}"),
    Place("/console/banks/{bank_id}/entries/{entry_id}", "in quarantine", who="Lin",
          path=_entry("matched")),
    Place("/console/banks/{bank_id}/entries/{entry_id}", "disabled", who="Lin",
          path=_entry("disabled")),
    Place("/console/banks/{bank_id}/clusters", who="Lin",
          path=lambda here: f"/console/banks/{here.pictures}/clusters"),
    Place("/console/banks/{bank_id}/clusters", "none", who="Lin",
          path=lambda here: f"/console/banks/{here.bank}/clusters"),
    Place("/console/rules/{version_id}", "acts for a share", who="Lin", act=open_details,
          path=_rule("gift-cards")),
    Place("/console/rules/{version_id}", "braked", who="Lin", act=open_details,
          path=_rule("in-a-hurry")),
    Place("/console/rules/{version_id}", "a draft, as a reviewer", who=_NIA,
          path=_rule("new-watches")),
    Place("/console/rules/{version_id}/items/{item_id}", who=_NIA,
          path=lambda here: f"{_rule('gift-cards')(here)}/items/{here.rules['item']}"),
    Place("/console/rules/{version_id}/near-misses", who=_NIA,
          path=_rule("gift-cards", "/near-misses")),
    Place("/console/rules/items/{item_id}", who=_NIA,
          path=lambda here: f"/console/rules/items/{here.rules['near']}"),
    Place("/console/rules/trials/{trial_id}", "ended", who="Lin", path=_trial("trial")),
    Place("/console/rules/trials/{trial_id}", "runs", who="Lin",
          path=lambda here: f"{_trial('running')(here)}?still=1"),
    Place("/console/rules/builder", "a rule opened", who="Lin",
          path=lambda here: f"/console/rules/builder?version={here.rules['new-watches']}"),
    Place("/console/rules/files", "faults", who="Lin", act=deploy_a_fault, complains=_REFUSED),
    Place("/console/tasks/{task_id}", "second look", who=_NIA,
          path=lambda here: f"/console/tasks/{here.second_look}"),
    Place("/console/tasks/{task_id}", "two answers", who="Lin",
          path=lambda here: f"/console/tasks/{here.dispute}"),
    Place("/console/purpose", "again", who="Omar"),
    Place("/console/extracts", "as an auditor", who="Omar"),
    Place("/console/visits", "as a lead", who="Lin"),
    Place("/console/practice", "as a lead", who="Lin"),
    Place("/console/practice", "just checked", path="/console/practice?checked=1", who="Rosa"),
    Place("/console/practice/calibrations/{session_id}", who="Lin",
          path=lambda here: f"/console/practice/calibrations/{here.calibration}"),
    Place("/console/quality", "as a lead", who="Lin"),
    Place("/console/quality", "with own decisions", who="Rosa"),
    Place("/console/quality/{audit_id}", "ended", path="/console/quality/audit-1", who="Omar"),
    Place("/console/quality/{audit_id}", "under way", path="/console/quality/audit-2", who="Lin"),
    Place("/console/cases", "as an auditor", who="Omar"),
    Place("/console/cases/{case_id}", "waits for a lead", who="Lin",
          path=lambda here: f"/console/cases/{here.cases['waiting']}"),
    Place("/console/cases/{case_id}", "is public", who="Rosa",
          path=lambda here: f"/console/cases/{here.cases['public']}"),
    Place("/console/elsewhere", "nothing is there", who=_NIA, complains=_REFUSED),
)  # fmt: skip

PORTAL: Final = (
    Place("/cases/{short}", path=lambda here: f"/cases/{here.cases['public'][-6:]}"),
    Place("/report", "to mend", act=send_empty, complains=_REFUSED),
    Place("/report", "about an item", path="/report?kind=post&id=p1"),
    Place("/report", "notice", act=begin_a_notice),
    Place("/report", "notice to mend", act=notice_empty, complains=_REFUSED),
    Place("/report/sent", "after a report", path="/report", act=report),
    Place("/status", "wrong receipt", act=send_empty, complains=_REFUSED),
    Place("/status", "a report that waits", receipt="waiting"),
    Place("/status", "a report upheld", receipt="upheld"),
    Place("/status", "a report not upheld", receipt="not upheld"),
    Place("/status", "a decision", receipt="stands"),
    Place("/status", "an appeal that waits", receipt="blind"),
    Place("/status", "a decision undone", receipt="undone"),
    Place("/status/log", "closed again", complains=_REFUSED),
    Place("/status/log", "open", receipt="undone"),
    Place("/numbers/{figure_id}", path="/numbers/decisions-by-outcome.violation"),
    Place("/numbers/{figure_id}", "none", path="/numbers/none", complains=_REFUSED),
    Place("/nothing", "nothing is there", complains=_REFUSED),
)


@cache
def routes() -> tuple[str, ...]:
    """List the addresses of the application that answer a GET, as the application lists them."""
    with tempfile.TemporaryDirectory() as folder:
        house = open_house(load_settings(data=Path(folder), database_url=None))
        try:
            app = build_app(house, lambda _item_id: True)
        finally:
            house.close()
    found = {path for path, methods in _listed(app.routes) if "GET" in methods}
    return tuple(sorted(path for path in found if not path.startswith("/api/")))


def _listed(listed: Iterable[Any]) -> Iterator[tuple[str, set[str]]]:
    """Walk through what was included, which FastAPI keeps as routers of their own."""
    for one in listed:
        if hasattr(one, "effective_route_contexts"):
            yield from _listed(one.effective_route_contexts())
        elif getattr(one, "methods", None):
            yield one.path, one.methods


def plain(*, inside: bool) -> tuple[Place, ...]:
    """Return the pages that need no id, of the console or of the portal."""
    return tuple(
        Place(path, who="Ada" if inside else "")
        for path in routes()
        if "{" not in path and path not in NO_PAGE and path.startswith("/console") is inside
        if path not in {"/console/sign-in", "/status/log"}
    )
