"""Real servers on 127.0.0.1 that behave as badly as hosts and mail servers do."""

from __future__ import annotations

import base64
import json
import random
import socket
import struct
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from aiosmtpd.controller import Controller
from standardwebhooks.webhooks import Webhook

SECRET = "whsec_" + base64.b64encode(b"a webhook secret for the tests 1").decode()

#: How often a server here looks whether it is to stop.
LISTEN_SECONDS = 0.02

#: How a host may answer. `lost` does what it was told, and then drops the connection.
WAYS = ("ok", "500", "drop", "lost", "late", "redirect", "410")


@dataclass
class Host:
    """A host that applies each webhook once, by its id, and answers as it is told to.

    `script` is used up first; after that it answers `ok`, or by chance when given `chances`.
    """

    url: str = ""
    script: list[str] = field(default_factory=list)
    chances: dict[str, float] = field(default_factory=dict)
    seconds_late: float = 1.0
    applied: dict[str, dict[str, Any]] = field(default_factory=dict)
    tries: list[str] = field(default_factory=list)
    check_age: bool = True
    _changing: threading.Lock = field(default_factory=threading.Lock)
    _random: random.Random = field(default_factory=lambda: random.Random(8731))

    def way(self) -> str:
        """Choose how to answer the next request."""
        with self._changing:
            if self.script:
                return self.script.pop(0)
            drawn = self._random.random()
            for way, chance in self.chances.items():
                drawn -= chance
                if drawn < 0:
                    return way
            return "ok"

    def apply(self, headers: dict[str, str], body: bytes) -> None:
        """Verify as the reference library does, then do it unless this id was done before."""
        event = Webhook(SECRET).verify(body, headers) if self.check_age else json.loads(body)
        with self._changing:
            self.applied.setdefault(headers["webhook-id"], event)

    def note(self, webhook_id: str) -> None:
        """Remember that somebody tried."""
        with self._changing:
            self.tries.append(webhook_id)


@contextmanager
def serving(host: Host) -> Iterator[Host]:
    """Serve a host on a free port of 127.0.0.1."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            headers = {name.lower(): value for name, value in self.headers.items()}
            body = self.rfile.read(int(headers["content-length"]))
            host.note(headers["webhook-id"])
            way = host.way()
            if way in {"ok", "lost"}:
                host.apply(headers, body)
            if way in {"drop", "lost"}:
                self._reset()
            elif way == "late":
                threading.Event().wait(host.seconds_late)
            else:
                self._answer({"ok": 204, "redirect": 307}.get(way) or int(way))

        def _answer(self, status: int) -> None:
            self.send_response(status)
            if status == 307:
                self.send_header("location", host.url + "/elsewhere")
            self.send_header("content-length", "0")
            self.end_headers()

        def _reset(self) -> None:
            """Drop the connection as a dying process does: RST, not FIN."""
            linger = struct.pack("ii", 1, 0)
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            self.close_connection = True

        def log_message(self, *_: Any) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 64

        def handle_error(self, *_: Any) -> None:
            pass

    with Server(("127.0.0.1", 0), Handler) as server:
        host.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, args=(LISTEN_SECONDS,), daemon=True)
        thread.start()
        yield host
        server.shutdown()
        thread.join()


@dataclass
class Letterbox:
    """Takes mail, and refuses addresses it is told to refuse with the code it is told."""

    refuse: dict[str, str] = field(default_factory=dict)
    letters: list[tuple[str, bytes]] = field(default_factory=list)
    port: int = 0

    async def handle_RCPT(
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Iterable[str]
    ) -> str:
        """Accept or refuse one address."""
        if address in self.refuse:
            return self.refuse[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        """Keep one letter."""
        self.letters.append((envelope.rcpt_tos[0], bytes(envelope.content)))
        return "250 OK"


@contextmanager
def receiving(box: Letterbox) -> Iterator[Letterbox]:
    """Receive mail on a free port of 127.0.0.1."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        box.port = probe.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=box.port)
    controller.start()
    try:
        yield box
    finally:
        controller.stop()
