"""Auditing decisions, and practising on settled cases."""

from evenhand.quality.commands.auditing import close, draw, label, publish, settle
from evenhand.quality.commands.extracting import EXTRACT_MAX, ask_extract, draw_extract
from evenhand.quality.commands.practising import (
    answer_check,
    begin_calibration,
    begin_course,
    end_session,
    keep_case,
    plant_check,
    plant_checks,
    practise,
)

__all__ = [
    "EXTRACT_MAX",
    "answer_check",
    "ask_extract",
    "begin_calibration",
    "begin_course",
    "close",
    "draw",
    "draw_extract",
    "end_session",
    "keep_case",
    "label",
    "plant_check",
    "plant_checks",
    "practise",
    "publish",
    "settle",
]
