"""Looking into banks at the shell: what is like a picture or film, and is the index sound."""

from __future__ import annotations

import json as json_
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

from cyclopts import Parameter
from cyclopts.validators import Number

from evenhand import banks, detection, people
from evenhand.cli import bank_films, film_files
from evenhand.cli.exits import Exit
from evenhand.cli.output import Json, facts, flag, red, show, visible
from evenhand.cli.shell import Unreadable, opened, read_bytes

if TYPE_CHECKING:
    from evenhand.bootstrap import House

HASHES_AT_ONCE: Final = 4_000
_PDQ: Final = re.compile(r"[0-9a-fA-F]{64}")
_MD5: Final = re.compile(r"[0-9a-fA-F]{32}")


@dataclass(frozen=True)
class _Query:
    """What was asked: its likenesses, its exact hashes, and why it has none."""

    said: str
    hashes: tuple[tuple[str, Mapping[str, Any]], ...] = ()
    exact: tuple[tuple[banks.EntryKind, str], ...] = ()
    error: str | None = None
    picture: bool = False
    film: Path | None = None


def match(
    bank: Annotated[str, Parameter(help="The name of a bank.")],
    query: Annotated[
        str,
        Parameter(
            help="A PDQ hash, a picture or a film; - reads one a line.", allow_leading_hyphen=True
        ),
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
    """Find the entries of a bank that pictures or films are like, nearest first, and miss none.

    A file is compared as the detector does: by its bytes, and in all 8 orientations, without its
    border, enlarged, frame by frame. One line for each, in their order; a film's says where in it,
    and how much of both films. Exits 1 when one of them could not be looked at.
    """
    failed = False
    asked = _lines() if query == "-" else iter((query, *queries))
    with opened() as house:
        signal = house.ask(banks.bank, bank).signal
        for some in _portions(asked):
            for one, near, error in _answers(house, bank, signal, some, distance):
                failed = failed or error is not None
                print(_json(one, near, error) if json else _written(one, near, error))
    return Exit.FOUND if failed else Exit.OK


Matches = list[dict[str, Any]]
Answer = tuple[_Query, Matches, str | None]


def _answers(
    house: House, bank: str, signal: banks.Signal, asked: Sequence[_Query], distance: int
) -> Iterator[Answer]:
    """Find what each query is like, in their order; a film's error is what was not looked at."""
    hashes = [bits for one in asked for bits, _ in one.hashes]
    if signal is banks.Signal.VIDEO:
        near = iter(bank_films.frames_near(house, bank, hashes, distance))
    else:
        likes = house.ask(banks.match, people.SYSTEM, bank, hashes, distance=distance)
        near = iter([[_match(like.entry, like.distance) for like in each] for each in likes])
    for one in asked:
        if one.film is not None:
            yield one, *bank_films.film_near(house, bank, one.film, distance)
            continue
        found: dict[str, dict[str, Any]] = {}
        for _, how in one.hashes:
            for like in next(near):
                before = found.get(like["entry"])
                if before is None or like["distance"] < before["distance"]:
                    found[like["entry"]] = {**like, **how}
        for kind, value in one.exact:
            same = house.ask(banks.match_exactly, people.SYSTEM, bank, kind, [value])
            found |= {entry.id: _match(entry, 0) for entry in same}
        in_order = sorted(found.values(), key=lambda each: (each["distance"], each["entry"]))
        if not one.picture:
            in_order = [{key: each[key] for key in each if key != "kind"} for each in in_order]
        yield one, in_order, one.error


def _match(entry: banks.LiveEntry, distance: int) -> dict[str, Any]:
    return {"entry": entry.id, "distance": distance, "kind": entry.kind.value}


def stats(
    bank: Annotated[str | None, Parameter(help="One bank in full; unset: all of them.")] = None,
    /,
    *,
    json: Json = False,
) -> Exit:
    """Say how many entries each bank holds, and how large the index of known pictures is.

    Of one bank also how its entries stand, and how far searches of the recent past are.
    """
    with opened() as house:
        if bank is not None:
            return _one_bank(house, bank, as_json=json)
        held = house.ask(banks.banks, people.SYSTEM)
        health = house.ask(banks.index_health, people.SYSTEM, whole=False)
        loaded = house.ask(banks.child_safety_lists, people.SYSTEM)
    value = {
        "child_safety": {"lists": loaded.lists, "hashes": loaded.entries, "says": loaded.says},
        "banks": [
            {
                "name": one.name,
                "signal": one.signal,
                "entries": one.live,
                "polarity": one.polarity,
                "quarantined": one.quarantined,
                "enabled": one.enabled,
                "rollout": one.rollout,
            }
            for one in held
        ],
        "index": _plain(health),
    }
    says = f"Child safety: {loaded.says}"
    counted = facts([*((one.name, one.live) for one in held), *_facts(health)])
    show(value, as_json=json, text=[says if loaded.lists else red(says), *counted])
    return Exit.OK


def _one_bank(house: House, name: str, *, as_json: bool) -> Exit:
    found = house.ask(banks.bank, name)
    counts = house.ask(banks.state_counts, people.SYSTEM, name)
    searches = house.ask(detection.searches, people.SYSTEM, found.id)
    pairs = [(f"entries {state.value}", count) for state, count in counts.items()]
    lines = [
        f"searched since {one.began_at:%Y-%m-%d %H:%M}: {one.looked} looked at, {one.found} to be"
        f" looked at again, {'done' if one.ended_at else 'going on'}"
        for one in searches
    ]
    show(
        {"bank": found, "states": counts, "searches": searches},
        as_json=as_json,
        text=[*facts(pairs), *(lines or ["The recent past was not searched for it yet."])],
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


def _portions(asked: Iterator[str]) -> Iterator[list[_Query]]:
    """Hash what was asked, so many hashes at a time."""
    portion: list[_Query] = []
    hashes = 0
    for one in asked:
        portion.append(_query(one))
        hashes += len(portion[-1].hashes) + 1
        if hashes >= HASHES_AT_ONCE:
            yield portion
            portion, hashes = [], 0
    if portion:
        yield portion


def _query(said: str) -> _Query:
    """Take a hash as it is, and look at a file. What is wrong with it goes into its line."""
    if _PDQ.fullmatch(said):
        value = said.lower()
        return _Query(said, ((value, {}),), ((banks.EntryKind.SHA256, value),))
    if _MD5.fullmatch(said):
        return _Query(said, exact=((banks.EntryKind.MD5, said.lower()),))
    if film_files.looks_like_film(Path(said)):
        return _Query(said, film=Path(said))
    try:
        looks = detection.looks_of(_content(Path(said)))
    except Unreadable as why:
        return _Query(said, error=str(why), picture=True)
    exact = ((banks.EntryKind.SHA256, looks.sha256), (banks.EntryKind.MD5, looks.md5))
    hashes = tuple((one.bits, one.how) for one in looks.hashes)
    return _Query(said, hashes, exact, looks.error, picture=True)


def _content(path: Path) -> bytes:
    """Read a file of a size that can be a picture. Raises Unreadable."""
    largest = detection.FILE_LIMITS.bytes_max
    try:
        if path.stat().st_size > largest:
            raise Unreadable(f"{path} is no picture: it has more than {largest:,} bytes.")
    except OSError as why:
        raise Unreadable(f"{path} cannot be read: {why.strerror}. Check the path.") from why
    return read_bytes(path)


def _json(query: _Query, near: Matches, error: str | None) -> str:
    """Write a line; how many looks were compared is said of pictures alone."""
    line: dict[str, Any] = {"query": query.said, "matches": near}
    if query.picture:
        line["compared"] = len(query.hashes)
    return json_.dumps(line if error is None else line | {"error": error})


def _written(query: _Query, near: Matches, error: str | None) -> str:
    said = visible(query.said)
    found = ", ".join(f"{one['entry']} ({one['distance']})" for one in near)
    if error is not None:
        return f"{said}: {visible(error)}" + (f" Found all the same: {found}" if found else "")
    return f"{said}: {found or 'nothing'}"
