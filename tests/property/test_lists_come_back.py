"""A bank that is written to a file and read again is the same bank."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.banks import (
    Confidence,
    EntryKind,
    EntryRefused,
    EntryView,
    Format,
    Given,
    Incoming,
    ListUnreadable,
    Refused,
    Signal,
    read_list,
    writer_of,
)
from evenhand.banks.model import KINDS_OF, entry_value, labels_of, reason_of

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
HEX = {EntryKind.MD5: 32, EntryKind.SHA256: 64, EntryKind.PDQ: 64}
#: Whatever may be written: quotes, commas, tabs, line breaks, every script.
WORDS = st.text(
    st.characters(exclude_categories=("Cs", "Cc")) | st.sampled_from('\n\t",;'), max_size=40
)


@st.composite
def entries(draw: st.DrawFn, signal: Signal) -> EntryView:
    """Draw an entry as a bank of this signal could hold it."""
    kind = draw(
        st.sampled_from(sorted(KINDS_OF[signal] & {*HEX, EntryKind.PHRASE, EntryKind.DOMAIN}))
    )
    if kind in HEX:
        # Of each byte one bit stands and one does not: no hash of nothing.
        text = bytes(0x40 | each & 0x7F for each in draw(st.binary(min_size=16, max_size=16))).hex()
        text *= HEX[kind] // len(text)
    elif kind is EntryKind.DOMAIN:
        text = draw(st.from_regex(r"[a-z]{1,8}(\.[a-z]{1,8}){0,2}\.example", fullmatch=True))
    else:
        text = draw(WORDS) + " gift card"
    own = draw(st.none() | st.sampled_from(Confidence))
    labels = draw(st.lists(st.from_regex(r"[a-z0-9][a-z0-9_.:-]{0,9}", fullmatch=True), max_size=3))
    expires = draw(st.none() | st.integers(1, 10**9))
    return EntryView(
        id="e",
        bank_id="b",
        bank="bank",
        signal=signal,
        confidence=own or Confidence.CONFIRMED,
        own_confidence=own is not None,
        clause_key="fraud",
        kind=kind,
        value=entry_value(kind, text, signal=signal),
        source=f"s{draw(WORDS)}".strip(),
        reason=reason_of(f"why {draw(WORDS)}"),
        labels=labels_of(labels),
        expires_at=None if expires is None else NOW + timedelta(seconds=expires),
        added_by="system",
        added_at=NOW,
        origin_decision=None,
        withdrawn_at=None,
        withdrawn_by=None,
        withdrawn_why=None,
    )


def wanted(line: int, entry: EntryView) -> Given:
    """Say how an entry has to come back."""
    return Given(
        entry.kind.value,
        Incoming(
            line,
            entry.value,
            source=entry.source,
            reason=entry.reason,
            labels=entry.labels,
            confidence=entry.confidence.value if entry.own_confidence else None,
            expires=entry.expires_at,
        ),
    )


def numbered(lines: Sequence[Given | Refused]) -> list[Given | Refused]:
    """Number lines as the test does: a line break inside a value makes later ones larger."""
    return [
        replace(one, incoming=replace(one.incoming, line=at)) if isinstance(one, Given) else one
        for at, one in enumerate(lines)
    ]


@pytest.mark.parametrize("form", [Format.CSV, Format.JSONL])
@given(data=st.data(), signal=st.sampled_from([Signal.IMAGE, Signal.PHRASE, Signal.LINK]))
def test_with_everything_that_is_said_of_an_entry(
    form: Format, data: st.DataObject, signal: Signal
) -> None:
    """Value, kind, source, reason, labels, confidence and expiry, in whatever script."""
    listed = data.draw(st.lists(entries(signal), max_size=4))
    out = io.StringIO(newline="")
    writer = writer_of(form, out, signal)
    writer.begin()
    for entry in listed:
        writer.write(entry)
    read = list(read_list(io.BytesIO(out.getvalue().encode()), form, kind="none", signal=signal))
    assert numbered(read) == [wanted(at, entry) for at, entry in enumerate(listed)]


@given(data=st.data(), signal=st.sampled_from([Signal.IMAGE, Signal.PHRASE, Signal.LINK]))
def test_as_lines_for_partners_with_its_values(data: st.DataObject, signal: Signal) -> None:
    """A local file of python-threatexchange says what, and no more."""
    listed = data.draw(st.lists(entries(signal), max_size=4))
    out = io.StringIO(newline="")
    writer = writer_of(Format.LINES, out, signal)
    for entry in listed:
        writer.write(entry)
    content = io.BytesIO(out.getvalue().encode())
    read = list(read_list(content, Format.LINES, kind="none", signal=signal))
    said = [(o.kind, entry_value(EntryKind(o.kind), o.incoming.value, signal=signal))
            for o in read if isinstance(o, Given)]  # fmt: skip
    assert said == [(entry.kind.value, entry.value) for entry in listed]


def test_not_in_a_form_that_is_only_read() -> None:
    """And what cannot be an entry is refused where it joins, not where it is read."""
    with pytest.raises(ListUnreadable, match="not written as page"):
        writer_of(Format.PAGE, io.StringIO(), Signal.IMAGE)
    with pytest.raises(EntryRefused):
        entry_value(EntryKind.PDQ, "0" * 64, signal=Signal.IMAGE)
