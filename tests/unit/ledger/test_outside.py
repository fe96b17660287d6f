"""Whatever a copy holds, the check of it ends with an answer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from evenhand.adapters.published import FolderCopy
from evenhand.ledger import verify_published
from evenhand.ledger.checkpoint import Checkpoint, sign, size_said
from evenhand.ledger.merkle import leaf_hash, root_of

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
NOW = datetime(2026, 11, 22, tzinfo=UTC)
TOLD = (
    '{"actor":"system","at":"2026-11-21T09:00:00.000000Z","data":{DATA},"n":N,"subject":"s",'
    '"type":"TYPE"}'
)
DATA = st.sampled_from(
    ["", '"note":"x"', '"note":5', '"line":[]', '"line":1e999', '"from":1,"to":2', '"to":{}']
)
TYPES = st.sampled_from(["item.received", "checkpoint.published", "signer.changed"]) | (
    st.just("clock.explained")
)
LINE = st.builds(
    lambda data, n, event: TOLD.replace("DATA", data).replace("N,", f"{n},").replace("TYPE", event),
    DATA,
    st.sampled_from(["0", "1", "2", "-1", "true", "1e5", '"1"', "99999999999999999999999"]),
    TYPES,
)
STRANGE = st.sampled_from(
    [
        '{"leaf":"zz","n":0}', '{"leaf":"00","n":1e999}', '{"leaf":5,"n":true}', "[" * 99_999,
        '{"leaf":' + "[" * 99_999, '{"at":"0001-01-01T00:00:00+14:00","data":{},"n":0,"type":"x"}',
    ]
)  # fmt: skip


@dataclass
class Copy:
    """A copy in memory."""

    lines: list[str]
    note: str
    above: dict[tuple[int, int], bytes] | None = field(default=None)

    def checkpoint(self) -> str:
        """Return the note."""
        return self.note

    def entries(self) -> Iterator[tuple[str, bytes | None]]:
        """Return the lines; no tile."""
        return ((line, None) for line in self.lines)

    def nodes(self) -> dict[tuple[int, int], bytes] | None:
        """Return what stands above."""
        return self.above


class TestVerifyPublished:
    @settings(max_examples=150)
    @given(st.lists(LINE | STRANGE | st.text(max_size=40), max_size=6), st.text(max_size=60))
    def test_answers_whatever_it_is_given(self, lines: list[str], other: str) -> None:
        hashes = [leaf_hash(line.encode()) for line in lines]
        note = sign(Checkpoint(len(lines), root_of(hashes)), KEY)
        for each in (note, other, note.replace("\n", "\n0", 1)):
            found = verify_published(Copy(lines, each), KEY.public_key(), against=[other], now=NOW)
            assert not found.sound
            assert "against" in {one.kind for one in found.findings}

    def test_is_not_sent_far_by_a_size_that_was_made_up(self, tmp_path: Path) -> None:
        """The files that are there are read, and not the quadrillions that a note speaks of."""
        note = sign(Checkpoint(10**17, bytes(32)), KEY)
        copy = FolderCopy(tmp_path, note, 10**17)
        assert (list(copy.entries()), copy.nodes()) == ([], {})
        found = verify_published(copy, KEY.public_key(), now=NOW)
        assert {one.kind for one in found.findings} == {"tail"}


class TestSizeSaid:
    @pytest.mark.parametrize("said", ["", "05", "+5", " 5", "5 ", "-1", "٥", "1" * 19, "x"])
    def test_is_a_number_as_the_format_writes_it(self, said: str) -> None:
        assert size_said(f"evenhand/ledger\n{said}\nroot\n") is None

    def test_is_nothing_where_there_is_no_second_line(self) -> None:
        assert (size_said(""), size_said("a\n0"), size_said("a\n10\n")) == (None, 0, 10)
