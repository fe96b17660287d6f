"""What is wrong with a rule file, said so that it can be mended: where, what, and how.

A fault points: the file, the line, a caret under what is meant, what was expected there, and the
nearest name that exists. Columns are counted in characters, from 1; the caret is set by how wide
characters are drawn. A warning points the same way and stops nothing.
"""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

FAULTS_MAX: Final = 200
"""More than anybody mends at once; reading stops there."""

_SHOWN_CHARS_MAX: Final = 100
_SAID_CHARS_MAX: Final = 240
_WIDE: Final = frozenset("WF")


class Severity(StrEnum):
    """Whether what was found stops the file from being used."""

    FAULT = "fault"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of one line: the line and the column counted from 1, the width in characters."""

    line: int
    column: int
    width: int = 1


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong, or worth a warning, and the line it is in."""

    severity: Severity
    file: str
    line: int
    column: int
    width: int
    says: str
    expected: str | None
    hint: str | None
    source: str

    def as_data(self) -> dict[str, str | int | None]:
        """Return it as JSON data."""
        return {
            "severity": self.severity.value,
            "file": self.file,
            "line": self.line,
            "column": self.column,
            "width": self.width,
            "says": self.says,
            "expected": self.expected,
            "hint": self.hint,
            "source": _shown(self.source[: _SHOWN_CHARS_MAX * 4]),
        }


class Wrong(Exception):
    """What is wrong at a place; raised where it is found and caught where reading can go on."""

    def __init__(
        self, span: Span, says: str, *, expected: str | None = None, hint: str | None = None
    ) -> None:
        super().__init__(says)
        self.span, self.says, self.expected, self.hint = span, says, expected, hint


class Refused(Exception):
    """Rules cannot be used as they are written. `faults` are all that were found, in order."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__(f"{len(faults)} faults")
        self.faults = tuple(faults)
        self.more = len(self.faults) >= FAULTS_MAX
        """Whether reading stopped because there were so many."""

    def __str__(self) -> str:
        """Write every fault, the way `rules check` prints them."""
        return "\n\n".join("\n".join(written(one)) for one in self.faults)


class Faults:
    """All that was found in some files so far."""

    def __init__(self) -> None:
        self._found: list[Fault] = []
        self._seen: set[tuple[str, int, int, str]] = set()

    def add(
        self,
        file: str,
        lines: Sequence[str],
        wrong: Wrong,
        *,
        severity: Severity = Severity.FAULT,
    ) -> None:
        """Keep what is wrong, once, with the line it is in."""
        span, says = wrong.span, _cut(wrong.says)
        key = (file, span.line, span.column, says)
        if key in self._seen or self.full:
            return
        self._seen.add(key)
        source = lines[span.line - 1] if 0 < span.line <= len(lines) else ""
        self._found.append(
            Fault(
                severity=severity,
                file=file,
                line=span.line,
                column=span.column,
                width=max(1, min(span.width, len(source) - span.column + 1)),
                says=says,
                expected=wrong.expected,
                hint=wrong.hint,
                source=source,
            )
        )

    @property
    def full(self) -> bool:
        """Tell whether there are so many that nobody would read more."""
        return len(self._found) >= FAULTS_MAX

    @property
    def listed(self) -> tuple[Fault, ...]:
        """Return them by file, line and column."""
        return tuple(sorted(self._found, key=lambda one: (one.file, one.line, one.column)))


def written(fault: Fault) -> list[str]:
    """Write a fault for people, a caret under what is meant."""
    margin = " " * len(str(fault.line))
    before, under, after = _around(fault)
    pointed = "^" * max(1, _drawn(under))
    expected = f" expected {fault.expected}" if fault.expected else ""
    lines = [
        f"{fault.severity.value}: {fault.says}",
        f"{margin}--> {_shown(fault.file)}:{fault.line}:{fault.column}",
        f"{margin} |",
        f"{fault.line} | {before}{under}{after}".rstrip(),
        f"{margin} | {' ' * _drawn(before)}{pointed}{expected}",
    ]
    if fault.hint:
        lines.append(f"{margin} = hint: {fault.hint}")
    return lines


def nearest(name: str, names: Iterable[str]) -> str | None:
    """Return the name that exists and is written most like one that does not."""
    known = sorted(set(names))
    close = difflib.get_close_matches(name, known, 1) if len(name) <= 100 else []
    if close:
        return close[0]
    return next((one for one in known if one.lower() == name.lower()), None)


def did_you_mean(name: str, names: Iterable[str], *, otherwise: str | None = None) -> str | None:
    """Hint at the nearest name, or else say what there is."""
    close = nearest(name, names)
    return f"did you mean `{close}`?" if close is not None else otherwise


def listing(names: Iterable[str], *, most: int = 8) -> str:
    """List names in a sentence, and say how many more there are."""
    known = sorted(names)
    if len(known) <= most:
        return ", ".join(known)
    return f"{', '.join(known[:most])} and {len(known) - most} more"


def _around(fault: Fault) -> tuple[str, str, str]:
    """Cut a line into what stands before, under and after the caret; a long one is cut short."""
    line = _shown(fault.source)
    start = min(fault.column - 1, len(line))
    end = min(start + fault.width, max(len(line), start))
    before, under, after = line[:start], line[start:end], line[end:]
    if len(under) > _SHOWN_CHARS_MAX:
        under, after = under[: _SHOWN_CHARS_MAX - 1] + "…", ""
    room = max(20, _SHOWN_CHARS_MAX - len(under))
    if len(before) > room:
        before = "…" + before[-room:]
    if len(after) > room:
        after = after[:room] + "…"
    return before, under, after


def _shown(text: str) -> str:
    """Write a line so that nothing in it acts on a terminal; each character stays one."""
    return "".join(
        " " if char == "\t" else char if char.isprintable() else "\ufffd" for char in text
    )


def _cut(says: str) -> str:
    return says if len(says) <= _SAID_CHARS_MAX else says[: _SAID_CHARS_MAX - 1] + "…"


def _drawn(text: str) -> int:
    """Count terminal columns."""
    drawn = [char for char in text if not unicodedata.combining(char)]
    return len(drawn) + sum(unicodedata.east_asian_width(char) in _WIDE for char in drawn)
