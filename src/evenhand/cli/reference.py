"""Writes docs/reference/cli.md from the commands themselves, so that it can never lag behind.

Run `python -m evenhand.cli.reference` after changing a command; a test compares the two.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from cyclopts import App

from evenhand.cli.exits import Exit
from evenhand.cli.tree import build

FILE = Path("docs/reference/cli.md")

_HEAD = """\
# The command line

*Written by `python -m evenhand.cli.reference`. Change the commands, not this page.*

Commands act as the system and are on the record as such: whoever holds the shell holds the keys.
Settings come from `EVENHAND_…` variables ([settings](settings.md)). Every command takes `--json`
where it prints anything, and then prints one JSON document; what goes wrong is said on standard
error, with `--json` as `{"error": …, "says": …}`.

## Exit status

| Status | Name | Meaning |
|---|---|---|
"""


def reference() -> str:
    """Return the whole page."""
    rows = (f"| {one.value} | {one.name.lower()} | {one.says} |" for one in Exit)
    parts = [_HEAD + "\n".join(rows)]
    app = build()
    for name in _names(app):
        parts.append(_section(app[name], ["evenhand", name]))
    return "\n\n".join(parts) + "\n"


def _names(app: App) -> list[str]:
    return [name for name in app if not name.startswith("-")]


def _section(app: App, words: list[str]) -> str:
    """Write one command, or a room with its commands under it."""
    level = "#" * min(len(words), 3)
    parts = [f"{level} `{' '.join(words)}`"]
    text = app.help.strip()
    if text:
        parts.append(_paragraphs(text))
    below = _names(app)
    if app.default_command is not None:
        parts += _parameters(app)
    parts += [_section(app[name], [*words, name]) for name in below]
    return "\n\n".join(parts)


def _paragraphs(text: str) -> str:
    """Write help as it is wrapped in the source, without its indentation."""
    return "\n\n".join(" ".join(part.split()) for part in re.split(r"\n\s*\n", text.strip()))


def _parameters(app: App) -> list[str]:
    rows = []
    for argument in app.assemble_argument_collection():
        if argument.show is False:
            continue
        names = " ".join(f"`{name}`" for name in argument.names if _shown(name, argument.names))
        choices = argument.get_choices()
        says = [argument.parameter.help or ""]
        if choices:
            says.append("One of " + ", ".join(f"`{one}`" for one in choices) + ".")
        default = argument.field_info.default
        if argument.required:
            says.append("*Required.*")
        elif isinstance(default, str | int | Path) and not isinstance(default, bool):
            shown = getattr(default, "value", default)
            says.append(f"Default: `{shown}`.")
        rows.append(f"| {names} | {' '.join(filter(None, says))} |")
    return ["\n".join(["| Parameter | What it is |", "|---|---|", *rows])] if rows else []


def _shown(name: str, names: tuple[str, ...]) -> bool:
    """Leave out the long form of what is given by position."""
    positional = any(not each.startswith("-") for each in names)
    return not (positional and name.startswith("-"))


if __name__ == "__main__":
    FILE.write_text(reference(), encoding="utf-8")
    sys.stdout.write(f"{FILE} is written.\n")
