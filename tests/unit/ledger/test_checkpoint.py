"""A checkpoint can be read by anybody with the key, and by nobody changed."""

from __future__ import annotations

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from evenhand.ledger.checkpoint import Checkpoint, read, sign, verifier_line
from evenhand.ledger.errors import CheckpointInvalid

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
NOTE = sign(Checkpoint(7, bytes(32)), KEY)


class TestSign:
    """Writing the signed note."""

    def test_writes_the_three_lines_and_one_signature(self) -> None:
        """Origin, size and root, an empty line, then the signature line of C2SP signed-note."""
        origin, size, root, empty, signature, end = NOTE.split("\n")
        assert (origin, size, empty, end) == ("evenhand/ledger", "7", "", "")
        assert base64.b64decode(root) == bytes(32)
        assert signature.startswith("— evenhand/ledger ")
        assert len(base64.b64decode(signature.split(" ")[2])) == 4 + 64

    def test_names_the_key_by_its_published_hash(self) -> None:
        """The hash in the signature is the one in the verifier line."""
        signature = base64.b64decode(NOTE.split(" ")[-1])
        assert verifier_line(KEY.public_key()).split("+")[1] == signature[:4].hex()


class TestRead:
    """Reading a note."""

    def test_returns_what_was_signed(self) -> None:
        """Size and root come back."""
        assert read(NOTE, KEY.public_key()) == Checkpoint(7, bytes(32))

    @given(st.integers(0, len(NOTE) - 1), st.characters(codec="ascii"))
    def test_refuses_any_changed_character(self, at: int, character: str) -> None:
        """One other character anywhere is enough, unless it says the same."""
        changed = NOTE[:at] + character + NOTE[at + 1 :]
        if changed == NOTE:
            return
        try:
            found = read(changed, KEY.public_key())
        except CheckpointInvalid:
            return
        assert found == Checkpoint(7, bytes(32)), "only the unsigned framing may differ"

    def test_refuses_another_key(self) -> None:
        """A note signed by somebody else is not ours."""
        with pytest.raises(CheckpointInvalid):
            read(NOTE, Ed25519PrivateKey.generate().public_key())
