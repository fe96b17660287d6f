"""How a command comes into the house: through its settings, to tables that are there.

A command that only looks never makes a new, empty house in whatever folder the shell stands in.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from evenhand.bootstrap import House


class ShellError(Exception):
    """Something a command was asked for cannot be."""


class NoHouse(ShellError):
    """There is no house where the settings point."""


class TablesBehind(ShellError):
    """The database's tables are not those of this version."""


class Unreadable(ShellError):
    """A file that was named cannot be read as what it should be."""


class NotReady(ShellError):
    """Something outside must be put right first."""


class NotPossibleHere(ShellError):
    """What was asked for cannot be done as things stand."""


class NotFoundHere(ShellError):
    """There is nothing of that name or id."""


@contextmanager
def opened() -> Iterator[House]:
    """Open the house that the settings point to. Raises NoHouse, TablesBehind."""
    from evenhand.bootstrap import load_settings, open_house
    from evenhand.cli import logs

    logs.keep_off_the_output()
    settings = load_settings()
    if not settings.data.is_dir():
        raise NoHouse(
            f"There is no house in {settings.data.resolve()}. Run the command where you run"
            " `evenhand serve`, or set EVENHAND_DATA to its data folder."
        )
    house = open_house(settings)
    try:
        from evenhand.db.migrate import is_current

        if not is_current(house.db.engine):
            raise TablesBehind(
                "The database's tables are not those of this version. Run `evenhand migrate`."
            )
        yield house
    finally:
        house.close()


def read_bytes(path: Path) -> bytes:
    """Read a file, or standard input for `-`. Raises Unreadable."""
    if str(path) == "-":
        return sys.stdin.buffer.read()
    try:
        return path.read_bytes()
    except OSError as why:
        raise Unreadable(f"{path} cannot be read: {why.strerror}. Check the path.") from why


def write_files(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write files into a folder, which is made if need be. Raises NotReady."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            (folder / name).write_bytes(content)
    except OSError as why:
        raise NotReady(f"{folder} cannot be written to: {why.strerror}. Choose another.") from why


def read_text(path: Path) -> str:
    """Read a file of UTF-8 text, or standard input for `-`. Raises Unreadable."""
    try:
        return read_bytes(path).decode("utf-8")
    except UnicodeDecodeError as why:
        raise Unreadable(f"{path} is not text in UTF-8: {why}.") from why


def read_json(path: Path) -> Any:
    """Read a JSON file, or standard input for `-`. Raises Unreadable."""
    try:
        return json.loads(read_bytes(path).decode("utf-8"))
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as why:
        raise Unreadable(f"{path} is not JSON in UTF-8: {why}.") from why


def read_toml(path: Path) -> dict[str, Any]:
    """Read a TOML file, or standard input for `-`. Raises Unreadable."""
    import tomllib

    try:
        return tomllib.loads(read_bytes(path).decode("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as why:
        raise Unreadable(f"{path} is not TOML in UTF-8: {why}.") from why
