"""Every page a door shows comes out of one environment and leaves with one set of headers.

Templates escape by default and carry no script or style of their own, so the policy sent with them
can forbid both. A request that changes something is let in only from our own pages.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from gettext import NullTranslations
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from babel.dates import format_date, format_timedelta
from fastapi import FastAPI
from jinja2 import (
    Environment,
    FileSystemLoader,
    StrictUndefined,
    pass_context,
    select_autoescape,
)
from jinja2.runtime import Context
from markupsafe import Markup
from starlette.datastructures import FormData, Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, PlainTextResponse
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from evenhand.kit.ids import short
from evenhand.kit.storing import storable

STATIC: Final = Path(__file__).parent / "static"
SHARED: Final = Path(__file__).parent / "templates"
SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
RIGHT_TO_LEFT: Final = frozenset({"ar", "fa", "he", "ur"})

POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
HEADERS: Final[Mapping[str, str]] = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
}

#: What a detector answers, as (mark, style): the word is the answer itself, colour comes last.
MARKS: Final[Mapping[str, tuple[str, str]]] = {
    "found": ("●", "severe"),
    "not_found": ("○", "fine"),
    "failed": ("▲", "warn"),
    "skipped": ("–", "note"),
}


def N_(text: str) -> str:  # noqa: N802 - the name Babel looks for
    """Mark a text for translation where it is written; a template translates it when shown."""
    return text


ANSWERS: Final[Mapping[str, str]] = {
    "found": N_("found"),
    "not_found": N_("not found"),
    "failed": N_("failed"),
    "skipped": N_("skipped"),
}


def make_environment(
    *folders: Path, language: str = "en", translations: NullTranslations | None = None
) -> Environment:
    """Make the templates of one door in one language: its folders first, then the shared ones.

    A name missing from the context raises, so that no page is silently half empty.
    """
    env = Environment(
        loader=FileSystemLoader([*folders, SHARED]),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    install: Any = env
    if translations is None:
        install.install_null_translations(newstyle=True)
    else:
        install.install_gettext_translations(translations, newstyle=True)
    env.filters.update(when=when, left=left, day=day, short=short, mark=mark, tag=tag)
    env.globals.update(
        asset=asset,
        lang=language,
        dir=direction(language),
    )
    return env


def direction(language: str) -> str:
    """Say which way a language is written, as HTML names it."""
    return "rtl" if language.partition("-")[0] in RIGHT_TO_LEFT else "ltr"


def page(env: Environment, template: str, *, status: int = 200, **context: Any) -> HTMLResponse:
    """Render a template as a response."""
    return HTMLResponse(env.get_template(template).render(context), status_code=status)


def exact(at: datetime) -> str:
    """Write an instant for people, to the minute, with its zone."""
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")


@pass_context
def when(context: Context, at: datetime | None) -> Markup:
    """Show an instant relative to the page's `now`, with the exact time on hover.

    Without `now` in the context the exact time is shown. The script in `desk.js` keeps it fresh
    and puts the reader's own zone in the title.
    """
    if at is None:
        return Markup('<span class="soft">–</span>')
    now = context.get("now")
    says = exact(at) if now is None else _relative(at - now, _locale(context))
    return _time(Markup("data-when"), at, says)


@pass_context
def left(context: Context, at: datetime) -> Markup:
    """Show what is left until an instant, or by how much it has passed: needs `now`."""
    delta = at - context["now"]
    span = format_timedelta(
        abs(delta), granularity="minute", threshold=1.5, locale=_locale(context)
    )
    ahead = translated(context, N_("%(span)s left"), span="%s")
    past = translated(context, N_("%(span)s overdue"), span="%s")
    says = (ahead if delta > timedelta() else past).replace("%s", span)
    return _time(Markup('data-left="{}" data-over="{}"').format(ahead, past), at, says)


@pass_context
def day(context: Context, on: Any) -> str:
    """Show a date in the words of the page's language."""
    return str(format_date(on, format="long", locale=_locale(context)))


def _time(kept_fresh: Markup, at: datetime, says: str) -> Markup:
    stamp = at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    shape = Markup('<time {} datetime="{}" title="{}">{}</time>')
    return shape.format(kept_fresh, stamp, exact(at), says)


def _relative(delta: timedelta, locale: str) -> str:
    return format_timedelta(
        delta, granularity="minute", threshold=1.5, add_direction=True, locale=locale
    )


def _locale(context: Context) -> str:
    return str(context.get("lang", "en")).replace("-", "_")


def tag(says: str, mark: str, style: str = "") -> Markup:
    """A state as a mark and a word; the style adds colour, which never carries it alone."""
    return Markup('<span class="tag {}" data-mark="{}">{}</span>').format(style, mark, says)


@pass_context
def mark(context: Context, answer: str) -> Markup:
    """Show a detector's answer: ● found · ○ not found · ▲ failed · – skipped."""
    sign, style = MARKS[answer]
    return tag(translated(context, ANSWERS[answer]), sign, style)


def translated(context: Context, text: str, **values: str) -> str:
    """Say a text that was marked with `N_` in the language of the page, from within a filter."""
    return str(context.call(context.resolve("gettext"), text, **values))


@cache
def asset(name: str) -> str:
    """Return the address of a static file, with its content's digest so that it can be kept."""
    digest = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]
    return f"/static/{name}?v={digest}"


def mount_static(app: FastAPI) -> None:
    """Serve the shared stylesheet, script and icon under /static."""
    app.mount("/static", StaticFiles(directory=STATIC), name="static")


def check_form(form: FormData) -> FormData:
    """Return a form that was sent. Raises HTTPException where it holds what cannot be stored.

    Nobody can type that; whoever sends it would be told of a fault of ours.
    """
    said = (text for pair in form.multi_items() for text in pair if isinstance(text, str))
    if not all(map(storable, said)):
        raise HTTPException(422)
    return form


class Guard:
    """ASGI middleware around every door: same-site writes only, and strict headers on the way out.

    A browser says where a request comes from in `Sec-Fetch-Site`, or at least in `Origin`. Whoever
    says neither is no browser, and is let in only without a cookie (an API client with its key).
    """

    def __init__(self, app: ASGIApp) -> None:
        """Wrap the whole application."""
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse a foreign write; add the headers to whatever is answered."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        kept = scope["path"].startswith("/static/") and scope["query_string"].startswith(b"v=")

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                keep = "public, max-age=31536000, immutable" if kept else "no-store"
                headers.setdefault("cache-control", keep)
            await send(message)

        if scope["method"] in SAFE_METHODS or comes_from_here(Headers(scope=scope)):
            await self.app(scope, receive, send_guarded)
            return
        refusal = PlainTextResponse(
            "This request came from another site, so nothing was done. Open the page here, over"
            " https or on this machine, and send it again.\n",
            status_code=403,
        )
        await refusal(scope, receive, send_guarded)


class Laid:
    """ASGI middleware that lays what a house's doors stand on under each request, by name.

    The routes are the same for every house, so they are made once and know none.
    """

    def __init__(self, app: ASGIApp, /, **standing: object) -> None:
        """Lay these under whatever comes to an application."""
        self.app, self._standing = app, standing

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Put them into the request's state."""
        scope.setdefault("state", {}).update(self._standing)
        await self.app(scope, receive, send)


def comes_from_here(headers: Headers) -> bool:
    """Tell whether a request that changes something was sent by one of our own pages."""
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site in {"same-origin", "none"}
    origin = headers.get("origin")
    if origin is not None:
        return urlsplit(origin).netloc == headers.get("host", "")
    return "cookie" not in headers
