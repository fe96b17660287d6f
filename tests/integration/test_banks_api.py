"""Banks through the API: what a tool of the host adds, withdraws and compares, with which key."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from fastapi.testclient import TestClient

from evenhand import banks, ledger, people, policy
from evenhand.bootstrap import House
from evenhand.worker import Outside, Worker

pytestmark = pytest.mark.on("sqlite")

A_HASH = "f8f8f0cee0f4a84f06370a22038f63f0b36e2ed596621e1d33e6b39c4e9c9b22"
SHA256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"


def near(bits: int) -> str:
    """Change some bits of the hash."""
    return f"{int(A_HASH, 16) ^ ((1 << bits) - 1):064x}"


@dataclass
class Tool:
    """The host's own tool, with the bank it works on."""

    client: TestClient
    house: House
    bank: str

    def key(self, *scopes: str) -> dict[str, str]:
        """Issue a key."""
        issued = self.house.do(people.issue_key, people.SYSTEM, name="tool", scopes=scopes)
        return {"Authorization": f"Bearer {issued.text}"}

    def send(self, path: str, document: Any, headers: dict[str, str]) -> Any:
        """Send a document to the bank."""
        address = f"/api/v1/banks/{self.bank}{path}"
        return self.client.post(address, json=document, headers=headers)


@pytest.fixture
def tool(house: House) -> Tool:
    """Give a bank of pictures, and the doors before it."""
    from evenhand.doors import build_app

    house.do(policy.seed)
    bank = house.do(
        banks.create_bank,
        people.SYSTEM,
        name="partners",
        signal="image",
        confidence="confirmed",
        clause_key="counterfeit",
    )
    app = build_app(house, Worker(house, outside=Outside(None, None)).advance)
    return Tool(TestClient(app, raise_server_exceptions=False), house, bank)


def entries(*values: str, kind: str = "pdq", **more: Any) -> dict[str, Any]:
    """Write a document of entries."""
    listed = [{"value": value} for value in values]
    return {"kind": kind, "source": "partner", "reason": "from a partner", "entries": listed} | more


def test_what_is_added_is_found_until_it_is_withdrawn(tool: Tool) -> None:
    key = tool.key("banks:read", "banks:write")
    again = key | {"Idempotency-Key": "one"}
    added = tool.send("/entries", entries(A_HASH, "no hash", A_HASH), again).json()
    [first, refused, same] = added["entries"]
    assert (added["added"], added["known"], added["refused"]) == (1, 1, 1)
    assert first["entry_id"] == same["entry_id"]
    assert refused["entry_id"] is None
    assert "hexadecimal" in refused["refused"]
    replayed = tool.send("/entries", entries(A_HASH, "no hash", A_HASH), again)
    assert replayed.json() == added
    assert replayed.headers["Idempotent-Replay"] == "true"
    asked = {"hashes": [near(31), near(32)]}
    [near_by, far] = tool.send("/match", asked, key).json()["results"]
    assert near_by["matches"] == [{"entry_id": first["entry_id"], "distance": 31}]
    assert far["matches"] == []
    leave = f"/entries/{first['entry_id']}/withdraw"
    assert tool.send(leave, {"why": "a logo"}, key).status_code == 200
    assert tool.send(leave, {"why": "a logo"}, key).json()["code"] == "already_done"
    assert tool.send("/match", asked, key).json()["results"][0]["matches"] == []
    stands = tool.client.get(f"/api/v1/banks/{tool.bank}", headers=key).json()
    assert stands["entries"] == 0
    assert stands["states"]["withdrawn"] == 1
    told = tool.house.ask(ledger.passed, ["entries.imported", "entry.withdrawn"], start=0)
    assert {one.leaf["actor"].partition(":")[0] for one in told} == {"key"}


def test_exact_hashes_are_compared_as_what_they_are(tool: Tool) -> None:
    key = tool.key("banks:read", "banks:write")
    tool.send("/entries", entries(SHA256, kind="sha256"), key)
    [exact] = tool.send("/match", {"hashes": [SHA256.upper()], "kind": "sha256"}, key).json()[
        "results"
    ]
    assert exact["matches"][0]["distance"] == 0
    assert tool.send("/match", {"hashes": [SHA256]}, key).json()["results"][0]["matches"] == []
    wrong = tool.send("/match", {"hashes": [SHA256], "kind": "md5"}, key).json()
    assert wrong["problems"][0]["path"] == "hashes[0]"


@pytest.mark.parametrize(
    ("path", "document", "where"),
    [
        ("/entries", entries(A_HASH, kind="phrase"), "kind"),
        ("/entries", entries(A_HASH, source=" "), "source"),
        ("/entries", entries(A_HASH, sorce="x"), "sorce"),
        ("/entries", entries(), "entries"),
        ("/entries", entries() | {"entries": [{"value": 3}]}, "entries[0].value"),
        ("/match", {"hashes": [A_HASH], "distance": 32}, "distance"),
        ("/match", {"hashes": ["z"]}, "hashes[0]"),
    ],
)
def test_what_is_wrong_is_pointed_at(
    tool: Tool, path: str, document: dict[str, Any], where: str
) -> None:
    refused = tool.send(path, document, tool.key("banks:read", "banks:write"))
    assert refused.status_code == 422
    assert refused.headers["content-type"] == "application/problem+json"
    assert where in [one["path"] for one in refused.json()["problems"]]


def test_a_key_does_what_its_scopes_say_and_stays_in_its_bank(tool: Tool) -> None:
    reading, sending = tool.key("banks:read"), tool.key("items:write")
    assert tool.client.get("/api/v1/banks", headers=sending).status_code == 403
    assert tool.send("/entries", entries(A_HASH), reading).status_code == 403
    [only] = tool.client.get("/api/v1/banks", headers=reading).json()["banks"]
    assert (only["bank_id"], only["entries"]) == (tool.bank, 0)
    other = tool.house.do(
        banks.create_bank, people.SYSTEM, name="words", signal="phrase", clause_key="fraud"
    )
    elsewhere = tool.house.do(
        banks.add_entry,
        people.SYSTEM,
        bank="words",
        kind="phrase",
        value="magic seeds",
        source="us",
        reason="a swindle",
    )
    assert other != tool.bank
    path = f"/entries/{elsewhere}/withdraw"
    assert tool.send(path, {"why": "not ours"}, tool.key("banks:write")).status_code == 404
