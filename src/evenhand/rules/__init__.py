"""Rules, the third room: the operator's rules meet assessments and facts, and propose.

A rule never decides. It proposes to hold, which is reversible and comes with notice, or to put
something before a person, and says which rule in which version proposed it and on what grounds.
When a bank entry is withdrawn, this room knows what rested on it.
"""

from evenhand.rules.commands import evaluate_item, evaluate_report, mark_taken, reconsider_entry
from evenhand.rules.errors import NoSuchProposal, RulesError
from evenhand.rules.model import (
    KNOWN_MATERIAL,
    REPORTED,
    RULES,
    Action,
    Facts,
    Match,
    Proposal,
    ProposalView,
    ReportFact,
    Rule,
    propose,
)
from evenhand.rules.queries import proposals_of, untaken

__all__ = [
    "KNOWN_MATERIAL",
    "REPORTED",
    "RULES",
    "Action",
    "Facts",
    "Match",
    "NoSuchProposal",
    "Proposal",
    "ProposalView",
    "ReportFact",
    "Rule",
    "RulesError",
    "evaluate_item",
    "evaluate_report",
    "mark_taken",
    "proposals_of",
    "propose",
    "reconsider_entry",
    "untaken",
]
