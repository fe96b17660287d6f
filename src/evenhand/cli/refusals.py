"""From what a room refuses to what a person at a shell reads, and the exit status a script gets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from pydantic import ValidationError

from evenhand import sentences
from evenhand.cli.exits import Exit
from evenhand.cli.shell import NoHouse, NotReady, ShellError, TablesBehind

T = TypeVar("T")


@dataclass(frozen=True)
class Refusal:
    """What to print, for people and for programs, and the exit status."""

    code: str
    says: str
    exit: Exit


_NOT_READY = (NoHouse, NotReady, TablesBehind)


def explain(error: Exception) -> Refusal | None:
    """Say what an error means at a shell; None for a fault that nobody foresaw."""
    if isinstance(error, ValidationError):
        return Refusal("settings", _settings(error), Exit.NOT_READY)
    module = type(error).__module__
    if isinstance(error, _NOT_READY) or module.startswith("evenhand.adapters."):
        return Refusal(sentences.code(error), sentences.sentence(error), Exit.NOT_READY)
    if isinstance(error, ShellError):
        return Refusal(sentences.code(error), sentences.sentence(error), Exit.NOT_POSSIBLE)
    if module == "evenhand.sweep.errors":
        return Refusal(sentences.code(error), sentences.sentence(error), Exit.NOT_WHOLE)
    if module.startswith("evenhand.") and module != "evenhand.db.errors":
        return Refusal(sentences.code(error), _with_problems(error), Exit.NOT_POSSIBLE)
    return _outside(error)


def tried(act: Callable[[], T]) -> T | Refusal:
    """Try something that reaches outside, and return what came of it, or why it could not be.

    Whatever nobody foresaw comes out as it is.
    """
    try:
        return act()
    except Exception as error:
        refusal = explain(error)
        if refusal is None:
            raise
        return refusal


def _outside(error: Exception) -> Refusal | None:
    """Say what is wrong with the database or the machine, without the data it was given."""
    module = type(error).__module__
    if module == "evenhand.db.errors":
        says = "The database is busy and nothing was changed. Run the command again."
        return Refusal("busy", says, Exit.NOT_READY)
    if module.startswith("sqlalchemy."):
        cause = getattr(error, "orig", None) or error
        says = (
            f"The database did not answer as it should ({type(cause).__name__}). Look whether it"
            " runs, and whether EVENHAND_DATABASE_URL is right."
        )
        return Refusal("database", says, Exit.NOT_READY)
    if isinstance(error, PermissionError):
        says = f"{error.filename} may not be read or written by this account of the machine."
        return Refusal("permission", says, Exit.NOT_READY)
    return None


def _settings(error: ValidationError) -> str:
    """Name each setting that is wrong, never its value: some are secrets."""
    lines = ["These settings are not right:"]
    for each in error.errors(include_input=False, include_url=False):
        name = "EVENHAND_" + "_".join(str(part) for part in each["loc"]).upper()
        lines.append(f"  {name}: {each['msg']}.")
    return "\n".join(lines)


def _with_problems(error: Exception) -> str:
    """Say what was refused, and each spot of it where the room named spots."""
    lines = [sentences.sentence(error)]
    for each in getattr(error, "problems", ()) or ():
        path, says = getattr(each, "path", None), getattr(each, "says", None)
        if path is not None and says is not None:
            lines.append(f"  {path or '(the whole document)'}: {says}")
    return "\n".join(lines)
