"""The verbs of the room: rules meet facts, ask to learn, and are taken back with their grounds."""

from evenhand.rules.commands.asking import ask_for_labels
from evenhand.rules.commands.evaluating import evaluate_item, evaluate_report, mark_taken
from evenhand.rules.commands.reconsidering import end_wait, reconsider, reconsider_detector

__all__ = [
    "ask_for_labels",
    "end_wait",
    "evaluate_item",
    "evaluate_report",
    "mark_taken",
    "reconsider",
    "reconsider_detector",
]
