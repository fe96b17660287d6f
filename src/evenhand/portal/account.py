"""What was sent to somebody about their matter, and whether it got there; never what others got."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from evenhand import ledger
from evenhand.decision import DecisionView
from evenhand.pages import N_
from evenhand.people import Actor
from evenhand.portal.frame import Visit

TEMPLATES: Final[Mapping[str, str]] = {
    "report_received": N_("We received your report"),
    "report_decided": N_("We decided about what you reported"),
    "decision_made": N_("A decision about you, with its reasons"),
    "decision_reversed": N_("A decision about you was undone"),
    "measure_ended": N_("A measure has ended"),
    "appeal_received": N_("We received your appeal"),
    "appeal_decided": N_("We decided about your appeal"),
}
_WAYS: Final[Mapping[str, str]] = {
    "message.host": N_("through the service"),
    "message.mail": N_("by mail"),
}
_STATES: Final[Mapping[str, tuple[str, str, str]]] = {
    "ready": (N_("waiting to be sent"), "○", "note"),
    "running": (N_("being sent"), "○", "note"),
    "done": (N_("sent"), "●", "fine"),
    "dead": (N_("could not be delivered"), "▲", "warn"),
}


@dataclass(frozen=True)
class Message:
    """One message to a person: what about, which way, when it was written, and its state."""

    about: str
    way: str
    at: datetime
    state: tuple[str, str, str]


def messages_about(
    here: Visit, actor: Actor, view: DecisionView | None, appeal_ids: Sequence[str]
) -> list[Message]:
    """List the messages to the holder of a receipt, oldest first."""
    subjects = [actor.subject_id or "", *appeal_ids]
    if view is not None:
        subjects.append(view.id)
    rows = here.house.ask(ledger.outbox.about, subjects)
    return [
        Message(
            about=TEMPLATES[row["payload"]["template"]],
            way=_WAYS[row["kind"]],
            at=row["made_at"],
            state=_STATES[row["state"]],
        )
        for row in rows
        if _theirs(actor, row["kind"], row["payload"])
    ]


def _theirs(actor: Actor, kind: str, payload: Mapping[str, Any]) -> bool:
    """Tell a reporter's messages from those of the person decided about: the report is named."""
    if kind not in _WAYS or payload.get("template") not in TEMPLATES:
        return False
    if actor.holder == "reporter":
        return bool(payload.get("report_id") == actor.subject_id)
    return "report_id" not in payload
