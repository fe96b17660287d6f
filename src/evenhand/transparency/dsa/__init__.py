"""What the Digital Services Act wants published, in the forms it wants it in.

A statement of reasons goes to the Commission's database as a body of fields: checked here without
asking anybody, looked through for personal data, because nothing sent there can be taken back, and
submitted once, whatever goes wrong in between. The harmonised report is counted from the public
log, and written into the Commission's own templates.
"""

from evenhand.transparency.dsa.answers import TEMPLATE, Answers, read_answers
from evenhand.transparency.dsa.by_heading import Report
from evenhand.transparency.dsa.checking import BATCH_MAX, check, check_call
from evenhand.transparency.dsa.commands import retry
from evenhand.transparency.dsa.errors import AnswersRefused, NotHeld
from evenhand.transparency.dsa.filling import fill
from evenhand.transparency.dsa.mapping import Decided, NotOwed, body_of, not_owed
from evenhand.transparency.dsa.model import Checked, CheckedBatch, Fault, Severity
from evenhand.transparency.dsa.personal import field_text, masked, places
from evenhand.transparency.dsa.queries import (
    Prepared,
    Standing,
    State,
    harmonised_report,
    prepare,
    standing,
    statements,
    waiting,
)
from evenhand.transparency.dsa.sheets import Provider, Sheet, as_csv
from evenhand.transparency.dsa.submitting import Submission, Submitter
from evenhand.transparency.dsa.workbook import as_workbook

__all__ = [
    "BATCH_MAX",
    "TEMPLATE",
    "Answers",
    "AnswersRefused",
    "Checked",
    "CheckedBatch",
    "Decided",
    "Fault",
    "NotHeld",
    "NotOwed",
    "Prepared",
    "Provider",
    "Report",
    "Severity",
    "Sheet",
    "Standing",
    "State",
    "Submission",
    "Submitter",
    "as_csv",
    "as_workbook",
    "body_of",
    "check",
    "check_call",
    "field_text",
    "fill",
    "harmonised_report",
    "masked",
    "not_owed",
    "places",
    "prepare",
    "read_answers",
    "retry",
    "standing",
    "statements",
    "waiting",
]
