"""Getting in and out: the first administrator, invitations, sign-in with a second factor, sign-out.

Passwords are checked and hashed outside any transaction. The authenticator's secret is shown once,
as a drawing inside the page and as text, and travels in no address.
"""

from __future__ import annotations

from typing import Final

import segno
from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from markupsafe import Markup

from evenhand import people
from evenhand.console.frame import (
    PREFIX,
    Console,
    ConsoleRoute,
    Form,
    Here,
    SignedIn,
    own_path,
)

router = APIRouter(route_class=ConsoleRoute)

#: What the person has to mend on the form in front of them; anything else is a page of its own.
_MEND: Final = (people.PasswordRefused, people.CodeRefused, people.DetailsRefused)


@router.get("/sign-in")
def sign_in_form(console: Here, request: Request, next: str = "") -> Response:  # noqa: A002
    """Ask for address, password and code."""
    return console.page(
        request, "sign_in.html", problems=[], email="", next=own_path(next) if next else ""
    )


@router.post("/sign-in")
def sign_in(console: Here, request: Request, form: Form) -> Response:
    """Check both factors and open a session; it is never said which of them was wrong."""
    email, onward = _text(form, "email"), _text(form, "next")
    address = request.client.host if request.client else ""
    try:
        credentials = console.house.do(people.credentials_for, email=email, address=address)
        proven = people.prove_password(credentials, _raw(form, "password"))
        token = console.house.do(people.open_session, proven, code=_text(form, "code"))
    except (people.SignInRefused, people.TooManySignIns) as why:
        status = 429 if isinstance(why, people.TooManySignIns) else 403
        return console.page(
            request,
            "sign_in.html",
            status=status,
            problems=[str(why)],
            email=email,
            next=onward,
        )
    response = RedirectResponse(own_path(onward) if onward else PREFIX, status_code=303)
    response.set_cookie(
        console.cookie, token, path="/", secure=console.secure, httponly=True, samesite="lax"
    )
    return response


@router.post("/sign-out")
def sign_out(visit: SignedIn) -> Response:
    """Close the session for good, not only in this browser."""
    console = visit.console
    visit.house.do(people.close_session, visit.request.cookies[console.cookie])
    response = visit.to("/sign-in")
    response.delete_cookie(
        console.cookie, path="/", secure=console.secure, httponly=True, samesite="lax"
    )
    return response


@router.get("/setup/{token}")
def setup_form(console: Here, request: Request, token: str) -> Response:
    """Offer the first administrator's form, once, to whoever holds the printed token."""
    _check_setup(console, token)
    return _means_page(console, request, "setup.html", token=token)


@router.post("/setup/{token}")
def setup(console: Here, request: Request, form: Form, token: str) -> Response:
    """Make the first administrator."""
    name, email = _text(form, "name"), _text(form, "email")
    secret, password = _text(form, "secret"), _raw(form, "password")
    _check_setup(console, token)
    try:
        people.check_new_password(password, email=email, name=name)
        console.house.do(
            people.setup_administrator,
            token,
            name=name,
            email=email,
            password_hash=people.hash_password(password),
            totp_secret=secret,
            code=_text(form, "code"),
        )
    except _MEND as why:
        return _means_page(
            console,
            request,
            "setup.html",
            token=token,
            name=name,
            email=email,
            secret=secret,
            problem=str(why),
        )
    return RedirectResponse(f"{PREFIX}/sign-in", status_code=303)


@router.get("/join/{token}")
def join_form(console: Here, request: Request, token: str) -> Response:
    """Offer an invited colleague the form with which they choose how to sign in."""
    invited = console.house.ask(people.invited, token)
    return _means_page(
        console, request, "join.html", token=token, name=invited.name, email=invited.email
    )


@router.post("/join/{token}")
def join(console: Here, request: Request, form: Form, token: str) -> Response:
    """Take up an invitation."""
    invited = console.house.ask(people.invited, token)
    secret, password = _text(form, "secret"), _raw(form, "password")
    try:
        people.check_new_password(password, email=invited.email, name=invited.name)
        console.house.do(
            people.accept_invitation,
            token,
            password_hash=people.hash_password(password),
            totp_secret=secret,
            code=_text(form, "code"),
        )
    except _MEND as why:
        return _means_page(
            console,
            request,
            "join.html",
            token=token,
            name=invited.name,
            email=invited.email,
            secret=secret,
            problem=str(why),
        )
    return RedirectResponse(f"{PREFIX}/sign-in", status_code=303)


def _means_page(
    console: Console,
    request: Request,
    template: str,
    *,
    token: str,
    name: str = "",
    email: str = "",
    secret: str = "",
    problem: str = "",
) -> Response:
    """Show a form that sets password and authenticator; a mistake keeps the same secret."""
    secret = secret or people.new_totp_secret()
    service = console.house.resources.service.name
    return console.page(
        request,
        template,
        status=422 if problem else 200,
        token=token,
        name=name,
        email=email,
        secret=secret,
        qr=drawn(people.totp_uri(secret, email=email or "staff", service=service)),
        problems=[problem] if problem else [],
    )


def _check_setup(console: Console, token: str) -> None:
    """Let only the holder of the printed token see the first form. Raises SetUpRefused."""
    if not console.house.ask(people.setup_token_good, token):
        raise people.SetUpRefused(
            "This setup address has been used, or a newer one was printed. Sign in; if nobody"
            " can yet, start Evenhand again and use the address it prints."
        )


def drawn(text: str) -> Markup:
    """Draw a text as a QR code: an SVG element of its own, with no style or script in it."""
    code = segno.make(text, error="m", micro=False)
    drawing = code.svg_inline(scale=4, border=4, omitsize=True, svgclass="qr", lineclass=None)
    return Markup(drawing)  # noqa: S704 - drawn from modules; no part of the text is in it


def _text(form: Form, name: str) -> str:
    return _raw(form, name).strip()


def _raw(form: Form, name: str) -> str:
    value = form.get(name, "")
    return value if isinstance(value, str) else ""
