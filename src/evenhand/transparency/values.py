"""What the values in published tables are called, in the order in which tables print them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from evenhand.policy import HARM_LABELS, Harm, Measure
from evenhand.queue import URGENT
from evenhand.transparency.model import N_

SOURCES: Final[Mapping[str, str]] = {
    "report": N_("A report"),
    "notice": N_("A legal notice"),
    "order": N_("An order from an authority"),
    "own_initiative": N_("The service's own initiative"),
}
ORDER_EFFECTS: Final[Mapping[str, str]] = {
    "given": N_("Effect was given"),
    "in_part": N_("Effect was given in part"),
    "refused": N_("Refused, with a reason"),
    "silence_asked": N_("Refused, because it demanded silence"),
}
OUTCOMES: Final[Mapping[str, str]] = {
    "violation": N_("A rule was broken"),
    "no_violation": N_("No rule was broken"),
    "not_enough_information": N_("Not enough information"),
    "duplicate": N_("Already dealt with"),
    "out_of_scope": N_("Not covered by the rules"),
    "escalated": N_("Passed on to somebody else"),
}
MEASURES: Final[Mapping[str, str]] = {
    Measure.LABEL: N_("Note added"),
    Measure.WARN: N_("Warning"),
    Measure.AGE_GATE: N_("Adults only"),
    Measure.DEMOTE: N_("Recommended less"),
    Measure.HIDE: N_("Hidden"),
    Measure.REMOVE: N_("Removed"),
    Measure.LIMIT: N_("Account limited"),
    Measure.SUSPEND: N_("Account paused"),
    Measure.CLOSE: N_("Account closed"),
}
AUTOMATION: Final[Mapping[str, str]] = {
    "none": N_("No"),
    "partially": N_("In part"),
    "fully": N_("Yes"),
}
ANSWERS: Final[Mapping[str, str]] = {
    "found": N_("Something was found"),
    "not_found": N_("Nothing was found"),
    "failed": N_("A detector failed"),
    "skipped": N_("A detector was left out"),
}
QUEUES: Final[Mapping[str, str]] = {
    "urgent": N_("Urgent"),
    **{harm.value: HARM_LABELS[harm] for harm in Harm if harm not in URGENT},
    "escalated": N_("Passed on to somebody more senior"),
    "appeals": N_("Appeals"),
    "two_answers": N_("Two answers that differ"),
    "second_looks": N_("Second looks at decisions drawn by lot"),
    "exercises": N_("Exercises"),
}
ROLES: Final[Mapping[str, str]] = {
    "reviewer": N_("Reviewer"),
    "lead": N_("Lead"),
    "administrator": N_("Administrator"),
    "auditor": N_("Auditor"),
}
