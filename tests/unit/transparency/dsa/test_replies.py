"""What the database's answers mean."""

from __future__ import annotations

import json
from typing import Any

import pytest

from evenhand.transparency.dsa.replies import (
    WAIT_SECONDS,
    WAIT_SECONDS_MAX,
    Faulty,
    Known,
    Stopped,
    Stored,
    Unsure,
    Wait,
    read_known,
    read_sent,
)
from evenhand.transparency.ports import Reply


def reply(status: int, document: Any = None, **changes: Any) -> Reply:
    """Make an answer in JSON."""
    return Reply(status, json.dumps(document).encode(), **changes)


class TestReadSent:
    """The answer to what was sent."""

    def test_201_means_stored(self) -> None:
        """Alone and together, with the database's ids; and nothing else does."""
        one = read_sent(reply(201, {"uuid": "u1", "puid": "a"}), ["a"])
        assert one == Stored({"a": "u1"})
        listed = {"statements": [{"uuid": "u1", "puid": "a"}, {"uuid": "u2", "puid": "b"}]}
        assert read_sent(reply(201, listed), ["a", "b"]) == Stored({"a": "u1", "b": "u2"})
        assert read_sent(Reply(201, b"not json"), ["a"]) == Stored({})
        assert isinstance(read_sent(reply(200, {}), ["a"]), Unsure)

    def test_422_of_a_batch_names_the_statements(self) -> None:
        """By their place in what was sent."""
        errors = {"statement_1": {"category": ["No."]}, "statement_7": {"puid": ["No."]}}
        answer = read_sent(reply(422, {"errors": errors}), ["a", "b"])
        assert answer == Faulty({1: {"category": ("No.",)}})

    def test_422_of_one_names_the_fields(self) -> None:
        """A field's text may be alone or in a list."""
        answer = read_sent(reply(422, {"message": "x", "errors": {"category": "No."}}), ["a"])
        assert answer == Faulty({0: {"category": ("No.",)}})

    @pytest.mark.parametrize("existing", [{"puid": "a"}, {"puid": "a", "uuid": "u"}, None])
    def test_422_of_one_may_mean_that_it_is_known(self, existing: Any) -> None:
        """In code it names the puid, in the documentation the whole statement."""
        says = "The identifier given is not unique within this platform."
        document = {"message": says, "errors": {"puid": [says]}, "existing": existing}
        if existing is None:
            del document["existing"]
        assert read_sent(reply(422, document), ["a"]) == Known(frozenset({"a"}))

    def test_422_of_a_batch_may_mean_that_some_are_known(self) -> None:
        """Only those that were sent count."""
        errors = {"puid": ["not unique"], "existing_puids": ["b", "elsewhere"]}
        answer = read_sent(reply(422, {"message": "x", "errors": errors}), ["a", "b"])
        assert answer == Known(frozenset({"b"}))

    def test_429_means_wait_as_long_as_it_says(self) -> None:
        """In plain text; a minute where it does not say, ten at most."""
        plain = b"Limit Reached. Please do not overload the API"
        assert read_sent(Reply(429, plain), ["a"]) == Wait(WAIT_SECONDS)
        assert read_sent(Reply(429, plain, "7"), ["a"]) == Wait(7)
        assert read_sent(Reply(429, plain, "99999"), ["a"]) == Wait(WAIT_SECONDS_MAX)
        assert read_sent(Reply(429, plain, "soon"), ["a"]) == Wait(WAIT_SECONDS)

    @pytest.mark.parametrize("status", [500, 502, 503, 504, 408])
    def test_a_fault_there_leaves_it_unsure(self, status: int) -> None:
        """It may have been stored before the fault."""
        assert isinstance(read_sent(Reply(status, b"<h1>"), ["a"]), Unsure)

    @pytest.mark.parametrize("status", [301, 307, 400, 401, 403, 404, 413])
    def test_a_refusal_stops(self, status: int) -> None:
        """Nobody's waiting would change it."""
        assert isinstance(read_sent(Reply(status, b""), ["a"]), Stopped)

    @pytest.mark.parametrize("document", [None, [], {}, {"errors": []}, {"errors": {"x": "y"}}])
    def test_a_422_that_says_nothing_of_use_stops(self, document: Any) -> None:
        """Otherwise the same would be sent for ever."""
        assert isinstance(read_sent(reply(422, document), ["a", "b"]), Stopped)


class TestReadKnown:
    """The answer to whether a name is known."""

    def test_302_is_yes_and_404_with_the_name_is_no(self) -> None:
        """Both are answers."""
        assert read_known(reply(302, {"puid": "a"}), "a") is True
        assert read_known(reply(404, {"message": "not found", "puid": "a"}), "a") is False

    def test_404_without_the_name_is_no_answer(self) -> None:
        """The address is wrong: taking it for no would send everything twice."""
        assert isinstance(read_known(Reply(404, b"<h1>Not here</h1>"), "a"), Stopped)
        assert isinstance(read_known(reply(404, {"puid": "b"}), "a"), Stopped)
        assert isinstance(read_known(Reply(500, b""), "a"), Unsure)
        assert isinstance(read_known(Reply(401, b""), "a"), Stopped)
