"""The tables of the numbers page and the report, declared as data, in the order of the path.

Every table counts lines of some event types by one field. Closed lists print their zeros; a value
that only the log knows (a clause, say) gets its row where it appears.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from evenhand.policy import HARM_LABELS, Harm
from evenhand.transparency.counting import Counted
from evenhand.transparency.model import N_
from evenhand.transparency.values import (
    ANSWERS,
    AUTOMATION,
    MEASURES,
    ORDER_EFFECTS,
    OUTCOMES,
    QUEUES,
    ROLES,
    SOURCES,
)

Conditions = tuple[tuple[str, str], ...]
Cells = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class ByField:
    """A table that counts lines by what stands at one path of their data.

    `named_by` is a path to words that say what a value of an open list means. With `keys`, what
    stands at the path is an object, and its keys are counted: a line says which detectors looked
    as `{"name": "version"}`.
    """

    id: str
    title: str
    events: tuple[str, ...]
    path: str
    cells: Cells = ()
    where: Conditions = ()
    named_by: str | None = None
    keys: bool = False


@dataclass(frozen=True)
class Single:
    """One figure of a table whose figures have little in common but their subject."""

    id: str
    title: str
    events: tuple[str, ...]
    where: Conditions = ()
    count: Counted = Counted.LINES
    field: str | None = None


@dataclass(frozen=True)
class Group:
    """A table of single figures; it has no total."""

    id: str
    title: str
    singles: tuple[Single, ...]


_HARMS: Final[Cells] = tuple((harm.value, HARM_LABELS[harm]) for harm in Harm)
_YES_NO: Final[Cells] = (("true", N_("Yes")), ("false", N_("No")))

TABLES: Final[tuple[ByField | Group, ...]] = (
    ByField("items-by-kind", N_("Items, by kind"), ("item.received",), "kind"),
    ByField(
        "reports-by-harm", N_("Reports, by what was reported"), ("report.received",), "harm", _HARMS
    ),
    ByField(
        "reports-by-basis",
        N_("Reports, by kind"),
        ("report.received",),
        "basis",
        (
            ("report", N_("Report under the service's rules")),
            ("notice", N_("Notice of illegal content")),
            ("order", N_("Order from an authority")),
        ),
    ),
    ByField(
        "reports-by-via",
        N_("Reports, by the way they came"),
        ("report.received",),
        "via",
        (
            ("portal", N_("The pages for the public")),
            ("api", N_("The service itself")),
            ("desk", N_("The service's staff, from an order")),
        ),
    ),
    ByField(
        "reports-by-trusted",
        N_("Reports, by whether a trusted flagger sent them"),
        ("report.received",),
        "trusted",
        _YES_NO,
    ),
    ByField(
        "orders-by-kind",
        N_("Orders from authorities, by kind"),
        ("order.received",),
        "kind",
        (("act", N_("To act against illegal content")), ("information", N_("To give information"))),
    ),
    ByField(
        "orders-by-country",
        N_("Orders from authorities, by country"),
        ("order.received",),
        "member_state",
    ),
    ByField(
        "orders-by-answer",
        N_("Orders from authorities answered, by how"),
        ("order.answered",),
        "ended",
        tuple(ORDER_EFFECTS.items()),
    ),
    Group(
        "orders",
        N_("What orders from authorities came to"),
        (
            Single("items", N_("Items they named"), ("order.received",), (), Counted.SUM, "items"),
            Single(
                "median-confirmed",
                N_("Median time until an order's receipt was confirmed"),
                ("order.confirmed",),
                (),
                Counted.MEDIAN_MINUTES,
                "received_at",
            ),
            Single(
                "median-answered",
                N_("Median time until an order was answered"),
                ("order.answered",),
                (),
                Counted.MEDIAN_MINUTES,
                "received_at",
            ),
        ),
    ),
    ByField(
        "tasks-by-queue",
        N_("Tasks that began to wait for a person, by queue"),
        ("task.opened", "task.reopened"),
        "queue",
        tuple(QUEUES.items()),
    ),
    Group(
        "checks",
        N_("Hidden checks"),
        (
            Single(
                "answered",
                N_("Tasks that turned out to be checks; they are counted by queue as well"),
                ("task.closed",),
                (("kind", "check"),),
            ),
        ),
    ),
    Group(
        "looks",
        N_("What detectors said of items"),
        tuple(
            Single(code, says, ("item.assessed",), (), Counted.SUM, f"answers.{code}")
            for code, says in ANSWERS.items()
        ),
    ),
    ByField(
        "looks-by-detector",
        N_("Times that items were looked at, by detector"),
        ("item.assessed",),
        "detectors",
        keys=True,
    ),
    ByField(
        "proposals-by-rule",
        N_("What rules of the service's own software proposed, by rule"),
        ("rules.proposed",),
        "rule",
    ),
    ByField(
        "decisions-by-outcome",
        N_("Decisions, by outcome"),
        ("decision.made",),
        "outcome",
        tuple(OUTCOMES.items()),
    ),
    ByField(
        "violations-by-clause",
        N_("Decisions that a rule was broken, by rule"),
        ("decision.made",),
        "clause_number",
        (),
        (("outcome", "violation"),),
        named_by="clause_title",
    ),
    ByField(
        "violations-by-harm",
        N_("Decisions that a rule was broken, by harm"),
        ("decision.made",),
        "harm",
        _HARMS,
        (("outcome", "violation"),),
    ),
    ByField(
        "decisions-by-measure",
        N_("Decisions, by measure"),
        ("decision.made",),
        "measures.measure",
        tuple(MEASURES.items()),
    ),
    ByField(
        "decisions-by-source",
        N_("Decisions, by how the matter reached the service"),
        ("decision.made",),
        "source",
        tuple(SOURCES.items()),
    ),
    ByField(
        "decisions-by-decider",
        N_("Decisions, by who decided"),
        ("decision.made",),
        "decided_by",
        (("person", N_("A person")), ("rule", N_("A rule, reviewed by a person later"))),
    ),
    ByField(
        "decisions-by-detection",
        N_("Decisions, by whether automated means found it"),
        ("decision.made",),
        "automated_detection",
        _YES_NO,
    ),
    ByField(
        "decisions-by-automation",
        N_("Decisions, by whether automated means decided"),
        ("decision.made",),
        "automated_decision",
        tuple(AUTOMATION.items()),
    ),
    ByField(
        "decisions-by-rule",
        N_("Decisions by rules of the service's own software, by rule"),
        ("decision.made",),
        "rule",
    ),
    ByField(
        "decisions-by-language",
        N_("Decisions, by the language of the account"),
        ("decision.made",),
        "language",
    ),
    ByField(
        "decisions-in-time",
        N_("Decisions with a deadline, by whether it was kept"),
        ("decision.made",),
        "in_time",
        _YES_NO,
    ),
    Group(
        "time",
        N_("Time to decision"),
        (
            Single(
                "median-person",
                N_("Median time from waiting to decision by a person"),
                ("decision.made",),
                (("decided_by", "person"),),
                Counted.MEDIAN_MINUTES,
                "task_opened_at",
            ),
            Single(
                "median-violation",
                N_("Median time where a rule was broken"),
                ("decision.made",),
                (("decided_by", "person"), ("outcome", "violation")),
                Counted.MEDIAN_MINUTES,
                "task_opened_at",
            ),
        ),
    ),
    ByField(
        "appeals-by-side",
        N_("Appeals, by who asked"),
        ("appeal.filed",),
        "by",
        (
            ("affected", N_("The person decided about")),
            ("reporter", N_("The person who reported")),
        ),
    ),
    ByField(
        "appeals-by-outcome",
        N_("Appeals decided, by outcome"),
        ("appeal.decided",),
        "outcome",
        (
            ("granted", N_("Granted")),
            ("partly_granted", N_("Granted in part")),
            ("rejected", N_("Rejected")),
        ),
    ),
    ByField(
        "reversals-by-reason",
        N_("Decisions undone, by reason"),
        ("decision.reversed",),
        "by",
        (
            ("appeal", N_("An appeal")),
            ("review", N_("A second look")),
            ("withdrawn_signal", N_("What it rested on was withdrawn")),
            ("replaced", N_("A person's decision took the place of a rule's")),
            ("looked_at", N_("The check it waited for was done")),
        ),
    ),
    Group(
        "restitution",
        N_("What was put right"),
        (
            Single(
                "undone",
                N_("Consequences undone"),
                ("decision.reversed",),
                (),
                Counted.SUM,
                "undone",
            ),
            Single(
                "not-undone",
                N_("Consequences that could not be undone"),
                ("decision.reversed",),
                (),
                Counted.SUM,
                "not_undone",
            ),
        ),
    ),
    Group(
        "second-looks",
        N_("Decisions drawn by lot and looked at again"),
        (
            Single("audits", N_("Times that decisions were drawn"), ("audit.drawn",)),
            Single("looked-at", N_("Decisions looked at again"), ("audit.labelled",)),
            Single(
                "wrong",
                N_("Decisions found wrong, in audits that were counted in the period"),
                ("audit.counted",),
                (),
                Counted.SUM,
                "wrong",
            ),
        ),
    ),
    Group(
        "delivery",
        N_("What reached the service"),
        (
            Single("acknowledged", N_("Effects confirmed"), ("effect.acknowledged",)),
            Single(
                "buried", N_("Effects or messages that could not be delivered"), ("effect.buried",)
            ),
        ),
    ),
    ByField(
        "staff-by-role",
        N_("People who joined the staff, by role"),
        ("staff.added",),
        "role",
        tuple(ROLES.items()),
    ),
    Group(
        "sealed",
        N_("Sealed identities"),
        (Single("opened", N_("Times a sealed identity was opened"), ("identity.opened",)),),
    ),
)

COUNTED_EVENTS: Final = tuple(
    sorted(
        {
            event
            for table in TABLES
            for each in ([table] if isinstance(table, ByField) else table.singles)
            for event in each.events
        }
    )
)
