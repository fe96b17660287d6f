"""What people read is worked out from the object that was decided, and from nothing else.

The page shows `as_lines`; the letter is those same lines. The words that are ours go through
gettext; what the reviewer wrote stays as written, in the language the statement names.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Final

from evenhand.decision.statement import (
    AutomatedDecision,
    Redress,
    Restriction,
    Statement,
    StatementIncomplete,
    language_problems,
    redress_problems,
    window_problems,
)
from evenhand.decision.wording import text_problems
from evenhand.kit.words import N_
from evenhand.policy import Basis

Gettext = Callable[[str], str]
Lines = tuple[tuple[str, str], ...]

STANDARD_REDRESS: Final = Redress(
    N_("Ask us to look again, free of charge. Somebody who did not take part will decide."),
    N_("Turn to a certified out-of-court dispute settlement body of your choice."),
    N_("Go to court. Asking us first does not take that right away."),
)
"""Redress as DSA Art. 20, 21 and 17(3)(f) describe it; an operator may write its own."""

_SOURCES: Final = {
    Basis.NOTICE: N_("Somebody sent us a legal notice about it."),
    Basis.REPORT: N_("Somebody reported it to us."),
    Basis.OWN_INITIATIVE: N_("We found it ourselves."),
    Basis.ORDER: N_("An authority sent us an order about it."),
}
_AUTOMATION: Final = {
    AutomatedDecision.NONE: N_("A person decided."),
    AutomatedDecision.PARTIALLY: N_("A person decided with the help of automated means."),
    AutomatedDecision.FULLY: N_("This was decided by automated means."),
}


class NoActionOutcome(StrEnum):
    """Why a report led to no restriction; each is an answer, none is silence."""

    NO_VIOLATION = "no_violation"
    NOT_ENOUGH_INFORMATION = "not_enough_information"
    DUPLICATE = "duplicate"
    OUT_OF_SCOPE = "out_of_scope"


_OUTCOMES: Final = {
    NoActionOutcome.NO_VIOLATION: N_("We looked at it and found that it breaks no rule."),
    NoActionOutcome.NOT_ENOUGH_INFORMATION: N_("We could not tell without more information."),
    NoActionOutcome.DUPLICATE: N_("We had already dealt with it after an earlier report."),
    NoActionOutcome.OUT_OF_SCOPE: N_("This is not something our rules or this service cover."),
}


@dataclass(frozen=True, slots=True)
class NoActionReasons:
    """What a reporter is told when nothing is restricted (DSA Art. 16(5)-(6), 20(1)).

    It cites no clause, because none was broken, and it can be objected to like any decision.
    """

    issued_on: date
    outcome: NoActionOutcome
    reasons: str
    automated_decision: AutomatedDecision
    redress: Redress
    appeal_until: date
    language: str

    def __post_init__(self) -> None:
        """Refuse to exist with an element missing or contradictory."""
        missing = [
            *redress_problems(self.redress),
            *window_problems(self.issued_on, self.appeal_until),
            *language_problems(self.language),
        ]
        if not self.reasons.strip():
            missing.append("The reasons are missing: say why nothing was restricted.")
        if missing:
            raise StatementIncomplete(tuple(missing))


def check_reasons(reasons: NoActionReasons) -> NoActionReasons:
    """Refuse hollow or personal wording before it is sent; the reporter learns about no one."""
    missing = tuple(text_problems("The reasons", reasons.reasons))
    if missing:
        raise StatementIncomplete(missing)
    return reasons


def as_lines(told: Statement | NoActionReasons, gettext: Gettext = str) -> Lines:
    """Return ordered (label, value) pairs that say all the object says, for a page or a letter."""
    said = (
        _statement_lines(told, gettext)
        if isinstance(told, Statement)
        else _no_action_lines(told, gettext)
    )
    return (
        (gettext(N_("Date")), told.issued_on.isoformat()),
        *said,
        *_redress_lines(told.redress, told.appeal_until, gettext),
    )


def as_plain_text(told: Statement | NoActionReasons, gettext: Gettext = str) -> str:
    """Return the letter: each label on its own line, its value indented beneath it.

    Values are indented on every line, so nothing a person wrote can pass for one of our labels.
    """
    return "\n\n".join(f"{label}\n{_indented(value)}" for label, value in as_lines(told, gettext))


def _indented(value: str) -> str:
    return "\n".join(f"    {line}" for line in value.splitlines())


def _statement_lines(statement: Statement, gettext: Gettext) -> Iterator[tuple[str, str]]:
    ground = statement.ground
    for restriction in statement.restrictions:
        yield gettext(N_("What we did")), _restriction_text(restriction, gettext)
    yield gettext(N_("What happened")), statement.facts
    yield gettext(N_("How we learned of it")), gettext(_SOURCES[statement.source])
    found = (
        N_("Automated means helped to find it.")
        if statement.automated_detection
        else N_("No automated means were used to find it.")
    )
    decided = _AUTOMATION[statement.automated_decision]
    yield gettext(N_("Automated means")), f"{gettext(found)} {gettext(decided)}"
    rule = gettext(N_("%(number)s %(title)s (version %(version)d)"))
    yield (
        gettext(N_("The rule")),
        rule
        % {
            "number": ground.clause_number,
            "title": ground.clause_title,
            "version": ground.clause_version,
        },
    )
    if ground.legal_ground:
        yield gettext(N_("The law")), ground.legal_ground
    yield gettext(N_("Why the rule applies")), ground.explanation


def _no_action_lines(reasons: NoActionReasons, gettext: Gettext) -> Iterator[tuple[str, str]]:
    yield gettext(N_("What we decided")), gettext(_OUTCOMES[reasons.outcome])
    yield gettext(N_("Why")), reasons.reasons
    yield gettext(N_("Automated means")), gettext(_AUTOMATION[reasons.automated_decision])


def _redress_lines(redress: Redress, until: date, gettext: Gettext) -> Iterator[tuple[str, str]]:
    yield gettext(N_("If you disagree")), gettext(redress.internal_complaint)
    yield gettext(N_("You can ask us until")), until.isoformat()
    yield gettext(N_("Out of court")), gettext(redress.out_of_court)
    yield gettext(N_("In court")), gettext(redress.judicial)


def _restriction_text(restriction: Restriction, gettext: Gettext) -> str:
    """Say what, from when, until when and where, in that order (DSA Art. 17(3)(a))."""
    what = gettext(restriction.measure.facts.wording)
    values = {
        "what": f"{what}: “{restriction.label}”" if restriction.label else what,
        "start": restriction.start.isoformat(),
        "end": restriction.end.isoformat() if restriction.end else "",
        "where": ", ".join(restriction.territorial_scope) or gettext(N_("everywhere")),
    }
    if restriction.end is None:
        pattern = gettext(N_("%(what)s. From %(start)s, with no end date. Where: %(where)s."))
    else:
        pattern = gettext(N_("%(what)s. From %(start)s until %(end)s. Where: %(where)s."))
    return pattern % values


def no_action_to_dict(reasons: NoActionReasons) -> dict[str, object]:
    """Write the reporter's answer as JSON data."""
    return {
        "issued_on": reasons.issued_on.isoformat(),
        "outcome": reasons.outcome.value,
        "reasons": reasons.reasons,
        "automated_decision": reasons.automated_decision.value,
        "redress": {
            "internal_complaint": reasons.redress.internal_complaint,
            "out_of_court": reasons.redress.out_of_court,
            "judicial": reasons.redress.judicial,
        },
        "appeal_until": reasons.appeal_until.isoformat(),
        "language": reasons.language,
    }


def no_action_from_dict(data: Mapping[str, Any]) -> NoActionReasons:
    """Read back what `no_action_to_dict` wrote."""
    return NoActionReasons(
        issued_on=date.fromisoformat(data["issued_on"]),
        outcome=NoActionOutcome(data["outcome"]),
        reasons=data["reasons"],
        automated_decision=AutomatedDecision(data["automated_decision"]),
        redress=Redress(**data["redress"]),
        appeal_until=date.fromisoformat(data["appeal_until"]),
        language=data["language"],
    )
