"""Looking into banks at the shell: what is like a picture, and whether the index is sound."""

from __future__ import annotations

import json as json_
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any, Final

from cyclopts import Parameter
from cyclopts.validators import Number

from evenhand import banks, people
from evenhand.cli.exits import Exit
from evenhand.cli.output import Json, facts, flag, show, visible
from evenhand.cli.shell import Unreadable, opened, read_bytes

QUERIES_AT_ONCE: Final = 1_000
_HASH: Final = re.compile(r"[0-9a-fA-F]{64}")

Query = tuple[str, str | None, str | None]
"""What was asked, its hash, and why it has none."""


def match(
    bank: Annotated[str, Parameter(help="The name of a bank.")],
    query: Annotated[
        str,
        Parameter(help="A PDQ hash or a picture; - reads one a line.", allow_leading_hyphen=True),
    ],
    /,
    *queries: Annotated[str, Parameter(help="More of them.")],
    distance: Annotated[
        int,
        Parameter(
            validator=Number(gte=0, lte=banks.DISTANCE_MAX),
            help=f"In how many of 256 bits they may differ; above {banks.DISTANCE_EXACT_MAX} it"
            " takes longer, and what is found is for people to look at.",
        ),
    ] = banks.DISTANCE_EXACT_MAX,
    json: Annotated[
        bool, flag("Print one JSON object a line, for programs.", name="--json")
    ] = False,
) -> Exit:
    """Find the entries of a bank that pictures are like, nearest first, and miss none.

    One line for each picture, in their order. Exits 1 when one of them could not be looked at.
    """
    failed = False
    asked = _lines() if query == "-" else iter((query, *queries))
    with opened() as house:
        house.ask(banks.bank, bank)
        for some in _portions(asked):
            hashes = [made for _, made, _ in some if made is not None]
            found = iter(house.ask(banks.match, people.SYSTEM, bank, hashes, distance=distance))
            for said, made, error in some:
                near = next(found) if made is not None else []
                failed = failed or error is not None
                print(_json(said, near, error) if json else _written(said, near, error))
    return Exit.FOUND if failed else Exit.OK


def stats(*, json: Json = False) -> Exit:
    """Say how many entries each bank holds, and how large the index of known pictures is."""
    with opened() as house:
        held = house.ask(banks.banks, people.SYSTEM)
        health = house.ask(banks.index_health, people.SYSTEM, whole=False)
    value = {
        "banks": [{"name": one.name, "signal": one.signal, "entries": one.live} for one in held],
        "index": _plain(health),
    }
    show(
        value, as_json=json, text=facts([*((one.name, one.live) for one in held), *_facts(health)])
    )
    return Exit.OK


def verify(
    *,
    rebuild: Annotated[bool, flag("Make the index anew from the entries first.")] = False,
    json: Json = False,
) -> Exit:
    """Read the whole index and compare it with the entries. Exits 1 when it is not what it says.

    What is found damaged is made anew at the next look, by whichever process looks first.
    """
    with opened() as house:
        if rebuild:
            house.ask(banks.rebuild_index, people.SYSTEM)
        health = house.ask(banks.index_health, people.SYSTEM, whole=True)
    lines = [f"{each}" for each in health.damaged]
    if health.missing or health.over:
        lines.append(f"{health.missing} entries are missing in it, {health.over} are too many.")
    lines = lines or ["The index is sound: it holds what the entries say."]
    show(
        {"sound": health.sound, **_plain(health)},
        as_json=json,
        text=[*lines, *facts(_facts(health))],
    )
    return Exit.OK if health.sound else Exit.FOUND


def _plain(health: banks.IndexHealth) -> dict[str, Any]:
    return {
        "hashes": health.hashes,
        "segments": health.segments,
        "beside": health.beside,
        "withdrawn": health.withdrawn,
        "bytes": health.bytes,
        "damaged": list(health.damaged),
        "missing": health.missing,
        "over": health.over,
    }


def _facts(health: banks.IndexHealth) -> list[tuple[str, object]]:
    return [
        ("hashes in the index", health.hashes),
        ("of them in memory only", health.beside),
        ("withdrawn, not yet taken out", health.withdrawn),
        ("files", health.segments),
        ("bytes", health.bytes),
    ]


def _lines() -> Iterator[str]:
    for line in sys.stdin:
        if line.strip():
            yield line.strip()


def _portions(asked: Iterator[str]) -> Iterator[list[Query]]:
    """Hash what was asked, so many at a time."""
    portion: list[Query] = []
    for one in asked:
        portion.append(_query(one))
        if len(portion) == QUERIES_AT_ONCE:
            yield portion
            portion = []
    if portion:
        yield portion


def _query(said: str) -> Query:
    """Take a hash as it is, and hash a picture. What is wrong with it goes into its line."""
    if _HASH.fullmatch(said):
        return said, said.lower(), None
    from evenhand.detection import hash_content

    try:
        found = hash_content(read_bytes(Path(said)))
    except Unreadable as why:
        return said, None, str(why)
    if found.pdq is None:
        return said, None, found.error or "The picture has no usable likeness."
    return said, found.pdq, None


def _json(said: str, near: Sequence[banks.Like], error: str | None) -> str:
    matches = [{"entry": like.entry.id, "distance": like.distance} for like in near]
    line: dict[str, Any] = {"query": said, "matches": matches}
    return json_.dumps(line if error is None else line | {"error": error})


def _written(said: str, near: Sequence[banks.Like], error: str | None) -> str:
    if error is not None:
        return f"{visible(said)}: {visible(error)}"
    if not near:
        return f"{visible(said)}: nothing"
    return f"{visible(said)}: " + ", ".join(f"{one.entry.id} ({one.distance})" for one in near)
