"""Acts about the record itself at the shell: restores, clocks, keys, and checkpoints to keep."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Final

from cyclopts import Parameter

from evenhand import ledger, people
from evenhand.cli import proofs
from evenhand.cli.exits import Exit
from evenhand.cli.output import Json, facts, flag, minute, show
from evenhand.cli.shell import NotFoundHere, NotPossibleHere, opened

if TYPE_CHECKING:
    from evenhand.bootstrap import House

REASON_WORDS_MIN: Final = 4


def accept_restore(
    *,
    reason: Annotated[str, Parameter(help="Why, in a sentence: which backup, and what was lost.")],
    json: Json = False,
) -> Exit:
    """Go on after a backup was restored: the record says so, and how many lines were lost.

    A house refuses to write when lines that were signed are gone. This puts the kept checkpoint
    aside, in its own folder and for ever readable, and writes down what happened and why.
    """
    if len(reason.split()) < REASON_WORDS_MIN:
        raise NotPossibleHere("Say in a sentence which backup was restored, and why.")
    with opened() as house:
        size = house.ask(ledger.size)
        if house.resources.shelf.size() <= size:
            raise NotPossibleHere("Nothing is missing: the kept checkpoint signs no more lines.")
        kept = house.resources.shelf.set_aside(beyond=size)
        house.do(ledger.record_restore, people.SYSTEM.ref, kept=kept, size=size, reason=reason)
    text = [
        f"Recorded: {kept - size} signed lines were lost. The old checkpoint was put aside;",
        "keep it, for it proves what the log once held.",
    ]
    show({"kept": kept, "size": size, "lost": kept - size}, as_json=json, text=text)
    return Exit.OK


def explain_clock(
    line: Annotated[int, Parameter(help="The line that `verify` names under `clock`.")],
    /,
    *,
    reason: Annotated[str, Parameter(help="What was wrong with the clock, in a sentence.")],
    json: Json = False,
) -> Exit:
    """Say why a line's time does not follow those before it, so that checks name it no more.

    The line stays as it is, and so does its time. Whoever checks the log is told how many lines
    were explained; the reason is kept apart.
    """
    if len(reason.split()) < REASON_WORDS_MIN:
        raise NotPossibleHere("Say in a sentence what was wrong with the clock.")
    with opened() as house:
        house.do(ledger.explain_clock, people.SYSTEM.ref, line=line, reason=reason)
    show({"line": line}, as_json=json, text=[f"Recorded. Checks count line {line} as explained."])
    return Exit.OK


def erase(
    line: Annotated[int, Parameter(help="The number of the line, as `ledger show` gives it.")],
    /,
    *,
    reason: Annotated[str, Parameter(help="Why, in a sentence: who asked, and when.")],
    json: Json = False,
) -> Exit:
    """Destroy for good what a line commits to: who acted, and what was said in words.

    The line stays, and the tree still verifies. What is destroyed is gone from the house's own
    histories as well, and from this database alone: think of your backups.
    """
    if len(reason.split()) < REASON_WORDS_MIN:
        raise NotPossibleHere("Say in a sentence who asked for it, and when.")
    with opened() as house:
        house.do(ledger.erase_line, people.SYSTEM.ref, line=line, reason=reason)
    text = [f"What line {line} committed to is destroyed. The line stays as it is."]
    show({"line": line}, as_json=json, text=text)
    return Exit.OK


def rotate_key(
    *,
    reason: Annotated[str, Parameter(help="Why, in a sentence: who may have seen it, or a habit.")],
    json: Json = False,
) -> Exit:
    """Put a new key in force that signs the log from here on; the old one signs that it does.

    The old checkpoints stay good under the old key, and both stand on the page /log. Tell those
    who keep the key: with the old one they can follow the log to the new one.
    """
    if len(reason.split()) < REASON_WORDS_MIN:
        raise NotPossibleHere("Say in a sentence why the key is changed.")
    with opened() as house:
        old = proofs.verifier_key(house)
        new = house.do(ledger.rotate_key, people.SYSTEM.ref, reason=reason)
    text = [
        *facts((("old key", old), ("new key", new))),
        "The new key signs from here on. Publish it where you published the old one.",
    ]
    show({"old_key": old, "new_key": new}, as_json=json, text=text)
    return Exit.OK


def checkpoint(
    *,
    publish: Annotated[bool, flag("Also put it on the log itself, as published.")] = False,
    timestamp: Annotated[
        str | None, Parameter(help="Have the authority at this address stamp it (RFC 3161).")
    ] = None,
    json: Json = False,
) -> Exit:
    """Print the signed checkpoint of the log as it stands, for a witness or a newspaper.

    With --timestamp the checkpoint and the authority's stamp are kept in the checkpoint folder,
    and `evenhand ledger verify` checks both from then on.
    """
    with opened() as house:
        if publish:
            from evenhand import transparency

            printed: str | None = house.do(transparency.publish_checkpoint, people.SYSTEM)
        else:
            printed = house.ask(ledger.head)
        if printed is None:
            raise NotFoundHere("The log is empty: there is nothing to sign yet.")
        at = None if timestamp is None else _stamp(house, printed, timestamp)
        key = proofs.verifier_key(house)
    text = [printed.rstrip("\n"), "", f"key: {key}"]
    value: dict[str, Any] = {"checkpoint": printed, "verifier_key": key}
    if at is not None:
        text.append(f"stamped: {minute(at)}")
        value["stamped_at"] = at
    show(value, as_json=json, text=text)
    return Exit.OK


def _stamp(house: House, note: str, url: str) -> datetime:
    from evenhand.adapters import timestamps

    return ledger.stamp_checkpoint(
        house.resources, note, lambda request: timestamps.ask(url, request)
    )
