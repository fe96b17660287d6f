"""What every public page stands in: its language, its templates, and how refusals are told.

A visit knows the house, the reader's language and the form that was sent. Nobody signs in here.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from functools import cache
from gettext import NullTranslations
from pathlib import Path
from typing import Annotated, Any, Concatenate, Final, ParamSpec, TypeVar
from urllib.parse import urlencode

from fastapi import Depends, Request, Response
from fastapi.responses import RedirectResponse
from fastapi.routing import APIRoute
from jinja2 import Environment
from starlette.datastructures import FormData

from evenhand import pages, people, policy, transparency
from evenhand.bootstrap import House
from evenhand.pages import N_
from evenhand.people import PUBLIC, Actor
from evenhand.portal import words
from evenhand.portal.counted import CountedOnce
from evenhand.portal.languages import LANGUAGES, choose, translations
from evenhand.portal.pocket import Pocket
from evenhand.portal.turnstile import ComeBackLater, Turnstile

P = ParamSpec("P")
T = TypeVar("T")

TEMPLATES: Final = Path(__file__).parent / "templates"
LANGUAGE_COOKIE: Final = "evenhand-language"
FORM_FIELDS_MAX: Final = 60
FORM_BYTES_MAX: Final = 300_000  # a notice of 10,000 characters and 100 addresses is 220 kB

#: What these pages cannot do for somebody: (status, what happened, what to do next).
REFUSED: Final[Mapping[type[Exception], tuple[int, str, str]]] = {
    ComeBackLater: (
        429,
        N_("That was tried too often"),
        N_("To keep others from guessing, we ask you to wait a quarter of an hour. Then try again; "
           "nothing you sent before is lost."),
    ),
    people.ReceiptUnknown: (
        404,
        N_("This page has closed"),
        N_("Enter your receipt again to go on."),
    ),
    transparency.NotInTheLog: (
        404,
        N_("The log has no line about this"),
        N_("That should not happen. Please write to the contact address below and name the day."),
    ),
    transparency.NoSuchFigure: (
        404,
        N_("There is no such figure"),
        N_("Open the numbers and follow a figure from there."),
    ),
    transparency.NoSuchCase: (
        404,
        N_("There is no such case"),
        N_("It may have been withdrawn. Open the cases to see all that are told."),
    ),
    policy.NoSuchClause: (
        404,
        N_("There is no such rule"),
        N_("Open the rules to see all that there are."),
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Portal:
    """The public pages of one house: a set of templates for each language, and the turnstile."""

    house: House
    desks: Mapping[str, Environment]
    tongues: Mapping[str, NullTranslations]
    turnstile: Turnstile = field(default_factory=Turnstile)
    counted: CountedOnce = field(default_factory=CountedOnce)

    @classmethod
    def of(cls, house: House) -> Portal:
        """Load every language."""
        tongues = {language: translations(language) for language in LANGUAGES}
        desks = {language: _desk(language, tongue) for language, tongue in tongues.items()}
        return cls(house, desks, tongues)


@cache
def _desk(language: str, tongue: NullTranslations) -> Environment:
    """Make the templates of one language, for every house."""
    desk = pages.make_environment(TEMPLATES, language=language, translations=tongue)
    desk.filters["said"] = _saying(tongue)
    desk.globals.update(
        words=words,
        languages=LANGUAGES,
        HARMS=words.HARMS,
        MEASURES=transparency.MEASURES,
        SOURCES=transparency.SOURCES,
        OUTCOMES=transparency.OUTCOMES,
        AUTOMATION=transparency.AUTOMATION,
    )
    return desk


def _saying(tongue: NullTranslations) -> Callable[[str], str]:
    """Return what translates a text that is not written in the template: escaped when shown.

    The template's own `_()` calls its result safe, so nothing but literals may go into it.
    """

    def said(text: str) -> str:
        return tongue.gettext(text) if text else ""

    return said


@dataclass(frozen=True)
class Visit:
    """One request by anybody."""

    portal: Portal
    request: Request
    language: str
    form: FormData

    @property
    def house(self) -> House:
        """The house these pages belong to."""
        return self.portal.house

    @property
    def address(self) -> str:
        """The network address the request came from; kept nowhere but in the turnstile."""
        return self.request.client.host if self.request.client else "nowhere"

    def ask(
        self, query: Callable[Concatenate[Any, Actor, P], T], actor: Actor, /,
        *args: P.args, **kwargs: P.kwargs,
    ) -> T:  # fmt: skip
        """Ask a room, as this actor."""
        return self.house.ask(query, actor, *args, **kwargs)

    def do(
        self, command: Callable[Concatenate[Any, Actor, P], T], actor: Actor = PUBLIC, /,
        *args: P.args, **kwargs: P.kwargs,
    ) -> T:  # fmt: skip
        """Have a room act, as this actor."""
        return self.house.do(command, actor, *args, **kwargs)

    def gettext(self, text: str) -> str:
        """Say one of our sentences in the reader's language; other text comes back as it is."""
        return _saying(self.tongue)(text)

    @property
    def tongue(self) -> NullTranslations:
        """The catalog of the reader's language."""
        return self.portal.tongues[self.language]

    @property
    def desk(self) -> Environment:
        """The templates in the reader's language."""
        return self.portal.desks[self.language]

    def text(self, name: str) -> str:
        """Return one field of the form, trimmed; empty when it was not sent."""
        value = self.form.get(name, "")
        return value.strip() if isinstance(value, str) else ""

    def page(self, template: str, *, at: str = "", status: int = 200, **context: Any) -> Response:
        """Render a page; `at` names the current place in its navigation."""
        frame = {
            "at": at,
            "service": self.house.resources.service,
            "now": self.house.clock.now(),
            "switch": self._switch() if self.request.method == "GET" else [],
        }
        answer = pages.page(self.desk, template, status=status, **(frame | context))
        answer.headers["content-language"] = self.language
        answer.headers["vary"] = "accept-language, cookie"
        if self.request.query_params.get("lang") == self.language:
            self._keep(answer, LANGUAGE_COOKIE, self.language, path="/", seconds=None)
        return answer

    def to(self, path: str) -> Response:
        """Send the browser to another page."""
        return RedirectResponse(path, status_code=303)

    def put(self, answer: Response, pocket: Pocket, content: dict[str, Any]) -> Response:
        """Let the browser carry something sealed."""
        value = pocket.fill(self.house.resources.keys, content, now=self.house.clock.now())
        seconds = int(pocket.lasts.total_seconds())
        self._keep(answer, pocket.name, value, path=pocket.path, seconds=seconds)
        return answer

    def take(self, pocket: Pocket) -> dict[str, Any] | None:
        """Open what the browser carried, or return None."""
        cookie = self.request.cookies.get(pocket.name)
        return pocket.empty(self.house.resources.keys, cookie, now=self.house.clock.now())

    def drop(self, answer: Response, pocket: Pocket) -> Response:
        """Have the browser forget it."""
        answer.delete_cookie(pocket.name, path=pocket.path)
        return answer

    def _keep(
        self, answer: Response, name: str, value: str, *, path: str, seconds: int | None
    ) -> None:
        answer.set_cookie(
            name,
            value,
            max_age=seconds,
            path=path,
            httponly=True,
            secure=self.house.resources.service.public_url.startswith("https://"),
            samesite="strict" if seconds else "lax",
        )

    def _switch(self) -> list[tuple[str, str, str]]:
        """Return each language as (code, its own name, the address of this page in it)."""
        query = [(k, v) for k, v in self.request.query_params.multi_items() if k != "lang"]
        path = self.request.url.path
        return [
            (code, name, f"{path}?{urlencode([*query, ('lang', code)])}")
            for code, name in LANGUAGES.items()
        ]


