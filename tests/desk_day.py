"""A small community's day for the console's tests: staff, a bank, items, reports, and a browser.

Everything goes through the rooms' own front doors, as the host, the public and staff would.
"""

from __future__ import annotations

import base64
import io
from dataclasses import dataclass
from datetime import timedelta
from functools import cache

from fastapi import FastAPI
from PIL import Image, ImageDraw
from starlette.testclient import TestClient
from starlette.types import ASGIApp

from evenhand import banks, console, intake, pages, people, policy, rules, worker
from evenhand.bootstrap import House
from evenhand.kit.clock import SetClock
from evenhand.people import Role
from tests.public import ORIGIN, behind_the_guard
from tests.stage import password_hash

PASSWORD = "four unrelated plain words"


@dataclass(frozen=True)
class Hired:
    """A colleague, and what they sign in with."""

    id: str
    email: str
    secret: str


def open_for_work(house: House) -> None:
    """Seed what `evenhand serve` seeds on the first run."""
    house.do(policy.seed)
    house.do(intake.seed_kinds)
    house.do(rules.seed)


def first_administrator(house: House) -> Hired:
    """Set up the first administrator, as the shell would."""
    secret, email = people.new_totp_secret(), "ada@example.org"
    staff_id = house.do(
        people.setup_administrator,
        None,
        name="Ada Adeyemi",
        email=email,
        password_hash=password_hash(PASSWORD),
        totp_secret=secret,
        code=people.totp_code(secret, house.clock.now()),
    )
    return Hired(staff_id, email, secret)


def hire(house: House, by: Hired, name: str, role: Role) -> Hired:
    """Invite a colleague and let them join."""
    email, secret = f"{name.split(maxsplit=1)[0].lower()}@example.org", people.new_totp_secret()
    actor = house.ask(people.staff_actor, by.id)
    invitation = house.do(people.add_staff, actor, name=name, email=email, role=role)
    house.do(
        people.accept_invitation,
        invitation.token,
        password_hash=password_hash(PASSWORD),
        totp_secret=secret,
        code=people.totp_code(secret, house.clock.now()),
    )
    return Hired(invitation.staff_id, email, secret)


@cache
def rooms() -> FastAPI:
    """Assemble the console alone."""
    return behind_the_guard(console.router())


def app_of(house: House) -> ASGIApp:
    """Open the console of a house."""
    return pages.Laid(rooms(), console=console.standing(house))


def browser(house: House) -> TestClient:
    """Open a browser that says where its requests come from, and does not follow redirects."""
    return TestClient(
        app_of(house),
        base_url=ORIGIN,
        headers={"sec-fetch-site": "same-origin"},
        follow_redirects=False,
    )


def sign_in(house: House, clock: SetClock, who: Hired) -> TestClient:
    """Give somebody a browser with a session; the password counts as checked, which is slow.

    The clock moves on, so that the code is a new one.
    """
    clock.forward(timedelta(seconds=60))
    credentials = house.do(people.credentials_for, email=who.email, address="127.0.0.1")
    assert credentials.staff_id is not None
    proven = people.PasswordProven(
        credentials.attempt_id, credentials.email_key, credentials.staff_id
    )
    code = people.totp_code(who.secret, clock.now())
    client = browser(house)
    client.cookies.set("evenhand", house.do(people.open_session, proven, code=code))
    return client


def scams(house: House, *, confidence: str = "indicative") -> None:
    """Make a bank of phrases under the clause on fraud."""
    house.do(
        banks.create_bank,
        people.SYSTEM,
        name="off-platform payment",
        signal=banks.Signal.PHRASE,
        confidence=banks.Confidence(confidence),
        clause_key=clause_of(house, policy.Harm.FRAUD),
    )
    house.do(
        banks.add_entry,
        people.SYSTEM,
        bank="off-platform payment",
        kind=banks.EntryKind.PHRASE,
        value="pay by gift card only",
        source="our own cases",
        reason="No honest seller asks for it.",
    )


def clause_of(house: House, harm: policy.Harm) -> str:
    """Return the first clause in force against a harm."""
    return next(c.key for c in house.ask(policy.clauses) if c.harm is harm)


def picture() -> bytes:
    """Draw a picture with some shapes in it."""
    image = Image.new("RGB", (640, 400), (188, 204, 220))
    pen = ImageDraw.Draw(image)
    pen.rectangle((60, 180, 360, 360), fill=(150, 60, 40))
    pen.ellipse((380, 60, 600, 280), fill=(240, 210, 80))
    out = io.BytesIO()
    image.save(out, "JPEG")
    return out.getvalue()


def send_listing(
    house: House, number: int = 1, *, with_picture: bool = False, seller: int | None = None
) -> str:
    """Send a listing as the host would, and run its path to the end; return the item's id."""
    by = number if seller is None else seller
    fields: dict[str, object] = {
        "title": "Festival tickets, half price",
        "text": f"Two tickets, pay by gift card only, message me. First come! No {number}.",
        "links": ["https://ticketplaza.example/buy"],
    }
    if with_picture:
        data = base64.b64encode(picture()).decode()
        fields["photo"] = {"data": data, "media_type": "image/jpeg"}
    raw = {
        "kind": "listing",
        "id": f"listing-{number}",
        "account": {"id": f"seller-{by}", "name": f"Seller {by}", "language": "en"},
        "reach": 1204,
        "fields": fields,
    }
    kinds = house.ask(intake.kinds)
    received = intake.submit_item(house.do, house.resources, kinds, people.SYSTEM, raw)
    run(house)
    return received.item_id


def send_report(house: House, number: int, explanation: str) -> str:
    """Report a listing as the public would; return the receipt."""
    raw = {
        "item": {"kind": "listing", "id": f"listing-{number}"},
        "harm": "fraud",
        "explanation": explanation,
        "illegal": False,
        "reporter": None,
    }
    received = intake.submit_report(house.do, house.resources, people.SYSTEM, raw)
    run(house)
    return received.receipt


def run(house: House) -> None:
    """Let a worker do all that is due."""
    worker.Worker(house).run_due()


@dataclass(frozen=True)
class Office:
    """A house at work, its staff, and a reviewer's browser."""

    house: House
    clock: SetClock
    ada: Hired
    rui: Hired
    desk: TestClient


def office(house: House, clock: SetClock) -> Office:
    """Open a house for work, with an administrator, a reviewer at the desk, and a scam clause."""
    open_for_work(house)
    ada = first_administrator(house)
    rui = hire(house, ada, "Rui Costa", Role.REVIEWER)
    scams(house)
    return Office(house, clock, ada, rui, sign_in(house, clock, rui))
