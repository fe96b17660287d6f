"""One rule means one thing: the plainest reading, and every engine, fire on the same events."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from evenhand.rules.language import kleene
from evenhand.rules.language.backfill import clock_of, codes_of, counted
from evenhand.rules.language.batches import batch_of
from evenhand.rules.language.counters import SlidingCounts, SlidingDistincts
from evenhand.rules.language.duck import DuckRules
from evenhand.rules.language.hybrid import HybridRules
from evenhand.rules.language.index import RuleIndex
from evenhand.rules.language.ir import columns
from evenhand.rules.language.row import Failure, Layout, Row, RowRules
from evenhand.rules.language.ruleset import Rule
from tests.invented_rules import KINDS, Inventor, row, values

RULES: Final = 120
ROWS: Final = 1_500
AS_FOUND: Final = (Phase.explicit, Phase.reuse, Phase.generate)
"""A smaller seed makes no smaller rules, so none is looked for: the smallest rule is told."""

Known = Mapping[str, Any]


def plainly(rules: Sequence[Rule], kinds: Sequence[str], known: Sequence[Known]) -> list[list[int]]:
    """Tell which rules fire on which events, in the plainest way there is."""
    return [
        [
            position
            for position, rule in enumerate(rules)
            if kind in rule.kinds and kleene.truth(rule.when, one) is True
        ]
        for kind, one in zip(kinds, known, strict=True)
    ]


def by_engine(
    rules: Sequence[Rule], layout: Layout, rows: Sequence[Row]
) -> dict[str, list[list[int]]]:
    """Tell which rules fire on which rows, by each engine. No rule may fail."""
    failed: list[list[Failure]] = [[] for _ in rows]
    plain, index = RowRules(rules, layout), RuleIndex(rules, layout)
    duck: list[list[int]] = [[] for _ in rows]
    for at, position in DuckRules(rules, layout).matches(batch_of(rows, layout), failed[0]):
        duck[at].append(position)
    found = {
        "row": [plain.run(one, failed[at]) for at, one in enumerate(rows)],
        "index": index.run_all(rows, failed),
        "duckdb": [sorted(one) for one in duck],
        "hybrid": HybridRules(rules, layout).run_all(rows, failed),
    }
    assert not any(failed), next(one for one in failed if one)
    return found


def disagreement(
    rules: Sequence[Rule],
    known: Sequence[Known],
    wanted: Sequence[Sequence[int]],
    found: Sequence[Sequence[int]],
) -> str | None:
    """Tell the smallest rule on which two opinions differ, and an event on which they do."""
    differing = {
        position: at
        for at, (one, other) in enumerate(zip(wanted, found, strict=True))
        for position in set(one) ^ set(other)
    }
    if not differing:
        return None
    position = min(differing, key=lambda one: len(repr(rules[one].when)))
    at, when = differing[position], rules[position].when
    event = {one.key: known[at][one.key] for one in columns(when)}
    says = "has to fire" if position in wanted[at] else "must not fire"
    return f"{len(differing)} rules differ. {when} {says} on {event}"


@settings(max_examples=6, phases=AS_FOUND, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(0, 2**32))
def test_engines_fire_where_the_plainest_reading_does(seed: int) -> None:
    """Over a million answers every day: nested conditions, every type, edges and gaps."""
    inventor, dice = Inventor(seed), random.Random(seed)
    rules = [inventor.rule(f"rule_{at}") for at in range(RULES)]
    known = [values(dice) for _ in range(ROWS)]
    kinds = [dice.choice([*KINDS * 5, "unknown"]) for _ in range(ROWS)]
    layout = Layout.of(rules)
    rows = [row(kind, one, layout) for kind, one in zip(kinds, known, strict=True)]
    wanted = plainly(rules, kinds, known)
    assert 0.02 < sum(map(len, wanted)) / (RULES * ROWS) < 0.5, "the rules say too little"
    for engine, found in by_engine(rules, layout, rows).items():
        told = disagreement(rules, known, wanted, found)
        assert told is None, f"{engine}: {told}"


@settings(max_examples=20, phases=AS_FOUND)
@given(
    seed=st.integers(0, 2**32),
    withins=st.lists(st.integers(1, 400), min_size=1, max_size=3),
)
def test_counters_after_the_fact_are_those_of_the_time(seed: int, withins: list[int]) -> None:
    """With ties, late events, and keys and values that are missing."""
    dice = random.Random(seed)
    events = 2_000
    arrived = [at + dice.choice((0, 0, 0, -30, 5)) for at in range(events // 2)] * 2
    clock = clock_of(np.array(sorted(arrived, key=lambda at: at + dice.randint(-9, 9))))
    keys = [dice.choice((None, *"abcdefg")) for _ in clock]
    texts = [dice.choice((None, *"uvwxyz")) for _ in clock]
    count, distinct = SlidingCounts(withins), SlidingDistincts(withins)
    missing = [-1] * len(withins)
    then: dict[str, list[list[int]]] = {"count": [], "distinct": []}
    for at, key, text in zip(clock.tolist(), keys, texts, strict=True):
        then["count"].append(missing if key is None else count.hit(key, text, at))
        then["distinct"].append(missing if key is None else distinct.hit(key, text, at))
    by, of = (codes_of(np.array(one, dtype=object)) for one in (keys, texts))
    for each, within in enumerate(withins):
        counts, values = ([one[each] for one in then[what]] for what in ("count", "distinct"))
        assert counted(by, clock, within).tolist() == counts
        assert counted(by, clock, within, of).tolist() == values
        plain = [
            sum(
                other == key and at - within < when <= at
                for other, when in zip(keys[:n], clock, strict=False)
            )
            for n, (key, at) in enumerate(zip(keys[:60], clock[:60], strict=True), 1)
            if key is not None
        ]
        assert plain == [one for one in counts[:60] if one >= 0]
