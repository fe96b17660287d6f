"""Lines are read fast, and for the same as they are read with the standard library."""

from __future__ import annotations

import json
import random

import pytest

from evenhand.rules.language.events import Event
from evenhand.rules.language.reading import SourceFile, read
from evenhand.rules.language.row import Layout
from evenhand.rules.language.running import Answer, LineReader

RULES = """kind post
  n: int
  x: float
  s: text
  at: time
  l: list[text]
  b: bool
  photo: media

counter posts = count in post by s within 1h

rule all on post
  when n > 0 and x > 0 and has_word(s, "free") and hours_since(at) > 1 and "a" in l and b
  enqueue q
rule found on post
  when score("m") > 0.5 and assessed("d") and label(item, "a") and posts > 3
  enqueue q
rule near on post
  when hash_match(photo, "known", 20)
  enqueue q
"""
NUMBERS = (
    *(
        "0",
        "-0",
        "-0.0",
        "7",
        "1e5",
        "1E400",
        "-1e400",
        "1e-400",
        "5e-324",
        "0.1",
        "01",
        "1.",
        "+1",
    ),
    *("NaN", "Infinity", "-Infinity", "9007199254740993", "9007199254740993.0"),
    *("9223372036854775807", "9223372036854775808", "-9223372036854775808"),
    *("-9223372036854775809", "18446744073709551615", "18446744073709551616"),
    *("9" * 30, "9" * 400, "9" * 5_000, f"{'9' * 30}.5"),
)
TEXTS = (
    *('"free"', '"\\ud800"', '"\\ud83d\\ude00"', '"\\u0000"', '"\x00"', '"\x7f"', '"\u0130"'),
    *('"2026-11-22T09:00:00Z"', '"', '""', '"\\x"', "'free'"),
)
OTHERS = (
    *(
        "null",
        "true",
        "[]",
        '["a"]',
        '["a",]',
        '["\\ud800"]',
        "[1]",
        "{}",
        '{"m": 1}',
        '{"m": NaN}',
    ),
    *('{"d": true}', '{"item": ["a"]}', '{"photo": {"known": 3}}', '{"photo": {"known": null}}'),
    *('{"photo": {"known": 18446744073709551616}}', '{"a": 1, "a": 2}', "[" * 600 + "]" * 600),
)
FIELDS = ("id", "kind", "ts", "n", "x", "s", "at", "l", "b", "photo", "posts", "unknown")
PARTS = ("labels", "scores", "assessments", "hashes")


@pytest.fixture
def reader() -> LineReader:
    ruleset = read([SourceFile("a.rules", RULES)], None)
    return LineReader(ruleset, Layout.of(ruleset.rules))


def read_both_ways(reader: LineReader, line: bytes) -> Event | Answer:
    fast, plain = reader._read_fast(line), reader._read(2, line)
    if fast is not None:
        assert repr(fast) == repr(plain), line
    return plain


class TestLines:
    def test_read_fast_are_what_they_are_read_plainly(self, reader: LineReader) -> None:
        taken = 0
        for field in (*FIELDS, *PARTS):
            for value in (*NUMBERS, *TEXTS, *OTHERS):
                line = f'{{"kind": "post", "{field}": {value}}}'.encode()
                taken += isinstance(read_both_ways(reader, line), Event)
        assert taken > 200

    def test_of_many_values_are_read_alike(self, reader: LineReader) -> None:
        dice, taken = random.Random(5), 0
        for _ in range(2_000):
            said = [f'"{name}": {dice.choice(("null", "{}", *OTHERS[8:12]))}' for name in PARTS]
            said += [f'"{name}": {dice.choice(NUMBERS)}' for name in ("n", "x", "ts", "at")]
            line = f'{{"kind": "post", {", ".join(said)}}}\r\n'.encode()
            taken += isinstance(read_both_ways(reader, line), Event)
        assert taken > 20

    @pytest.mark.parametrize(
        "line",
        [b"", b"[]", b"1 2", b"\xff", b"\xed\xa0\x80", b"\xef\xbb\xbf{}", b'{"kind": "post"} \x0c'],
    )
    def test_that_are_no_events_are_left_to_be_read_plainly(
        self, reader: LineReader, line: bytes
    ) -> None:
        assert reader._read_fast(line) is None
        assert isinstance(reader._read(2, line), Answer)

    def test_may_begin_a_file_with_a_byte_order_mark(self, reader: LineReader) -> None:
        line = b'\xef\xbb\xbf{"id": 1, "kind": "post"}'
        assert isinstance(reader.read(1, line), Event)
        assert isinstance(reader.read(2, line), Answer)


class TestAnswers:
    @pytest.mark.parametrize(
        "id_",
        [None, 0, -5, 10**40, "", "a1", 'a"b', "a\\b", "a/b", "a b", "\x00\x7f", "é", "\U0001f600"],
    )
    def test_are_written_as_json_writes_them(self, id_: str | int | None) -> None:
        for fires in ((), ("one",), ("one", "two_2")):
            data = {"id": id_, "fires": fires}
            assert Answer(1, id_, fires).as_line() == json.dumps(data, separators=(",", ":"))
        failed = Answer(1, id_, ("one",), ("two",))
        told = {"id": id_, "fires": ["one"], "failed": ["two"]}
        assert json.loads(failed.as_line()) == told
        assert json.loads(Answer(3, id_, error="no").as_line()) == {
            "id": id_,
            "line": 3,
            "error": "no",
        }
