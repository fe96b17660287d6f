"""What pages call stages, hits and lines of the ledger, and how a rule's source is set out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from evenhand.pages import N_
from evenhand.rules import ORDER, RuleVersion, Stage

#: How far a version came: (word, mark, style, what it means).
STAGES: Final[Mapping[str, tuple[str, str, str, str]]] = {
    Stage.DRAFT: (N_("draft"), "◷", "", N_("It is not run.")),
    Stage.SHADOW: (
        N_("in the shadow"),
        "◐",
        "note",
        N_("It is written down what it hits. Nothing else happens."),
    ),
    Stage.ENQUEUE: (
        N_("asks for a look"),
        "●",
        "",
        N_("What it hits is put before a person. Nothing else happens."),
    ),
    Stage.CANARY: (
        N_("acts for a share"),
        "◐",
        "warn",
        N_("It does what it says for a share of the accounts, always the same ones."),
    ),
    Stage.ON: (N_("acts for all"), "●", "fine", N_("It does what it says for everybody.")),
    Stage.RETIRED: (N_("retired"), "↺", "note", N_("It never runs again under this number.")),
}
#: What came of a hit.
DOINGS: Final[Mapping[str, tuple[str, str, str]]] = {
    "act": (N_("acted"), "●", "warn"),
    "look": (N_("put before a person"), "○", ""),
    "note": (N_("only written down"), "–", "note"),
    "held_out": (N_("held out: a person looked instead"), "◐", "note"),
}
#: What a line of the ledger says of a version.
LINES: Final[Mapping[str, str]] = {
    "rules.deployed": N_("deployed"),
    "rule.staged": N_("moved"),
    "rule.approved": N_("approved by a second person"),
    "rule.tried": N_("tried on the past"),
    "rule.braked": N_("taken back by the brake"),
    "rule.retired": N_("retired"),
}

_QUOTED: Final = re.compile(r'("(?:[^"\\\n]|\\.)*")')


@dataclass(frozen=True)
class Piece:
    """A stretch of a line of source: a text in quotation marks stands apart from what is around it.

    Texts may run from right to left; set apart, they cannot change the order of the rest.
    """

    text: str
    quoted: bool


def set_out(source: str) -> list[list[Piece]]:
    """Cut a source into lines, and lines into what is quoted and what is not."""
    return [
        [
            Piece(part, part.startswith('"') and len(part) > 1)
            for part in _QUOTED.split(line)
            if part
        ]
        for line in source.rstrip("\n").split("\n")
    ]


def next_stage(version: RuleVersion) -> Stage | None:
    """Return the stage that comes next, or None at the end of the way."""
    if version.stage not in ORDER[:-1]:
        return None
    return ORDER[ORDER.index(version.stage) + 1]


def stages_behind(version: RuleVersion) -> list[Stage]:
    """Return the stages a version may be taken back to, the nearest first; a draft is not one."""
    if version.stage not in ORDER:
        return []
    return list(ORDER[1 : ORDER.index(version.stage)])[::-1]
