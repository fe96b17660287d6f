"""Codes from an authenticator, against the vectors of RFC 6238 appendix B."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta

import pytest

from evenhand.people import CodeRefused, new_totp_secret, totp_code, totp_uri
from evenhand.people.codes import matching_step

SECRET = base64.b32encode(b"12345678901234567890").decode()


def at(seconds: int) -> datetime:
    """Return an instant by its Unix time."""
    return datetime.fromtimestamp(seconds, UTC)


class TestTotpCode:
    """The code of an instant."""

    @pytest.mark.parametrize(
        ("seconds", "code"),
        [
            (59, "287082"),
            (1111111109, "081804"),
            (1111111111, "050471"),
            (1234567890, "005924"),
            (2000000000, "279037"),
            (20000000000, "353130"),
        ],
    )
    def test_is_the_one_of_the_standard(self, seconds: int, code: str) -> None:
        """RFC 6238 appendix B, SHA-1, the last six of eight digits."""
        assert totp_code(SECRET, at(seconds)) == code


class TestMatchingStep:
    """Which codes are taken."""

    @pytest.mark.parametrize("off", [-30, 0, 30])
    def test_allows_one_step_either_way(self, off: int) -> None:
        """Two clocks may differ by half a minute."""
        code = totp_code(SECRET, at(1_000_000 + off))
        step = matching_step(SECRET, code, at(1_000_000), last_used=None)
        assert step == (1_000_000 + off) // 30

    @pytest.mark.parametrize("off", [-60, 60])
    def test_refuses_two_steps(self, off: int) -> None:
        """A code a minute away is too old, or from a wrong clock."""
        code = totp_code(SECRET, at(1_000_000 + off))
        with pytest.raises(CodeRefused):
            matching_step(SECRET, code, at(1_000_000), last_used=None)

    def test_never_takes_a_code_twice(self) -> None:
        """Neither the same step nor an earlier one is taken after a success."""
        now = at(1_000_000)
        step = matching_step(SECRET, totp_code(SECRET, now), now, last_used=None)
        for code in (totp_code(SECRET, now), totp_code(SECRET, now - timedelta(seconds=30))):
            with pytest.raises(CodeRefused):
                matching_step(SECRET, code, now, last_used=step)

    @pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "٢٨٧٠٨٢", "2870 8"])
    def test_refuses_what_is_no_code(self, code: str) -> None:
        """Anything but six right digits is refused, and nothing breaks."""
        with pytest.raises(CodeRefused):
            matching_step(SECRET, code, at(59), last_used=None)

    def test_reads_a_code_typed_with_a_space(self) -> None:
        """Authenticators show two groups of three."""
        assert matching_step(SECRET, "287 082", at(59), last_used=None) == 1

    def test_refuses_a_secret_that_is_none(self) -> None:
        """A secret that came back changed from a form is refused like a wrong code."""
        with pytest.raises(CodeRefused):
            matching_step("not base32!", "287082", at(59), last_used=None)


class TestTotpUri:
    """What the QR code holds."""

    def test_names_the_service_and_the_person(self) -> None:
        """Authenticators show the issuer and the address."""
        uri = totp_uri(SECRET, email="anna@example.org", service="Plaza & Co")
        assert uri.startswith("otpauth://totp/Evenhand%20Plaza%20%26%20Co%3Aanna%40example.org?")
        assert f"secret={SECRET}" in uri
        assert "issuer=Evenhand%20Plaza%20%26%20Co" in uri

    def test_is_made_of_a_fresh_secret(self) -> None:
        """Two secrets differ, and hold 160 bits."""
        one, other = new_totp_secret(), new_totp_secret()
        assert one != other
        assert len(base64.b32decode(one)) == 20
