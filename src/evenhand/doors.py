"""The doors of one house as one application: API, console and portal behind one threshold.

Whatever happens behind it, somebody is answered: a program with a problem document, a person with
a page that says what to do. Every request leaves one log line of codes and counts, which holds no
address, no key, no path with a token in it, and nothing that anybody wrote.
"""

from __future__ import annotations

import secrets
import time
import traceback
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

import structlog
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.utils import get_openapi
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from evenhand import __version__, api, console, ledger, pages, portal
from evenhand.api import openapi, problems
from evenhand.api.limits import BodyTooLarge
from evenhand.bootstrap import House
from evenhand.db.migrate import is_current

log = structlog.get_logger("evenhand.doors")

#: A form of the portal or console; the API's routes have limits of their own.
FORM_BYTES_MAX: Final = 1_000_000
#: A step that has been due for longer than this has no worker that gets to it.
WORKER_LATE: Final = timedelta(minutes=2)
_QUIET: Final = frozenset({"/healthz", "/readyz"})


def build_app(house: House, advance: api.Advance) -> FastAPI:
    """Assemble every door of a house.

    `advance` runs the path of one item at once, so that the API can answer with its verdict.
    """
    app = FastAPI(
        title=f"Evenhand for {house.settings.service_name}",
        version=__version__,
        summary="Send items and reports, and read what was decided.",
        docs_url=None,
        redoc_url=None,
        openapi_tags=list(api.TAGS),
    )
    for door in (api.router(), console.router(), portal.router()):
        app.include_router(door)
    pages.mount_static(app)
    _add_health(app, house)
    _describe(app)
    trouble = _Trouble(house)
    for error in (*problems.TABLE, HTTPException, RequestValidationError):
        app.add_exception_handler(error, trouble.answer)
    app.add_middleware(
        pages.Laid,
        doorway=api.Doorway(house, advance),
        console=console.standing(house),
        portal=portal.Portal.of(house),
    )
    app.add_middleware(_Guarded)
    app.add_middleware(Threshold, trouble=trouble)
    return app


def _describe(app: FastAPI) -> None:
    """Complete the OpenAPI document with what FastAPI cannot know."""

    def described() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = openapi.finish(
                get_openapi(
                    title=app.title,
                    version=app.version,
                    summary=app.summary,
                    routes=app.routes,
                    tags=app.openapi_tags,
                )
            )
        return app.openapi_schema

    app.openapi = described  # type: ignore[method-assign]  # FastAPI's own documented way


# ── health ───────────────────────────────────────────────────────────────────────────────────


def _add_health(app: FastAPI, house: House) -> None:
    readiness = Readiness(house)

    @app.get("/healthz", include_in_schema=False)
    async def healthz() -> dict[str, bool]:
        """Say that the process answers; nothing else is looked at."""
        return {"alive": True}

    @app.get("/readyz", include_in_schema=False)
    def readyz() -> JSONResponse:
        """Say whether requests can be served: database, tables, and somebody who works."""
        checks = readiness.look()
        ready = all(state == "ok" for state in checks.values())
        return JSONResponse({"ready": ready, "checks": checks}, status_code=200 if ready else 503)


class Readiness:
    """Whether a house can serve: its database answers, with its tables, and work gets done."""

    def __init__(self, house: House) -> None:
        """Look at a house; tables once found current stay so while this process lives."""
        self._house = house
        self._current = False

    def look(self) -> dict[str, str]:
        """Return each check with `ok` or a word for what is wrong."""
        database = self._try(self._database)
        if database != "ok":
            return {"database": database, "tables": "unknown", "worker": "unknown"}
        return {
            "database": database,
            "tables": self._try(self._tables),
            "worker": self._try(self._worker),
        }

    @staticmethod
    def _try(check: Callable[[], str]) -> str:
        try:
            return check()
        except Exception as error:  # whatever it is, it is not ready
            log.warning("ready.failed", error=type(error).__name__)
            return "failed"

    def _database(self) -> str:
        self._house.ask(ledger.head)
        return "ok"

    def _tables(self) -> str:
        self._current = self._current or is_current(self._house.db.engine)
        return "ok" if self._current else "behind"

    def _worker(self) -> str:
        late = self._house.clock.now() - WORKER_LATE
        return "ok" if not self._house.ask(ledger.jobs.unfinished, due_by=late) else "late"


# ── trouble ──────────────────────────────────────────────────────────────────────────────────

_SAYS: Final[dict[int, tuple[str, str]]] = {
    400: ("That could not be read", "Go back, and send it again."),
    403: ("This is not open to you", "Sign in with an account that may, or ask a colleague."),
    404: ("There is nothing here", "The address may be mistyped, or the page may have moved."),
    405: ("That cannot be done here", "Go back, and use the buttons on the page."),
    413: ("That was too much at once", "Shorten what you wrote, and send it again."),
    422: ("That could not be read", "Go back, correct what you typed, and send it again."),
    503: ("Very much is going on", "Nothing was changed. Wait a moment, and send it again."),
}
_LIST_TOO_LONG: Final = (
    f"A list taken in here has {console.LIST_BYTES_MAX // 1_000_000} MB at most. Nothing of it was"
    " read. Send it in parts, or use the shell: evenhand bank import."
)
_FAULT: Final = (
    "Something failed, and it is on us",
    "Nothing you did caused it. Wait a moment and try again.",
)


