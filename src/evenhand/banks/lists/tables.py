"""Our own lists, as CSV and as JSON lines: everything about an entry, and back again.

A CSV needs a column `hash` (or `value`); `kind`, `source`, `reason`, `labels`, `confidence` and
`expires` may be there. The CSV of python-threatexchange (`signal_type`, `signal_str`, `category`,
`tags`) is known by its columns. A line of JSON has the same names.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final, Protocol, TextIO

from evenhand.banks.lists.line import (
    Given,
    ListUnreadable,
    Opinion,
    Refused,
    by_opinion,
    instant,
    kind_for,
    tags,
)
from evenhand.banks.model import Signal
from evenhand.banks.states import Polarity
from evenhand.banks.views import EntryView, Incoming

VALUES: Final = ("hash", "value")
_ABOUT: Final = ("kind", "entry", "source", "reason", "labels", "confidence", "expires")
_BETWEEN: Final = re.compile(r"[\s,;]+")
_LINE_CHARS_MAX: Final = 131_072  # as the csv module has it

Read = Iterator[Given | Refused]


def read_csv(text: TextIO, kind: str, signal: Signal, polarity: Polarity) -> Read:
    """Read a CSV. Raises ListUnreadable for what is none, or has no column to read."""
    rows = csv.reader(text)
    try:
        heading = [each.strip().lower() for each in next(rows, [])]
        theirs = "signal_str" in heading and "signal_type" in heading
        if not theirs and not any(one in heading for one in VALUES):
            raise ListUnreadable("The file has no column `hash` (nor `value`) in its first line.")
        for row in rows:
            if row:
                named = dict(zip(heading, row, strict=False))
                if theirs:
                    yield _theirs(rows.line_num, named, signal, polarity)
                else:
                    yield _ours(rows.line_num, named, kind, signal)
    except csv.Error as why:
        raise ListUnreadable(f"Line {rows.line_num} is no CSV: {why}.") from why


def read_jsonl(text: TextIO, kind: str, signal: Signal, _polarity: Polarity) -> Read:
    """Read JSON lines; a line that is no object is refused."""
    number = 0
    while line := text.readline(_LINE_CHARS_MAX):
        number += 1
        if len(line) == _LINE_CHARS_MAX and not line.endswith("\n"):
            raise ListUnreadable(f"Line {number} is too long for one entry.")
        if not line.strip():
            continue
        try:
            said = json.loads(line)
        except (ValueError, RecursionError):
            said = None
        if isinstance(said, dict):
            yield _ours(number, said, kind, signal)
        else:
            yield Refused(number, "This line is no JSON object.")


class Writer(Protocol):
    """Writes a list, entry by entry."""

    def begin(self) -> None:
        """Write what comes before the first entry."""
        ...

    def write(self, entry: EntryView) -> None:
        """Write one entry."""
        ...


def writer_of(form: str, file: TextIO, signal: Signal) -> Writer:
    """Return what writes a list of this form. Raises ListUnreadable for one that is only read."""
    if form == "csv":
        return _CsvWriter(file, signal)
    if form == "jsonl":
        return _JsonWriter(file, signal)
    if form == "lines":
        return _LineWriter(file)
    raise ListUnreadable(f"A list is not written as {form}: choose csv, jsonl or lines.")


class _CsvWriter:
    def __init__(self, file: TextIO, signal: Signal) -> None:
        self._rows = csv.writer(file, lineterminator="\n")
        self._column = _column(signal)

    def begin(self) -> None:
        self._rows.writerow((self._column, *_ABOUT))

    def write(self, entry: EntryView) -> None:
        said = _said(entry)
        labels = " ".join(said.pop("labels"))
        row = {"labels": labels, **said}
        self._rows.writerow((entry.value, *(row[name] or "" for name in _ABOUT)))


class _JsonWriter:
    def __init__(self, file: TextIO, signal: Signal) -> None:
        self._file = file
        self._column = _column(signal)

    def begin(self) -> None:
        """Nothing comes first."""

    def write(self, entry: EntryView) -> None:
        said = {self._column: entry.value, **_said(entry)}
        self._file.write(json.dumps(said, ensure_ascii=False) + "\n")


class _LineWriter:
    """Writes python-threatexchange's local files; what a line break would end goes on one line."""

    def __init__(self, file: TextIO) -> None:
        self._file = file

    def begin(self) -> None:
        """Nothing comes first."""

    def write(self, entry: EntryView) -> None:
        named = {"phrase": "raw_text", "text": "raw_text"}.get(entry.kind, entry.kind)
        self._file.write(f"{named} {' '.join(entry.value.split())}\n")


def _column(signal: Signal) -> str:
    return "hash" if signal is Signal.IMAGE else "value"


def _said(entry: EntryView) -> dict[str, Any]:
    return {
        "kind": entry.kind.value,
        "entry": entry.id,
        "source": entry.source,
        "reason": entry.reason,
        "labels": list(entry.labels),
        "confidence": entry.confidence.value if entry.own_confidence else None,
        "expires": entry.expires_at.isoformat() if entry.expires_at else None,
    }


def _ours(line: int, row: Mapping[str, Any], kind: str, signal: Signal) -> Given | Refused:
    texts = {name: _text(row.get(name)) for name in (*VALUES, *_ABOUT)}
    expires = instant(texts["expires"]) if texts["expires"] else None
    if texts["expires"] and expires is None:
        return Refused(line, "Its expiry is no date such as 2027-01-31.")
    given = row.get("labels") or ()
    labels = given if isinstance(given, list | tuple) else _BETWEEN.split(str(given))
    return Given(
        kind_for(texts["kind"] or kind, signal),
        Incoming(
            line,
            texts["hash"] or texts["value"],
            source=texts["source"] or None,
            reason=texts["reason"] or None,
            labels=tuple(str(label) for label in labels),
            confidence=texts["confidence"].lower() or None,
            expires=expires,
        ),
    )


def _theirs(
    line: int, row: Mapping[str, str], signal: Signal, polarity: Polarity
) -> Given | Refused:
    """Read a row of python-threatexchange's `dataset -P --csv`."""
    collab = row.get("collab", "").strip()
    incoming = Incoming(
        line,
        row.get("signal_str", ""),
        source=collab or None,
        labels=tags(row.get("tags", "").split()),
    )
    given = Given(kind_for(row.get("signal_type", ""), signal), incoming)
    try:
        opinion = Opinion(row.get("category", "").strip() or Opinion.SEED)
    except ValueError:
        return Refused(line, "Its category is none that is known.")
    return by_opinion(given, opinion, polarity)


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""
