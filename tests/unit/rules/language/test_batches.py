"""Columns of history hold what rows hold, and engines over them find the same."""

from __future__ import annotations

import random

import pyarrow as pa

from evenhand.rules.language.batches import batch_from, batch_of, column_type, rows_of
from evenhand.rules.language.duck import DuckRules
from evenhand.rules.language.hybrid import HybridRules
from evenhand.rules.language.index import RuleIndex
from evenhand.rules.language.reading import SourceFile, read
from evenhand.rules.language.row import Failure, Layout, RowRules
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

    def test_is_asked_what_nothing_can_be_and_what_ends_of_numbers_are(self) -> None:
        most, least = 2**63 - 1, -(2**63)
        conditions = [
            "length(s) == 2 and length(s) == 3",
            "n == 1 and n == 2",
            's == "a" and s == "b"',
            f"n > {most - 1}",
            f"n >= {most} and n <= {most}",
            f"n <= {-most}",
            "or_else(x, 5) > 4.5 and or_else(x, 5) < 5.5",
            'or_else(s, "b") > "a" and or_else(s, "b") < "b~"',
            's > "a" and s <= "b"',
            "length(l) > 1.5",
            "missing(l) and missing(s)",
            "not missing(l) and or_else(b, True)",
            'contains(s, "ab") or contains(s, "b\u00e9")',
            'matches(s, "(?i)caf\u00e9") or matches(s, "(?i)kilo")',
        ]
        fields = "kind post\n  n: int\n  x: float\n  s: text\n  l: list[text]\n  b: bool\n"
        said = [f"rule r{at} on post when {one}\n  enqueue q" for at, one in enumerate(conditions)]
        rules = read([SourceFile("a.rules", "\n\n".join([fields, *said]))], None).rules
        layout = Layout.of(rules)
        texts = (
            None,
            "",
            "a",
            "a\0",
            "b",
            "ab",
            "b\u00e9",
            "CAF\u00c9",
            "\u212aILO",
            "xab",
            "b\0",
            "aa",
        )
        numbers = (None, 0, most, least, most - 1, -most, 1, 2)
        dice = random.Random(3)
        rows = [
            row(
                "post",
                {
                    "n": dice.choice(numbers),
                    "x": dice.choice((None, 5.0, 4.5, -0.0)),
                    "s": dice.choice(texts),
                    "l": dice.choice((None, [], ["a"], ["a", "b"])),
                    "b": dice.choice((None, True, False)),
                },
                layout,
            )
            for _ in range(400)
        ]
        index, failed = RuleIndex(rules, layout), list[Failure]()
        wanted = [RowRules(rules, layout).run(one, failed) for one in rows]
        assert {position for one in wanted for position in one} == set(range(3, len(conditions)))
        assert [index.run(one, failed) for one in rows] == wanted
        assert HybridRules(rules, layout).run_all(rows, [[] for _ in rows]) == wanted
        assert DuckRules(rules, layout).run_all(rows, [[] for _ in rows]) == wanted
        assert not failed
