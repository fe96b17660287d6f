"""The password rule, and what is stored of a password."""

from __future__ import annotations

import time

import pytest

from evenhand.people import (
    Credentials,
    PasswordRefused,
    SignInRefused,
    check_new_password,
    check_password,
    hash_password,
    prove_password,
)


def check(password: str) -> None:
    """Check a password Anna Berg wants."""
    check_new_password(password, email="anna.berg@example.org", name="Anna Berg")


class TestCheckNewPassword:
    """What a new password must be."""

    @pytest.mark.parametrize(
        "password", ["lantern copper moth 9", "ангел на крыше", "正しい馬の電池がここにある"]
    )
    def test_takes_twelve_characters_of_any_script(self, password: str) -> None:
        """Length counts characters, not bytes."""
        check(password)

    @pytest.mark.parametrize(
        ("password", "says"),
        [
            ("eleven char", "at least 12"),
            ("", "at least 12"),
            ("x" * 2000, "at most"),
            ("abababababab", "more different"),
            ("anna.berg@example.org", "own name"),
            ("AnnaBergAnnaBerg", "own name"),
            ("Anna Berg Anna", "own name"),
            ("example.org-anna1", "own name"),
        ],
    )
    def test_refuses_what_is_easy_to_guess_and_says_why(self, password: str, says: str) -> None:
        """Short, long, monotonous, or the person's own name and address."""
        with pytest.raises(PasswordRefused, match=says):
            check(password)

    def test_allows_a_name_inside_a_longer_sentence(self) -> None:
        """Enough must remain once the name is taken out; here it does."""
        check("anna keeps nineteen snails")


class TestCheckPassword:
    """What a hash proves."""

    def test_knows_the_password_and_no_other(self) -> None:
        """Argon2id, of the same characters however they were typed."""
        kept = hash_password("caf\u00e9 lantern moth")
        assert kept.startswith("$argon2id$v=19$m=65536,t=3,p=4$")  # RFC 9106, section 4
        assert check_password(kept, "cafe\u0301 lantern moth")
        assert not check_password(kept, "cafe lantern moth")
        assert not check_password("not a hash", "cafe lantern moth")

    def test_proves_nothing_for_an_address_nobody_has(self) -> None:
        """Empty credentials refuse whatever is typed, after the same work."""
        with pytest.raises(SignInRefused):
            prove_password(Credentials("1", "k", None, None), "nobody's password")

    def test_is_not_slowed_down_by_a_long_run_of_marks(self) -> None:
        """Putting marks in order takes quadratic time: half a megabyte would take minutes."""
        kept, began = hash_password("four unrelated plain words"), time.monotonic()
        assert not check_password(kept, "a" + "\u0300\u0316" * 60_000)
        assert time.monotonic() - began < 5
