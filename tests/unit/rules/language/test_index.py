"""The index looks at many rules together and may not change what any of them says."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest
import re2

from evenhand.rules.language import ir
from evenhand.rules.language.batches import NoAnalytics
from evenhand.rules.language.index import RuleIndex
from evenhand.rules.language.ir import Column, Form, Type
from evenhand.rules.language.normal import BRANCHES_MAX, branches, normal
from evenhand.rules.language.reading import SourceFile, read
from evenhand.rules.language.required import folded, quoted, required
from evenhand.rules.language.row import Failure, Layout, RowRules
from evenhand.rules.language.ruleset import RuleSet
from evenhand.rules.language.running import EngineName, Evaluation

KIND = "kind post\n  n: int\n  x: float\n  s: text\n  l: list[text]\n  b: bool\n"


def ruleset(*conditions: str) -> RuleSet:
    rules = (f"rule r{at} on post when {one}\n  enqueue q\n" for at, one in enumerate(conditions))
    return read([SourceFile("a.rules", KIND + "\n" + "\n".join(rules))], None)


def condition(written: str) -> ir.Condition:
    return normal(ruleset(written).rules[0].when)


class TestTables:
    def test_decide_all_that_is_asked_of_one_column(self) -> None:
        made = ruleset(
            'n < 5 and n != 3 and s in ["a", "b"] and x >= 0.5 and b and not missing(l)',
            'n in [1, 2] and "a" in l and missing(x) and length(s) > 2 and or_else(b, True)',
            'has_word(s, "crypto") and s != "x"',
        )
        index = RuleIndex(made.rules, Layout.of(made.rules)).kinds["post"]
        assert index.tables.rests == ((), (), ())

    def test_leave_over_what_a_table_cannot_say(self) -> None:
        made = ruleset('"a" in l and "b" in l', 'matches(s, "(?i)crypto.{3}")', "n + x > 3")
        index = RuleIndex(made.rules, Layout.of(made.rules)).kinds["post"]
        assert [len(rest) for rest in index.tables.rests] == [1, 1, 1]

    def test_are_made_for_each_way_of_being_true(self) -> None:
        assert len(branches(condition('n < 5 or s == "a" or x > 1'))) == 3
        assert len(branches(condition('n < 5 and (s == "a" or has_word(s, "b"))'))) == 2
        assert len(branches(condition("b and (n + x > 5 or x > 1)"))) == 1
        many = " or ".join(f"n + x > {at}" for at in range(BRANCHES_MAX + 1))
        assert len(branches(condition(many))) == 1

    def test_never_name_a_rule_twice(self) -> None:
        made = ruleset('n < 5 or s == "a"')
        layout = Layout.of(made.rules)
        row = ["post", *({"n": 1, "s": "a"}[column.key] for column in layout.columns)]
        assert RuleIndex(made.rules, layout).run(row, []) == [0]


class TestARuleThatRaises:
    def test_is_reported_and_takes_no_other_with_it(self) -> None:
        made = ruleset("n > 3", 'matches(s, "a.b")', "x > 1", "n + 1 > 3")
        layout = Layout.of(made.rules)
        torn = {"n": 5, "s": 5, "x": 2.0}  # no reader lets a number through for a text
        row = ["post", *(torn[column.key] for column in layout.columns)]
        for engine in (RowRules(made.rules, layout), RuleIndex(made.rules, layout)):
            failed: list[Failure] = []
            assert engine.run(row, failed) == [0, 2, 3]
            [failure] = failed
            assert failure.position == 1
            assert isinstance(failure.why, AttributeError)


class TestRequiredLiterals:
    @pytest.mark.parametrize(
        ("pattern", "wanted"),
        [
            (r"(?i)\b(Bitcoin|crypto)\b", {"bitcoin", "crypto"}),
            (r"free\s+wallet", {"wallet"}),
            (r"(?i)(?:abc|de)x", None),
            (r"abc?def", {"def"}),
            (r"(abc){2,}", {"abc"}),
            (r"(abc)*x+yz", None),
            (r"a\.b\.c", {"a.b.c"}),
            (r"STRASSE|straße", {"strasse"}),
            (r"[[:alpha:]]foo", {"foo"}),
            (r"(?P<name>secret)", {"secret"}),
            (r"x{0,}abc", {"abc"}),
            (r"\x41bc", None),
            (r"\Qabc\E", None),
            (r"abc{,2}", None),
            (r"", None),
            (r".*", None),
            (r"(?i)abc\x{212A}ing", None),
            (r"(?i)\Kelvin", None),
        ],
    )
    def test_are_what_no_match_can_do_without(self, pattern: str, wanted: set[str] | None) -> None:
        assert required(pattern) == wanted

    def test_are_folded_as_every_letter_that_re2_takes_for_them(self) -> None:
        """No text that RE2 finds is passed over, for any letter that a literal may hold."""
        cased = [chr(code) for code in range(sys.maxunicode + 1) if _has_case(chr(code))]
        every = "".join(cased)
        for letter in cased:
            literal = required(f"(?i){letter}xyz")
            if literal != frozenset({folded(letter) + "xyz"}):
                continue
            for other in re2.findall(f"(?i){quoted(letter)}", every):
                assert folded(other) == folded(letter), (letter, other)


def _has_case(letter: str) -> bool:
    return letter.isalpha() and len({letter, *_cases(letter)}) > 1


def _cases(letter: str) -> Iterator[str]:
    yield from (letter.lower(), letter.upper(), letter.casefold(), letter.title())


class TestWithoutPackages:
    @pytest.mark.parametrize("engine", [EngineName.DUCKDB, EngineName.HYBRID])
    def test_engines_of_columns_say_what_to_install(
        self, engine: EngineName, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for module in ("duckdb", "pyarrow"):
            monkeypatch.setitem(sys.modules, module, None)
        with pytest.raises(NoAnalytics, match=r"pip install 'evenhand\[analytics\]'"):
            Evaluation(ruleset("n > 3"), engine)
        assert Evaluation(ruleset("n > 3")) is not None


class TestManyRules:
    def test_share_their_tables(self) -> None:
        conditions = [f's == "w{at % 500}" and n > {at % 90} and x < {at}.5' for at in range(600)]
        made = ruleset(*conditions)
        layout = Layout.of(made.rules)
        index = RuleIndex(made.rules, layout)
        tables = index.kinds["post"].tables
        assert len(tables.scalars) == 3
        assert not any(tables.rests)
        known = {Column("s", Type.TEXT, Form.SENT): "w7", Column("n", Type.INT): 60}
        row = ["post", *(known.get(column, 500.0) for column in layout.columns)]
        assert index.run(row, []) == RowRules(made.rules, layout).run(row, []) == [507]


class TestDuckDB:
    def test_leaves_a_pattern_it_does_not_take_to_the_row_engine(self) -> None:
        """Ours is a newer RE2: a rule with such a pattern is run one by one, the others are not."""
        made = ruleset("n > 3", 'matches(s, r"(?<kept>cry)pto")', "n > 4")
        lines = [b'{"kind":"post","n":5,"s":"crypto"}', b'{"kind":"post","s":"no"}']
        [first, second] = Evaluation(made, EngineName.DUCKDB).answers(lines)
        assert first.fires == ("r0", "r1", "r2")
        assert second.fires == ()
