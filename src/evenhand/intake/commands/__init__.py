"""Taking in what arrives: kinds, items, reports, and orders of authorities with their answers."""

from evenhand.intake.commands.arriving import (
    Kept,
    declare_kind,
    receive_item,
    receive_report,
    seed_kinds,
    settle_reports,
    unsettle_reports,
)
from evenhand.intake.commands.ordering import answer_order, confirm_order, receive_order

__all__ = [
    "Kept",
    "answer_order",
    "confirm_order",
    "declare_kind",
    "receive_item",
    "receive_order",
    "receive_report",
    "seed_kinds",
    "settle_reports",
    "unsettle_reports",
]
