"""Whatever is wrong with what a host sends, it is told what, and not one row or blob stays behind.

The rows of every table and the files of the vault are counted before and after each attempt.
"""

from __future__ import annotations

import base64
import io
import json
import socket
import sqlite3
import struct
import zlib
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import httpx2
import pytest
from PIL import Image

from tests.stage import picture
from tests.town import HOST, Town, open_town

PROBLEM: Final = "application/problem+json"
JSON: Final = {"content-type": "application/json"}
JPEG: Final = picture(1)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Keep the house here, to count what is in it."""
    return tmp_path_factory.mktemp("town")


@pytest.fixture(scope="module")
def town(folder: Path) -> Iterator[Town]:
    """Open a town without Plaza, with one good item in it."""
    with open_town(folder, plaza=False) as opened:
        with opened.api() as api:
            sent = api.post(
                "/api/v1/items", json=item(photo=image(JPEG)), headers={"idempotency-key": "good"}
            )
            assert sent.status_code == 201, sent.text
        opened.settle()
        yield opened


@pytest.fixture(scope="module")
def api(town: Town) -> Iterator[httpx2.Client]:
    """Come with the host's key."""
    with town.api() as client:
        yield client


@pytest.fixture(autouse=True)
def nothing_stays(town: Town, folder: Path) -> Iterator[None]:
    """Count before and after."""
    before = counted(folder)
    assert before["vault"] == 1
    assert before["items"] == 1
    yield
    town.settle()
    assert counted(folder) == before


def counted(folder: Path) -> dict[str, int]:
    """Count the rows of every table, and the files of the vault."""
    house = folder / "house"
    with closing(sqlite3.connect(f"file:{house}/evenhand.sqlite3?mode=ro", uri=True)) as db:
        tables = [
            name for (name,) in db.execute("select name from sqlite_master where type='table'")
        ]
        found = {
            name: db.execute(f'select count(*) from "{name}"').fetchone()[0] for name in tables
        }
    found["vault"] = sum(one.is_file() for one in (house / "vault").rglob("*"))
    return found


def item(**fields: Any) -> dict[str, Any]:
    """Write an item as a host sends it."""
    return {
        "kind": "post",
        "id": "p1",
        "account": {"id": "ann", "name": "Ann"},
        "fields": {"text": "A rowing boat."} | fields,
    }


def image(content: bytes, media_type: str = "image/jpeg") -> dict[str, str]:
    """Write a picture as a host sends it."""
    return {"data": base64.b64encode(content).decode(), "media_type": media_type}


def bomb(width: int, height: int) -> bytes:
    """Make a PNG of a few bytes that claims to unpack to very many."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        )

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    packed = zlib.compress(bytes(1_000_000))
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")
    )


def png() -> bytes:
    """Draw a small PNG."""
    out = io.BytesIO()
    Image.new("RGB", (20, 20), (10, 120, 90)).save(out, "PNG")
    return out.getvalue()


def refused(answer: httpx2.Response, status: int, code: str) -> dict[str, Any]:
    """Check that it is a problem document of this kind, and return it."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == PROBLEM
    told: dict[str, Any] = answer.json()
    assert told["code"] == code
    assert told["status"] == status
    assert told["title"]
    assert told["detail"]
    return told


