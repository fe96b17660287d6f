"""The portal serves the log in tiles: an outsider who knows the RFC and C2SP alone can check it."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient

from evenhand import transparency
from evenhand.bootstrap import House
from evenhand.db import Tx
from evenhand.ledger.append import append
from tests import public

pytestmark = pytest.mark.on("sqlite")

LINES = 1_100
WITHHELD_EVERY = 97


def write(tx: Tx, first: int, count: int) -> None:
    """Append lines, some of which are about the working day of staff."""
    for number in range(first, first + count):
        event = "note.written" if number % WITHHELD_EVERY == 0 else "item.received"
        append(tx, event, subject=f"s-{number}", actor="system", public={"words": "ë" * 9})


@pytest.fixture
def browser(house: House) -> Iterator[TestClient]:
    """Open a client on the portal of a house with a log of several tiles."""
    house.do(write, 0, 400)
    house.do(write, 400, LINES - 400)
    with public.browser(house) as client:
        yield client


def mth(hashes: list[bytes]) -> bytes:
    """MTH of RFC 6962 §2.1, over leaf hashes."""
    if len(hashes) == 1:
        return hashes[0]
    k = 1
    while k * 2 < len(hashes):
        k *= 2
    return hashlib.sha256(b"\x01" + mth(hashes[:k]) + mth(hashes[k:])).digest()


def cut(content: bytes) -> list[bytes]:
    """Cut a tile into its hashes."""
    return [content[at : at + 32] for at in range(0, len(content), 32)]


def entries(content: bytes) -> list[bytes]:
    """Read a bundle: big-endian uint16 lengths before each entry."""
    found = []
    while content:
        length = content[0] * 256 + content[1]
        found.append(content[2 : 2 + length])
        content = content[2 + length :]
    return found


class TestTiles:
    def test_rebuild_the_signed_root_with_the_lines_under_them(self, browser: TestClient) -> None:
        """Checkpoint, tiles and bundles, read by the specification's rules and no code of ours."""
        note = browser.get("/log/checkpoint")
        assert note.headers["content-type"] == "text/plain; charset=utf-8"
        assert note.text == browser.get("/checkpoint").text
        _, size, root = note.text.split("\n")[:3]
        assert int(size) == LINES
        leaves: list[bytes] = []
        for name in ("000", "001", "002", "003", "004.p/76"):
            tile, bundle = (browser.get(f"/log/tile/{kind}/{name}") for kind in ("0", "entries"))
            assert tile.headers["content-type"] == "application/octet-stream"
            hashes, lines = cut(tile.content), entries(bundle.content)
            assert len(hashes) == len(lines) == (76 if ".p" in name else 256)
            for index, line in enumerate(lines, len(leaves)):
                said = json.loads(line)
                withheld = index % WITHHELD_EVERY == 0
                assert said["n"] == index
                assert set(said) == {"n", "leaf"} if withheld else "data" in said
                leaf = bytes.fromhex(said["leaf"]) if withheld else None
                assert hashes[index % 256] == (leaf or hashlib.sha256(b"\0" + line).digest())
            leaves += hashes
        assert base64.b64decode(root) == mth(leaves)
        above = cut(browser.get("/log/tile/1/000.p/4").content)
        assert above == [mth(leaves[at : at + 256]) for at in range(0, 1_024, 256)]

    def test_never_change_so_they_may_be_kept(self, browser: TestClient) -> None:
        """A full tile for ever; a partial one for a while; the checkpoint not at all."""
        for kind in ("0", "entries"):
            full = browser.get(f"/log/tile/{kind}/003")
            assert full.headers["cache-control"] == "public, max-age=31536000, immutable"
            shorter = browser.get(f"/log/tile/{kind}/004.p/9")
            assert browser.get(f"/log/tile/{kind}/004.p/76").content.startswith(shorter.content)
            assert shorter.headers["cache-control"] == "public, max-age=3600"
        assert browser.get("/log/checkpoint").headers["cache-control"] == "no-store"

    def test_that_are_not_there_are_not_served(self, browser: TestClient) -> None:
        """Neither what the log is too short for, nor a tile under another name."""
        too_far = ("0/004", "0/004.p/77", "1/000", "1/000.p/5", "2/000.p/1", "0/005.p/1", "63/000")
        no_name = ("0/4", "99/000", "x", "", "0/000.p/256", "0/x999/x999/x999/x999/999")
        for name in (*too_far, *no_name, "entries/004"):
            missing = browser.get(f"/log/tile/{name}")
            assert (missing.status_code, missing.text[:13]) == (404, "There is no s"), name

    def test_are_named_on_the_page_of_the_log(self, browser: TestClient) -> None:
        """With the address that a client of tlog-tiles is given."""
        assert "/log</pre>" in browser.get("/log").text


def test_a_line_too_long_for_a_bundle_is_given_as_its_hash(house: House) -> None:
    """Its length has two bytes; the tree and every other line are as ever."""
    words = {"words": "w" * 70_000}
    house.do(lambda tx: append(tx, "item.received", subject="s", actor="system", public=words))
    with public.browser(house) as client:
        (line,) = entries(client.get("/log/tile/entries/000.p/1").content)
        assert client.get("/log/tile/0/000.p/1").content.hex() == json.loads(line)["leaf"]
        assert client.get("/log.jsonl").text == line.decode() + "\n"


@pytest.mark.on("sqlite")
def test_a_report_counts_the_lines_of_which_only_the_hash_is_published(house: House) -> None:
    """Those about the working day and those that are too long; each once, up to its checkpoint."""
    said = [("item.received", 3), ("item.received", 70_000), ("note.written", 70_000)]
    said += [("item.received", 17_000), ("session.opened", 3)]

    def act(tx: Tx) -> None:
        for event, length in said:
            words = {"words": "w" * length}
            append(tx, event, subject="s", actor="system", public=words)

    house.do(act)
    now = house.clock.now()
    report = house.ask(transparency.report, since=now, until=now + timedelta(days=1))
    assert (report.size, report.withheld) == (5, 3)
    given = [json.loads(line) for line in house.ask(lambda tx: list(transparency.export(tx)))]
    assert sum("leaf" in line for line in given) == report.withheld
