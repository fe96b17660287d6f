"""From second looks to figures: rates by clause, language, detector and rule, and agreement.

Nothing is told that rests on too few answers to mean anything, or on the decisions of one or two
people, who would be the ones it is about; nor is the rest told from which that could be worked out.
Pure.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

from evenhand.kit.intervals import Share, wilson
from evenhand.quality.agreement import agreement
from evenhand.quality.estimating import Cell, Ratio, estimate, ratio
from evenhand.quality.model import (
    ANSWERS_MIN,
    NOTHING_BROKEN,
    PEOPLE_MIN,
    ClauseAgreement,
    Overturned,
    Rate,
    Unit,
)

FEW_ANSWERS: Final = "few_answers"
FEW_PEOPLE: Final = "few_people"
PERSON: Final = "person"
ALL: Final = "all"

_PARTS: Final[Mapping[str, Callable[[Unit], tuple[str, ...]]]] = {
    ALL: lambda _: (ALL,),
    "decided_by": lambda unit: (unit.decided_by,),
    "answer": lambda unit: (unit.answer,),
    "clause": lambda unit: (unit.clause_key,) if unit.clause_key else (),
    "harm": lambda unit: () if unit.clause_key else (unit.harm,),
    "language": lambda unit: (unit.language or "unknown",),
    "detector": lambda unit: unit.detectors,
    "rule": lambda unit: unit.rules,
}
"""What a decision is counted under, in each way of looking at it."""


def rates(units: Sequence[Unit], sizes: Mapping[str, int]) -> tuple[Rate, ...]:
    """Return how often decisions were wrong, in all and by part.

    `sizes` says how many decisions each stratum holds. A part's size within a stratum is estimated
    by its share of those looked at there (Cochran 1977, §2.13).
    """
    seen = [unit for unit in units if unit.answered]
    return tuple(_rates(seen, sizes))


def _rates(seen: Sequence[Unit], sizes: Mapping[str, int]) -> Iterator[Rate]:
    looked_at = Counter(unit.stratum for unit in seen)
    for of, names_of in _PARTS.items():
        parts: defaultdict[str, list[Unit]] = defaultdict(list)
        for unit in seen:
            for name in dict.fromkeys(names_of(unit)):
                parts[name].append(unit)
        for name, part in sorted(parts.items()):
            why_not = withheld(part, seen)
            if why_not is not None:
                yield Rate(of, name, len(part), None, None, why_not)
                continue
            cells = _cells(part, sizes, looked_at)
            if of == ALL:
                cells = [cell for _, cell in told_apart(part, sizes)]
            share = estimate(cells)
            yield Rate(of, name, len(part), sum(unit.wrong for unit in part), share)


def told_apart(
    units: Sequence[Unit], sizes: Mapping[str, int]
) -> tuple[tuple[tuple[str, ...], Cell], ...]:
    """Return the strata of an audit, each with its counts, those about too few people together.

    A stratum about which fewer than three people decided is joined with the others like it, and
    with the smallest of the rest while that is still about too few. What rules alone decided is
    about nobody and stands by itself.
    """
    by_stratum: defaultdict[str, list[Unit]] = defaultdict(list)
    for unit in units:
        if unit.answered:
            by_stratum[unit.stratum].append(unit)
    alone = {key: by_stratum[key] for key in sorted(sizes)}
    few = [key for key in alone if 0 < len(_people(alone[key])) < PEOPLE_MIN]
    joined = [unit for key in few for unit in alone.pop(key)]
    rest = sorted((key for key in alone if _people(alone[key])), key=lambda key: len(alone[key]))
    while few and len(_people(joined)) < PEOPLE_MIN and rest:
        few.append(rest.pop(0))
        joined += alone.pop(few[-1])
    groups: list[tuple[tuple[str, ...], list[Unit]]]
    groups = [((key,), seen) for key, seen in alone.items()]
    if few:
        groups.append((tuple(sorted(few)), joined))
    return tuple((keys, _cell(seen, sum(sizes[key] for key in keys))) for keys, seen in groups)


def _cell(seen: Sequence[Unit], size: int) -> Cell:
    return Cell(size, len(seen), sum(unit.wrong for unit in seen))


def withheld(part: Sequence[Unit], whole: Sequence[Unit]) -> str | None:
    """Say why a figure about a part is not told, or None: it, and what is left, must not be small.

    A part without people's decisions (of rules alone) is about nobody.
    """
    if len(part) < ANSWERS_MIN:
        return FEW_ANSWERS
    inside = _people(part)
    within = set(map(id, part))
    outside = _people([unit for unit in whole if id(unit) not in within])
    if any(0 < len(people) < PEOPLE_MIN for people in (inside, outside)):
        return FEW_PEOPLE
    return None


def _people(units: Sequence[Unit]) -> set[str]:
    return {unit.by for unit in units if unit.decided_by == PERSON}


def _cells(
    part: Sequence[Unit], sizes: Mapping[str, int], looked_at: Mapping[str, int]
) -> list[Cell]:
    of = Counter(unit.stratum for unit in part)
    wrong = Counter(unit.stratum for unit in part if unit.wrong)
    return [
        Cell(sizes[key] * count / looked_at[key], count, wrong[key]) for key, count in of.items()
    ]


def agreements(units: Sequence[Unit]) -> tuple[ClauseAgreement, ...]:
    """Return alpha for each clause that anybody named, as to whether it was broken.

    Only what people decided is compared with what people said: a rule agrees with nobody.
    """
    pairs = [
        (unit.first, unit.label.broke)
        for unit in units
        if unit.label is not None and unit.decided_by == PERSON
    ]
    deciders = _people([unit for unit in units if unit.answered])
    named = sorted({each for pair in pairs for each in pair} - {NOTHING_BROKEN})
    enough = len(pairs) >= ANSWERS_MIN and len(deciders) >= PEOPLE_MIN
    return tuple(
        ClauseAgreement(
            clause,
            agreement([[each == clause for each in pair] for pair in pairs]) if enough else None,
            len(pairs),
        )
        for clause in named
    )


def overturned(
    appeals: Mapping[str, tuple[int, int]], found: Sequence[Rate]
) -> tuple[Overturned, ...]:
    """Set how often appeals under a clause were granted beside how often the lot found errors.

    `appeals` gives (granted, decided) by clause.
    """
    base = {rate.name: rate.share for rate in found if rate.of == "clause"}
    told = []
    for clause, (granted, decided) in sorted(appeals.items()):
        if decided < ANSWERS_MIN:
            told.append(Overturned(clause, decided, None, None, None, FEW_ANSWERS))
            continue
        share = wilson(granted, decided)
        told.append(Overturned(clause, decided, granted, share, _beside(share, base.get(clause))))
    return tuple(told)


def _beside(share: Share | None, base: Share | None) -> Ratio | None:
    return None if share is None or base is None else ratio(share, base)