DEEP: Final = b'{"kind":"post","fields":' + b"[" * 100_000 + b"]" * 100_000 + b"}"
BODIES: Final = {
    "invalid UTF-8": b'{"kind": "po\xff\xfest"}',
    "deep": DEEP,
    "cut short": b'{"kind": "post", "id": "p',
    "a key that stands twice": b'{"kind": "post", "kind": "listing"}',
    "NaN": b'{"kind": "post", "reach": NaN}',
    "half a surrogate pair": b'{"kind": "post", "id": "\\ud800"}',
    "NUL": b'{"kind": "post", "id": "p\\u0000"}',
    "a list": b"[]",
    "nothing": b"",
}
ITEMS: Final = {
    "a number for a text": item(text=7),
    "a text for a picture": item(photo="a photo"),
    "a kind that is unknown": item() | {"kind": "poem"},
    "a field that is unknown": item(colour="brown"),
    "no account": {name: value for name, value in item().items() if name != "account"},
    "an id that is a list": item() | {"id": ["p2"]},
    "a text without end": item(text="boat " * 200_000),
    "a link that is none": item(links=["javascript:alert(1)"]),
    "a bomb": item(photo=image(bomb(30_000, 30_000), "image/png")),
    "a bomb under the limit of pixels": item(photo=image(bomb(5_000, 5_000), "image/png")),
    "a JPEG cut short": item(photo=image(JPEG[: len(JPEG) // 2])),
    "a PNG called a JPEG": item(photo=image(png(), "image/jpeg")),
    "a text called a picture": item(photo=image(b"<svg onload=alert(1)>", "image/png")),
    "a picture that is no base64": item(photo={"data": "&&&&", "media_type": "image/jpeg"}),
    "a good picture beside a bad field": item(photo=image(picture(2)), links=["nowhere"]),
}
REPORTS: Final = {
    "a harm that is unknown": {"harm": "rudeness"},
    "an item that was never sent": {"item": {"kind": "post", "id": "never"}},
    "an explanation that is a number": {"explanation": 5},
    "a notice without its elements": {"illegal": True},
    "a mail address that is none": {"reporter": {"email": "nobody"}},
}


class TestAnItem:
    """POST /api/v1/items."""

    @pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
    def test_that_is_not_json_is_refused(self, api: httpx2.Client, body: bytes) -> None:
        """With a word for what is wrong with the bytes."""
        answer = api.post("/api/v1/items", content=body, headers=JSON)
        assert refused(answer, 400, "bad_json")["problems"]

    @pytest.mark.parametrize("body", ITEMS.values(), ids=ITEMS)
    def test_that_is_not_valid_is_refused(self, api: httpx2.Client, body: dict[str, Any]) -> None:
        """With the place of what is to be mended, and nothing of what was sent."""
        told = refused(api.post("/api/v1/items", json=body), 422, "not_valid")
        assert all(spot["path"] and spot["says"] for spot in told["problems"])
        assert "alert(1)" not in json.dumps(told)

    def test_that_is_too_large_is_refused_by_its_length(self, api: httpx2.Client) -> None:
        """Before its bytes are read."""
        head = [
            "POST /api/v1/items HTTP/1.1",
            f"host: {api.base_url.netloc.decode()}",
            f"authorization: {api.headers['authorization']}",
            "content-type: application/json",
            "content-length: 26000000",
        ]
        assert api.base_url.port
        with socket.create_connection((HOST, api.base_url.port), timeout=10) as wire:
            wire.sendall("\r\n".join([*head, "", "{"]).encode())
            said = wire.recv(4_000).decode()
        assert said.startswith("HTTP/1.1 413 ")
        assert PROBLEM in said

    def test_that_turns_out_too_large_is_refused_on_the_way(self, api: httpx2.Client) -> None:
        """Also when no length was claimed."""
        chunks = (b" " * 1_000_000 for _ in range(26))
        refused(api.post("/api/v1/items", content=chunks, headers=JSON), 413, "too_large")

    @pytest.mark.parametrize("said", ["text/plain", "application/x-www-form-urlencoded", ""])
    def test_that_says_it_is_something_else_is_refused(self, api: httpx2.Client, said: str) -> None:
        """JSON, and nothing that a browser's form could send."""
        answer = api.post("/api/v1/items", content=b"{}", headers={"content-type": said})
        refused(answer, 415, "not_json")

    def test_under_a_key_that_was_used_for_another_body_is_refused(
        self, api: httpx2.Client
    ) -> None:
        """The first body stands; the same one again is answered as before."""
        key = {"idempotency-key": "good"}
        other = api.post("/api/v1/items", json=item(text="Another boat."), headers=key)
        refused(other, 409, "key_reused")
        again = api.post("/api/v1/items", json=item(photo=image(JPEG)), headers=key)
        assert again.status_code == 201
        assert again.headers["idempotent-replay"] == "true"


class TestAReport:
    """POST /api/v1/reports."""

    @pytest.mark.parametrize("change", REPORTS.values(), ids=REPORTS)
    def test_that_is_not_valid_is_refused(self, api: httpx2.Client, change: dict[str, Any]) -> None:
        """With the place of what is to be mended."""
        good = {"item": {"kind": "post", "id": "p1"}, "harm": "fraud", "illegal": False}
        answer = api.post("/api/v1/reports", json=good | {"explanation": "A scam."} | change)
        assert refused(answer, 422, "not_valid")["problems"]


class TestWhoeverSendsIt:
    """The key."""

    @pytest.mark.parametrize("key", ["", "Bearer eh_00000000_nothing", "Basic YTpi"])
    def test_must_be_known(self, town: Town, key: str) -> None:
        """Before anything is read."""
        headers = {"authorization": key} if key else {}
        answer = httpx2.post(
            f"{town.base}/api/v1/items", json=item(), headers=headers, trust_env=False
        )
        assert answer.status_code == 401
        assert answer.json()["code"] in {"key_missing", "key_unknown"}
