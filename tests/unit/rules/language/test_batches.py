"""Columns of history hold what rows hold, and engines over them find the same."""

from __future__ import annotations

import random

import pyarrow as pa

from evenhand.rules.language.batches import batch_from, batch_of, column_type, rows_of
from evenhand.rules.language.duck import DuckRules
from evenhand.rules.language.hybrid import HybridRules
from evenhand.rules.language.index import RuleIndex
from evenhand.rules.language.row import Failure, Layout
from tests.invented_rules import FIELDS, KINDS, Inventor, row, values

ROWS = 300


class TestHistory:
    def test_is_laid_out_as_rows_are_and_answered_alike(self) -> None:
        inventor, dice = Inventor(7), random.Random(7)
        rules = [inventor.rule(f"rule_{at}") for at in range(60)]
        layout = Layout.of(rules)
        known = [values(dice) for _ in range(ROWS)]
        kinds = [dice.choice((*KINDS, "unknown")) for _ in range(ROWS)]
        sent = {
            name: pa.chunked_array(
                [[one[name] for one in known[:100]], [one[name] for one in known[100:]]],
                column_type(type_),
            )
            for name, type_ in FIELDS.items()
        }
        rows = [row(kind, one, layout) for kind, one in zip(kinds, known, strict=True)]
        batch = batch_from(pa.array(kinds), sent, layout)
        assert batch.to_pylist() == batch_of(rows, layout).to_pylist()
        assert [list(one) for one in rows_of(batch, [3, 5])] == [rows[3], rows[5]]
        failed: list[Failure] = []
        index = RuleIndex(rules, layout)
        wanted = sorted(
            (at, position) for at, one in enumerate(rows) for position in index.run(one, failed)
        )
        assert sorted(DuckRules(rules, layout).matches(batch, failed)) == wanted
        assert sorted(HybridRules(rules, layout).matches(batch, failed)) == wanted
        assert not failed

    def test_has_what_is_not_there_as_missing(self) -> None:
        rules = [Inventor(3).rule(f"rule_{at}") for at in range(20)]
        layout = Layout.of(rules)
        batch = batch_from(pa.array(["post", "chat"]), {}, layout)
        assert [len(batch), *{column.null_count for column in batch.columns[1:]}] == [2, 2]
