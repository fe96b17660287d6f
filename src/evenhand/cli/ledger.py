"""The record at the shell: verify it, read it, prove a line of it, and check such a proof.

`verify` is for cron: it exits 1 and names each finding when a line was edited, is missing, stands
in another place, or when the end of the log is gone.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import App, Parameter

from evenhand import ledger
from evenhand.cli import ledger_acts, proofs
from evenhand.cli.counting import counted
from evenhand.cli.exits import Exit
from evenhand.cli.output import Json, facts, file_or_stdin, show, table, visible
from evenhand.cli.shell import (
    NotFoundHere,
    NotPossibleHere,
    NotReady,
    opened,
    read_json,
    read_text,
)
from evenhand.kit.clock import read_stamp

if TYPE_CHECKING:
    from evenhand.bootstrap import House
    from evenhand.db import ReadTx

app = App(name="ledger")


@app.command
def verify(
    *,
    from_: Annotated[
        Path | None,
        Parameter(
            name="--from", help="Check this copy instead: a folder of tiles, or a file of lines."
        ),
    ] = None,
    key: Annotated[
        str | None, Parameter(help="The log's public key, from its /log page; with --from.")
    ] = None,
    checkpoint: Annotated[
        Path | None,
        Parameter(help="The copy's signed checkpoint, where it does not lie in or beside it."),
    ] = None,
    against: Annotated[
        list[Path] | None,
        Parameter(help="A checkpoint kept earlier, which the log must begin with; any number."),
    ] = None,
    json: Json = False,
) -> Exit:
    """Recompute the whole log and compare it with what was signed and kept apart from it.

    Exits 1 and names each finding: a line that was edited, is missing or out of place, changed
    private content, a lost tail, two logs under one key, times that go backwards, a changed head
    or node. With --from a published copy is checked with the log's key alone: it needs no house,
    and what lines commit to, which is not published, is not looked at.
    """
    notes = [read_text(file) for file in against or ()]
    if from_ is not None:
        found = _verify_copy(from_, key, checkpoint, notes)
        advice = [
            "Keep the copy as it is, fetch the log again, and ask the service for an explanation.",
        ]
    else:
        if key is not None or checkpoint is not None:
            raise NotPossibleHere("--key and --checkpoint go with --from: name a copy to check.")
        with opened() as house, counted("Lines checked", total=house.ask(ledger.size)) as told:
            found = house.ask(ledger.verify, against=notes, told=told)
        advice = [
            "Keep the database, the checkpoint folder and your backups as they are, and find out",
            "who could write to the database since the last time it was sound.",
        ]
    value = {
        "sound": found.sound,
        "size": found.size,
        "root": found.root.hex(),
        "findings": found.findings,
        "explained": found.explained,
        "unread": found.unread,
    }
    show(value, as_json=json, text=_verdict(found, advice))
    return Exit.OK if found.sound else Exit.FOUND


def _verdict(found: ledger.Verification, advice: list[str]) -> list[str]:
    lines = "1 line" if found.size == 1 else f"{found.size:,} lines"
    if found.sound:
        text = [f"The ledger is sound: {lines}, root {found.root.hex()}."]
    else:
        named = [f"  {one.kind}: {one.says}" for one in found.findings]
        text = [f"The ledger is NOT sound: {lines}, and this was found:", *named, *advice]
    if found.unread:
        text.append(f"Of {found.unread:,} of them nothing but the hash came.")
    if found.explained:
        text.append(f"Times that do not follow, and were explained: {len(found.explained)}.")
    return text


def _verify_copy(
    place: Path, key: str | None, note: Path | None, notes: list[str]
) -> ledger.Verification:
    from evenhand.adapters.published import open_copy
    from evenhand.kit.clock import SystemClock

    if key is None:
        raise NotPossibleHere("Give the log's public key with --key: it stands on its page /log.")
    trusted = proofs.public_key(key)
    copy = open_copy(place, note)
    size, now = ledger.checkpoint.size_said(copy.checkpoint()), SystemClock().now()
    with counted("Lines checked", total=size) as told:
        return ledger.verify_published(copy, trusted, against=notes, now=now, told=told)


@app.command
def export(
    place: Annotated[
        Path, Parameter(help="A folder for tiles, made if need be, or a file that ends in .jsonl.")
    ],
    /,
    *,
    json: Json = False,
) -> Exit:
    """Write the whole public log with its checkpoint, for anybody to check without this house.

    A folder gets the files of C2SP tlog-tiles, and any web server can serve it as it is; a file
    gets a line a line, and its checkpoint lies beside it. Lines about the working day of staff
    are given as their hashes. Check either with `evenhand ledger verify --from`.
    """
    with opened() as house:
        if house.ask(ledger.head) is None:
            raise NotFoundHere("The log is empty: there is nothing to export yet.")
        try:
            lines = house.ask(_export_lines if place.suffix == ".jsonl" else _export_tiles, place)
        except OSError as why:
            raise NotReady(f"{place} cannot be written: {why.strerror}. Choose another.") from why
        key = proofs.verifier_key(house)
    text = [
        f"{lines} lines in {place}. Whoever has it can check it:",
        f"evenhand ledger verify --from {place} --key '{key}'",
    ]
    value = {"lines": lines, "place": str(place), "verifier_key": key}
    show(value, as_json=json, text=text)
    return Exit.OK


def _export_lines(tx: ReadTx, file: Path) -> int:
    from evenhand import transparency

    with file.open("wb") as out:
        lines = transparency.export_to(tx, out)
    file.with_name(f"{file.name}.checkpoint").write_text(str(ledger.head(tx)), encoding="utf-8")
    return lines


def _export_tiles(tx: ReadTx, folder: Path) -> int:
    from evenhand import transparency

    size = ledger.size(tx)
    with counted("Files written") as told:
        for done, (path, content) in enumerate(transparency.files(tx)):
            file = folder / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
            told(done)
    return size


@app.command(name="show")
def show_(
    subject: Annotated[str, Parameter(help="The id of an item, report, task, decision, appeal …")],
    /,
    *,
    json: Json = False,
) -> Exit:
    """Show every line about one subject, in order: what happened to it, when, and by whom.

    Who acted is kept apart from the line, which says no more of a person than `staff`: `by` shows
    them to you as the house's own record has them, until that is erased.
    """
    with opened() as house:
        lines = house.ask(_lines, subject)
    if not lines:
        raise NotFoundHere(f"The log has no line about {visible(subject)}. Check the whole id.")
    rows = [
        (one["n"], read_stamp(str(one["at"])), one["type"], one["by"], _data(one)) for one in lines
    ]
    text = table(("line", "at", "event", "by", "data"), rows, empty="")
    show({"lines": lines}, as_json=json, text=text)
    return Exit.OK


def _lines(tx: ReadTx, subject: str) -> list[dict[str, object]]:
    return [line | {"by": ledger.actor_of(tx, line)} for line in ledger.events(tx, subject=subject)]


def _data(line: dict[str, object]) -> str:
    data = line["data"]
    assert isinstance(data, dict)
    return " ".join(f"{name}={value}" for name, value in data.items())


@app.command
def prove(
    index: Annotated[int | None, Parameter(help="The number of a line, from 0.")] = None,
    /,
    *,
    since: Annotated[
        int | None,
        Parameter(help="Prove instead that the log begins with the one of so many lines."),
    ] = None,
    with_committed: Annotated[
        bool,
        Parameter(
            name="--opened",
            help="Show also what the line commits to, such as who acted: it will be known to"
            " whoever gets the proof.",
            negative=(),
        ),
    ] = False,
    json: Json = False,
) -> Exit:
    """Prove that a line is in the tree that the checkpoint signs, or that the log only grew.

    Give `--json` and keep the document: whoever has it can check it with
    `evenhand ledger verify-proof`, or any RFC 6962 verifier, without this house.
    """
    if with_committed and index is None:
        raise NotPossibleHere("--opened goes with a line: name the one to prove.")
    if (index is None) == (since is None):
        raise NotPossibleHere("Name a line to prove, or with --since the size of an earlier log.")
    with opened() as house:
        document = _proof(house, index, since, with_committed=with_committed)
    if index is not None:
        told = [("line", document["index"]), ("text", document["text"])]
        if with_committed:
            told.append(("commits to", visible(document["opened"]["content"])))
        alone = "none: it is the only line"
    else:
        told = [("begins with", f"{document['first']} lines, root {document['first_root']}")]
        alone = "none: it is the same log"
    told += [
        ("tree", f"{document['size']} lines"),
        ("path", ", ".join(document["path"]) or alone),
        ("key", document["verifier_key"]),
    ]
    text = [*facts(told), str(document["checkpoint"]).rstrip()]
    show(document, as_json=json, text=text)
    return Exit.OK


def _proof(
    house: House, index: int | None, since: int | None, *, with_committed: bool
) -> dict[str, Any]:
    key = proofs.verifier_key(house)
    try:
        if index is not None:
            proof = house.ask(ledger.prove, index)
            return proofs.document(proof, key, _committed(house, index) if with_committed else None)
        assert since is not None, "the caller looked"
        return proofs.growth_document(house.ask(ledger.prove_since, since), key)
    except IndexError as why:
        size = house.ask(ledger.size)
        says = (
            f"There is no line {index}: the log has {size} lines."
            if index is not None
            else f"There never was a log of {since} lines to begin with: it has {size} now."
        )
        raise NotFoundHere(says) from why


def _committed(house: House, index: int) -> ledger.Committed:
    found = house.ask(ledger.committed, index)
    if found is None:
        raise NotFoundHere(f"Line {index} commits to nothing, or what it commits to was erased.")
    return found


@app.command
def verify_proof(
    file: Annotated[Path, file_or_stdin("A proof as JSON")],
    /,
    *,
    key: Annotated[
        list[str] | None,
        Parameter(
            help="The log's public key, from its /log page; else the one in the file. Name an"
            " earlier one too, for a checkpoint that was kept when it signed."
        ),
    ] = None,
    kept: Annotated[
        Path | None,
        Parameter(help="For a proof that the log only grew: the checkpoint you kept, in a file."),
    ] = None,
    json: Json = False,
) -> Exit:
    """Check a proof that a line is in the log, or that the log only grew. It needs no house.

    Exits 1 when it does not hold. Without --key the proof is checked against the key it brings
    along, which shows that it fits together, and not whose log it is.
    """
    data, keys = read_json(file), key or []
    text = []
    if proofs.is_growth(data):
        old = None if kept is None else read_text(kept)
        checked: proofs.Checked | proofs.GrowthChecked = proofs.check_growth(data, keys, old)
        holds = f"the log of {checked.size} lines begins with that of {data['first']}."
        if old is None:
            text.append("Give --kept with the checkpoint you kept, to know that it was that log.")
    else:
        checked = proofs.check(data, keys)
        holds = f"line {data['index']} is in the tree of {checked.size} lines."
    if checked.fault is not None:
        text = [f"The proof does NOT hold: {checked.fault}"]
    else:
        text.insert(0, f"The proof holds: {holds}")
        if isinstance(checked, proofs.Checked) and checked.opened is not None:
            text.insert(1, f"It commits to: {visible(checked.opened)}")
        if not keys:
            text.append("It was checked with the key in the file. Give --key from the log's page.")
    show(checked, as_json=json, text=text)
    return Exit.OK if checked.fault is None else Exit.FOUND


for act in (
    ledger_acts.accept_restore,
    ledger_acts.explain_clock,
    ledger_acts.erase,
    ledger_acts.rotate_key,
    ledger_acts.checkpoint,
):
    app.command(act)
