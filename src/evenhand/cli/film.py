"""Looks at a film or a playlist at the shell, and says what in it is listed, and when.

Nothing is stored and nothing is decided: it is the look that the path takes at a film that was
sent, with its timeline.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from evenhand import banks, detection
from evenhand.cli import film_files
from evenhand.cli.exits import Exit
from evenhand.cli.output import Json, facts, flag, show, table, visible
from evenhand.cli.shell import opened
from evenhand.kit.films import film_time

if TYPE_CHECKING:
    from evenhand.db import ReadTx
    from evenhand.detection import FilmLook, FilmMatch


def film(
    file: Annotated[Path, Parameter(help="A film, or a playlist (.m3u8) beside its parts.")],
    /,
    *,
    bank: Annotated[
        str | None, Parameter(help="Compare with this bank alone; unset: with every bank.")
    ] = None,
    deep: Annotated[bool, flag("Look at every second at once, not at key frames first.")] = False,
    frames: Annotated[bool, flag("Print every frame that was looked at, too.")] = False,
    json: Json = False,
) -> Exit:
    """Look at a film or a playlist, and say what in it is listed, and when.

    Exits 1 when something is found, or when not all of it could be looked at.
    """
    with opened() as house, _shown() as watch:
        if bank is not None:
            house.ask(banks.bank, bank)

        def looked(tx: ReadTx) -> FilmLook:
            return film_files.look(file, banks.snapshot(tx), deep=deep, watch=watch)

        look = house.ask(looked)
    found = [m for m in (*look.films, *look.stills) if bank in {None, m.entry.bank}]
    value = _plain(file, look, found) | ({"frames": _frames(look)} if frames else {})
    show(value, as_json=json, text=_written(look, found, frames=frames))
    whole = look.fault is None and look.stopped is None
    return Exit.OK if whole and not found else Exit.FOUND


@contextmanager
def _shown() -> Iterator[Callable[[float], None]]:
    """Show on a terminal how far the look has come."""
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    says = TextColumn("looked at to {task.fields[at]}")
    console = Console(file=sys.stderr)
    with Progress(
        SpinnerColumn(),
        says,
        TimeElapsedColumn(),
        console=console,
        transient=True,
        disable=not sys.stderr.isatty(),
    ) as bar:
        task = bar.add_task("film", total=None, at="0:00")
        yield lambda seconds: bar.update(task, at=film_time(seconds))


def _plain(file: Path, look: FilmLook, found: list[FilmMatch]) -> dict[str, Any]:
    return {
        "path": str(file),
        "media_type": look.facts.media_type,
        "width": look.facts.width,
        "height": look.facts.height,
        "until": round(look.until, 3),
        "sampling": look.sampling,
        "closer": look.closer,
        "frames_looked_at": len(look.frames),
        "frames_compared": sum(one.usable for one in look.frames),
        "findings": [_finding(one) for one in found],
        "timeline": _timeline(found),
        "stopped": look.stopped,
        "error": None if look.fault is None else str(look.fault),
        "tracks": look.facts.tracks,
        "other_variants": look.others,
    }


def _finding(match: FilmMatch) -> dict[str, Any]:
    return {
        "entry": match.entry.id,
        "bank": match.entry.bank,
        "confidence": match.entry.confidence,
        "clause": match.entry.clause_key,
        "kind": match.entry.kind,
        "distance": match.distance,
        "of_film": round(match.of_film, 4),
        "of_listed": round(match.of_listed, 4),
        "longest": detection.traced_passage(match.longest),
        "only_for_people": detection.is_glimpse(match),
    }


def _timeline(found: list[FilmMatch]) -> list[dict[str, Any]]:
    passages = [
        {"entry": match.entry.id, "bank": match.entry.bank, **detection.traced_passage(one)}
        for match in found
        for one in match.passages
    ]
    return sorted(passages, key=lambda one: (one["start"], one["distance"], one["entry"]))


def _frames(look: FilmLook) -> list[dict[str, Any]]:
    return [
        {
            "seconds": one.seconds,
            "number": one.number,
            "quality": one.quality,
            "pdq": one.bits if one.quality else None,
        }
        for one in look.frames
    ]


def _written(look: FilmLook, found: list[FilmMatch], *, frames: bool) -> Iterator[str]:
    how = "key frames" if look.sampling is detection.Sampling.KEY_FRAMES else "a frame each second"
    yield from facts(
        [
            ("film", f"{look.facts.media_type}, {look.facts.width} x {look.facts.height}"),
            ("looked at", f"{len(look.frames)} frames to {film_time(look.until)}: {how}"),
            *([("closer because", look.closer.value)] if look.closer else []),
            *([("not opened", str(look.fault))] if look.fault else []),
            *([("stopped because", look.stopped)] if look.stopped else []),
            *([("not looked at", f"{look.others} other variants")] if look.others else []),
            *(
                [("not looked at", f"{look.facts.tracks - 1} other tracks of pictures")]
                if look.facts.tracks > 1
                else []
            ),
        ]
    )
    rows = [
        (film_time(one["start"]), film_time(one["end"]), one["bank"], one["distance"], one["entry"])
        for one in _timeline(found)
    ]
    yield from table(("from", "to", "bank", "distance", "entry"), rows, empty="Nothing is listed.")
    for match in found:
        shares = f"{match.of_film:.0%} of this film, {match.of_listed:.0%} of the listed one"
        yield f"{visible(match.entry.id)}: {shares}"
    if frames:
        yield banks.vpdq_lines(look.frames).rstrip()
