"""JSON from outside is read one way only."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.api.strict_json import DEPTH_MAX, JsonRefused, read_object


def refused(body: bytes | str) -> list[tuple[str, str]]:
    with pytest.raises(JsonRefused) as caught:
        read_object(body if isinstance(body, bytes) else body.encode())
    return [(each.path, each.says) for each in caught.value.problems]


class TestReadObject:
    def test_reads_an_object(self) -> None:
        assert read_object(b'{"a": [1, 2.5, "\xc3\xa9", null, true]}') == {
            "a": [1, 2.5, "é", None, True]
        }

    @pytest.mark.parametrize("body", ["[]", "1", '"text"', "null", "true"])
    def test_refuses_what_is_no_object(self, body: str) -> None:
        assert refused(body) == [("", "Send one JSON object: { … }.")]

    @pytest.mark.parametrize("body", ["", "  \n "])
    def test_refuses_an_empty_body(self, body: str) -> None:
        assert refused(body) == [("", "There is no body. Send one JSON object.")]

    def test_says_where_the_syntax_breaks(self) -> None:
        [(path, says)] = refused('{\n "a": }')
        assert path == ""
        assert says.startswith("Line 2, column 7:")

    def test_points_at_a_key_that_stands_twice(self) -> None:
        [(path, says)] = refused('{"account": {"id": "1", "id": "2"}}')
        assert path == "account"
        assert "“id”" in says

    def test_finds_a_key_that_stands_twice_behind_an_escape(self) -> None:
        assert refused('{"a": 1, "\\u0061": 2}')[0][0] == ""

    @pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999", "-1e999"])
    def test_points_at_numbers_that_are_none(self, number: str) -> None:
        assert refused(f'{{"fields": {{"price": {number}}}}}')[0][0] == "fields.price"

    @pytest.mark.parametrize("number", ["9223372036854775808", "-9223372036854775808", "9" * 5000])
    def test_points_at_numbers_too_large_to_hold(self, number: str) -> None:
        assert refused(f'{{"reach": {number}}}')[0][0] == "reach"

    def test_takes_the_largest_number_it_can_hold(self) -> None:
        assert read_object(b'{"n": 9223372036854775807}') == {"n": 2**63 - 1}

    def test_points_at_half_a_surrogate_pair(self) -> None:
        assert refused('{"fields": {"text": ["fine", "\\ud83d"]}}')[0][0] == "fields.text.1"

    def test_takes_a_whole_surrogate_pair(self) -> None:
        assert read_object(b'{"a": "\\ud83d\\ude00"}') == {"a": "\U0001f600"}

    def test_points_at_a_nul(self) -> None:
        assert refused('{"fields": {"text": "a\\u0000b"}}')[0][0] == "fields.text"

    def test_refuses_keys_that_cannot_be_stored(self) -> None:
        [(path, says)] = refused('{"a\\ud800": 1}')
        assert path == ""
        assert "\ud800" not in says

    def test_refuses_bytes_that_are_not_utf8(self) -> None:
        assert refused(b'{"a": "\xff"}') == [("", "Byte 7 is not UTF-8.")]

    @pytest.mark.parametrize("coding", ["utf-16", "utf-32", "utf-8-sig"])
    def test_refuses_other_codings(self, coding: str) -> None:
        refused('{"a": 1}'.encode(coding))

    def test_reads_as_deep_as_the_limit(self) -> None:
        inner = "[" * (DEPTH_MAX - 1) + "]" * (DEPTH_MAX - 1)
        assert "a" in read_object(f'{{"a": {inner}}}'.encode())

    @pytest.mark.parametrize("depth", [DEPTH_MAX, 500, 100_000])
    def test_refuses_what_is_deeper(self, depth: int) -> None:
        [(_, says)] = refused('{"a": ' + "[" * depth + "]" * depth + "}")
        assert str(DEPTH_MAX) in says

    def test_lists_every_spot_up_to_a_limit(self) -> None:
        many = ", ".join(f'"k{n}": NaN' for n in range(100))
        assert 1 < len(refused("{" + many + "}")) <= 20

    def test_shows_long_keys_short_and_printable(self) -> None:
        [(path, _)] = refused('{"' + "k" * 500 + '\\u001b[31m": NaN}')
        assert len(path) < 60
        assert path.isprintable()

    @given(st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), st.integers()))
    def test_reads_what_json_writes_or_says_why_not(self, value: dict[str, int]) -> None:
        """Nothing is misread: a value comes back as it was, or is refused with a spot."""
        try:
            assert read_object(json.dumps(value).encode()) == value
        except JsonRefused as refusal:
            assert refusal.problems

    @given(st.binary(max_size=60))
    def test_never_fails_on_any_bytes(self, body: bytes) -> None:
        try:
            assert isinstance(read_object(body), dict)
        except JsonRefused as refusal:
            assert refusal.problems
