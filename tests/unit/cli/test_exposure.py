"""Nobody beyond this machine gets in while an example secret stands."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from evenhand.bootstrap import House, load_settings, open_house
from evenhand.cli.exposure import loopback, reasons_against


@contextmanager
def house_with(tmp_path: Path, **settings: object) -> Iterator[House]:
    house = open_house(load_settings(data=tmp_path, **settings))
    try:
        yield house
    finally:
        house.close()


class TestLoopback:
    @pytest.mark.parametrize("address", ["127.0.0.1", "127.9.9.9", "::1", "localhost"])
    def test_is_this_machine(self, address: str) -> None:
        assert loopback(address)

    @pytest.mark.parametrize("address", ["0.0.0.0", "::", "10.0.0.1", "example.org", ""])
    def test_is_not(self, address: str) -> None:
        assert not loopback(address)


class TestReasonsAgainst:
    def test_a_house_set_up_for_people_has_none(self, tmp_path: Path) -> None:
        with house_with(tmp_path, public_url="https://evenhand.example") as house:
            assert reasons_against(house) == []

    @pytest.mark.parametrize("url", [None, "http://evenhand.example", "https://", "evenhand"])
    def test_people_come_over_https(self, tmp_path: Path, url: str | None) -> None:
        with house_with(tmp_path, public_url=url) as house:
            [reason] = reasons_against(house)
        assert "EVENHAND_PUBLIC_URL" in reason

    @pytest.mark.parametrize("key", [b"\0" * 32, b"change-me-change-me-change-me-ch"])
    def test_an_example_key_is_no_key(self, tmp_path: Path, key: bytes) -> None:
        text = base64.b64encode(key).decode()
        url = "https://evenhand.example"
        with house_with(tmp_path, master_key=text, public_url=url) as house:
            [reason] = reasons_against(house)
        assert "EVENHAND_MASTER_KEY" in reason
        assert text not in reason

    @pytest.mark.parametrize("secret", [None, "", "whsec_c2hvcnQ="])
    def test_a_webhook_needs_a_secret(self, tmp_path: Path, secret: str | None) -> None:
        with house_with(
            tmp_path,
            public_url="https://evenhand.example",
            host_webhook_url="https://host.example/hook",
            host_webhook_secret=secret,
        ) as house:
            [reason] = reasons_against(house)
        assert "EVENHAND_HOST_WEBHOOK_SECRET" in reason
