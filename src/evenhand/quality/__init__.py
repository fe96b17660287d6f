"""Quality, beside the path: how often decisions are wrong, found by looking again at some of them.

An audit draws decisions by lot, seeded in public, from all that was decided, by people and by
rules, what was let be as well as what was restricted. Somebody who did not decide looks again
without knowing the first answer. Where the two differ, a lead says which is right and has it put
right. What comes of it are rates with their intervals, and never a figure about one person.
"""

from evenhand.quality.agreement import Agreement, agreement
from evenhand.quality.checking import Redrawn, audits_in, redraw
from evenhand.quality.commands import close, draw, label, settle
from evenhand.quality.errors import (
    AlreadyDrawn,
    AuditClosed,
    LabelIncomplete,
    NeedsAReason,
    NoCheckpointYet,
    NoSuchAudit,
    NotADispute,
    NotALabelTask,
    NothingToDraw,
    PeriodRefused,
    QualityError,
    SampleTooLarge,
    SampleTooSmall,
)
from evenhand.quality.estimating import Cell, Ratio, estimate, ratio
from evenhand.quality.model import (
    ANSWERS,
    ANSWERS_MIN,
    NOTHING_BROKEN,
    PEOPLE_MIN,
    SAMPLE_MAX,
    SEEN_FIRST,
    AuditView,
    ClauseAgreement,
    Dispute,
    Label,
    Overturned,
    Own,
    Progress,
    Rate,
    Report,
    Right,
    UnitState,
)
from evenhand.quality.published import CLOSED, error_rates
from evenhand.quality.queries import audit, audits, dispute, mine, report
from evenhand.quality.sampling import Stratum

__all__ = [
    "ANSWERS",
    "ANSWERS_MIN",
    "CLOSED",
    "NOTHING_BROKEN",
    "PEOPLE_MIN",
    "SAMPLE_MAX",
    "SEEN_FIRST",
    "Agreement",
    "AlreadyDrawn",
    "AuditClosed",
    "AuditView",
    "Cell",
    "ClauseAgreement",
    "Dispute",
    "Label",
    "LabelIncomplete",
    "NeedsAReason",
    "NoCheckpointYet",
    "NoSuchAudit",
    "NotADispute",
    "NotALabelTask",
    "NothingToDraw",
    "Overturned",
    "Own",
    "PeriodRefused",
    "Progress",
    "QualityError",
    "Rate",
    "Ratio",
    "Redrawn",
    "Report",
    "Right",
    "SampleTooLarge",
    "SampleTooSmall",
    "Stratum",
    "UnitState",
    "agreement",
    "audit",
    "audits",
    "audits_in",
    "close",
    "dispute",
    "draw",
    "error_rates",
    "estimate",
    "label",
    "mine",
    "ratio",
    "redraw",
    "report",
    "settle",
]
