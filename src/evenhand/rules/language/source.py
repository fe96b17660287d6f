"""A rule file is cut into blocks: a line that is not indented, and what is indented under it.

What no rule file holds is refused here, before anything else looks: files, lines and folders
beyond a limit, control characters, and characters that turn the direction of reading round, which
would let a rule say one thing to its reader and another to the engine.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from evenhand.rules.language.faults import Faults, Span, Wrong

FILE_BYTES_MAX: Final = 524_288
LINE_CHARS_MAX: Final = 20_000
FILES_MAX: Final = 2_000
RULES_MAX: Final = 20_000
"""In all files together; 10,000 rules are a large platform's."""

FORBIDDEN: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069"
    "\ud800-\udfff\ufeff\ufff9-\ufffb]"
)
_TURNING: Final = frozenset(
    "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)
_STARTS_BLOCK: Final = re.compile(r"[^\s#\"'@\)\]\}0-9.,+-]")


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A rule file as it was given: the name that faults show, and its text."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Block:
    """The lines from `first` to `last`, counted from 1, the first of which is not indented."""

    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Source:
    """A file whose characters may all be read: its lines and how they fall into blocks."""

    name: str
    lines: tuple[str, ...]
    blocks: tuple[Block, ...]


def open_source(file: SourceFile, faults: Faults) -> Source | None:
    """Cut a file into blocks. Lines that cannot be read are faults and are left out of them.

    None when nothing of the file can be used.
    """
    size = len(file.text.encode("utf-8", "surrogatepass"))
    if size > FILE_BYTES_MAX:
        says = f"The file has {size:,} bytes; a rule file has {FILE_BYTES_MAX:,} at most."
        hint = "cut it into several files of one folder: they are read together"
        first = file.text[:LINE_CHARS_MAX].partition("\n")[0]
        faults.add(file.name, [first], Wrong(Span(1, 1), says, hint=hint))
        return None
    text = file.text.removeprefix("\ufeff").replace("\r\n", "\n")
    lines = tuple(text.split("\n"))
    if not _check(file.name, lines, faults):
        return None
    return Source(file.name, lines, tuple(_blocks(file.name, lines, faults)))


def text_of(source: Source, block: Block) -> str:
    """Return a block as it stands, without empty lines and comments that end it."""
    last = block.last
    while last > block.first:
        line = source.lines[last - 1].rstrip()
        if line and not line.startswith("#"):
            break
        last -= 1
    return "\n".join(source.lines[block.first - 1 : last]).rstrip()


def _check(name: str, lines: tuple[str, ...], faults: Faults) -> bool:
    """Look at every character of a file; what may not be there is a fault."""
    whole = True
    for number, line in enumerate(lines, start=1):
        if len(line) > LINE_CHARS_MAX:
            says = f"This line has {len(line):,} characters; {LINE_CHARS_MAX:,} are the most."
            hint = "lists may go on over many lines, with a comma at the end of each"
            faults.add(name, lines, Wrong(Span(number, 1), says, hint=hint))
            whole = False
        elif (found := FORBIDDEN.search(line)) is not None:
            faults.add(name, lines, _forbidden(number, found))
            whole = False
    return whole


def _forbidden(number: int, found: re.Match[str]) -> Wrong:
    code = ord(found[0])
    span = Span(number, found.start() + 1)
    if found[0] in _TURNING:
        says = f"U+{code:04X} turns the direction of reading round and cannot be seen."
        return Wrong(span, says, hint=f"inside a text, write it as \\u{code:04x}")
    if 0xD800 <= code <= 0xDFFF:
        return Wrong(span, "This is not valid UTF-8.", hint="save the file as UTF-8")
    return Wrong(
        span,
        f"U+{code:04X} cannot be seen, and no rule file holds it.",
        hint=f"take it out; inside a text, write it as \\u{code:04x}",
    )


def _blocks(name: str, lines: tuple[str, ...], faults: Faults) -> list[Block]:
    blocks: list[Block] = []
    first: int | None = None
    for number, line in enumerate(lines, start=1):
        if line.startswith((" ", "\t", "#")) or not line.strip():
            continue
        if _STARTS_BLOCK.match(line) is None and first is not None:
            continue
        if first is not None:
            blocks.append(Block(first, number - 1))
        first = number
    if first is not None:
        blocks.append(Block(first, len(lines)))
    _check_indentation(name, lines, blocks, faults)
    return blocks


def _check_indentation(
    name: str, lines: tuple[str, ...], blocks: list[Block], faults: Faults
) -> None:
    start = blocks[0].first if blocks else len(lines) + 1
    for number, line in enumerate(lines, start=1):
        indentation = line[: len(line) - len(line.lstrip(" \t"))]
        if "\t" in indentation and line.strip():
            says = "A tab indents this line."
            span = Span(number, indentation.index("\t") + 1)
            faults.add(name, lines, Wrong(span, says, expected="spaces", hint="use two spaces"))
        elif number < start and indentation and line.strip() and line.lstrip()[0] != "#":
            says = "This line is indented, but nothing stands above it."
            hint = "`rule`, `list`, `counter` and `kind` begin at the start of a line"
            faults.add(name, lines, Wrong(Span(number, 1, len(indentation)), says, hint=hint))
