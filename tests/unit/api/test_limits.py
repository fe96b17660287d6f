"""No body is read past its limit, for longer than its time, or in another form."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

import pytest
from starlette.requests import Request

from evenhand.api import limits
from evenhand.api.limits import BodyTooLarge, BodyTooSlow, MediaTypeUnknown, read_limited


def request(parts: Iterable[bytes], **headers: str) -> Request:
    """A request whose body comes in parts; after the last one it stays silent."""
    given = {"content-type": "application/json"} | {
        name.replace("_", "-"): value for name, value in headers.items()
    }
    waiting = list(parts)

    async def receive() -> dict[str, Any]:
        if not waiting:
            await asyncio.sleep(3600)
        part = waiting.pop(0)
        return {"type": "http.request", "body": part, "more_body": bool(waiting)}

    encoded = [(name.encode(), value.encode("latin-1")) for name, value in given.items()]
    return Request({"type": "http", "method": "POST", "headers": encoded}, receive)


def read(asked: Request, bytes_max: int = 10) -> bytes:
    return asyncio.run(read_limited(asked, bytes_max))


class TestReadLimited:
    def test_reads_up_to_the_limit(self) -> None:
        assert read(request([b"12345", b"67890"])) == b"1234567890"

    def test_refuses_one_byte_more(self) -> None:
        with pytest.raises(BodyTooLarge, match="10 bytes"):
            read(request([b"12345", b"678901"]))

    def test_believes_no_claim_but_refuses_one_that_is_too_large(self) -> None:
        with pytest.raises(BodyTooLarge):
            read(request([b"1"], content_length="11"))
        with pytest.raises(BodyTooLarge):
            read(request([b"12345678901"], content_length="5"))

    @pytest.mark.parametrize("claim", ["x", "-1", "²", ""])
    def test_a_claim_that_is_no_number_is_left_aside(self, claim: str) -> None:
        assert read(request([b"{}"], content_length=claim)) == b"{}"

    @pytest.mark.parametrize(
        "said",
        ["", "text/json", "application/json; charset=latin-1", "application/jsonp", "*/*"],
    )
    def test_takes_json_only(self, said: str) -> None:
        with pytest.raises(MediaTypeUnknown):
            read(request([b"{}"], content_type=said))

    @pytest.mark.parametrize(
        "said", ["application/json", "Application/JSON ; charset=UTF-8", 'application/json; a="b"']
    )
    def test_takes_json_however_it_is_written(self, said: str) -> None:
        assert read(request([b"{}"], content_type=said)) == b"{}"

    def test_takes_nothing_that_has_to_be_unpacked(self) -> None:
        with pytest.raises(MediaTypeUnknown, match="gzip"):
            read(request([b"{}"], content_encoding="gzip"))

    def test_waits_no_longer_than_its_time(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(limits, "BODY_SECONDS_MAX", 0.01)
        with pytest.raises(BodyTooSlow):
            read(request([]))
