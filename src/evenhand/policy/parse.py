"""Whatever leaves this file is a policy people can be held to; anything else is refused by name.

The policy is written by hand (TOML), so each refusal points at the field and says what to write
instead. Unknown fields are refused too: a mistyped `strike_day` must not pass in silence.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from itertools import pairwise
from typing import Final, get_args

from evenhand.policy.errors import PolicyRefused
from evenhand.policy.in_law import read_in_law
from evenhand.policy.model import (
    SEVERITY_MAX,
    TIMED,
    Clause,
    GroundType,
    Harm,
    Label,
    Measure,
    Originals,
    Policy,
    Rung,
    usual_originals,
)

KEY_PATTERN: Final = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
LABEL_PATTERN: Final = re.compile(r"(?=.{1,40}$)[a-z][a-z0-9]*(_[a-z0-9]+)*")
LABEL_MAX_CHARS: Final = 80  # it stands beside what somebody wrote, and leaves room for it
LABELS_MAX: Final = 40
NUMBER_PATTERN: Final = re.compile(r"[1-9][0-9]{0,2}(\.[1-9][0-9]{0,2}){0,3}")
TITLE_MAX_CHARS: Final = 120
TEXT_MIN_CHARS: Final = 40  # shorter than this is a slogan, not a rule anyone can follow
TEXT_MAX_CHARS: Final = 2000  # readable in a minute
LEGAL_GROUND_MAX_CHARS: Final = 500  # the limit of the DSA Transparency Database
DAYS_MAX: Final = 365  # a longer pause or strike is a permanent one under another name
STRIKE_WEIGHT_MAX: Final = 10
VERSION_MAX: Final = 10_000
_ACCOUNT_STEPS: Final = TIMED | {Measure.CLOSE}
_RUNG_FIELDS: Final = frozenset({"measures", "days", "strike_weight", "label"})
_LABEL_FIELDS: Final = frozenset({"key", "says"})
_CLAUSE_FIELDS: Final = frozenset(
    {"key", "number", "version", "title", "text", "harm", "severity", "ground"}
    | {"legal_ground", "ladder", "strike_days", "effective_from", "originals", "dsa"}
)


def parse_policy(data: Mapping[str, object]) -> Policy:
    """Read a written policy or raise PolicyRefused at its first fault.

    Every clause falls under a Charter harm, no number serves two clauses, and versions only go up.
    Labels are listed once each; whether a step's label is declared is known when it is published.
    """
    _only(data, "policy", frozenset({"title", "clause", "label"}))
    title = _text(data, "policy", "title", high=TITLE_MAX_CHARS)
    entries = _tables(data, "policy", "clause", "a policy needs at least one clause")
    clauses = tuple(_clause(entry, f"clause[{i}]") for i, entry in enumerate(entries))
    _check_numbers_and_versions(clauses)
    return Policy(title, clauses, _labels(data))


def _labels(data: Mapping[str, object]) -> tuple[Label, ...]:
    if "label" not in data:
        return ()
    entries = _tables(data, "policy", "label", "declare a label, or leave this out")
    if len(entries) > LABELS_MAX:
        raise PolicyRefused("policy.label", f"declare {LABELS_MAX} labels at most")
    labels = tuple(_label(entry, f"label[{i}]") for i, entry in enumerate(entries))
    keys = [label.key for label in labels]
    for i, key in enumerate(keys):
        if key in keys[:i]:
            raise PolicyRefused(f"label[{i}].key", f"the label {key!r} is declared twice")
    return labels


def _label(data: Mapping[str, object], path: str) -> Label:
    _only(data, path, _LABEL_FIELDS)
    key = _pattern(data, path, "key", LABEL_PATTERN, "small letters, digits and underscores")
    return Label(key, _text(data, path, "says", high=LABEL_MAX_CHARS))


def _clause(data: Mapping[str, object], path: str) -> Clause:
    _only(data, path, _CLAUSE_FIELDS)
    harm = _choice(data, path, "harm", tuple(Harm))
    ground = _ground(data, path)
    severity = _whole(data, path, "severity", low=1, high=SEVERITY_MAX)
    return Clause(
        key=_pattern(data, path, "key", KEY_PATTERN, "small letters, digits and hyphens"),
        number=_pattern(data, path, "number", NUMBER_PATTERN, 'a number such as "3.1", in quotes'),
        version=_whole(data, path, "version", low=1, high=VERSION_MAX),
        title=_text(data, path, "title", high=TITLE_MAX_CHARS),
        text=_text(data, path, "text", low=TEXT_MIN_CHARS, high=TEXT_MAX_CHARS),
        harm=Harm(harm),
        severity=severity,
        ground=ground,
        legal_ground=_legal_ground(data, path, ground),
        ladder=_ladder(data, path),
        strike_days=_whole(data, path, "strike_days", low=1, high=DAYS_MAX),
        effective_from=_day(data, path, "effective_from"),
        originals=_originals(data, path, severity),
        dsa=read_in_law(data, path, ground),
    )


def _originals(data: Mapping[str, object], path: str, severity: int) -> Originals:
    """Read what becomes of pictures in which confirmed known material was found."""
    if "originals" not in data:
        return usual_originals(severity)
    return Originals(_choice(data, path, "originals", tuple(Originals)))


def _ground(data: Mapping[str, object], path: str) -> GroundType:
    chosen = _choice(data, path, "ground", get_args(GroundType))
    return "illegal" if chosen == "illegal" else "terms"


def _legal_ground(data: Mapping[str, object], path: str, ground: GroundType) -> str | None:
    """Ask for the law where a clause rests on one (DSA Art. 17(3)(d)), and only there."""
    if ground == "illegal":
        return _text(data, path, "legal_ground", high=LEGAL_GROUND_MAX_CHARS)
    if "legal_ground" in data:
        raise PolicyRefused(
            f"{path}.legal_ground",
            'a clause with ground "terms" rests on no law; remove this or set ground to "illegal"',
        )
    return None


def _ladder(data: Mapping[str, object], path: str) -> tuple[Rung, ...]:
    entries = _tables(data, path, "ladder", "say what follows a breach: at least one step")
    paths = [f"{path}.ladder[{i}]" for i in range(len(entries))]
    ladder = tuple(_rung(entry, where) for entry, where in zip(entries, paths, strict=True))
    for where, rung in zip(paths[:-1], ladder[:-1], strict=True):
        if rung.strike_weight == 0:
            raise PolicyRefused(
                f"{where}.strike_weight",
                "a step below the top leaves at least 1 strike, or the next is never reached",
            )
        if Measure.CLOSE in rung.measures:
            raise PolicyRefused(f"{where}.measures", "closing an account is only ever the top step")
    for where, (lower, upper) in zip(paths[1:], pairwise(ladder), strict=True):
        if _heaviness(upper) < _heaviness(lower):
            raise PolicyRefused(where, "this step is milder than the one before it; swap them")
    return ladder


def _heaviness(rung: Rung) -> tuple[int, int]:
    """Order rungs by their heaviest measure, then by how long it lasts."""
    return max(measure.facts.weight for measure in rung.measures), rung.days or 0


def _rung(data: Mapping[str, object], path: str) -> Rung:
    _only(data, path, _RUNG_FIELDS)
    raw = data.get("measures")
    where = f"{path}.measures"
    if not isinstance(raw, list | tuple) or not raw:
        raise PolicyRefused(where, "list one or more measures")
    names = [str(name) for name in raw]
    unknown = [name for name in names if name not in set(Measure)]
    if unknown:
        raise PolicyRefused(where, f"{unknown[0]!r} is not a measure; use {', '.join(Measure)}")
    measures = tuple(Measure(name) for name in names)
    if len(set(measures)) != len(measures):
        raise PolicyRefused(where, "a measure is listed twice")
    if len(_ACCOUNT_STEPS.intersection(measures)) > 1:
        raise PolicyRefused(where, "limit, suspend and close exclude one another; keep one")
    days = _days(data, path, timed=not TIMED.isdisjoint(measures))
    weight = _whole(data, path, "strike_weight", low=0, high=STRIKE_WEIGHT_MAX)
    return Rung(measures, days, weight, _rung_label(data, path, measures))


def _rung_label(data: Mapping[str, object], path: str, measures: Sequence[Measure]) -> str | None:
    if "label" not in data:
        return None
    if Measure.LABEL not in measures:
        raise PolicyRefused(f"{path}.label", 'only a step with the measure "label" names one')
    return _pattern(data, path, "label", LABEL_PATTERN, "the key of a label")


def _days(data: Mapping[str, object], path: str, *, timed: bool) -> int | None:
    """Ask when a limit or suspension ends: DSA Art. 17(3)(a) wants the duration told."""
    if timed:
        return _whole(data, path, "days", low=1, high=DAYS_MAX)
    if "days" in data:
        raise PolicyRefused(f"{path}.days", "only limit and suspend last a number of days")
    return None


def _check_numbers_and_versions(clauses: Sequence[Clause]) -> None:
    owners: dict[str, str] = {}
    latest: dict[str, Clause] = {}
    for i, clause in enumerate(clauses):
        path = f"clause[{i}]"
        owner = owners.setdefault(clause.number, clause.key)
        if owner != clause.key:
            raise PolicyRefused(
                f"{path}.number", f"{clause.number} already belongs to clause {owner!r}"
            )
        before = latest.get(clause.key)
        if before is not None and clause.version <= before.version:
            raise PolicyRefused(
                f"{path}.version",
                f"clause {clause.key!r} already has version {before.version}; use a higher one",
            )
        if before is not None and clause.effective_from < before.effective_from:
            raise PolicyRefused(
                f"{path}.effective_from", "a later version cannot take effect before an earlier one"
            )
        latest[clause.key] = clause


def _only(data: Mapping[str, object], path: str, known: frozenset[str]) -> None:
    unknown = sorted(set(map(str, data)) - known)
    if unknown:
        raise PolicyRefused(
            f"{path}.{unknown[0]}", f"this field is not known; known are {', '.join(sorted(known))}"
        )


def _tables(
    data: Mapping[str, object], path: str, field: str, why_empty: str
) -> Sequence[Mapping[str, object]]:
    value = data.get(field)
    if not isinstance(value, list | tuple) or not value:
        raise PolicyRefused(f"{path}.{field}", why_empty)
    for i, entry in enumerate(value):
        if not isinstance(entry, Mapping):
            raise PolicyRefused(f"{path}.{field}[{i}]", "this must be a table of fields")
    return value


def _text(data: Mapping[str, object], path: str, field: str, *, low: int = 1, high: int) -> str:
    value = data.get(field)
    if not isinstance(value, str) or not value.strip():
        raise PolicyRefused(f"{path}.{field}", "write this as text; it may not be empty")
    text = value.strip()
    if not low <= len(text) <= high:
        raise PolicyRefused(
            f"{path}.{field}", f"use {low} to {high} characters; this has {len(text)}"
        )
    return text


def _pattern(
    data: Mapping[str, object], path: str, field: str, pattern: re.Pattern[str], shape: str
) -> str:
    value = data.get(field)
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise PolicyRefused(f"{path}.{field}", f"use {shape}")
    return value


def _choice(data: Mapping[str, object], path: str, field: str, allowed: Sequence[str]) -> str:
    value = data.get(field)
    if not isinstance(value, str) or value not in allowed:
        raise PolicyRefused(f"{path}.{field}", f"use one of {', '.join(allowed)}")
    return value


def _whole(data: Mapping[str, object], path: str, field: str, *, low: int, high: int) -> int:
    value = data.get(field)
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise PolicyRefused(f"{path}.{field}", f"use a whole number from {low} to {high}")
    return value


def _day(data: Mapping[str, object], path: str, field: str) -> date:
    value = data.get(field)
    if isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError:
            value = None
    if not isinstance(value, date) or isinstance(value, datetime):
        raise PolicyRefused(f"{path}.{field}", "use a day such as 2026-01-31")
    return value
