"""A reporter is answered on the channel they left: mail, or a message on the host service.

Only a pointer to the sealed identity is put into the outbox; `delivery` opens it on the way out.
"""

from __future__ import annotations

from typing import Any

from evenhand import evidence, ledger
from evenhand.db import Tx


def tell_reporter(
    tx: Tx,
    template: str,
    *,
    report_id: str,
    identity_id: str | None,
    subject: str,
    ids: dict[str, Any] | None = None,
    receipt: str | None = None,
) -> bool:
    """Put a message to whoever sent a report. False when they left no way to reach them."""
    channel = None if identity_id is None else evidence.channel(tx, identity_id)
    if channel is None:
        return False
    payload = {
        "template": template,
        "identity_id": identity_id,
        "report_id": report_id,
        **(ids or {}),
    }
    secret = {"receipt": receipt} if receipt else None
    ledger.outbox.put(tx, f"message.{channel}", payload, subject=subject, secret=secret)
    return True
