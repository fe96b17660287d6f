"""Rule files are read into what they mean, however they are laid out."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from evenhand.cli.rule_files import starter_kinds
from evenhand.rules.language.faults import Refused
from evenhand.rules.language.formatting import formatted
from evenhand.rules.language.ir import (
    And,
    Arithmetic,
    Column,
    Compare,
    Condition,
    Const,
    Form,
    HasAny,
    Holds,
    Missing,
    Not,
    OneOf,
    Operator,
    Or,
    Order,
    OrElse,
    Truth,
    Type,
)
from evenhand.rules.language.kleene import Row, truth
from evenhand.rules.language.lints import warnings
from evenhand.rules.language.reading import read
from evenhand.rules.language.rehearsal import rehearse
from evenhand.rules.language.ruleset import (
    Counting,
    Enqueue,
    Entity,
    Label,
    Propose,
    Rule,
    RuleSet,
    Score,
)
from evenhand.rules.language.source import SourceFile

ROOT = Path(__file__).parents[4]
SAMPLES = ROOT / "src" / "evenhand" / "rules" / "samples"
KINDS = """kind post
  text: text
  n: int
  f: float
  b: bool
  c: bool
  l: list[text]
  links: list[link]
  at: time
  photo: media
"""


def parsed(text: str) -> RuleSet:
    return read([SourceFile("a.rules", text)], None)


def one(clauses: str) -> Rule:
    return parsed(f"{KINDS}rule a on post\n{clauses}\n").rules[0]


def when(condition: str) -> Condition:
    return one(f"  when {condition}\n  enqueue q").when


def column(name: str, type_: Type = Type.INT, form: Form = Form.SENT) -> Column:
    return Column(name, type_, form)


class TestTheExample:
    def test_of_a_folder_that_declares_its_kinds_is_read(self) -> None:
        rules = parsed("""
kind post
  text: text
  age_days: int
  score: float
  verified: bool
  country: text
  domains: list[text]

rule new_and_linky on post
  when age_days < 7 and not verified and "bad.example" in domains and or_else(score, 0.5) >= 0.5
  label account "linky" for 30d
