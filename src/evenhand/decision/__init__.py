"""What was decided, under which clause, by whom or which rule, and why.

A verdict becomes a decision only when nothing is missing: a clause version, measures the ladder
allows or a sentence why more is needed, and a statement of reasons from which every text is
rendered. The decision, its effects on the host, its messages and its ledger line are one
transaction. Rules may only hold or limit, for a person to confirm. Undoing reaches everything
that followed, and says what it could not reach.
"""

from evenhand.decision.commands import decide, decide_for, end_measure, hold_proposed, reverse
from evenhand.decision.errors import (
    AlreadyEnded,
    AlreadyReversed,
    AppealNeedsSecondLook,
    DecisionError,
    NoSuchDecision,
    VerdictIncomplete,
)
from evenhand.decision.letter import (
    Lines,
    NoActionOutcome,
    NoActionReasons,
    as_lines,
    as_plain_text,
)
from evenhand.decision.model import (
    AUTOMATIC,
    ClauseRef,
    DecisionView,
    Delay,
    MeasureView,
    Outcome,
    Restitution,
    ReversedBy,
    StrikeView,
    Verdict,
    active_weight,
    verdict_problems,
)
from evenhand.decision.queries import (
    Suggestion,
    after,
    count,
    current,
    decision,
    for_delivery,
    for_receipt,
    history,
    on_item,
    recent,
    resting_on,
    standing_item,
    strikes,
    suggest,
    suggestion,
)
from evenhand.decision.statement import (
    AutomatedDecision,
    Redress,
    Restriction,
    Statement,
    StatementIncomplete,
    to_dict,
)

__all__ = [
    "AUTOMATIC",
    "AlreadyEnded",
    "AlreadyReversed",
    "AppealNeedsSecondLook",
    "AutomatedDecision",
    "ClauseRef",
    "DecisionError",
    "DecisionView",
    "Delay",
    "Lines",
    "MeasureView",
    "NoActionOutcome",
    "NoActionReasons",
    "NoSuchDecision",
    "Outcome",
    "Redress",
    "Restitution",
    "Restriction",
    "ReversedBy",
    "Statement",
    "StatementIncomplete",
    "StrikeView",
    "Suggestion",
    "Verdict",
    "VerdictIncomplete",
    "active_weight",
    "after",
    "as_lines",
    "as_plain_text",
    "count",
    "current",
    "decide",
    "decide_for",
    "decision",
    "end_measure",
    "for_delivery",
    "for_receipt",
    "history",
    "hold_proposed",
    "on_item",
    "recent",
    "resting_on",
    "reverse",
    "standing_item",
    "strikes",
    "suggest",
    "suggestion",
    "to_dict",
    "verdict_problems",
]
