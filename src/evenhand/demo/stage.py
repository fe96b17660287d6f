"""What runs while the demo runs: the doors with their worker, and Plaza as a process of its own.

Everything that was started is stopped again, in order, however the demo ends.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import httpx2
import structlog
import uvicorn

from evenhand import delivery, ledger
from evenhand.bootstrap import House
from evenhand.demo.errors import DemoBroke, DemoCannot
from evenhand.demo.premises import HOST, Details
from evenhand.doors import build_app
from evenhand.worker import Outside, Worker, open_outside

START_SECONDS_MAX: Final = 20.0
STOP_SECONDS_MAX: Final = 5.0
SETTLE_SECONDS_MAX: Final = 45.0
LOOK_EVERY_SECONDS: Final = 0.05
LOG_FILE: Final = "demo.log"
MAIL_FOLDER: Final = "mail"


@dataclass(frozen=True)
class Stage:
    """A house that is open to everybody on this machine, and the forum that it serves."""

    house: House
    folder: Path
    base: str
    plaza: str

    @property
    def addresses(self) -> dict[str, str]:
        """Say where everything is."""
        return {
            "console": f"{self.base}/console",
            "portal": f"{self.base}/",
            "plaza": f"{self.plaza}/",
            "register": f"{self.base}/register",
        }

    def settle(self) -> None:
        """Wait until the path is at its end and everything that must leave has arrived.

        Raises DemoBroke when something was given up, or it takes too long.
        """
        until = time.monotonic() + SETTLE_SECONDS_MAX
        while left := self._left():
            if time.monotonic() > until:
                raise DemoBroke(f"This did not come to its end: {left}. See {LOG_FILE}.")
            time.sleep(LOOK_EVERY_SECONDS)

    def _left(self) -> str:
        """Say what is still to be done; nothing when all is done."""
        ask = self.house.ask
        if ask(ledger.jobs.dead, limit=1):
            raise DemoBroke(f"A step of the path was given up. See {LOG_FILE}.")
        counts = ask(ledger.outbox.counts)
        if any(state == delivery.State.DEAD for _, state in counts):
            raise DemoBroke(f"A delivery was given up. See {LOG_FILE}.")
        steps = ask(ledger.jobs.unfinished, due_by=self.house.clock.now())
        parcels = sum(n for (_, state), n in counts.items() if state != delivery.State.DONE)
        return f"{steps} steps, {parcels} deliveries" if steps or parcels else ""


class Letterbox:
    """Keeps the mail of people who do not exist in a folder, where it can be read."""

    def __init__(self, folder: Path) -> None:
        """Make the folder."""
        self._folder = folder
        folder.mkdir(exist_ok=True, mode=0o700)

    def send(self, letter: delivery.Letter) -> str:
        """Put a letter down under its id; the same letter again is the same file."""
        said = f"To: {letter.to}\nSubject: {letter.subject}\n\n{letter.text}\n"
        (self._folder / f"{letter.id}.txt").write_text(said, encoding="utf-8")
        return "kept in the demo's folder"


@contextmanager
def bound(port: int) -> Iterator[tuple[socket.socket, int]]:
    """Take the port and find the next one free for Plaza. Port 0 means any such pair.

    Raises DemoCannot when one of them is taken.
    """
    with ExitStack() as stack:
        yield _any_pair(stack) if port == 0 else _pair(stack, port)


def _pair(stack: ExitStack, port: int) -> tuple[socket.socket, int]:
    try:
        taken = stack.enter_context(socket.create_server((HOST, port), backlog=512))
        number = int(taken.getsockname()[1])
        socket.create_server((HOST, number + 1)).close()
    except (OSError, OverflowError) as why:
        raise DemoCannot(
            f"The demo needs port {port} and the one after it on {HOST}, and one of them is taken."
            " Choose another with --port; 0 finds two that are free."
        ) from why
    return taken, number


def _any_pair(stack: ExitStack) -> tuple[socket.socket, int]:
    for _ in range(50):
        tried = ExitStack()
        try:
            found = _pair(tried, 0)
        except DemoCannot:
            tried.close()
            continue
        stack.push(tried)
        return found
    raise DemoCannot("No two free ports were found side by side. Name one with --port.")


@contextmanager
def open_stage(
    house: House, folder: Path, details: Details, taken: socket.socket
) -> Iterator[Stage]:
    """Start worker, doors and Plaza, and stop them again in the opposite order."""
    port = taken.getsockname()[1]
    base, plaza = f"http://{HOST}:{port}", f"http://{HOST}:{port + 1}"
    outside = open_outside(house)
    post = outside.post or Letterbox(folder / MAIL_FOLDER)
    worker = Worker(house, outside=Outside(host=outside.host, post=post))
    with ExitStack() as stack:
        worker.start()
        stack.callback(worker.stop)
        stack.enter_context(_doors(house, worker, taken))
        stack.enter_context(_plaza(folder, port + 1, base, details))
        _wait_for(f"{plaza}/style.css")
        yield Stage(house, folder, base, plaza)


@contextmanager
def logging_to(folder: Path) -> Iterator[None]:
    """Write log lines into the folder, so that the terminal is the demo's own."""
    with (folder / LOG_FILE).open("a", encoding="utf-8", buffering=1) as file:
        structlog.configure(
            processors=[
                structlog.processors.add_log_level,
                structlog.processors.TimeStamper(fmt="iso", utc=True),
                structlog.processors.JSONRenderer(),
            ],
            logger_factory=structlog.WriteLoggerFactory(file),
            cache_logger_on_first_use=False,
        )
        try:
            yield
        finally:
            structlog.reset_defaults()