class _Trouble:
    """Answers for what went wrong: a problem document for programs, a page for people."""

    def __init__(self, house: House) -> None:
        self._service = house.resources.service
        self._env = pages.make_environment()

    async def answer(self, request: Request, error: Exception) -> Response:
        """Answer an error that was foreseen."""
        return self.respond(request.scope, error)

    def respond(self, scope: Scope, error: Exception) -> Response:
        """Write the answer, in the form that whoever asked can read."""
        if _for_programs(scope["path"]):
            return problems.answer(error)
        status = problems.kind_of(error).status
        if isinstance(error, HTTPException):
            status = error.status_code
        title, says = _SAYS.get(status, _FAULT)
        if isinstance(error, BodyTooLarge) and error.bytes_max == console.LIST_BYTES_MAX:
            says = _LIST_TOO_LONG
        inside = scope["path"].startswith(console.PREFIX)
        reference = scope.get("state", {}).get("reference", "") if (title, says) == _FAULT else ""
        answer: Response = pages.page(
            self._env,
            "trouble.html",
            status=status,
            title=title,
            says=says,
            reference=reference,
            service=self._service,
            back=console.PREFIX if inside else "/",
            back_says="Back to the queues" if inside else "To the first page",
        )
        if isinstance(error, HTTPException) and error.headers:
            answer.headers.update(error.headers)
        return answer


def _form_bytes_max(path: str) -> int | None:
    """Return how long a body may be here; None where routes have limits of their own."""
    if path.startswith("/api/"):
        return None
    return console.LIST_BYTES_MAX if console.takes_lists(path) else FORM_BYTES_MAX


def _for_programs(path: str) -> bool:
    return path.startswith(("/api/", "/openapi.json")) or path in _QUIET


# ── threshold ────────────────────────────────────────────────────────────────────────────────


class _Guarded:
    """Lets browsers write only from our own pages; programs come with a key and no cookie."""

    def __init__(self, app: ASGIApp) -> None:
        self._for_programs, self._for_people = app, pages.Guard(app)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        programs = scope["type"] != "http" or _for_programs(scope["path"])
        await (self._for_programs if programs else self._for_people)(scope, receive, send)


class Threshold:
    """The door boundary: caps forms, answers for every fault, and writes the log line."""

    def __init__(self, app: ASGIApp, *, trouble: _Trouble) -> None:
        """Stand around the application."""
        self._app = app
        self._trouble = trouble

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request through, whatever becomes of it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        crossing = _Crossing(scope, receive, send)
        scope.setdefault("state", {})["reference"] = crossing.reference
        try:
            crossing.check_address()
            crossing.check_length()
            await self._app(scope, crossing.receive, crossing.send)
        except Exception as error:
            crossing.failed(error)
            if crossing.status is None:
                await self._trouble.respond(scope, error)(scope, receive, crossing.send)
        finally:
            crossing.write_line()


class _Crossing:
    """One request on its way through."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._scope, self._receive, self._send = scope, receive, send
        self._bytes_max = _form_bytes_max(scope["path"])
        self._read = 0
        self._began = time.perf_counter()
        self.status: int | None = None
        self.reference = secrets.token_hex(8)

    def check_address(self) -> None:
        """Refuse a page's address with NUL in it: nothing is there, and PostgreSQL takes none.

        The API refuses it for itself.
        """
        path, query = self._scope["path"], self._scope["query_string"]
        if not _for_programs(path) and ("\0" in path or b"%00" in query):
            raise HTTPException(404)

    def check_length(self) -> None:
        """Refuse a form whose claimed length is over the limit, before reading it."""
        claimed = dict(self._scope["headers"]).get(b"content-length", b"")
        if self._bytes_max and claimed.isdigit() and int(claimed[:20]) > self._bytes_max:
            raise BodyTooLarge(self._bytes_max)

    async def receive(self) -> Message:
        """Count what comes in; a claimed length may be missing or wrong."""
        message = await self._receive()
        self._read += len(message.get("body", b""))
        if self._bytes_max and self._read > self._bytes_max:
            raise BodyTooLarge(self._bytes_max)
        return message

    async def send(self, message: Message) -> None:
        """Note the status on its way out, and give the answer the number of its log line."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = MutableHeaders(scope=message)
            headers["x-request-id"] = self.reference
            for name, value in (*pages.HEADERS.items(), ("cache-control", "no-store")):
                headers.setdefault(name, value)
        await self._send(message)

    def _route(self) -> str:
        path = self._scope["path"]
        for door in ("/static", "/openapi.json"):
            if path.startswith(door):
                return door
        template: str | None = getattr(self._scope.get("route"), "path", None)
        if template is None:
            return "(none)"
        inside = next((p for p in (api.PREFIX, console.PREFIX) if path.startswith(p)), "")
        return template if template.startswith(inside) and template else inside + template

    def failed(self, error: Exception) -> None:
        """Log where something failed. Its words are left out: they may quote what was sent."""
        if problems.kind_of(error).code != "fault":
            return
        frames = traceback.extract_tb(error.__traceback__)[-8:]
        log.error(
            "request.failed",
            request=self.reference,
            error=type(error).__qualname__,
            where=[f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames],
        )

    def write_line(self) -> None:
        """Write the one log line; the route stands for the path, which may hold a token."""
        route = self._route()
        if route in _QUIET:
            return
        log.info(
            "request",
            request=self.reference,
            method=self._scope["method"],
            route=route,
            status=self.status,
            milliseconds=round((time.perf_counter() - self._began) * 1000, 1),
            bytes_in=self._read,
        )