class FormTooLarge(Exception):
    """The form is longer than anything these pages ask for."""


async def read_form(request: Request) -> FormData:
    """Read the form that was sent, never a file; without one, an empty form.

    Raises FormTooLarge, and HTTPException as `pages.check_form` does.
    """
    if request.method != "POST":
        return FormData()
    size = 0
    parts = []
    async for part in request.stream():
        size += len(part)
        if size > FORM_BYTES_MAX:
            raise FormTooLarge
        parts.append(part)
    request._body = b"".join(parts)  # noqa: SLF001 - where Starlette itself keeps a body once read
    return pages.check_form(await request.form(max_files=0, max_fields=FORM_FIELDS_MAX))


def portal_of(request: Request) -> Portal:
    """Return the portal that was laid under the request."""
    portal = request.state.portal
    assert isinstance(portal, Portal)
    return portal


def _arrive(request: Request, form: FormData) -> Visit:
    language = choose(
        asked=request.query_params.get("lang"),
        kept=request.cookies.get(LANGUAGE_COOKIE),
        accept=request.headers.get("accept-language", ""),
    )
    return Visit(portal_of(request), request, language, form)


def visit(request: Request, form: Annotated[FormData, Depends(read_form)]) -> Visit:
    """Find out what language the visitor reads."""
    return _arrive(request, form)


Here = Annotated[Visit, Depends(visit)]


class PortalRoute(APIRoute):
    """The door boundary: what is refused becomes a page with a next step."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Wrap the handler so that no refusal reaches a person as a bare error."""
        handle = super().get_route_handler()

        async def answer(request: Request) -> Response:
            try:
                return await handle(request)
            except FormTooLarge:
                status, title, says = 413, _TOO_LONG[0], _TOO_LONG[1]
            except tuple(REFUSED) as why:
                status, title, says = next(
                    told for kind, told in REFUSED.items() if isinstance(why, kind)
                )
            here = _arrive(request, FormData())
            return here.page("refused.html", status=status, title=title, says=says)

        return answer


_TOO_LONG: Final = (
    N_("That was too long"),
    N_("Go back, shorten what you wrote, and send it again."),
)
