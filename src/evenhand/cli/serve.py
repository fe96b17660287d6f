"""One process that serves the console, the portal and the API, with a worker inside.

It makes the tables, prints where it listens and, while nobody is on the staff, the link with
which the first administrator sets themselves up. Told to stop, it finishes what is in hand.
"""

from __future__ import annotations

import signal
import socket
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Final

from cyclopts import Parameter
from cyclopts.validators import Number

from evenhand.cli.exits import Exit
from evenhand.cli.output import Json, flag, show
from evenhand.cli.shell import NotReady

if TYPE_CHECKING:
    from collections.abc import Iterator

    from evenhand.bootstrap import House

GRACE_SECONDS: Final = 20  # one slow upload may finish; a supervisor usually waits 30
CONNECTIONS_MAX: Final = 1_000


def serve(
    *,
    listen: Annotated[
        str | None, Parameter(help="Address to listen on; else EVENHAND_LISTEN.")
    ] = None,
    port: Annotated[
        int | None,
        Parameter(validator=Number(gte=0, lte=65535), help="Port; else EVENHAND_PORT. 0: any."),
    ] = None,
    no_worker: Annotated[
        bool, flag("Run no worker inside; run `evenhand worker` beside it.")
    ] = False,
    json: Json = False,
) -> Exit:
    """Serve the console, the portal and the API, with a worker inside, until told to stop.

    On the first run it makes the data folder, the keys and the tables, and prints the link with
    which the first administrator sets themselves up. It does not listen beyond this machine
    while a default secret stands.
    """
    from evenhand.bootstrap import load_settings, open_house
    from evenhand.cli.logs import configure

    asked = load_settings()
    with _bound(listen or asked.listen, asked.port if port is None else port) as bound:
        address, number = bound.getsockname()[:2]
        house = open_house(load_settings(listen=address, port=number))
        try:
            _refuse_exposure(house, address)
            configure(house.settings.log_level)
            greeting = _prepare(house, f"http://{_in_url(address)}:{number}")
            show(greeting.value, as_json=json, text=greeting.lines)
            _run(house, bound, with_worker=not no_worker)
        finally:
            house.close()
    return Exit.OK


@dataclass(frozen=True)
class _Greeting:
    value: dict[str, Any]
    lines: list[str]


@contextmanager
def _bound(address: str, port: int) -> Iterator[socket.socket]:
    """Take the port before anything else, so that a port in use is said at once and plainly."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        bound = socket.create_server((address, port), family=family, backlog=CONNECTIONS_MAX)
    except OSError as why:
        raise NotReady(
            f"Cannot listen on {address} port {port}: {why.strerror}. Stop what listens there, or"
            " choose another with --port."
        ) from why
    with bound:
        yield bound


def _in_url(address: str) -> str:
    return f"[{address}]" if ":" in address else address


def _refuse_exposure(house: House, address: str) -> None:
    from evenhand.cli.exposure import loopback, reasons_against

    if loopback(address):
        return
    reasons = reasons_against(house)
    if reasons:
        listed = "\n".join(f"  {reason}" for reason in reasons)
        raise NotReady(
            f"{address} can be reached from beyond this machine, so first:\n{listed}\nOr listen"
            " on 127.0.0.1 and put a proxy with https in front of it."
        )


def _prepare(house: House, local: str) -> _Greeting:
    from evenhand import __version__, people
    from evenhand.cli.migrate import prepare

    prepare(house)
    base = house.resources.service.public_url
    value: dict[str, Any] = {"version": __version__, "listening": local, "public_url": base}
    lines = [
        f"Evenhand {__version__} listens on {local}",
        f"  console   {base}/console",
        f"  portal    {base}/",
        f"  API       {base}/api/v1   (described in {base}/openapi.json)",
    ]
    if house.ask(people.first_run_needed):
        link = f"{base}/console/setup/{house.do(people.new_setup_token)}"
        value["setup_link"] = link
        lines += [
            "Nobody is on the staff yet. Set up the first administrator here; the link works once:",
            f"  {link}",
        ]
    lines.append("Ctrl-C stops it.")
    return _Greeting(value, lines)


def _run(house: House, bound: socket.socket, *, with_worker: bool) -> None:
    """Serve until SIGTERM or Ctrl-C; then take no more, finish what is in hand, and return."""
    import sys

    import uvicorn

    from evenhand.detection import warm_up
    from evenhand.doors import build_app
    from evenhand.worker import Worker

    warm_up()
    worker = Worker(house)
    config = uvicorn.Config(
        build_app(house, worker.advance),
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=house.settings.trusted_proxies is not None,
        forwarded_allow_ips=house.settings.trusted_proxies,
        timeout_graceful_shutdown=GRACE_SECONDS,
        limit_concurrency=CONNECTIONS_MAX,
    )
    sys.stdout.flush()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _told)  # the server raises them again once it has stopped
    if with_worker:
        worker.start()
    try:
        uvicorn.Server(config).run(sockets=[bound])
    finally:
        worker.stop()


def _told(_number: int, _frame: object) -> None:
    """Let the server's own handler be the one that counts."""
