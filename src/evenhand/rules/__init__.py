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
        approve_rule,
        ask_for_labels,
        deploy,
        end_wait,
        evaluate_item,
        evaluate_report,
        keep_trial,
        mark_taken,
        mind_overturned,
        reconsider,
        retire_rule,
        roll_back,
        seed,
        stage_rule,
        take_back,
    )
    from evenhand.rules.errors import (
        NoSuchProposal,
        NoSuchRule,
        NothingDeployed,
        RulesError,
        RulesRefused,
        StepRefused,
    )
    from evenhand.rules.learning import AT_RANDOM, UNDECIDED, UNSURE
    from evenhand.rules.life import RuleVersion, Stage
    from evenhand.rules.live import detectors_read
    from evenhand.rules.model import (
        ADULT_IMAGES,
        ASK_FOR_LABELS,
        BUILT_IN,
        LEARNED,
        NOT_LOOKED_AT,
        Action,
        Covering,
        Facts,
        KnownMedia,
        Match,
        MatchView,
        Opinion,
        Proposal,
        ProposalView,
        Rule,
        Unlooked,
        propose,
    )
    from evenhand.rules.queries import (
        asked_by_lot,
        deployed,
        deployed_files,
        hits_on,
        items_acted_on,
        items_matched,
        known_media,
        match_counts,
        matches_of,
        of_rule,
        proposals_of,
        untaken,
        version_and_clause,
        would_propose,
    )
    from evenhand.rules.replay import EnginesDisagree, Progress, Replayed, replay
    from evenhand.rules.screen import Screen
    from evenhand.rules.weighing import Less, Weight

__all__ = [
    "ADULT_IMAGES",
    "ASK_FOR_LABELS",
    "AT_RANDOM",
    "BUILT_IN",
    "LEARNED",
    "NOT_LOOKED_AT",
    "UNDECIDED",
    "UNSURE",
    "Action",
    "Covering",
    "EnginesDisagree",
    "Facts",
    "KnownMedia",
    "Less",
    "Match",
    "MatchView",
    "NoSuchProposal",
    "NoSuchRule",
    "NothingDeployed",
    "Opinion",
    "Progress",
    "Proposal",
    "ProposalView",
    "Replayed",
    "Rule",
    "RuleVersion",
    "RulesError",
    "RulesRefused",
    "Screen",
    "Stage",
    "StepRefused",
    "Unlooked",
    "Weight",
    "approve_rule",
    "ask_for_labels",
    "asked_by_lot",
    "deploy",
    "deployed",
    "deployed_files",
    "detectors_read",
    "end_wait",
    "evaluate_item",
    "evaluate_report",
    "hits_on",
    "items_acted_on",
    "items_matched",
    "keep_trial",
    "known_media",
    "mark_taken",
    "match_counts",
    "matches_of",
    "mind_overturned",
    "of_rule",
    "proposals_of",
    "propose",
    "reconsider",
    "replay",
    "retire_rule",
    "roll_back",
    "seed",
    "stage_rule",
    "take_back",
    "untaken",
    "version_and_clause",
    "would_propose",
]

_BEHIND = {
    "evenhand.rules.commands": (
        "approve_rule",
        "ask_for_labels",
        "deploy",
        "end_wait",
        "evaluate_item",
        "evaluate_report",
        "keep_trial",
        "mark_taken",
        "mind_overturned",
        "reconsider",
        "retire_rule",
        "roll_back",
        "seed",
        "stage_rule",
        "take_back",
    ),
    "evenhand.rules.errors": (
        "NoSuchProposal",
        "NoSuchRule",
        "NothingDeployed",
        "RulesError",
        "RulesRefused",
        "StepRefused",
    ),
    "evenhand.rules.learning": ("AT_RANDOM", "UNDECIDED", "UNSURE"),
    "evenhand.rules.life": ("RuleVersion", "Stage"),
    "evenhand.rules.live": ("detectors_read",),
    "evenhand.rules.model": (
        "ADULT_IMAGES",
        "ASK_FOR_LABELS",
        "Action",
        "BUILT_IN",
        "Covering",
        "Facts",
        "KnownMedia",
        "LEARNED",
        "Match",
        "MatchView",
        "NOT_LOOKED_AT",
        "Opinion",
        "Proposal",
        "ProposalView",
        "Rule",
        "Unlooked",
        "propose",
    ),
    "evenhand.rules.queries": (
        "asked_by_lot",
        "deployed",
        "deployed_files",
        "hits_on",
        "items_acted_on",
        "items_matched",
        "known_media",
        "match_counts",
        "matches_of",
        "of_rule",
        "proposals_of",
        "untaken",
        "version_and_clause",
        "would_propose",
    ),
    "evenhand.rules.replay": ("EnginesDisagree", "Progress", "Replayed", "replay"),
    "evenhand.rules.screen": ("Screen",),
    "evenhand.rules.weighing": ("Less", "Weight"),
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
