"""Films as files at the shell: opened as what they might be, which is anything.

A path is a film, a playlist (HLS) with its parts in the same folder, or a text of frames as vPDQ
writes them. Only ordinary files are opened, and pipes are not waited for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from evenhand.cli.shell import Unreadable

if TYPE_CHECKING:
    from evenhand.banks import Snapshot
    from evenhand.detection import FilmLook
    from evenhand.kit.films import Film, JoinedFilm

FRAMES_BYTES_MAX: Final = 10_000_000  # of a text of frames: more than the longest film listed


@contextmanager
def opened_film(path: Path) -> Iterator[Film | JoinedFilm]:
    """Open a film or a playlist. Raises Unreadable, or a subclass of FilmRefused."""
    from evenhand.cli.hash import ordinary
    from evenhand.detection import FILM_FILE_LIMITS
    from evenhand.kit import films

    try:
        with open(path, "rb", buffering=0, opener=ordinary) as file:
            if films.is_playlist(file.read(films.HEAD_BYTES)):
                with films.open_playlist(path, limits=FILM_FILE_LIMITS) as joined:
                    yield joined
                return
            with films.open_film(file, limits=FILM_FILE_LIMITS) as film:
                yield film
    except OSError as why:
        raise Unreadable(f"{path} cannot be read: {why.strerror or why}. Check the path.") from why


def looks_like_film(path: Path) -> bool:
    """Tell whether a path is a file that begins like a film or a playlist."""
    from evenhand.cli.hash import ordinary
    from evenhand.kit import films

    try:
        with open(path, "rb", buffering=0, opener=ordinary) as file:
            head = file.read(films.HEAD_BYTES)
    except (OSError, ValueError):  # ValueError: a name that no file can have
        return False
    return films.is_playlist(head) or films.film_type(head) is not None


def frames_in(path: Path) -> str:
    """Return a film's frames as vPDQ writes them: of the film, or of a text that holds them.

    Raises Unreadable, also for a film that was not looked at to its end.
    """
    from evenhand.banks import vpdq_lines
    from evenhand.detection import hash_film
    from evenhand.kit.films import FilmRefused

    if not looks_like_film(path):
        return _text(path)
    try:
        with opened_film(path) as film:
            made = hash_film(film)
    except FilmRefused as why:
        raise Unreadable(f"{path} cannot be looked at: {why}.") from why
    missing = made.fault or made.stopped
    if missing is not None:
        raise Unreadable(f"{path} was not looked at to its end: {missing}.")
    return vpdq_lines(made.frames)


def look(
    path: Path, bank: Snapshot, *, deep: bool, watch: Callable[[float], None] | None = None
) -> FilmLook:
    """Look at a film or a playlist. Raises Unreadable."""
    from evenhand.detection import look_at_film
    from evenhand.kit.films import FilmRefused

    try:
        with opened_film(path) as film:
            return look_at_film(film, bank, deep=deep, watch=watch)
    except FilmRefused as why:
        raise Unreadable(f"{path} cannot be looked at: {why}.") from why


def _text(path: Path) -> str:
    from evenhand.cli.hash import ordinary

    try:
        with open(path, "rb", buffering=0, opener=ordinary) as file:
            data = file.read(FRAMES_BYTES_MAX + 1)
    except (OSError, ValueError) as why:
        said = why.strerror if isinstance(why, OSError) else None
        raise Unreadable(f"{path} cannot be read: {said or why}. Check the path.") from why
    if len(data) > FRAMES_BYTES_MAX:
        raise Unreadable(f"{path} has more than {FRAMES_BYTES_MAX} bytes, too many for frames.")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as why:
        raise Unreadable(f"{path} is neither a film nor a text of frames.") from why
