"""What arrives, for tests of intake: submissions as hosts and people send them, and all counted."""

from __future__ import annotations

import base64
import io
import threading
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from PIL import Image

from evenhand import intake, ledger
from evenhand.bootstrap import House
from evenhand.db import metadata
from evenhand.intake import RequestKey
from evenhand.people import Actor, Permission, Role
from evenhand.people.model import ROLE_PERMISSIONS

HOST = Actor("key", "k-1", "host", frozenset({Permission.SEND_ITEMS, Permission.SEND_REPORTS}))
NOOR = Actor("staff", "noor", "Noor", ROLE_PERMISSIONS[Role.REVIEWER], Role.REVIEWER)
ADMIN = Actor("staff", "ann", "Ann", ROLE_PERMISSIONS[Role.ADMINISTRATOR], Role.ADMINISTRATOR)


def picture(shade: int = 100) -> bytes:
    """Draw a picture."""
    out = io.BytesIO()
    Image.linear_gradient("L").resize((60, 40)).point(lambda p: (p + shade) % 256).save(out, "JPEG")
    return out.getvalue()


def photo(content: bytes) -> dict[str, str]:
    """Wrap a picture as a host sends it."""
    return {"data": base64.b64encode(content).decode(), "media_type": "image/jpeg"}


def item(text: str = "A raccoon.", *, shot: bytes | None = None, **changes: Any) -> dict[str, Any]:
    """Make a submission of an item."""
    fields: dict[str, Any] = {"text": text}
    if shot is not None:
        fields["photo"] = photo(shot)
    account = {"id": "a-1", "name": "Marisol", "email": "m@example.org", "language": "es"}
    whole = {"kind": "post", "id": "p-1", "account": account, "fields": fields}
    return whole | {"url": "https://plaza.example/p/1"} | changes


def report(**changes: Any) -> dict[str, Any]:
    """Make a submission of a report."""
    whole = {
        "item": {"kind": "post", "id": "p-1"},
        "harm": "fraud",
        "explanation": "They never sent it.",
        "reporter": {"account_id": "petra-7", "name": "Petra Vogel", "email": "petra@example.org"},
    }
    return {name: value for name, value in (whole | changes).items() if value is not None}


def send(
    house: House, raw: Any, *, key: RequestKey | None = None, actor: Actor = HOST
) -> intake.ReceivedItem:
    """Send an item as a door does."""
    known = house.ask(intake.kinds)
    return intake.submit_item(house.do, house.resources, known, actor, raw, key=key)


def say(
    house: House, raw: Any, *, key: RequestKey | None = None, actor: Actor = HOST
) -> intake.ReceivedReport:
    """Send a report as a door does."""
    return intake.submit_report(house.do, house.resources, actor, raw, key=key)


def blobs(house: House) -> list[Path]:
    """Return the files of the vault."""
    return [file for file in (house.settings.data / "vault").rglob("*") if file.is_file()]


def counts(house: House) -> dict[str, int]:
    """Count everything there is: the rows of every table, and the blobs."""

    def count(tx: Any) -> dict[str, int]:
        tables = metadata.sorted_tables
        return {t.name: tx.value(sa.select(sa.func.count()).select_from(t)) for t in tables}

    return house.ask(count) | {"blobs": len(blobs(house))}


def lines(house: House, *types: str) -> list[dict[str, Any]]:
    """Return ledger lines."""
    return house.ask(lambda tx: list(ledger.events(tx, types)))


def at_once(*acts: Any) -> list[Any]:
    """Run acts at the same time; return what each returned or raised."""
    results: list[Any] = [None] * len(acts)
    start = threading.Barrier(len(acts))

    def run(at: int) -> None:
        start.wait()
        try:
            results[at] = acts[at]()
        except Exception as error:  # whatever it is, the test gets it
            results[at] = error

    threads = [threading.Thread(target=run, args=(at,)) for at in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results
