"""A small town for tests that come from outside: Evenhand served as a process, beside Plaza.

Nothing in it is a stand-in: `evenhand serve`, Plaza as its host, real passwords and codes, one
fresh SQLite file. Whatever a test wants to find there already is put in before the doors open.
"""

from __future__ import annotations

import base64
import json
import os
import re
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, Final, TypeVar

import httpx2

from evenhand import delivery, ledger, people
from evenhand.bootstrap import House, load_settings, open_house
from evenhand.cli.migrate import prepare
from evenhand.kit.clock import SystemClock
from evenhand.people import Actor, Role
from tests.stage import password_hash

T = TypeVar("T")

HOST: Final = "127.0.0.1"
ROOT: Final = Path(__file__).resolve().parent.parent
PHOTOS: Final = ROOT / "src" / "evenhand" / "demo" / "community" / "photos"
PASSWORD: Final = "four unrelated plain words"
STAFF: Final[Mapping[str, Role]] = {
    "Ada": Role.ADMINISTRATOR,
    "Lin": Role.LEAD,
    "Rosa": Role.REVIEWER,
    "Ren": Role.REVIEWER,
    "Nia": Role.REVIEWER,
    "Omar": Role.AUDITOR,
}
PATIENCE_SECONDS: Final = 60.0
TURN_SECONDS: Final = 5
CODE_STEP: Final = timedelta(seconds=30)
RECEIPT: Final = re.compile(r"\b\d{4} \d{4} \d{4} \d{4}\b")


@dataclass(frozen=True)
class Colleague:
    """Somebody on the staff, and what they sign in with."""

    id: str
    email: str
    secret: str


@dataclass
class Town:
    """Where everything is, and who works there."""

    house: House
    base: str
    plaza: str
    key: str
    staff: Mapping[str, Colleague]
    sessions: dict[str, str] = field(default_factory=dict)

    def actor(self, name: str) -> Actor:
        """Return one of the staff as the console knows them."""
        return self.house.ask(people.staff_actor, self.staff[name].id)

    def code(self, name: str) -> str:
        """Return what somebody's authenticator shows now. Each code works once."""
        return people.totp_code(self.staff[name].secret, SystemClock().now())

    def session(self, name: str) -> str:
        """Sign somebody in over HTTP, once; return the session's token."""
        if name not in self.sessions:
            with self.visitor() as browser:
                form = {"email": self.staff[name].email, "password": PASSWORD}
                answer = browser.post("/console/sign-in", data=form | {"code": self.code(name)})
                assert answer.status_code == 303, answer.text
                self.sessions[name] = browser.cookies["evenhand"]
        return self.sessions[name]

    def console(self, name: str) -> httpx2.Client:
        """Give somebody on the staff a browser without scripts, signed in."""
        browser = self.visitor()
        browser.cookies.set("evenhand", self.session(name), domain=HOST)
        return browser

    def visitor(self, *, at: str = "", language: str = "en", seat: int = 0) -> httpx2.Client:
        """Give somebody a browser without scripts, on the portal or `at` another site.

        `seat` gives it an address of its own (RFC 5737, TEST-NET-3).
        """
        base = at or self.base
        headers = {"origin": base, "accept-language": language}
        if seat:
            headers["x-forwarded-for"] = f"203.0.113.{seat}"
        return httpx2.Client(base_url=base, headers=headers, timeout=30, trust_env=False)

    def api(self) -> httpx2.Client:
        """Come as the host's own service, with its key."""
        headers = {"authorization": f"Bearer {self.key}"}
        return httpx2.Client(base_url=self.base, headers=headers, timeout=60, trust_env=False)

    def settle(self) -> None:
        """Wait until the path is at its end, and all that leaves has arrived or was given up."""
        eventually(lambda: not self._left(), "the path comes to its end")

    def _left(self) -> int:
        done = {delivery.State.DONE, delivery.State.DEAD}
        counts = self.house.ask(ledger.outbox.counts)
        waiting = sum(number for (_, state), number in counts.items() if state not in done)
        return waiting + self.house.ask(ledger.jobs.unfinished, due_by=self.house.clock.now())


Arrange = Callable[[House, Mapping[str, Actor]], None]


