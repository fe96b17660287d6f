"""Effects reach the host and messages reach people, until acknowledged or visibly given up.

Whatever must leave was put in the outbox by the command that decided it. A worker claims it,
`prepare` writes what is sent from what the rooms know at that moment, an adapter behind a port
sends it outside any transaction, and the answer is recorded: acknowledged, or failed and tried
again later with the same id. After five days of trying it becomes a dead letter, which waits for
a person to send it again.
"""

from evenhand.delivery.commands import (
    acknowledged,
    claim,
    failed,
    resend,
    resume_step,
    step_failed,
)
from evenhand.delivery.errors import DeliveryError, NotADeadLetter, NotDelivered, NothingToSend
from evenhand.delivery.letters import Text
from evenhand.delivery.model import (
    Attempt,
    Delivery,
    Letter,
    Outgoing,
    Parcel,
    State,
    Status,
    StuckStep,
)
from evenhand.delivery.parcels import prepare
from evenhand.delivery.ports import Answered, AppealLookup, Host, Post
from evenhand.delivery.queries import (
    attempts,
    counts,
    dead_letters,
    effects_of,
    outbox,
    stuck_steps,
)

__all__ = [
    "Answered",
    "AppealLookup",
    "Attempt",
    "Delivery",
    "DeliveryError",
    "Host",
    "Letter",
    "NotADeadLetter",
    "NotDelivered",
    "NothingToSend",
    "Outgoing",
    "Parcel",
    "Post",
    "State",
    "Status",
    "StuckStep",
    "Text",
    "acknowledged",
    "attempts",
    "claim",
    "counts",
    "dead_letters",
    "effects_of",
    "failed",
    "outbox",
    "prepare",
    "resend",
    "resume_step",
    "step_failed",
    "stuck_steps",
]
