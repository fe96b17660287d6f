"""The console's short words for what rooms name by codes. Every code of the models has its word."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from evenhand import transparency
from evenhand.appeal import AppealOutcome
from evenhand.decision import Outcome
from evenhand.detection import State, Stream
from evenhand.pages import N_
from evenhand.people import Role
from evenhand.policy import Harm, Measure
from evenhand.queue import TaskKind

HARMS: Final[Mapping[str, str]] = {
    Harm.CHILD_SAFETY: N_("Child safety"),
    Harm.INTIMATE_IMAGES: N_("Intimate images"),
    Harm.ADULT_CONTENT: N_("Adult content"),
    Harm.FRAUD: N_("Scams and fraud"),
    Harm.IMPERSONATION: N_("Impersonation"),
    Harm.INTELLECTUAL_PROPERTY: N_("Copies and counterfeits"),
    Harm.MALWARE_SPAM: N_("Malware and spam"),
    Harm.VIOLENCE_HARASSMENT: N_("Violence and harassment"),
    Harm.SELF_HARM: N_("Self-harm"),
    Harm.PROHIBITED_GOODS: N_("Prohibited goods"),
    Harm.OTHER: N_("Other"),
}
TASK_KINDS: Final[Mapping[str, str]] = {
    TaskKind.REVIEW: N_("first look"),
    TaskKind.APPEAL: N_("appeal"),
    TaskKind.REOPENED: N_("look again"),
    TaskKind.AUDIT: N_("second look by lot"),
    TaskKind.DISPUTE: N_("two answers"),
    TaskKind.EXERCISE: N_("exercise"),
}
OUTCOMES: Final[Mapping[str, str]] = {
    Outcome.VIOLATION: N_("Violation"),
    Outcome.NO_VIOLATION: N_("No violation"),
    Outcome.NOT_ENOUGH_INFORMATION: N_("Not enough information"),
    Outcome.DUPLICATE: N_("Duplicate, dealt with already"),
    Outcome.OUT_OF_SCOPE: N_("Out of scope"),
    Outcome.ESCALATED: N_("Escalated to a colleague"),
}
APPEALS: Final[Mapping[str, str]] = {
    AppealOutcome.GRANTED: N_("granted"),
    AppealOutcome.PARTLY_GRANTED: N_("granted in part"),
    AppealOutcome.REJECTED: N_("rejected"),
}
MEASURES: Final[Mapping[str, str]] = {
    Measure.LABEL: N_("Add a label to the item"),
    Measure.WARN: N_("Warn the account"),
    Measure.AGE_GATE: N_("Show the item to adults only"),
    Measure.DEMOTE: N_("Recommend the item less"),
    Measure.HIDE: N_("Hide the item"),
    Measure.REMOVE: N_("Remove the item"),
    Measure.LIMIT: N_("Limit the account"),
    Measure.SUSPEND: N_("Suspend the account"),
    Measure.CLOSE: N_("Close the account"),
}
#: The end of a measure, as it is told to the service.
LIFTED: Final = N_("Undo")
ROLES: Final = transparency.ROLES
#: What each role is for, where roles are given.
ROLE_DUTIES: Final[Mapping[str, str]] = {
    Role.REVIEWER: N_("reviews tasks and judges appeals"),
    Role.LEAD: N_("also keeps banks, sends again what failed, sees numbers and staff"),
    Role.ADMINISTRATOR: N_("also keeps policy, staff, keys, and reads the ledger"),
    Role.AUDITOR: N_("reads the ledger, numbers and queues, and changes nothing"),
}
LEVELS: Final[Mapping[str, str]] = {
    "outline": N_("Outline"),
    "grey": N_("Grey"),
    "full": N_("Full"),
}
#: What a message tells, by its template.
MESSAGES: Final[Mapping[str, str]] = {
    "report_received": N_("Message: we have your report"),
    "report_decided": N_("Message: what came of your report"),
    "report_reversed": N_("Message: what came of your report has changed"),
    "decision_made": N_("Message: the decision and its reasons"),
    "decision_reversed": N_("Message: the decision is undone"),
    "measure_ended": N_("Message: a measure has ended"),
    "appeal_received": N_("Message: we have your appeal"),
    "appeal_decided": N_("Message: what came of your appeal"),
    "order_answered": N_("Message: information about you was given to an authority"),
}
#: Where a version of a classifier stands: (word, mark, style).
VERSIONS: Final[Mapping[str, tuple[str, str, str]]] = {
    State.TRAINED: (N_("waits to be put in force"), "◷", ""),
    State.IN_FORCE: (N_("in force"), "●", "fine"),
    State.REPLACED: (N_("replaced"), "→", "note"),
    State.RETIRED: (N_("retired"), "↺", "note"),
}
STREAMS: Final[Mapping[str, str]] = {
    Stream.SCORES: N_("Its average score"),
    Stream.ERRORS: N_("How often people found otherwise"),
}
#: What a rate is counted by.
FIGURES_OF: Final[Mapping[str, str]] = {
    "all": N_("All decisions"),
    "decided_by": N_("By who decided"),
    "answer": N_("By answer"),
    "clause": N_("Violations, by clause"),
    "harm": N_("No violation, by harm"),
    "language": N_("By language of the account"),
    "detector": N_("By detector that found something"),
    "rule": N_("By rule that proposed"),
}
DECIDERS: Final[Mapping[str, str]] = {
    "person": N_("a person"),
    "rule": N_("a rule"),
}
#: Why a figure is not told.
WITHHELD: Final[Mapping[str, str]] = {
    "few_answers": N_("not told: too few answers"),
    "few_people": N_("not told: decisions of too few people"),
}
#: Where a delivery stands: (word, mark, style).
DELIVERY: Final[Mapping[str, tuple[str, str, str]]] = {
    "ready": (N_("waiting"), "◷", ""),
    "running": (N_("being sent"), "◐", "note"),
    "done": (N_("arrived"), "✓", "fine"),
    "dead": (N_("given up"), "▲", "severe"),
}
