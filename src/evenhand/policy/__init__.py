"""The written rules people are held to: clauses, versions and ladders of measures.

An operator writes the policy in TOML, clause by clause under the Charter's harms. A published
version is never edited: a decision cites a version, and is read for ever under the words of its
day. Each clause carries a ladder, mildest step first, and so the least restrictive measure that
fits is always known.
"""

from evenhand.policy.categories import (
    KEYWORD_OTHER,
    NOT_SPECIFIED_NOTICE,
    NOT_SPECIFIED_ORDER,
    OTHER_TERMS,
    Heading,
    category_tree,
    heading_of,
    heading_of_notice,
    usual_heading,
)
from evenhand.policy.commands import publish, seed, starter
from evenhand.policy.errors import NoSuchClause, NothingToPublish, PolicyError, PolicyRefused
from evenhand.policy.model import (
    CHECKED_FIRST,
    HARM_LABELS,
    SEVERITY_MAX,
    TIMED,
    Basis,
    Clause,
    Clock,
    GroundType,
    Harm,
    InLaw,
    Label,
    Measure,
    MeasureFacts,
    Originals,
    Policy,
    RestrictionKind,
    Rung,
    above_ladder,
    clock_for,
    least_restrictive,
    number_order,
)
from evenhand.policy.parse import parse_policy
from evenhand.policy.queries import clause, clauses, labels, policy

__all__ = [
    "CHECKED_FIRST",
    "HARM_LABELS",
    "KEYWORD_OTHER",
    "NOT_SPECIFIED_NOTICE",
    "NOT_SPECIFIED_ORDER",
    "OTHER_TERMS",
    "SEVERITY_MAX",
    "TIMED",
    "Basis",
    "Clause",
    "Clock",
    "GroundType",
    "Harm",
    "Heading",
    "InLaw",
    "Label",
    "Measure",
    "MeasureFacts",
    "NoSuchClause",
    "NothingToPublish",
    "Originals",
    "Policy",
    "PolicyError",
    "PolicyRefused",
    "RestrictionKind",
    "Rung",
    "above_ladder",
    "category_tree",
    "clause",
    "clauses",
    "clock_for",
    "heading_of",
    "heading_of_notice",
    "labels",
    "least_restrictive",
    "number_order",
    "parse_policy",
    "policy",
    "publish",
    "seed",
    "starter",
    "usual_heading",
]
