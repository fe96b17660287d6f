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
        Tried,
        approve_rule,
        ask_for_labels,
        ask_trial,
        deploy,
        end_trial,
        end_wait,
        evaluate_item,
        evaluate_report,
        keep_trial,
        mark_taken,
        mind_overturned,
        note_progress,
        reconsider,
        retire_rule,
        roll_back,
        seed,
        stage_rule,
        take_back,
    )
    from evenhand.rules.drafting import (
        Checked,
        Offered,
        Pointed,
        as_form,
        as_source,
        check_files,
        offered,
        said,
        with_rule,
    )
    from evenhand.rules.errors import (
        NoSuchProposal,
        NoSuchRule,
        NoSuchTrial,
        NothingDeployed,
        RulesError,
        RulesRefused,
        StepRefused,
    )
    from evenhand.rules.explaining import (
        ExplainedHit,
        explained,
    )
    from evenhand.rules.history import (
        RuleLine,
    )
    from evenhand.rules.learning import (
        AT_RANDOM,
        UNDECIDED,
        UNSURE,
    )
    from evenhand.rules.life import (
        ORDER,
        RuleVersion,
        Stage,
        step_refused,
    )
    from evenhand.rules.live import (
        detectors_read,
    )
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
        Proposing,
        Rule,
        Unlooked,
        propose,
    )
    from evenhand.rules.nearly import (
        Nearly,
        NearMiss,
        near_misses_of,
        near_misses_on,
    )
    from evenhand.rules.overview import (
        HitOn,
        VersionOnItem,
        braked,
        failed_on,
        hit_counts,
        hits_of,
        lines_about,
        trial,
        trials_of,
        version,
        versions_on,
    )
    from evenhand.rules.queries import (
        asked_by_lot,
        brought_before_people,
        deployed,
        deployed_files,
        items_acted_on,
        items_matched,
        known_media,
        match_counts,
        matches_of,
        of_rule,
        proposals_of,
        proposers_of,
        untaken,
        version_and_clause,
        would_propose,
    )
    from evenhand.rules.replaying import (
        EnginesDisagree,
        Progress,
        Replayed,
        replay,
    )
    from evenhand.rules.screen import (
        Screen,
    )
    from evenhand.rules.trial_store import (
        TrialView,
    )
    from evenhand.rules.weighing import (
        Less,
        Weight,
    )

__all__ = [
    "ADULT_IMAGES",
    "ASK_FOR_LABELS",
    "AT_RANDOM",
    "BUILT_IN",
    "LEARNED",
    "NOT_LOOKED_AT",
    "ORDER",
    "UNDECIDED",
    "UNSURE",
    "Action",
    "Checked",
    "Covering",
    "EnginesDisagree",
    "ExplainedHit",
    "Facts",
    "HitOn",
    "KnownMedia",
    "Less",
    "Match",
    "MatchView",
    "NearMiss",
    "Nearly",
    "NoSuchProposal",
    "NoSuchRule",
    "NoSuchTrial",
    "NothingDeployed",
    "Offered",
    "Opinion",
    "Pointed",
    "Progress",
    "Proposal",
    "ProposalView",
    "Proposing",
    "Replayed",
    "Rule",
    "RuleLine",
    "RuleVersion",
    "RulesError",
    "RulesRefused",
    "Screen",
    "Stage",
    "StepRefused",
    "TrialView",
    "Tried",
    "Unlooked",
    "VersionOnItem",
    "Weight",
    "approve_rule",
    "as_form",
    "as_source",
    "ask_for_labels",
    "ask_trial",
    "asked_by_lot",
    "braked",
    "brought_before_people",
    "check_files",
    "deploy",
    "deployed",
    "deployed_files",
    "detectors_read",
    "end_trial",
    "end_wait",
    "evaluate_item",
    "evaluate_report",
    "explained",
    "failed_on",
    "hit_counts",
    "hits_of",
    "items_acted_on",
    "items_matched",
    "keep_trial",
    "known_media",
    "lines_about",
    "mark_taken",
    "match_counts",
    "matches_of",
    "mind_overturned",
    "near_misses_of",
    "near_misses_on",
    "note_progress",
    "of_rule",
    "offered",
    "proposals_of",
    "propose",
    "proposers_of",
    "reconsider",
    "replay",
    "retire_rule",
    "roll_back",
    "said",
    "seed",
    "stage_rule",
    "step_refused",
    "take_back",
    "trial",
    "trials_of",
    "untaken",
    "version",
    "version_and_clause",
    "versions_on",
    "with_rule",
    "would_propose",
]

_BEHIND = {
    "evenhand.rules.commands": (
        "Tried",
        "approve_rule",
        "ask_for_labels",
        "ask_trial",
        "deploy",
        "end_trial",
        "end_wait",
        "evaluate_item",
        "evaluate_report",
        "keep_trial",
        "mark_taken",
        "mind_overturned",
        "note_progress",
        "reconsider",
        "retire_rule",
        "roll_back",
        "seed",
        "stage_rule",
        "take_back",
    ),
    "evenhand.rules.drafting": (
        "Checked",
        "Offered",
        "Pointed",
        "as_form",
        "as_source",
        "check_files",
        "offered",
        "said",
        "with_rule",
    ),
    "evenhand.rules.errors": (
        "NoSuchProposal",
        "NoSuchRule",
        "NoSuchTrial",
        "NothingDeployed",
        "RulesError",
        "RulesRefused",
        "StepRefused",
    ),
    "evenhand.rules.explaining": ("ExplainedHit", "explained"),
    "evenhand.rules.history": ("RuleLine",),
    "evenhand.rules.learning": ("AT_RANDOM", "UNDECIDED", "UNSURE"),
    "evenhand.rules.life": ("ORDER", "RuleVersion", "Stage", "step_refused"),
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
        "Proposing",
        "Rule",
        "Unlooked",
        "propose",
    ),
    "evenhand.rules.nearly": ("NearMiss", "Nearly", "near_misses_of", "near_misses_on"),
    "evenhand.rules.overview": (
        "HitOn",
        "VersionOnItem",
        "braked",
        "failed_on",
        "hit_counts",
        "hits_of",
        "lines_about",
        "trial",
        "trials_of",
        "version",
        "versions_on",
    ),
    "evenhand.rules.queries": (
        "asked_by_lot",
        "brought_before_people",
        "deployed",
        "deployed_files",
        "items_acted_on",
        "items_matched",
        "known_media",
        "match_counts",
        "matches_of",
        "of_rule",
        "proposals_of",
        "proposers_of",
        "untaken",
        "version_and_clause",
        "would_propose",
    ),
    "evenhand.rules.replaying": ("EnginesDisagree", "Progress", "Replayed", "replay"),
    "evenhand.rules.screen": ("Screen",),
    "evenhand.rules.trial_store": ("TrialView",),
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
