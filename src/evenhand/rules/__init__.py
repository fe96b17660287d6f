"""Rules, the third room: the operator's rules meet assessments and facts, and propose.

A rule never decides. It proposes to hold, which is reversible and comes with notice, or to put
something before a person, and says which rule in which version proposed it and on what grounds.
When a bank entry, or what a detector said, is withdrawn, or a version of a classifier retired, this
room knows what rested on it. It also knows which pictures are known so well that nobody need see
them again, and which of them are not even stored. One rule proposes nothing but a look to learn
from.
"""

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from evenhand.rules.commands import (
        ask_for_labels,
        end_wait,
        evaluate_item,
        evaluate_report,
        mark_taken,
        reconsider,
        reconsider_detector,
    )
    from evenhand.rules.errors import NoSuchProposal, RulesError
    from evenhand.rules.learning import AT_RANDOM, UNDECIDED, UNSURE
    from evenhand.rules.model import (
        ADULT_IMAGES,
        ASK_FOR_LABELS,
        KNOWN_MATERIAL,
        LEARNED,
        NOT_LOOKED_AT,
        REPORTED,
        RULES,
        Action,
        Covering,
        Facts,
        KnownMedia,
        Match,
        MatchView,
        Opinion,
        Proposal,
        ProposalView,
        ReportFact,
        Rule,
        Unlooked,
        detectors_read,
        propose,
    )
    from evenhand.rules.queries import (
        items_matched,
        known_media,
        match_counts,
        matches_of,
        of_rule,
        proposals_of,
        untaken,
        would_propose,
    )
    from evenhand.rules.screen import Screen
    from evenhand.rules.weighing import Less, Weight

__all__ = [
    "ADULT_IMAGES",
    "ASK_FOR_LABELS",
    "AT_RANDOM",
    "KNOWN_MATERIAL",
    "LEARNED",
    "NOT_LOOKED_AT",
    "REPORTED",
    "RULES",
    "UNDECIDED",
    "UNSURE",
    "Action",
    "Covering",
    "Facts",
    "KnownMedia",
    "Less",
    "Match",
    "MatchView",
    "NoSuchProposal",
    "Opinion",
    "Proposal",
    "ProposalView",
    "ReportFact",
    "Rule",
    "RulesError",
    "Screen",
    "Unlooked",
    "Weight",
    "ask_for_labels",
    "detectors_read",
    "end_wait",
    "evaluate_item",
    "evaluate_report",
    "items_matched",
    "known_media",
    "mark_taken",
    "match_counts",
    "matches_of",
    "of_rule",
    "proposals_of",
    "propose",
    "reconsider",
    "reconsider_detector",
    "untaken",
    "would_propose",
]

_BEHIND = {
    "evenhand.rules.commands": (
        "ask_for_labels",
        "end_wait",
        "evaluate_item",
        "evaluate_report",
        "mark_taken",
        "reconsider",
        "reconsider_detector",
    ),
    "evenhand.rules.errors": (
        "NoSuchProposal",
        "RulesError",
    ),
    "evenhand.rules.learning": (
        "AT_RANDOM",
        "UNDECIDED",
        "UNSURE",
    ),
    "evenhand.rules.model": (
        "ADULT_IMAGES",
        "ASK_FOR_LABELS",
        "KNOWN_MATERIAL",
        "LEARNED",
        "NOT_LOOKED_AT",
        "REPORTED",
        "RULES",
        "Action",
        "Covering",
        "Facts",
        "KnownMedia",
        "Match",
        "MatchView",
        "Opinion",
        "Proposal",
        "ProposalView",
        "ReportFact",
        "Rule",
        "Unlooked",
        "detectors_read",
        "propose",
    ),
    "evenhand.rules.queries": (
        "items_matched",
        "known_media",
        "match_counts",
        "matches_of",
        "of_rule",
        "proposals_of",
        "untaken",
        "would_propose",
    ),
    "evenhand.rules.screen": ("Screen",),
    "evenhand.rules.weighing": (
        "Less",
        "Weight",
    ),
}
_WHERE = {name: module for module, names in _BEHIND.items() for name in names}


if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        """Bring what is offered in when it is first asked for.

        The language of rules lies in this room and needs nothing of the house: whoever checks or
        runs rule files does not wait for a database to be imported.
        """
        if name not in _WHERE:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        found = getattr(importlib.import_module(_WHERE[name]), name)
        globals()[name] = found
        return found
