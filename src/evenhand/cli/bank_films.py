"""What films and frames are like in a bank, as lines of JSON or of words."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evenhand import banks, people
from evenhand.cli import film_files
from evenhand.cli.shell import Unreadable

if TYPE_CHECKING:
    from evenhand.bootstrap import House
    from evenhand.db import ReadTx
    from evenhand.detection import FilmLook

Matches = list[dict[str, Any]]


def frames_near(house: House, bank: str, hashes: Sequence[str], distance: int) -> list[Matches]:
    """Find for each hash the listed films of which a frame is near, the nearest frame of each."""

    def looked(tx: ReadTx) -> list[Matches]:
        found = banks.match_frames(tx, people.SYSTEM, bank, hashes, distance=distance)
        return [[_frame(tx, one) for one in _nearest(each)] for each in found]

    return house.ask(looked)


def film_near(house: House, bank: str, film: Path, distance: int) -> tuple[Matches, str | None]:
    """Find what a film is like, looking at every second; and what of it could not be opened."""

    def looked(tx: ReadTx) -> FilmLook:
        return film_files.look(film, banks.snapshot(tx), deep=True)

    try:
        look = house.ask(looked)
    except Unreadable as why:
        return [], str(why)
    missing = look.fault or look.stopped
    found = [
        {
            "entry": one.entry.id,
            "distance": one.distance,
            "start": one.longest.start,
            "end": one.longest.end,
            "of_query": round(one.of_film, 4),
            "of_listed": round(one.of_listed, 4),
        }
        for one in (*look.films, *look.stills)
        if one.entry.bank == bank and one.distance <= distance
    ]
    return found, None if missing is None else f"Not all of it was looked at: {missing}."


def _nearest(likes: Sequence[banks.FrameLike]) -> list[banks.FrameLike]:
    """Keep the nearest frame of each film."""
    by_film: dict[str, banks.FrameLike] = {}
    for like in likes:
        by_film.setdefault(like.entry.id, like)
    return list(by_film.values())


def _frame(tx: ReadTx, like: banks.FrameLike) -> dict[str, Any]:
    runs = banks.runs_of(banks.frames_of(tx, people.SYSTEM, like.entry.id))
    return {
        "entry": like.entry.id,
        "distance": like.distance,
        "listed_start": runs[like.run].start,
    }
