"""Which form a file has, and reading it as one."""

from __future__ import annotations

import io
from collections.abc import Iterator
from enum import StrEnum
from pathlib import PurePath
from typing import BinaryIO, Final

from evenhand.banks.lists.line import Given, Refused
from evenhand.banks.lists.ncmec import read_ncmec
from evenhand.banks.lists.partners import read_lines, read_page
from evenhand.banks.lists.tables import read_csv, read_jsonl
from evenhand.banks.model import Signal
from evenhand.banks.states import Polarity


class Format(StrEnum):
    """The forms in which lists are read; the first three are written, too."""

    CSV = "csv"
    JSONL = "jsonl"
    LINES = "lines"
    PAGE = "page"
    NCMEC = "ncmec"


_BY_NAME: Final = {
    ".jsonl": Format.JSONL,
    ".ndjson": Format.JSONL,
    ".txt": Format.LINES,
    ".json": Format.PAGE,
    ".xml": Format.NCMEC,
}


def format_of(name: str) -> Format:
    """Guess the form of a file by its name; anything else is a CSV."""
    return _BY_NAME.get(PurePath(name).suffix.lower(), Format.CSV)


def read_list(
    file: BinaryIO,
    form: Format,
    *,
    kind: str,
    signal: Signal,
    polarity: Polarity = Polarity.HARM,
) -> Iterator[Given | Refused]:
    """Read a list for a bank, line by line; `kind` is how values are written that do not say it.

    What is no text is refused where it stands, not at once. Raises ListUnreadable.
    """
    if form is Format.PAGE:
        yield from read_page(file, signal, polarity)
    elif form is Format.NCMEC:
        yield from read_ncmec(file, signal)
    else:
        read = {Format.CSV: read_csv, Format.JSONL: read_jsonl, Format.LINES: read_lines}[form]
        text = io.TextIOWrapper(file, encoding="utf-8-sig", errors="replace", newline="")
        try:
            yield from read(text, kind, signal, polarity)
        finally:
            text.detach()  # the file is the caller's to close
