"""The verbs of the room: rules are deployed, go on and back, meet facts, and are taken back."""

from evenhand.rules.commands.asking import ask_for_labels
from evenhand.rules.commands.braking import mind_overturned
from evenhand.rules.commands.deploying import deploy, seed
from evenhand.rules.commands.evaluating import evaluate_item, evaluate_report, mark_taken
from evenhand.rules.commands.reconsidering import end_wait, reconsider, take_back
from evenhand.rules.commands.staging import (
    approve_rule,
    keep_trial,
    retire_rule,
    roll_back,
    stage_rule,
)
from evenhand.rules.commands.trying import Tried, ask_trial, end_trial, note_progress

__all__ = [
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
]
