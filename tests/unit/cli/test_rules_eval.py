"""`evenhand rules eval` and `explain` need no house, and say the same with every engine."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest

from evenhand.cli.exits import Exit
from evenhand.cli.run import run
from evenhand.rules.language import running

EDGES = Path(__file__).parents[2] / "fixtures" / "rules" / "edges"
ENGINES = pytest.mark.parametrize("engine", ["row", "duckdb", "hybrid"])
RULES = """kind post
  text: text
  age_days: int
  score: float
  verified: bool
  country: text
  domains: list[text]

rule new_and_linky on post
  when age_days < 7 and not verified and "bad.example" in domains and or_else(score, 0.5) >= 0.5
  label account "linky" for 30d
"""
LINKY = '"age_days":3,"verified":false,"domains":["bad.example"]'


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    (tmp_path / "linky.rules").write_text(RULES, "utf-8")
    return tmp_path


def stdin(monkeypatch: pytest.MonkeyPatch, sent: bytes) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(sent)))


class TestEval:
    @ENGINES
    def test_answers_each_edge_as_it_always_did(
        self, engine: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        events = EDGES / "events.jsonl"
        said = run(["rules", "eval", str(EDGES / "edges.rules"), str(events), "--engine", engine])
        assert said is Exit.FOUND
        assert capsys.readouterr().out == (EDGES / "answers.jsonl").read_text("ascii")

    @ENGINES
    def test_prints_one_line_an_event(
        self, rules: Path, engine: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        events = rules / "events.jsonl"
        lines = [f'{{"id":"a","kind":"post",{LINKY}}}', "", '{"id":2,"kind":"post","score":null}\r']
        events.write_text("\n".join(lines), "utf-8")
        assert run(["rules", "eval", str(rules), str(events), "--engine", engine]) is Exit.OK
        said = '{"id":"a","fires":["new_and_linky"]}\n{"id":2,"fires":[]}\n'
        assert capsys.readouterr().out == said

    def test_reads_standard_input(
        self, rules: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        stdin(monkeypatch, b'\xef\xbb\xbf{"id":1,"kind":"post"}\n\xff\n')
        assert run(["rules", "eval", str(rules), "-"]) is Exit.FOUND
        first, second = map(json.loads, capsys.readouterr().out.splitlines())
        assert first == {"id": 1, "fires": []}
        assert second == {"id": None, "line": 2, "error": "The line is not UTF-8."}

    def test_passes_over_no_more_than_a_line_that_is_too_long(
        self, rules: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setattr(running, "LINE_BYTES_MAX", 100)
        long = b'{"id":1,"kind":"post","text":"%s"}' % (b"a" * 350)
        stdin(monkeypatch, long + b'\n{"id":2,"kind":"post"}\n' + long)
        assert run(["rules", "eval", str(rules), "-"]) is Exit.FOUND
        said = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
        assert [one.get("line", one["id"]) for one in said] == [1, 2, 3]
        assert said[0]["error"] == "The line is longer than 100 bytes."

    def test_refuses_rules_with_faults_and_runs_nothing(
        self, rules: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        (rules / "more.rules").write_text("rule b on post when m > 5\n  enqueue q\n", "utf-8")
        assert run(["rules", "eval", str(rules), "-"]) is Exit.NOT_POSSIBLE
        printed = capsys.readouterr()
        assert "There is no field `m` in post" in printed.err
        assert printed.out == ""

    def test_says_which_file_is_not_there(
        self, rules: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert run(["rules", "eval", str(rules), str(rules / "none")]) is Exit.NOT_POSSIBLE
        assert "cannot be read: No such file" in capsys.readouterr().err


class TestExplain:
    def test_tells_each_clause_and_what_it_looked_at(
        self, rules: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        stdin(monkeypatch, f'{{"id":"a","kind":"post",{LINKY}}}\n'.encode())
        assert run(["rules", "explain", str(rules), "-"]) is Exit.OK
        assert capsys.readouterr().out.splitlines() == [
            "line 1, event a: new_and_linky fires",
            "  true     age_days < 7  [age_days = 3]",
            "  true     not verified  [verified = false]",
            '  true     "bad.example" in domains  [domains = ["bad.example"]; found bad.example]',
            "  true     or_else(score, 0.5) >= 0.5  [score = missing]",
        ]

    def test_shows_words_as_they_stand_in_the_event(
        self, rules: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        rule = 'rule worded on post\n  when has_word(text, ["крипто", "free gift"])\n  enqueue q\n'
        (rules / "worded.rules").write_text(rule, "utf-8")
        stdin(monkeypatch, '{"kind":"post","text":"Купи КРИПТО, Frée  gift!"}'.encode())
        assert run(["rules", "explain", str(rules), "-", "--json"]) is Exit.OK
        [told] = map(json.loads, capsys.readouterr().out.splitlines())
        assert told["clauses"][0]["text"] == 'has_word(text, ["крипто", "free gift"])'
        assert told["clauses"][0]["found"] == ["Frée gift", "КРИПТО"]

    def test_tells_by_which_clause_a_rule_was_missed(
        self, rules: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        one_short = LINKY.replace("false", "null")
        two_short = one_short.replace("3", "30")
        sent = "\n".join(f'{{"kind":"post",{one}}}' for one in (LINKY, one_short, two_short))
        stdin(monkeypatch, sent.encode())
        assert run(["rules", "explain", str(rules), "-", "--near-misses", "--json"]) is Exit.OK
        fired, missed = map(json.loads, capsys.readouterr().out.splitlines())
        assert (fired["line"], fired["fires"]) == (1, True)
        assert (missed["line"], missed["fires"]) == (2, False)
        assert [one["truth"] for one in missed["clauses"]] == ["true", "unknown", "true", "true"]

    def test_tells_of_one_rule_even_where_it_is_silent(
        self, rules: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        stdin(monkeypatch, b'{"id":1,"kind":"post"}\n{"id":2,"kind":"other"}\n{')
        said = run(["rules", "explain", str(rules), "-", "--rule", "new_and_linky"])
        assert said is Exit.FOUND
        lines = capsys.readouterr().out.splitlines()
        assert lines[0] == "line 1, event 1: new_and_linky is silent"
        assert lines[-1].startswith("line 3: The line is not JSON")

    def test_names_the_nearest_rule(self, rules: Path, capsys: pytest.CaptureFixture[str]) -> None:
        said = run(["rules", "explain", str(rules), "-", "--rule", "new_and_link"])
        assert said is Exit.NOT_POSSIBLE
        assert "did you mean `new_and_linky`?" in capsys.readouterr().err