""").rules
        age = Compare(Order.LESS, column("age_days"), Const(7, Type.INT))
        score = OrElse(column("score", Type.FLOAT), Const(0.5, Type.FLOAT))
        assert rules[0].when == And(
            (
                age,
                Not(Truth(column("verified", Type.BOOL))),
                HasAny(column("domains", Type.TEXTS), ("bad.example",)),
                Compare(Order.MORE_OR_EQUAL, score, Const(0.5, Type.FLOAT)),
            )
        )
        assert rules[0].actions == (Label(Entity.ACCOUNT, "linky", timedelta(days=30)),)


FIVE = (ROOT / "tests" / "fixtures" / "rules" / "read" / "five.rules").read_text("utf-8")


class TestFiveRules:
    def test_ask_for_what_they_say(self) -> None:
        asked = [rule.actions for rule in parsed(FIVE).rules]
        assert asked == [
            (
                Label(Entity.ACCOUNT, "likely_spam", timedelta(days=30)),
                Enqueue("spam", 60),
            ),
            (Enqueue("urgent", 90),),
            (Label(Entity.ACCOUNT, "campaign:{text_hash}"), Enqueue("campaigns", 50)),
            (Propose("hide"), Enqueue("restricted", 100)),
            (Propose("challenge", timedelta(minutes=2), timedelta(minutes=20)),),
        ]

    def test_stand_under_their_clauses(self) -> None:
        found = [rule.policy for rule in parsed(FIVE).rules]
        assert found == ["spam.financial", None, None, "ncii", None]

    def test_read_what_the_house_found_out(self) -> None:
        rules = {rule.name: rule.when for rule in parsed(FIVE).rules}
        distance = column('hash_distance(media,"ncii")')
        assert rules["known_ncii_reupload"] == Compare(
            Order.LESS_OR_EQUAL, distance, Const(31, Type.INT)
        )

    def test_come_true_in_their_examples(self) -> None:
        assert [tried.as_said for tried in rehearse(parsed(FIVE))] == [True, True]

    def test_count_what_they_declare(self) -> None:
        counters = parsed(FIVE).counters
        assert [(c.name, c.counting, c.of, c.kinds, c.by, c.within) for c in counters][1] == (
            "posters_24h",
            Counting.DISTINCT,
            "user_id",
            ("post", "comment"),
            "text_hash",
            timedelta(hours=24),
        )


class TestLayout:
    @pytest.mark.parametrize(
        "clauses",
        [
            "  when n > 1 and b\n  enqueue q",
            "  when n > 1\n    and b\n  enqueue q",
            "  when n > 1 and\n    b  # as well\n\n  enqueue q",
            "  when (n > 1\nand b)\n  enqueue q".replace("\nand", "\n   and"),
            "  when 1 < n and b enqueue q",
            "      when n > 1 and b == True\n      enqueue q",
            "  enqueue q\n  when (n > 1) and (b)",
        ],
    )
    def test_changes_nothing_of_what_a_rule_means(self, clauses: str) -> None:
        assert one(clauses).version == one("  when n > 1 and b\n  enqueue q").version

    def test_may_put_the_condition_in_the_first_line(self) -> None:
        rule = parsed(f"{KINDS}rule a on post when n > 1 and b enqueue q\n").rules[0]
        assert rule.version == one("  when n > 1 and b\n  enqueue q").version

    def test_keeps_the_text_of_a_rule_word_for_word(self) -> None:
        text = (
            f"{KINDS}\nrule a on post\n  when b  # why not\n  enqueue q\n\n# the next\nlist w: 1\n"
        )
        assert parsed(text).rules[0].source == ("rule a on post\n  when b  # why not\n  enqueue q")

    def test_reads_files_by_their_names(self) -> None:
        files = [
            SourceFile("b.rules", "rule b on post when b enqueue q"),
            SourceFile("a.rules", KINDS + "rule a on post when b enqueue q\r\n"),
        ]
        assert [rule.name for rule in read(files, None).rules] == ["a", "b"]

    def test_lets_lists_include_lists(self) -> None:
        lists = parsed('list a: "x", @b\nlist b: "y",\n"z"\nlist c: -1, 2.5, 3').lists
        assert lists == {"a": ("x", "y", "z"), "b": ("y", "z"), "c": (-1, 2.5, 3)}

    def test_uses_the_given_kinds_where_files_declare_none(self) -> None:
        files = [SourceFile("a", 'rule a on listing when price < 10 and "x" in links enqueue q')]
        assert read(files, starter_kinds()).rules[0].kinds == ("listing",)

    def test_lets_fields_be_named_after_words_of_python(self) -> None:
        text = 'kind mail\n  from: text\n  class: int\nrule a on mail\n  when from == "a" and class'
        rule = parsed(f'{text} > 3\n  enqueue q\n  why "{{from}}"').rules[0]
        assert truth(rule.when, {"from": "a", "class": 4}) is True
        assert formatted(rule.source) == rule.source

    def test_reads_scores_and_names_as_people_write_them(self) -> None:
        rule = one('  when b score risk -0.5 policy 3.2 label item y why "{{n}} is {n}"')
        assert rule.actions == (Score("risk", -0.5), Label(Entity.ITEM, "y"))
        assert (rule.policy, rule.why) == ("3.2", "{{n}} is {n}")


N, F = column("n"), column("f", Type.FLOAT)


class TestMeaning:
    @pytest.mark.parametrize(
        ("written", "means"),
        [
            ("0 < n", Compare(Order.MORE, N, Const(0, Type.INT))),
            ("f >= 1", Compare(Order.MORE_OR_EQUAL, F, Const(1.0, Type.FLOAT))),
            ("b != True", Not(Truth(column("b", Type.BOOL)))),
            ("not not b", Truth(column("b", Type.BOOL))),
            ("n in [3, 1, 1.0]", OneOf(N, (1, 3))),
            ("n in (1,)", OneOf(N, (1,))),
            ("f in [1, 0.5]", OneOf(F, (0.5, 1.0))),
            ("n not in [1]", Not(OneOf(N, (1,)))),
            (
                "n in [1, 2.5]",
                Or((OneOf(N, (1,)), Compare(Order.EQUAL, N, Const(2.5, Type.FLOAT)))),
            ),
            ("b or 1 > 2", Truth(column("b", Type.BOOL))),
            ("n < 2 + 3 * 2", Compare(Order.LESS, N, Const(8.0, Type.FLOAT))),
            (
                "-n < f",
                Compare(Order.LESS, Arithmetic(Operator.MINUS, Const(0.0, Type.FLOAT), N), F),
            ),
            (
                'at < "1970-01-01T00:00:01Z"',
                Compare(Order.LESS, column("at", Type.TIME), Const(1_000_000, Type.TIME)),
            ),
            ("missing(photo)", Missing(column("photo", Type.MEDIA))),
            ("missing(label(item, 'x'))", Missing(column("labels(item)", Type.TEXTS))),
            (
                'any_in(domain(links), ["a.example"])',
                HasAny(column("domains(links)", Type.TEXTS), ("a.example",)),
            ),
            (
                'has_word(text, ["Crypto", "КРИПТО"])',
                Holds(column("text", Type.TEXT, Form.WORDS), (" crypto ", " kpиnto ")),
            ),
            (
                "n == -9223372036854775808",
                Compare(Order.EQUAL, N, Const(-(2**63), Type.INT)),
            ),
        ],
    )
    def test_of_what_is_written(self, written: str, means: Condition) -> None:
        assert when(written) == means

    def test_is_told_by_the_version(self) -> None:
        words = 'list w: "a"\n'
        by_name = parsed(KINDS + words + "rule a on post when has_word(text, @w) enqueue q").rules
        assert by_name[0].version == one('  when has_word(text, "A")\n  enqueue q').version
        assert by_name[0].version != one('  when has_word(text, "A")\n  enqueue r').version

    @pytest.mark.parametrize(
        ("written", "row", "expected"),
        [
            ("n > 3 and b", {"n": 1}, False),
            ("n > 3 and b", {"n": 5}, None),
            ("n > 3 or b", {"n": 5}, True),
            ("not (n > 3 or b)", {"n": 1}, None),
            ("1 <= n <= 3", {"n": 3}, True),
            ("n / f > 1", {"n": 1, "f": 0.0}, None),
            ("f > 1", {"f": float("nan")}, None),
            ("n == f", {"n": 2**53 + 1, "f": 2.0**53}, True),
            ("n in [9007199254740992.0]", {"n": 2**53 + 1}, True),
            ("n != 9007199254740992", {"n": 2**53 + 1}, True),
            ('"a" in l', {"l": []}, False),
            ('"a" not in l', {}, None),
            ("missing(n) or n > 3", {}, True),
            ("or_else(f, 1) > 0.5", {}, True),
            ('or_else(has_word(text, "a"), True)', {}, True),
            ('or_else(has_word(text, "a"), True)', {"text": "b"}, False),
            ('text == "A"', {"text": "a"}, False),
            ('text < "b"', {"text": "a"}, True),
            ('starts_with(text, "É")', {"text": "etude"}, True),
            ('contains(text, "YPT")', {"text": "crypto"}, True),
            ('has_word(text, "crypt")', {"text": "crypto"}, False),
            ('has_phrase(text, "send  first")', {"text": "Send... FIRST!"}, True),
            ('has_word(text, "币")', {"text": "卖币的"}, True),
            (r'matches(text, r"\bкрипто\b")', {"text": "купи крипто!"}, True),
            (r'matches(text, r"\bкрипто\b")', {"text": "криптон"}, False),
            ("length(text) == 2", {"text": "é́"}, True),
            ('label(account, "x")', {"labels(account)": ["x"]}, True),
            ('assessed("links")', {'assessed("links")': False}, False),
            ('score("m") > 0.5', {'score("m")': 1}, True),
        ],
    )
    def test_is_three_valued(self, written: str, row: Row, expected: bool | None) -> None:  # noqa: FBT001
        assert truth(when(written), row) is expected


class TestWarnings:
    @pytest.mark.parametrize(
        ("condition", "says"),
        [
            ("n > 5 and n < 3", "can never fire"),
            ("n > 5 and n < 6", "can never fire"),
            ("b and not b", "can never fire"),
            ("missing(n) and n > 3", "can never fire"),
            ('text == "a" and text == "b"', "can never fire"),
            ("length(text) < 0", "can never fire"),
            ("1 > 2", "can never fire"),
            ("1 < 2", "always true"),
            (r'matches(text, r"[a-z]+\d")', "No index helps"),
            (r'matches(text, r"a*") and b', "even in an empty one"),
            (r'matches(text, r"привет\w") and b', "0 to 9 and _ only"),
        ],
    )
    def test_point_at_what_is_hardly_meant(self, condition: str, says: str) -> None:
        found = warnings(parsed(f"{KINDS}rule a on post when {condition} enqueue q"))
        assert [says in one.says for one in found] == [True]

    @pytest.mark.parametrize(
        "condition",
        [
            "n > 5 and n < 7",
            "f > 5 and f < 6",
            "b and not c",
            "missing(n) and or_else(n, 3) > 2",
            "missing(n) or n > 3",
            'text == "a" or text == "b"',
            "length(text) <= 0",
            r'matches(text, r"free \d+ coins")',
        ],
    )
    def test_say_nothing_of_what_may_be_meant(self, condition: str) -> None:
        assert warnings(parsed(f"{KINDS}rule a on post when {condition} enqueue q")) == ()

    def test_name_the_rule_that_asks_the_same(self) -> None:
        text = f"{KINDS}rule a on post when b enqueue q\nrule b on post when b == True enqueue r"
        assert [one.says for one in warnings(parsed(text))] == [
            "`b` asks the same as `a` in line 11."
        ]

    def test_name_a_measure_under_no_clause_and_a_counter_nobody_reads(self) -> None:
        counter = "counter c1 = count in post by text within 1h\n"
        text = f"{KINDS}{counter}rule a on post when b propose hide"
        says = [one.says for one in warnings(parsed(text))]
        assert ["names no clause" in says[0], "`c1`" in says[1]] == [True, True]


class TestSamples:
    @pytest.mark.parametrize("folder", [SAMPLES, SAMPLES / "with_counters"], ids=lambda f: f.name)
    def test_come_true_and_give_no_warning(self, folder: Path) -> None:
        files = [SourceFile(one.name, one.read_text("utf-8")) for one in folder.glob("*.rules")]
        ruleset = read(files, starter_kinds())
        assert warnings(ruleset) == ()
        assert [one for one in rehearse(ruleset) if not one.as_said] == []
        for rule in ruleset.rules:
            assert {example.fires for example in rule.examples} == {True, False}


class TestExamples:
    def test_that_do_not_come_true_are_told(self) -> None:
        text = (
            f'{KINDS}rule a on post when n > 3 enqueue q\n  fires {{"n": 3}}\n  silent {{"n": 3}}'
        )
        assert [one.as_said for one in rehearse(parsed(text))] == [False, True]

    def test_are_of_the_kind_that_has_their_fields(self) -> None:
        text = "kind a\n  x: int\nkind b\n  x: int\n  y: int\nrule r on a, b when x > 1 enqueue q\n"
        example = parsed(text + '  fires {"x": 2, "y": 3}').rules[0].examples[0]
        assert example.event == {"kind": "b", "x": 2, "y": 3}

    def test_with_half_a_character_are_refused(self) -> None:
        with pytest.raises(Refused):
            parsed(f'{KINDS}rule a on post when b enqueue q\n  fires {{"text": "\\ud800"}}')
