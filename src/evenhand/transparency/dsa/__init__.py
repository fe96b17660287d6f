"""What the Digital Services Act wants published, in the forms it wants it in.

A statement of reasons goes to the Commission's database as a body of fields: checked here without
asking anybody, and looked through for personal data, because nothing sent there can be taken back.
"""

from evenhand.transparency.dsa.checking import BATCH_MAX, check, check_call
from evenhand.transparency.dsa.mapping import Decided, NotOwed, body_of, not_owed
from evenhand.transparency.dsa.model import Checked, CheckedBatch, Fault, Severity
from evenhand.transparency.dsa.personal import field_text, masked, places
from evenhand.transparency.dsa.queries import Prepared, prepare, statements

__all__ = [
    "BATCH_MAX",
    "Checked",
    "CheckedBatch",
    "Decided",
    "Fault",
    "NotOwed",
    "Prepared",
    "Severity",
    "body_of",
    "check",
    "check_call",
    "field_text",
    "masked",
    "not_owed",
    "places",
    "prepare",
    "statements",
]
