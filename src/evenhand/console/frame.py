"""What every page of the console stands in: who is asking, where they may go, how errors are told.

A visit knows the house, the signed-in actor and the form that was sent. What a room refuses comes
back as a page that says what happened and what to do next.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Concatenate, Final, ParamSpec, TypeVar
from urllib.parse import quote, urlsplit

from fastapi import Depends, Request, Response
from fastapi.responses import RedirectResponse
from fastapi.routing import APIRoute
from jinja2 import Environment
from starlette.datastructures import FormData

from evenhand import pages, people, queue
from evenhand.bootstrap import House
from evenhand.console.refusals import REFUSED, told
from evenhand.people import Actor, Permission, Role

P = ParamSpec("P")
T = TypeVar("T")

PREFIX: Final = "/console"
TEMPLATES: Final = Path(__file__).parent / "templates"

#: The rail: (address, title, key of the current page, what it takes to open it).
ROOMS: Final[tuple[tuple[str, str, str, Permission], ...]] = (
    ("/detectors", pages.N_("Detectors"), "detectors", Permission.SEE_QUEUE),
    ("/classifiers", pages.N_("Classifiers"), "classifiers", Permission.SEE_NUMBERS),
    ("/rules", pages.N_("Rules"), "rules", Permission.SEE_QUEUE),
    ("/decisions", pages.N_("Decisions"), "decisions", Permission.SEE_QUEUE),
    ("/outbox", pages.N_("Outbox"), "outbox", Permission.SEE_NUMBERS),
    ("/dashboard", pages.N_("Dashboard"), "dashboard", Permission.SEE_NUMBERS),
    ("/cases", pages.N_("Cases"), "cases", Permission.SEE_QUEUE),
    ("/quality", pages.N_("Quality"), "quality", Permission.SEE_QUEUE),
    ("/banks", pages.N_("Banks"), "banks", Permission.MANAGE_BANKS),
    ("/policy", pages.N_("Policy"), "policy", Permission.SEE_QUEUE),
    ("/staff", pages.N_("Staff"), "staff", Permission.SEE_STAFF),
    ("/keys", pages.N_("API keys"), "keys", Permission.MANAGE_KEYS),
    ("/identities", pages.N_("Sealed identities"), "identities", Permission.OPEN_IDENTITY),
    ("/ledger", pages.N_("Ledger"), "ledger", Permission.READ_LEDGER),
    ("/exposure", pages.N_("My exposure"), "exposure", Permission.REVIEW),
)


#: What an auditor may do without having said what for.
_UNRECORDED: Final = frozenset({f"{PREFIX}/purpose", f"{PREFIX}/sign-out"})


class PurposeFirst(Exception):
    """An auditor has to say what they look for before they see anything."""


class SignInFirst(Exception):
    """Nobody is signed in on this browser, or the session ended."""


@dataclass(frozen=True)
class Console:
    """The console of one house: its templates, and how its sessions are carried."""

    house: House
    env: Environment

    @property
    def secure(self) -> bool:
        """Tell whether people reach this over https, so that cookies may insist on it."""
        return self.house.resources.service.public_url.startswith("https://")

    @property
    def cookie(self) -> str:
        """Name the session cookie; browsers guard the `__Host-` prefix, but only over https."""
        return "__Host-evenhand" if self.secure else "evenhand"

    def page(
        self, request: Request, template: str, *, status: int = 200, **context: Any
    ) -> Response:
        """Render a page that needs no actor: sign-in, setup, a refusal."""
        service = self.house.resources.service
        context = {"actor": None, "now": self.house.clock.now(), "service": service} | context
        return pages.page(self.env, template, status=status, request=request, **context)


@dataclass(frozen=True)
class Visit:
    """One request by one signed-in member of staff."""

    console: Console
    request: Request
    actor: Actor
    form: FormData

    @property
    def house(self) -> House:
        """The house this console belongs to."""
        return self.console.house

    def ask(
        self,
        query: Callable[Concatenate[Any, Actor, P], T],
        /,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Ask a room, as this actor."""
        return self.house.ask(query, self.actor, *args, **kwargs)

    def do(
        self, command: Callable[Concatenate[Any, Actor, P], T], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Have a room act, as this actor."""
        return self.house.do(command, self.actor, *args, **kwargs)

    def may(self, permission: str) -> bool:
        """Tell whether this actor holds a permission; rooms check again."""
        return people.may(self.actor, Permission(permission))

    def text(self, name: str) -> str:
        """Return one field of the form, trimmed; empty when it was not sent."""
        value = self.form.get(name, "")
        return value.strip() if isinstance(value, str) else ""

    def texts(self, name: str) -> list[str]:
        """Return every value of a field that may be sent more than once."""
        return [value for value in self.form.getlist(name) if isinstance(value, str)]

    def page(self, template: str, *, at: str = "", status: int = 200, **context: Any) -> Response:
        """Render a page inside the rail; `at` names the current place in it."""
        may_queue = self.may(Permission.SEE_QUEUE)
        frame = {
            "actor": self.actor,
            "at": at,
            "may": self.may,
            "rooms": [room for room in ROOMS if people.may(self.actor, room[3])],
            "queues": self.ask(queue.queues) if may_queue else [],
        }
        return self.console.page(self.request, template, status=status, **(frame | context))

    def to(self, path: str) -> Response:
        """Send the browser to another page of the console."""
        return RedirectResponse(PREFIX + path, status_code=303)


async def read_form(request: Request) -> FormData:
    """Read the form that was sent; without one, an empty form."""
    if request.method == "POST":
        return pages.check_form(await request.form(max_files=0, max_fields=400))
    return FormData()


def console_of(request: Request) -> Console:
    """Return the console that was laid under the request."""
    console = request.state.console
    assert isinstance(console, Console)
    return console


def visit(request: Request, form: Annotated[FormData, Depends(read_form)]) -> Visit:
    """Find out who is signed in. Raises SignInFirst."""
    console = console_of(request)
    token = request.cookies.get(console.cookie)
    if not token:
        raise SignInFirst
    try:
        session = console.house.ask(people.session_of, token)
        if session.touch_due:
            console.house.do(people.touch_session, token)
    except people.SessionEnded as why:
        raise SignInFirst from why
    found = Visit(console, request, session.actor, form)
    _put_on_record(found)
    return found


def _put_on_record(visit: Visit) -> None:
    """Let an auditor look only for a stated purpose, and on record. Raises PurposeFirst."""
    if visit.actor.role is not Role.AUDITOR or visit.request.url.path in _UNRECORDED:
        return
    try:
        visit.do(people.record_view, visit.request.url.path)
    except people.PurposeNeeded as why:
        raise PurposeFirst from why


Here = Annotated[Console, Depends(console_of)]
Form = Annotated[FormData, Depends(read_form)]
SignedIn = Annotated[Visit, Depends(visit)]


def sign_in_address(request: Request) -> str:
    """Where to sign in, and come back from to the page that was asked for."""
    path = request.url.path
    if request.method != "GET" or path == PREFIX:
        return f"{PREFIX}/sign-in"
    return f"{PREFIX}/sign-in?next={quote(path)}"


def own_path(path: str) -> str:
    """Return a path of this console to go to; anything that leads elsewhere becomes its home."""
    parts = urlsplit(path)
    foreign = parts.scheme or parts.netloc or "\\" in path or "//" in path
    return PREFIX if foreign or not parts.path.startswith(f"{PREFIX}/") else parts.path


class ConsoleRoute(APIRoute):
    """The door boundary: what rooms refuse becomes a page with a next step."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Wrap the handler so that no refusal reaches a person as a bare error."""
        handle = super().get_route_handler()

        async def answer(request: Request) -> Response:
            try:
                return await handle(request)
            except SignInFirst:
                return RedirectResponse(sign_in_address(request), status_code=303)
            except PurposeFirst:
                return RedirectResponse(f"{PREFIX}/purpose", status_code=303)
            except REFUSED as why:
                refusal = told(why)
                return console_of(request).page(
                    request, "refused.html", status=refusal.status, refusal=refusal
                )

        return answer
