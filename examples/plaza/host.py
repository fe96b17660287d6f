"""What makes Plaza a host of Evenhand: it asks before publishing, and does what it is told once.

Nothing is published that was not checked. Webhooks are obeyed when they are genuine and recent,
once however often they come, and never out of order. This is the file to copy from.
"""

from __future__ import annotations

import base64
import hmac
import json
import os
import re
import sqlite3
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

PORT = int(os.environ.get("PLAZA_PORT", "8100"))
DATA = Path(os.environ.get("PLAZA_DATA", "plaza-data"))
EVENHAND = os.environ.get("EVENHAND_URL", "http://127.0.0.1:8000").rstrip("/")
KEY = os.environ.get("EVENHAND_KEY", "")
SECRET = base64.b64decode(os.environ.get("PLAZA_WEBHOOK_SECRET", "").removeprefix("whsec_"))

GATE_SECONDS_MAX = 10
TOLERANCE_SECONDS = 5 * 60  # what Standard Webhooks recommends
ASK_AGAIN_SECONDS = 5
COVERS = ("hide", "remove")
LINK = re.compile(r"https?://[^\s<>\"]*[^\s<>\"'.,;:!?)\]]")  # a sentence may end behind it

FOR_GOOD = (400, 413, 422)  # the post itself cannot be taken; asking again changes nothing
STATES = {
    "allow": "published",
    "review": "published",  # shown, and a person of theirs looks
    "hold": "held",  # until an effect lifts it
    "restricted": "held",  # a person decided, and the effect says what and why
    "refused": "refused",
}

TABLES = """
create table if not exists accounts (name text primary key, salt blob, hash blob, language text);
create table if not exists sessions (token text primary key, account text);
create table if not exists posts (id text primary key, account text, text text, photo blob,
  media_type text,
  state text check (state in ('unchecked', 'held', 'published', 'refused')), at text);
create table if not exists measures (measure text, target text, target_id text, stands integer,
  decided_at text, until text, label text, clause text, provisional integer, receipt text,
  status_url text, primary key (measure, target, target_id));
create table if not exists messages (id text primary key, account text, subject text, text text,
  status_url text, receipt text, at text);
create table if not exists webhooks (id text primary key, at text);
"""


def now() -> datetime:
    """Return the time on this machine: Plaza is a program of its own."""
    return datetime.now(UTC)  # noqa: TID251 - a host has its own clock


