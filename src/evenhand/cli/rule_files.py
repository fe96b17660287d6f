"""Rules as files at the shell: files, or folders of them, read together.

Files that declare no kinds are read against the kinds a new installation knows.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

from evenhand.cli.shell import Unreadable

if TYPE_CHECKING:
    from evenhand.rules.language.ruleset import Kind, RuleSet
    from evenhand.rules.language.source import SourceFile

_DECLARES: Final = re.compile(r"^kind\b", re.MULTILINE)
_READ_BYTES_MAX: Final = 2_000_000
"""More than a rule file may have, so that what is too long is refused where that is pointed at."""
_TOGETHER_CHARS_MAX: Final = 33_554_432


def read_rules(path: Path) -> RuleSet:
    """Read a rule file, or all `*.rules` in a folder. Raises Unreadable, Refused."""
    from evenhand.rules.language.reading import read

    files = rule_files(path)
    return read(files, kinds_for(files))


def kinds_for(files: Iterable[SourceFile]) -> Mapping[str, Kind] | None:
    """Return the kinds a new installation knows, for files that declare none."""
    declared = any(_DECLARES.search(file.text) for file in files)
    return None if declared else starter_kinds()


def files_of(paths: Iterable[Path]) -> list[SourceFile]:
    """Return the rule files of files and folders, each once. Raises Unreadable."""
    read: dict[str, SourceFile] = {}
    for path in paths:
        read |= {file.name: file for file in rule_files(path, beside=read.values())}
    return list(read.values())


def rule_files(path: Path, *, beside: Iterable[SourceFile] = ()) -> list[SourceFile]:
    """Return a rule file, or those of a folder by name, to be read beside others.

    Raises Unreadable, also for more than rules may be together.
    """
    from evenhand.rules.language.source import SourceFile

    left = _TOGETHER_CHARS_MAX - sum(len(one.text) for one in beside)
    made = []
    try:
        found = sorted(path.glob("*.rules")) if path.is_dir() else [path]
        if not found:
            raise Unreadable(f"{path} has no file whose name ends in .rules.")
        for one in found:
            made.append(SourceFile(str(one), _text(one)))
            left -= len(made[-1].text)
            if left < 0:
                raise Unreadable(
                    f"{path} has too much to be rules: {_TOGETHER_CHARS_MAX:,} characters are the"
                    " most, in all files together."
                )
        return made
    except (OSError, ValueError) as why:  # ValueError: a name that no file can have
        said = why.strerror if isinstance(why, OSError) else None
        raise Unreadable(f"{path} cannot be read: {said or why}. Check the path.") from why


def _text(path: Path) -> str:
    """Read a file; what is not UTF-8 in it comes out as what no rule file may hold."""
    with open(path, "rb", opener=_at_once) as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise Unreadable(f"{path} is not an ordinary file.")
        return file.read(_READ_BYTES_MAX).decode("utf-8", "surrogateescape")


def _at_once(path: str, flags: int) -> int:
    """Open without waiting for somebody to write into what is a pipe."""
    return os.open(path, flags | os.O_NONBLOCK)


def starter_kinds() -> Mapping[str, Kind]:
    """Return the kinds a new installation knows, as rules read them."""
    from evenhand.intake import STARTER_KINDS
    from evenhand.rules.language.kinds import kinds_of

    return kinds_of(STARTER_KINDS)
