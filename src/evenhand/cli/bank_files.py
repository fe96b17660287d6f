"""Banks as files at the shell: a list comes in, however long, and goes out again."""

from __future__ import annotations

import sys
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, BinaryIO, Final, TextIO

from cyclopts import Parameter

from evenhand import banks, people
from evenhand.cli.counting import counted, lines_in
from evenhand.cli.exits import Exit
from evenhand.cli.output import Json, file_or_stdin, flag, show
from evenhand.cli.shell import NotPossibleHere, Unreadable, opened

if TYPE_CHECKING:
    from evenhand.bootstrap import House

REFUSALS_SHOWN: Final = 20

FormatOption = Annotated[
    banks.Format | None,
    Parameter(
        name="--format",
        help="csv; jsonl; lines (python-threatexchange's local files); page (a saved page of"
        " ThreatExchange or StopNCII); ncmec (a saved page of NCMEC). Unset: by the file's name.",
    ),
]


def import_(
    bank: Annotated[str | None, Parameter(help="The name of a bank.")] = None,
    file: Annotated[
        Path | None, file_or_stdin("CSV with a column `hash` (or `value`), or another format")
    ] = None,
    /,
    *,
    kind: Annotated[
        banks.EntryKind, Parameter(help="How values are written that do not say it themselves.")
    ] = banks.EntryKind.PDQ,
    source: Annotated[
        str | None, Parameter(help="Where they come from; unset: the file's name.")
    ] = None,
    reason: Annotated[str, Parameter(help="Why they are here.")] = "imported from a list",
    form: FormatOption = None,
    sample: Annotated[
        bool, flag("Make a bank of generated, harmless pictures to try things with.")
    ] = False,
    pictures: Annotated[
        Path | None, Parameter(help="With --sample: the folder to write those pictures to.")
    ] = None,
    json: Json = False,
) -> Exit:
    """Add every line of a list to a bank. Lines that cannot be entries are named and left out.

    The list is read in portions, so it may be of any length; what was read stays when it is
    stopped, and running it again adds the rest. The recent past is then searched for what joined.
    """
    with opened() as house:
        if sample:
            from evenhand.cli.bank_samples import take_samples

            taken = take_samples(house, bank, pictures)
            bank = taken.bank
            found = taken.found
        elif bank is None or file is None:
            raise NotPossibleHere("Name a bank and a file, or try it with --sample.")
        else:
            found = _import(house, bank, file, kind, form, source=source, reason=reason)
        house.ask(banks.index_health, people.SYSTEM, whole=False)
    value = {
        "bank": bank,
        "added": found.added,
        "known": found.known,
        "retracted": found.retracted,
        "refused": found.refused,
        "refusals": [{"line": line, "says": says} for line, says in found.refusals],
    }
    show(value, as_json=json, text=_told(bank, found))
    return Exit.OK


def export(
    bank: Annotated[str, Parameter(help="The name of a bank.")],
    /,
    *,
    out: Annotated[
        Path | None, Parameter(help="The file to write; unset: standard output.")
    ] = None,
    form: Annotated[
        banks.Format | None,
        Parameter(name="--format", help="csv, jsonl or lines. Unset: by the file's name, or csv."),
    ] = None,
    json: Annotated[
        bool, flag("Write one JSON object a line, for programs.", name="--json")
    ] = False,
) -> Exit:
    """Write every entry of a bank that stands, as `evenhand bank import` takes it back."""
    with opened() as house:
        house.ask(banks.bank, bank)
        if form is None:
            form = banks.format_of(out.name) if out is not None else banks.Format.CSV
        form = banks.Format.JSONL if json else form
        if out is None:
            _export(house, bank, form, sys.stdout)
            return Exit.OK
        try:
            with out.open("w", encoding="utf-8", newline="") as file:
                _export(house, bank, form, file)
        except OSError as why:
            raise Unreadable(f"{out} cannot be written: {why.strerror}.") from why
    return Exit.OK


def _import(
    house: House,
    bank: str,
    file: Path,
    kind: banks.EntryKind,
    form: banks.Format | None,
    *,
    source: str | None,
    reason: str,
) -> banks.Taken:
    found = house.ask(banks.bank, bank)
    standard = str(file) == "-"
    form = form or (banks.Format.CSV if standard else banks.format_of(file.name))
    where = source or ("standard input" if standard else file.name)
    with _reading(file) as content, counted("lines", total=lines_in(content)) as tell:
        lines = banks.read_list(
            content, form, kind=kind, signal=found.signal, polarity=found.polarity
        )
        return banks.take_list(
            house.do,
            people.SYSTEM,
            lines,
            bank=bank,
            source=where,
            reason=reason,
            seen=lambda taken: tell(taken.lines),
        )


def _told(bank: str, found: banks.Taken) -> list[str]:
    says = f"{found.added} added, {found.known} known before, {found.refused} refused."
    lines = [says]
    if found.retracted:
        lines.append(f"{found.retracted} taken back by their source were withdrawn.")
    lines += [f"line {line}: {why}" for line, why in found.refusals[:REFUSALS_SHOWN]]
    if found.refused > REFUSALS_SHOWN:
        lines.append(f"… and {found.refused - REFUSALS_SHOWN} more.")
    if found.added:
        lines.append(f"A worker now searches the recent past: see `evenhand bank stats '{bank}'`.")
    return lines


def _export(house: House, bank: str, form: banks.Format, file: TextIO) -> None:
    """Write entry after entry; nothing is held in memory."""

    def write(tx: Any) -> None:
        signal = banks.bank(tx, bank).signal
        writer = banks.writer_of(form, file, signal)
        writer.begin()
        for entry in banks.exported(tx, people.SYSTEM, bank):
            writer.write(entry)

    house.ask(write)


def _reading(file: Path) -> AbstractContextManager[BinaryIO]:
    if str(file) == "-":
        return nullcontext(sys.stdin.buffer)
    try:
        return file.open("rb")
    except OSError as why:
        raise Unreadable(f"{file} cannot be read: {why.strerror}. Check the path.") from why
