"""A statement of reasons is one object, complete or not there at all (DSA Art. 17; promise 1).

Every letter, page and published row is rendered from it, so none can say something else. Who sent
a notice is not among its fields, so no rendering can give them away (promise 10).
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, Final, get_args

from evenhand.decision.wording import text_problems
from evenhand.policy import (
    TIMED,
    Basis,
    Clause,
    GroundType,
    Measure,
    RestrictionKind,
)

APPEAL_MONTHS: Final = 6  # DSA Art. 20(1): at least six months from the day the person is informed
REDRESS_MAX_CHARS: Final = 1000
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
FACTS_MISSING: Final = "The facts are missing: say what happened, where and when."
_COUNTRY: Final = re.compile(r"[A-Z]{2}")


class StatementIncomplete(Exception):
    """Reasons that may not be sent yet; `missing` says, in sentences, what a reviewer must add."""

    def __init__(self, missing: tuple[str, ...]) -> None:
        """Keep every sentence, so that nothing has to be found out one error at a time."""
        super().__init__(" ".join(missing))
        self.missing = missing


class AutomatedDecision(StrEnum):
    """How much of the decision was taken without a person (DSA Art. 17(3)(c))."""

    NONE = "none"
    PARTIALLY = "partially"
    FULLY = "fully"


@dataclass(frozen=True, slots=True)
class Restriction:
    """One measure that restricts: from when, until when, and where (DSA Art. 17(3)(a)).

    `end` None means until it is undone; an empty `territorial_scope` means everywhere. `label`
    holds the words of the label that was added.
    """

    measure: Measure
    start: date
    end: date | None = None
    territorial_scope: tuple[str, ...] = ()
    label: str | None = None

    @property
    def kind(self) -> RestrictionKind | None:
        """Return which point of DSA Art. 17(1) it falls under, read off the measure."""
        return self.measure.facts.restricts


@dataclass(frozen=True, slots=True)
class Ground:
    """The clause version relied on, and why it applies to this case (DSA Art. 17(3)(d)-(e))."""

    type: GroundType
    clause_key: str
    clause_number: str
    clause_version: int
    clause_title: str
    legal_ground: str | None
    explanation: str


@dataclass(frozen=True, slots=True)
class Redress:
    """The three ways to object (DSA Art. 17(3)(f), 20, 21), in words, ready to be translated."""

    internal_complaint: str
    out_of_court: str
    judicial: str


@dataclass(frozen=True, slots=True)
class Statement:
    """The whole of DSA Art. 17(3). It cannot be made incomplete: see `StatementIncomplete`."""

    issued_on: date
    restrictions: tuple[Restriction, ...]
    facts: str
    source: Basis
    automated_detection: bool
    automated_decision: AutomatedDecision
    ground: Ground
    redress: Redress
    appeal_until: date
    language: str

    def __post_init__(self) -> None:
        """Refuse to exist with an element missing or two that contradict each other.

        Wording is judged once, in `draft_statement`: a stricter check made later must not turn a
        statement that was sent into one that cannot be read.
        """
        missing = [
            *_restriction_problems(self.restrictions, self.automated_decision),
            *_ground_problems(self.ground),
            *redress_problems(self.redress),
            *window_problems(self.issued_on, self.appeal_until),
            *language_problems(self.language),
        ]
        if not self.facts.strip():
            missing.append(FACTS_MISSING)
        if missing:
            raise StatementIncomplete(tuple(missing))


def restrictions_for(
    measures: Iterable[Measure],
    start: date,
    *,
    days: int | None = None,
    territorial_scope: Sequence[str] = (),
    label: str | None = None,
) -> tuple[Restriction, ...]:
    """Turn chosen measures into restrictions: limits and suspensions end, the rest waits for undo.

    A warning is left out: it restricts nothing, so Art. 17 asks no reasons for it.
    """
    end = None if days is None else start + timedelta(days=days)
    scope = tuple(territorial_scope)
    return tuple(
        Restriction(
            measure,
            start,
            end if measure in TIMED else None,
            scope,
            label if measure is Measure.LABEL else None,
        )
        for measure in measures
        if measure.facts.restricts
    )


def earliest_appeal_end(issued_on: date) -> date:
    """Return the first day an appeal window may end: six months on, or that month's last day."""
    month = issued_on.month + APPEAL_MONTHS
    first = date(issued_on.year + (month - 1) // 12, (month - 1) % 12 + 1, 1)
    last = (first.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    return min(first + timedelta(days=issued_on.day - 1), last)


def draft_statement(
    *,
    issued_on: date,
    clause: Clause | None = None,
    restrictions: Sequence[Restriction] = (),
    facts: str = "",
    explanation: str = "",
    source: Basis | None = None,
    automated_detection: bool | None = None,
    automated_decision: AutomatedDecision | None = None,
    redress: Redress | None = None,
    appeal_until: date | None = None,
    language: str = "",
) -> Statement:
    """Make the statement, or raise StatementIncomplete with all that is missing (DSA Art. 17(3)).

    `facts` says what happened, `explanation` why the clause covers it. The appeal window defaults
    to the shortest the law allows.
    """
    until = appeal_until or earliest_appeal_end(issued_on)
    required = (
        (clause, "No clause is named: choose the rule that was broken."),
        (source, "The source is missing: a notice, a report, own initiative or an order."),
        (automated_detection, "Say whether the item was found by automated means."),
        (automated_decision, "Say how far the decision was automated: none, partially, fully."),
        (redress, "The ways to object are missing."),
    )
    missing = [sentence for value, sentence in required if value is None]
    known = () if clause is None else (clause.title, clause.text)
    missing += [
        *_restriction_problems(restrictions, automated_decision),
        *text_problems("The facts", facts, clause_words=known),
        *text_problems("The reasons", explanation, clause_words=known),
        *(() if redress is None else redress_problems(redress)),
        *window_problems(issued_on, until),
        *language_problems(language),
    ]
    if missing:
        raise StatementIncomplete(tuple(missing))
    assert clause is not None
    assert source is not None
    assert redress is not None
    assert automated_detection is not None
    assert automated_decision is not None
    return Statement(
        issued_on=issued_on,
        restrictions=tuple(restrictions),
        facts=facts.strip(),
        source=source,
        automated_detection=automated_detection,
        automated_decision=automated_decision,
        ground=_ground_from(clause, explanation.strip()),
        redress=redress,
        appeal_until=until,
        language=language,
    )


def _ground_from(clause: Clause, explanation: str) -> Ground:
    return Ground(
        clause.ground,
        clause.key,
        clause.number,
        clause.version,
        clause.title,
        clause.legal_ground,
        explanation,
    )


def _restriction_problems(
    restrictions: Sequence[Restriction], automated: AutomatedDecision | None
) -> Iterator[str]:
    """Say what is wrong with the restrictions; automation alone closes nothing (promise 13)."""
    if not restrictions:
        yield "No restriction is named: say what was changed, or send no statement at all."
    measures = [restriction.measure for restriction in restrictions]
    if len(set(measures)) != len(measures):
        yield "A restriction is listed twice: keep one of each."
    if Measure.CLOSE in measures and automated is AutomatedDecision.FULLY:
        yield "Automation alone never closes an account: a person has to decide this."
    for restriction in restrictions:
        measure, start, end = restriction.measure, restriction.start, restriction.end
        if restriction.kind is None:
            yield f"The measure {measure} restricts nothing: leave it out of the restrictions."
        if measure in TIMED and end is None:
            yield f"The measure {measure} has no end: give the day it stops."
        if measure is Measure.CLOSE and end is not None:
            yield "A closed account has no end day: suspend it instead, or leave the day out."
        if end is not None and end <= start:
            yield f"The measure {measure} ends before it begins: correct its days."
        if not all(map(_COUNTRY.fullmatch, restriction.territorial_scope)):
            yield f"The measure {measure} names a place that is not a country code such as FR."


def _ground_problems(ground: Ground) -> Iterator[str]:
    """Say whether the rule, the law or the reasons are missing (DSA Art. 17(3)(d)-(e))."""
    if not (ground.clause_key and ground.clause_number and ground.clause_title.strip()):
        yield "The clause is not named in full: give its key, number and title."
    if ground.type == "illegal" and not (ground.legal_ground or "").strip():
        yield "The law is not named: a decision about illegal content cites its provision."
    if not ground.explanation.strip():
        yield "The reasons are missing: say why the clause covers this case."


def redress_problems(redress: Redress) -> Iterator[str]:
    """Say which of the three ways to object is missing or overlong (DSA Art. 17(3)(f))."""
    ways = (
        ("with this service", redress.internal_complaint),
        ("out of court", redress.out_of_court),
        ("in court", redress.judicial),
    )
    for where, text in ways:
        if not text.strip():
            yield f"The way to object {where} is missing: say what to do."
        elif len(text) > REDRESS_MAX_CHARS:
            yield f"The way to object {where} is too long: use {REDRESS_MAX_CHARS} characters."


def window_problems(issued_on: date, until: date) -> Iterator[str]:
    """Say when the window to object is shorter than six months (DSA Art. 20(1))."""
    earliest = earliest_appeal_end(issued_on)
    if until < earliest:
        yield f"The window to object closes too early: it stays open until {earliest} at least."


def language_problems(language: str) -> Iterator[str]:
    """Say when the text has no language: nobody can read or translate it without one."""
    if not _LANGUAGE.fullmatch(language):
        yield 'The language is missing: use a code such as "en" or "pt-BR".'


def to_dict(statement: Statement) -> dict[str, object]:
    """Write the statement as JSON data that meets `dsa_art17_statement.schema.json`."""
    ground, redress = statement.ground, statement.redress
    return {
        "issued_on": statement.issued_on.isoformat(),
        "restrictions": [_restriction_dict(each) for each in statement.restrictions],
        "facts": statement.facts,
        "source": statement.source.value,
        "notice_based": statement.source is Basis.NOTICE,
        "automated_means": {
            "detection": statement.automated_detection,
            "decision": statement.automated_decision.value,
        },
        "ground": _ground_dict(ground),
        "redress": {
            "internal_complaint": redress.internal_complaint,
            "out_of_court": redress.out_of_court,
            "judicial": redress.judicial,
        },
        "appeal_until": statement.appeal_until.isoformat(),
        "language": statement.language,
    }


def _restriction_dict(restriction: Restriction) -> dict[str, object]:
    return {
        "kind": restriction.kind.value if restriction.kind else None,
        "measure": restriction.measure.value,
        "start": restriction.start.isoformat(),
        "end": restriction.end.isoformat() if restriction.end else None,
        "territorial_scope": list(restriction.territorial_scope),
        **({"label": restriction.label} if restriction.label is not None else {}),
    }


def _ground_dict(ground: Ground) -> dict[str, object]:
    clause = f"{ground.clause_number} {ground.clause_title} (version {ground.clause_version})"
    named = {"legal_ground": ground.legal_ground} if ground.type == "illegal" else {}
    return {
        "type": ground.type,
        **named,
        "contractual_ground": clause,
        "explanation": ground.explanation,
        "clause": {
            "key": ground.clause_key,
            "number": ground.clause_number,
            "version": ground.clause_version,
            "title": ground.clause_title,
        },
    }


def from_dict(data: Mapping[str, object]) -> Statement:
    """Read back what `to_dict` wrote; raise StatementIncomplete if a field is gone or was altered.

    Derived fields (kind, notice_based, contractual_ground) must agree with the rest.
    """
    raw: dict[str, Any] = dict(data)
    try:
        statement = _read(raw)
    except (KeyError, TypeError, ValueError, AttributeError) as fault:
        raise StatementIncomplete((f"The stored statement cannot be read: {fault!r}.",)) from fault
    written = to_dict(statement)
    if written != raw:
        fields = sorted(k for k in written.keys() | raw.keys() if written.get(k) != raw.get(k))
        raise StatementIncomplete(
            (f"The stored statement contradicts itself in {', '.join(fields)}.",)
        )
    return statement


def _read(raw: dict[str, Any]) -> Statement:
    ground, clause = raw["ground"], raw["ground"]["clause"]
    kind = ground["type"]
    if kind not in get_args(GroundType):
        raise ValueError(kind)
    return Statement(
        issued_on=date.fromisoformat(raw["issued_on"]),
        restrictions=tuple(map(_read_restriction, raw["restrictions"])),
        facts=raw["facts"],
        source=Basis(raw["source"]),
        automated_detection=bool(raw["automated_means"]["detection"]),
        automated_decision=AutomatedDecision(raw["automated_means"]["decision"]),
        ground=Ground(
            kind,
            clause["key"],
            clause["number"],
            clause["version"],
            clause["title"],
            ground.get("legal_ground"),
            ground["explanation"],
        ),
        redress=Redress(**raw["redress"]),
        appeal_until=date.fromisoformat(raw["appeal_until"]),
        language=raw["language"],
    )


def _read_restriction(raw: dict[str, Any]) -> Restriction:
    return Restriction(
        Measure(raw["measure"]),
        date.fromisoformat(raw["start"]),
        None if raw["end"] is None else date.fromisoformat(raw["end"]),
        tuple(raw["territorial_scope"]),
        raw.get("label"),
    )