@contextmanager
def _doors(house: House, worker: Worker, taken: socket.socket) -> Iterator[None]:
    """Serve the doors from a thread of this process."""
    config = uvicorn.Config(
        build_app(house, worker.advance),
        log_config=None,
        access_log=False,
        server_header=False,
        forwarded_allow_ips=HOST,
        timeout_graceful_shutdown=int(STOP_SECONDS_MAX),
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, args=([taken],), name="doors", daemon=True)
    thread.start()
    try:
        until = time.monotonic() + START_SECONDS_MAX
        while not server.started:
            if not thread.is_alive() or time.monotonic() > until:
                raise DemoBroke("The doors did not open.")
            time.sleep(LOOK_EVERY_SECONDS)
        yield
    finally:
        server.should_exit = True
        thread.join(STOP_SECONDS_MAX * 2)


def plaza_script() -> Path:
    """Find Plaza: in the repository's examples, or in the installed package."""
    here = Path(__file__).resolve()
    places = (here.parents[3] / "examples" / "plaza", here.parent / "_plaza")
    for place in places:
        if (place / "plaza.py").is_file():
            return place / "plaza.py"
    raise DemoCannot("Plaza is not part of this installation. Install Evenhand again.")


@contextmanager
def _plaza(folder: Path, port: int, base: str, details: Details) -> Iterator[None]:
    """Run Plaza as any host runs: its own process, its own database, a key, and a secret."""
    env = os.environ | {
        "PLAZA_PORT": str(port),
        "PLAZA_DATA": str(folder / "plaza"),
        "EVENHAND_URL": base,
        "EVENHAND_KEY": details.key,
        "PLAZA_WEBHOOK_SECRET": details.webhook_secret,
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    with (folder / "plaza.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, str(plaza_script())],
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,  # Ctrl-C is ours to hear, and Plaza is stopped in its turn
        )
        try:
            yield
        finally:
            process.terminate()
            try:
                process.wait(STOP_SECONDS_MAX)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait_for(url: str) -> None:
    until = time.monotonic() + START_SECONDS_MAX
    while time.monotonic() < until:
        try:
            if httpx2.get(url, trust_env=False).status_code == httpx2.codes.OK:
                return
        except httpx2.TransportError:
            pass
        time.sleep(LOOK_EVERY_SECONDS)
    raise DemoBroke("Plaza did not start. See plaza.log in the demo's folder.")
