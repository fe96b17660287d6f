"""What leaves the house, and how each attempt to send it went. Pure.

Two shapes leave: a parcel (signed JSON for the host) and a letter (mail for a person). Both carry
the id of their outbox row, so that whoever gets one twice can tell.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

EFFECT: Final = "effect.host"
MESSAGE_TO_ACCOUNT: Final = "message.host"
MAIL: Final = "message.mail"


class State(StrEnum):
    """Where something in the outbox stands. The values are those stored."""

    READY = "ready"
    RUNNING = "running"
    DONE = "done"
    DEAD = "dead"


class Status(StrEnum):
    """How one attempt went."""

    ACKNOWLEDGED = "acknowledged"
    FAILED = "failed"
    BURIED = "buried"


@dataclass(frozen=True)
class Parcel:
    """Signed JSON for the host. `id` is the idempotency key."""

    id: str
    body: bytes


@dataclass(frozen=True, repr=False)
class Letter:
    """Mail for a person. It has no `repr`, so that no log line can show whom we wrote to."""

    id: str
    to: str
    subject: str
    text: str


Outgoing = Parcel | Letter


@dataclass(frozen=True)
class Attempt:
    """One try at delivering: which, when, how it went, and in a few words why."""

    number: int
    at: datetime
    status: Status
    detail: str


@dataclass(frozen=True)
class Delivery:
    """One row of the outbox as staff see it; what is sealed in it is not here."""

    id: str
    short: str
    kind: str
    subject: str
    payload: Mapping[str, Any]
    state: State
    attempts: int
    made_at: datetime
    run_at: datetime
    done_at: datetime | None
    error: str | None

    @property
    def what(self) -> str:
        """Name what is delivered in a word or two: `apply hide`, `decision_made`."""
        if self.kind == EFFECT:
            return f"{self.payload.get('effect')} {self.payload.get('measure')}"
        return str(self.payload.get("template"))


@dataclass(frozen=True)
class StuckStep:
    """A step of the path that kept failing and was given up until somebody helps."""

    id: str
    event: str
    subject: str
    attempts: int
    error: str | None
    made_at: datetime


def line_for(kind: str, payload: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """Return the event that records a delivery, and its public data: ids and codes only."""
    if kind == EFFECT:
        data = {"effect": payload.get("effect"), "measure": payload.get("measure")}
        return "effect.acknowledged", data
    via = "mail" if kind == MAIL else "host"
    return "message.sent", {"via": via, "template": payload.get("template")}