class Store:
    """Plaza's own database: what people wrote, and which measures stand on it."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._file = folder / "plaza.sqlite3"
        with self.change() as db:
            db.executescript("pragma journal_mode=wal;" + TABLES)

    @contextmanager
    def change(self) -> Iterator[sqlite3.Connection]:
        """Open a connection whose changes are all kept at the end, or none."""
        with closing(sqlite3.connect(self._file, timeout=30)) as db, db:
            db.row_factory = sqlite3.Row
            yield db

    def rows(self, sql: str, *values: object) -> list[dict[str, Any]]:
        """Run a select and return its rows."""
        with self.change() as db:
            return [dict(row) for row in db.execute(sql, values)]

    def run(self, sql: str, *values: object) -> None:
        """Run one change."""
        with self.change() as db:
            db.execute(sql, values)

    def standing(self, target: str, target_id: str) -> list[dict[str, Any]]:
        """Return the measures that stand on an item or an account at this moment."""
        return self.rows(
            "select * from measures where target=? and target_id=? and stands"
            " and (until is null or until > ?)",
            target, target_id, now().isoformat(),
        )  # fmt: skip

    def shown(self, post: dict[str, Any]) -> bool:
        """Tell whether others may see a post: it was let through, and nothing covers it."""
        on = {measure["measure"] for measure in self.standing("item", post["id"])}
        return post["state"] == "published" and on.isdisjoint(COVERS)


def ask_evenhand(path: str, body: dict[str, Any], *, once: str) -> dict[str, Any]:
    """Post JSON to Evenhand under an idempotency key. Raises OSError when it does not answer."""
    request = urllib.request.Request(  # noqa: S310 - the operator's own address
        EVENHAND + path,
        json.dumps(body).encode(),
        {
            "authorization": f"Bearer {KEY}",
            "content-type": "application/json",
            "idempotency-key": once,
        },
    )
    with urllib.request.urlopen(request, timeout=GATE_SECONDS_MAX) as answer:  # noqa: S310
        return dict(json.load(answer))


def pass_the_gate(store: Store, post: dict[str, Any]) -> str:
    """Send a post to Evenhand before anybody sees it, and keep the verdict. Safe to repeat."""
    fields: dict[str, Any] = {"text": post["text"], "links": LINK.findall(post["text"])[:20]}
    if post["photo"]:
        data = base64.b64encode(post["photo"]).decode()
        fields["photo"] = {"data": data, "media_type": post["media_type"]}
    author = store.rows("select language from accounts where name=?", post["account"])
    spoken = author[0]["language"] if author else "en"
    item = {
        "kind": "post",
        "id": post["id"],
        "account": {"id": post["account"], "name": post["account"], "language": spoken},
        "url": f"http://127.0.0.1:{PORT}/post/{post['id']}",
        "created_at": post["at"],
        "fields": {name: value for name, value in fields.items() if value},
    }
    try:
        verdict = ask_evenhand("/api/v1/items", item, once=post["id"]).get("verdict")
    except urllib.error.HTTPError as refusal:
        verdict = "refused" if refusal.code in FOR_GOOD else None
    except OSError:
        verdict = None
    state = STATES.get(verdict or "", "unchecked")
    store.run("update posts set state=? where id=? and state='unchecked'", state, post["id"])
    return state


def ask_again(store: Store) -> None:
    """Send what could not be checked until it is; it stays unpublished meanwhile."""
    while True:
        time.sleep(ASK_AGAIN_SECONDS)
        for post in store.rows("select * from posts where state='unchecked' order by at"):
            pass_the_gate(store, post)


def genuine(headers: Any, body: bytes) -> bool:
    """Check a Standard Webhooks signature: ours, and sent within the last five minutes."""
    message_id, second = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not SECRET or not re.fullmatch(r"\d{1,12}", second):
        return False
    if abs(now().timestamp() - int(second)) > TOLERANCE_SECONDS:
        return False
    signed = f"{message_id}.{second}.".encode() + body
    expected = b"v1," + base64.b64encode(hmac.digest(SECRET, signed, "sha256"))
    given = headers.get("webhook-signature", "").encode().split()
    return any(hmac.compare_digest(expected, one) for one in given)


def obey(store: Store, message_id: str, event: dict[str, Any]) -> None:
    """Do what a webhook says, in one transaction with remembering that it came. Once only."""
    data, at = event["data"], event["timestamp"]
    with store.change() as db:
        known = "insert or ignore into webhooks values (?, ?)"
        if not db.execute(known, (message_id, now().isoformat())).rowcount:
            return
        if event["type"] == "message.to_account":
            db.execute(
                "insert into messages values (?,?,?,?,?,?,?)",
                (message_id, data["account"]["id"], data["subject"], data["text"],
                 data["status_url"], data.get("receipt"), at),
            )  # fmt: skip
        elif event["type"] in {"effect.apply", "effect.lift"}:
            _keep_measure(db, data, at)


def _keep_measure(db: sqlite3.Connection, data: dict[str, Any], at: str) -> None:
    """Write down whether a measure stands; what was decided earlier never overrides later."""
    target, clause = data["target"], data.get("clause")
    stands, label = data["effect"] == "apply", data.get("label_says") or data.get("label")
    changed = db.execute(
        "insert or replace into measures select ?,?,?,?,?,?,?,?,?,?,? where not exists (select 1"
        " from measures where measure=? and target=? and target_id=? and decided_at > ?)",
        (data["measure"], target["type"], target["id"], stands, at, data.get("until"),
         label, f"{clause['number']} {clause['title']}" if clause else None,
         bool(data.get("provisional")), data.get("receipt"), data["status_url"],
         data["measure"], target["type"], target["id"], at),
    ).rowcount  # fmt: skip
    if changed and target["type"] == "item" and not stands and data["measure"] in COVERS:
        db.execute("update posts set state='published' where id=?", (target["id"],))
