"""Receipts as people read, type and lose them."""

from __future__ import annotations

import pytest

from evenhand.kit.seal import Keyring
from evenhand.people import ReceiptUnknown, format_receipt, read_receipt
from evenhand.people.receipts import new_digits, receipt_hash


class TestReceipts:
    """Sixteen digits."""

    def test_are_written_in_groups_of_four(self) -> None:
        """So that they can be read aloud."""
        assert format_receipt("1234567890123456") == "1234 5678 9012 3456"

    @pytest.mark.parametrize(
        "typed",
        [
            "1234567890123456",
            " 1234-5678-9012-3456\n",
            "1234\u00a05678\u20139012 3456",
            "１２３４ ５６７８ ９０１２ ３４５６",
            "١٢٣٤٥٦٧٨٩٠١٢٣٤٥٦",
        ],
    )
    def test_are_read_as_people_type_them(self, typed: str) -> None:
        """Spaces, dashes and the digits of any script."""
        assert read_receipt(typed) == "1234567890123456"

    @pytest.mark.parametrize(
        "typed", ["", "123", "12345678901234567", "1234 5678 9012 345a", "²" * 16]
    )
    def test_are_refused_when_not_sixteen_digits(self, typed: str) -> None:
        """Anything else is unknown, without a look into the database."""
        with pytest.raises(ReceiptUnknown):
            read_receipt(typed)

    def test_are_drawn_at_full_length(self) -> None:
        """Leading zeros stay."""
        assert {len(new_digits()) for _ in range(100)} == {16}

    def test_hash_differently_in_another_house(self) -> None:
        """The hash needs the master key; a stolen table alone says nothing."""
        one, other = Keyring(b"1" * 32), Keyring(b"2" * 32)
        assert receipt_hash(one, "1" * 16) == receipt_hash(one, "1" * 16)
        assert receipt_hash(one, "1" * 16) != receipt_hash(other, "1" * 16)
