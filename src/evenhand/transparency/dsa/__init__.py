"""What the Digital Services Act wants published, in the forms it wants it in.

A statement of reasons goes to the Commission's database as a body of fields: checked here without
asking anybody, looked through for personal data, because nothing sent there can be taken back, and
submitted once, whatever goes wrong in between.
"""

from evenhand.transparency.dsa.checking import BATCH_MAX, check, check_call
from evenhand.transparency.dsa.commands import retry
from evenhand.transparency.dsa.errors import NotHeld
from evenhand.transparency.dsa.mapping import Decided, NotOwed, body_of, not_owed
from evenhand.transparency.dsa.model import Checked, CheckedBatch, Fault, Severity
from evenhand.transparency.dsa.personal import field_text, masked, places
from evenhand.transparency.dsa.queries import (
    Prepared,
    Standing,
    State,
    prepare,
    standing,
    statements,
    waiting,
)
from evenhand.transparency.dsa.submitting import Submission, Submitter

__all__ = [
    "BATCH_MAX",
    "Checked",
    "CheckedBatch",
    "Decided",
    "Fault",
    "NotHeld",
    "NotOwed",
    "Prepared",
    "Severity",
    "Standing",
    "State",
    "Submission",
    "Submitter",
    "body_of",
    "check",
    "check_call",
    "field_text",
    "masked",
    "not_owed",
    "places",
    "prepare",
    "retry",
    "standing",
    "statements",
    "waiting",
]
