"""A stand-in for the DSA Transparency Database: a real server that does what its document says.

Fields are checked against the schema before names; a batch is stored whole or not at all; a known
name is answered with 302 and a body; too many requests with plain text. What it is told to do
wrong, it does wrong, once for each word of its script.
"""

from __future__ import annotations

import json
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import jsonschema

TOKEN = "a-token-for-the-tests"
LISTEN_SECONDS = 0.02
SCHEMA = json.loads(
    (Path(__file__).parent / "fixtures" / "dsa" / "statement.schema.json").read_text("utf-8")
)
CHECK = jsonschema.Draft202012Validator(
    SCHEMA, format_checker=jsonschema.FormatChecker(formats=["date"])
)
TWICE = "The identifier given is not unique within this platform."
BATCH_TWICE = "The platform identifier(s) are not all unique within this call."

#: What it may be told to do instead of answering. `lost` does it first, and then says nothing.
WAYS = ("ok", "429", "500", "503", "drop", "lost", "redirect", "401")


@dataclass
class Commission:
    """The database's memory, and how it is to answer next."""

    url: str = ""
    script: list[str] = field(default_factory=list)
    bad_words: dict[str, str] = field(default_factory=dict)
    stored: dict[str, dict[str, Any]] = field(default_factory=dict)
    requests: list[str] = field(default_factory=list)
    retry_after: str | None = None
    _changing: threading.Lock = field(default_factory=threading.Lock)

    def way(self) -> str:
        """Choose how to answer the next request."""
        with self._changing:
            return self.script.pop(0) if self.script else "ok"

    def faults(self, body: dict[str, Any]) -> dict[str, list[str]]:
        """Say what is wrong with the fields of a body; `bad_words` are refused by puid."""
        found: dict[str, list[str]] = {}
        for error in CHECK.iter_errors(body):
            name = str(error.path[0]) if error.path else "decision_visibility"
            found.setdefault(name, []).append(f"The {name} field is not valid.")
        if body.get("puid") in self.bad_words:
            found[self.bad_words[body["puid"]]] = ["The selected value is invalid."]
        return found

    def one(self, body: dict[str, Any]) -> tuple[int, Any]:
        """Take a single statement."""
        with self._changing:
            if faults := self.faults(body):
                return 422, {"message": "The given data was invalid.", "errors": faults}
            if body["puid"] in self.stored:
                errors = {"puid": [TWICE]}
                existing = {"puid": body["puid"]}
                return 422, {"message": TWICE, "errors": errors, "existing": existing}
            return 201, self._keep(body)

    def batch(self, call: dict[str, Any]) -> tuple[int, Any]:
        """Take up to a hundred statements, or none of them."""
        with self._changing:
            bodies = call.get("statements")
            if not isinstance(bodies, list) or not 1 <= len(bodies) <= 100:
                return 422, {"errors": {"statements": ["Between 1 and 100 statements."]}}
            errors = {f"statement_{n}": f for n, b in enumerate(bodies) if (f := self.faults(b))}
            if errors:
                return 422, {"errors": errors}
            puids = [body["puid"] for body in bodies]
            existing = sorted(set(puids) & self.stored.keys())
            if existing or len(set(puids)) < len(puids):
                twice = {"puid": [BATCH_TWICE], "existing_puids": existing}
                return 422, {"message": BATCH_TWICE, "errors": twice}
            return 201, {"statements": [self._keep(body) for body in bodies]}

    def _keep(self, body: dict[str, Any]) -> dict[str, Any]:
        self.stored[body["puid"]] = body
        number = len(self.stored)
        told = {"uuid": f"uuid-{number}", "id": number, "created_at": "2026-11-21 09:00:00"}
        return {**body, **told, "platform_name": "Plaza", "self": f"{self.url}/statement/{number}"}

    def known(self, puid: str) -> tuple[int, Any]:
        """Answer whether a name is known: 302 with a body is yes."""
        if puid in self.stored:
            return 302, {"message": "statement of reason found", "puid": puid}
        return 404, {"message": "statement of reason not found", "puid": puid}


class Server(ThreadingHTTPServer):
    """A server that knows which database it is."""

    daemon_threads = True

    def __init__(self, commission: Commission) -> None:
        """Listen on a free port of 127.0.0.1."""
        super().__init__(("127.0.0.1", 0), Handler)
        self.commission = commission
        commission.url = f"http://127.0.0.1:{self.server_port}/api/v1"

    def handle_error(self, *_: Any) -> None:
        """Say nothing of connections that were dropped on purpose."""


class Handler(BaseHTTPRequestHandler):
    """One request: as the document says, or as the script does."""

    server: Server

    def do_POST(self) -> None:
        """Take one statement, or several."""
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        what = self.path.removeprefix("/api/v1/")
        database = self.server.commission
        take = {"statement": database.one, "statements": database.batch}[what]
        self._answer(f"POST {what}", lambda: take(body))

    def do_GET(self) -> None:
        """Say whether a name is known."""
        puid = self.path.rpartition("/")[2]
        assert self.path == f"/api/v1/statement/existing-puid/{puid}", self.path
        self._answer(f"GET {puid}", lambda: self.server.commission.known(puid))

    def _answer(self, what: str, act: Callable[[], tuple[int, Any]]) -> None:
        database = self.server.commission
        database.requests.append(what)
        way = database.way()
        if self.headers["authorization"] != f"Bearer {TOKEN}":
            way = "401"
        if way in {"ok", "lost"}:
            status, document = act()
            if way == "ok":
                self._write(status, json.dumps(document).encode(), "application/json")
                return
        if way in {"lost", "drop"}:
            self._reset()
        elif way == "429":
            self._write(429, b"Limit Reached. Please do not overload the API", "text/plain")
        else:
            self._write({"redirect": 307}.get(way) or int(way), b"<h1>Sorry</h1>", "text/html")

    def _write(self, status: int, body: bytes, kind: str) -> None:
        database = self.server.commission
        self.send_response(status)
        if status in {302, 307}:
            self.send_header("location", database.url + "/elsewhere")
        if status == 429 and database.retry_after:
            self.send_header("retry-after", database.retry_after)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _reset(self) -> None:
        """Drop the connection as a dying process does: RST, not FIN."""
        linger = struct.pack("ii", 1, 0)
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.close_connection = True

    def log_message(self, *_: Any) -> None:
        """Print nothing."""


@contextmanager
def serving(commission: Commission) -> Iterator[Commission]:
    """Serve the database on a free port of 127.0.0.1."""
    with Server(commission) as server:
        thread = threading.Thread(target=server.serve_forever, args=(LISTEN_SECONDS,), daemon=True)
        thread.start()
        yield commission
        server.shutdown()
        thread.join()
