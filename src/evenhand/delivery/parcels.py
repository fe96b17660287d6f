"""What is sent is written here, from an outbox row and what the rooms know at that moment.

It runs in a read view, before the slow sending. Secrets are opened only here, on their way out.
"""

from __future__ import annotations

from typing import Any

from evenhand import evidence, ledger, people
from evenhand.db import ReadTx
from evenhand.delivery.errors import NothingToSend
from evenhand.delivery.facts import status_url, text_of
from evenhand.delivery.model import EFFECT, MAIL, Letter, Outgoing, Parcel
from evenhand.delivery.ports import AppealLookup
from evenhand.kit.canonical import canonical
from evenhand.kit.clock import stamp
from evenhand.ledger import Work


def prepare(tx: ReadTx, work: Work, *, appeal_of: AppealLookup) -> Outgoing:
    """Write what a claimed outbox row says must leave.

    Raises NothingToSend when there is nobody to write to any more.
    """
    receipt = ledger.outbox.secret_of(tx, work).get("receipt")
    shown = people.format_receipt(receipt) if receipt else None
    if work.kind == EFFECT:
        data = dict(work.payload)
        return _parcel(tx, work, f"effect.{data['effect']}", data, receipt=shown)
    if work.kind == MAIL:
        address = _address(tx, work)
        text = text_of(tx, work, receipt=shown, appeal_of=appeal_of)
        return Letter(id=work.id, to=address, subject=text.subject, text=text.text)
    text = text_of(tx, work, receipt=shown, appeal_of=appeal_of)
    kept_back = {"account_external_id", "identity_id"}
    data = {key: value for key, value in work.payload.items() if key not in kept_back}
    data |= {
        "account": {"id": _account(tx, work)},
        "subject": text.subject,
        "text": text.text,
    }
    return _parcel(tx, work, "message.to_account", data, receipt=shown)


def _parcel(
    tx: ReadTx, work: Work, event: str, data: dict[str, Any], *, receipt: str | None
) -> Parcel:
    """Wrap data in the Standard Webhooks envelope.

    Its timestamp is when it was decided, so that a host can tell which of two is the later.
    """
    data["status_url"] = status_url(tx)
    if receipt is not None:
        data["receipt"] = receipt
    rows = ledger.outbox.about(tx, [work.subject])
    made_at = next(row["made_at"] for row in rows if row["id"] == work.id)
    body = {"type": event, "timestamp": stamp(made_at), "data": data}
    return Parcel(work.id, canonical(body).encode())


def _account(tx: ReadTx, work: Work) -> str:
    """Return whom on the host a message is for: the person affected, or unsealed, a reporter."""
    if "identity_id" not in work.payload:
        return str(work.payload["account_external_id"])
    return _unsealed(tx, work, "account_id")


def _address(tx: ReadTx, work: Work) -> str:
    """Unseal the address, for this letter alone. Raises NothingToSend when it was erased."""
    return _unsealed(tx, work, "email")


def _unsealed(tx: ReadTx, work: Work, what: str) -> str:
    try:
        contact = evidence.contact_of(tx, str(work.payload.get("identity_id")))
    except (evidence.IdentityErased, evidence.IdentityUnknown):
        contact = {}
    found = str(contact.get(what) or "").strip()
    if not found:
        raise NothingToSend("There is no address to write to any more.")
    return found