@contextmanager
def open_town(
    folder: Path, *, arrange: Arrange | None = None, plaza: bool = True, **settings: object
) -> Iterator[Town]:
    """Make a house in a folder, staff it, arrange what is to be found, and open all doors."""
    plaza_port = free_port()
    secret = "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()
    chosen: dict[str, object] = {
        "data": folder / "house",
        "service_name": "Plaza",
        "worker_seconds": 0.1,
        "host_webhook_url": f"http://{HOST}:{plaza_port}/evenhand",
        "host_webhook_secret": secret,
    } | settings
    with ExitStack() as stack:
        house = open_house(load_settings(**chosen))
        stack.callback(house.close)
        prepare(house)
        staff = appoint(house)
        actors = {name: house.ask(people.staff_actor, one.id) for name, one in staff.items()}
        scopes = ("items:write", "reports:write", "decisions:read")
        key = house.do(people.issue_key, actors["Ada"], name="Plaza", scopes=scopes)
        if arrange is not None:
            arrange(house, actors)
        base = stack.enter_context(serving(folder, chosen))["listening"]
        town = Town(house, base, f"http://{HOST}:{plaza_port}", key.text, staff)
        if plaza:
            stack.enter_context(_plaza(folder, town, plaza_port, secret))
        yield town


def appoint(house: House) -> dict[str, Colleague]:
    """Set up the administrator, who invites the others. The present code stays unused."""
    _wait_for_a_turn_that_is_near()
    made: dict[str, Colleague] = {}
    for name, role in STAFF.items():
        secret, email = people.new_totp_secret(), f"{name.lower()}@example.org"
        code = people.totp_code(secret, SystemClock().now() - CODE_STEP)
        means = {"password_hash": password_hash(PASSWORD), "totp_secret": secret, "code": code}
        if not made:
            staff_id = house.do(people.setup_administrator, None, name=name, email=email, **means)
        else:
            ada = house.ask(people.staff_actor, made["Ada"].id)
            invited = house.do(people.add_staff, ada, name=name, email=email, role=role)
            house.do(people.accept_invitation, invited.token, **means)
            staff_id = invited.staff_id
        made[name] = Colleague(staff_id, email, secret)
    return made


def _wait_for_a_turn_that_is_near() -> None:
    """Codes of the step before are refused once the next step begins."""
    step = CODE_STEP.total_seconds()
    left = step - SystemClock().now().timestamp() % step
    if left < TURN_SECONDS:
        time.sleep(left)


@contextmanager
def serving(folder: Path, settings: Mapping[str, object]) -> Iterator[dict[str, Any]]:
    """Run `evenhand serve` on a free port; give what it prints first."""
    patient = {"gate_seconds": 60}  # a look that ran out of time would be slow, and not wrong
    env = {f"EVENHAND_{name.upper()}": str(one) for name, one in {**patient, **settings}.items()}
    said = folder / "serve.json"
    command = [sys.executable, "-m", "evenhand.cli", "serve", "--port", "0", "--json"]
    with _running(command, env, out=said, log=folder / "serve.log"):
        greeting = eventually(lambda: _whole(said), "the server says where it listens")
        eventually(lambda: _answers(f"{greeting['listening']}/readyz"), "the doors open")
        yield greeting


@contextmanager
def _plaza(folder: Path, town: Town, port: int, secret: str) -> Iterator[None]:
    env = {
        "PLAZA_PORT": str(port),
        "PLAZA_DATA": str(folder / "plaza"),
        "PLAZA_WEBHOOK_SECRET": secret,
        "EVENHAND_URL": town.base,
        "EVENHAND_KEY": town.key,
    }
    script = ROOT / "examples" / "plaza" / "plaza.py"
    log = folder / "plaza.log"
    with _running([sys.executable, str(script)], env, out=log, log=log):
        eventually(lambda: _answers(f"{town.plaza}/style.css"), "Plaza opens")
        yield


@contextmanager
def _running(command: list[str], env: Mapping[str, str], *, out: Path, log: Path) -> Iterator[None]:
    """Run a process, and stop it however the test ends."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("EVENHAND_")}
    env = {**kept, **env}
    with out.open("ab") as said, log.open("ab") as logged:
        process = subprocess.Popen(
            command, env=env, stdin=subprocess.DEVNULL, stdout=said, stderr=logged
        )
        try:
            yield
        finally:
            process.terminate()
            try:
                process.wait(PATIENCE_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def eventually(look: Callable[[], T], what: str, *, seconds: float = PATIENCE_SECONDS) -> T:
    """Look again and again until there is something, and return it."""
    until = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < until, f"It did not happen within {seconds:.0f} s that {what}."
        time.sleep(0.05)
    return found


def receipt_on(page: str) -> str:
    """Read the receipt off a page that shows one."""
    found = RECEIPT.search(page) or re.search(r">\s*(\d{16})\s*<", page)
    assert found, page
    return found[found.lastindex or 0]


def free_port() -> int:
    """Find a port that nobody uses."""
    with socket.create_server((HOST, 0)) as found:
        return int(found.getsockname()[1])


def _answers(url: str) -> bool:
    try:
        return httpx2.get(url, trust_env=False, timeout=5).status_code == httpx2.codes.OK
    except httpx2.TransportError:
        return False


def _whole(file: Path) -> dict[str, Any]:
    text = file.read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text) if text.endswith("}\n") else {}
    return found
