"""Rules are run over events that come line by line, in batches that bound what memory holds.

Each line has one answer, in the order of the lines: the rules that fire, or what is wrong with the
line. Which engine runs the rules changes how long it takes, and nothing else.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from typing import Any, Final, NamedTuple, Protocol

from pydantic_core import from_json

from evenhand.rules.language.checks import EventWrong
from evenhand.rules.language.counters import Counters
from evenhand.rules.language.events import Event, EventReader
from evenhand.rules.language.index import RuleIndex
from evenhand.rules.language.ir import Type
from evenhand.rules.language.row import Failure, Layout, Row
from evenhand.rules.language.ruleset import RuleSet

LINE_BYTES_MAX: Final = 16_777_216
BATCH_BYTES_MAX: Final = 67_108_864
_BATCH_ROWS: Final = 16_384
_ROWS_WITHOUT_COLUMNS: Final = 256
_BRACKETS_MAX: Final = 500


class EngineName(StrEnum):
    """The engines there are. `row` looks at one event at a time and needs no further package."""

    ROW = "row"
    DUCKDB = "duckdb"
    HYBRID = "hybrid"


class Engine(Protocol):
    """Runs rules over rows."""

    def run_all(self, rows: Sequence[Row], failed: list[list[Failure]]) -> list[list[int]]:
        """Return for each row the places of the rules that fire, ascending.

        `failed` has a list for each row, to which rules that raised are added.
        """


class Answer(NamedTuple):
    """What came of one line: rules that fired and that failed, or what is wrong with the line."""

    line: int
    id: str | int | None
    fires: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()
    error: str | None = None

    @property
    def is_whole(self) -> bool:
        """Tell whether every rule was heard."""
        return self.error is None and not self.failed

    def as_line(self) -> str:
        """Write it as a line of JSON, in ASCII."""
        if self.error is None and not self.failed:
            id_ = self.id
            written = id_ if type(id_) is int else _quoted(id_)
            return f'{{"id":{written},"fires":[{",".join(map(_quoted, self.fires))}]}}'
        data: dict[str, Any] = {"id": self.id}
        if self.error is not None:
            data |= {"line": self.line, "error": self.error}
        else:
            data |= {"fires": self.fires, "failed": self.failed}
        return json.dumps(data, separators=(",", ":"))


def _quoted(text: str | int | None) -> str:
    """Write a text as JSON; most stand there as they are."""
    if type(text) is str and text.isalnum() and text.isascii():
        return f'"{text}"'
    return json.dumps(text)


class LineReader:
    """Reads lines as events, and counts them in their order."""

    def __init__(self, ruleset: RuleSet, layout: Layout) -> None:
        """Begin with nothing counted."""
        self._reader = EventReader(ruleset, layout)
        counted = {counter.name for counter in ruleset.counters}
        places = {
            column.key: place
            for column, place in layout.places.items()
            if column.key in counted and column.type is Type.INT
        }
        self._counters = Counters(ruleset.counters, places)

    def read(self, number: int, line: bytes) -> Event | Answer:
        """Read a line, by its number from 1; what is wrong with it is its answer."""
        event = self._read_fast(line)
        if event is None:
            plainly = self._read(number, line)
            if isinstance(plainly, Answer):
                return plainly
            event = plainly
        if event.row is None:
            self._counters.arrive(event.kind, event.ts, event.fields)
        else:
            self._counters.arrive_in(event.row, event.kind, event.ts, event.fields)
        return event

    def _read_fast(self, line: bytes) -> Event | None:
        """Read a line with pydantic's parser, or return None where `_read` says what is wrong.

        What that parser takes, `json` takes for the same. How deeply `json` reads depends on who
        calls it, so that what may be deep is left to it.
        """
        size = len(line)
        if size > _BRACKETS_MAX and (
            size > LINE_BYTES_MAX or line.count(b"[") + line.count(b"{") > _BRACKETS_MAX
        ):
            return None
        try:
            return self._reader.read(from_json(line))
        except ValueError:  # of the parser, or EventWrong
            return None

    def _read(self, number: int, line: bytes) -> Event | Answer:
        id_ = None
        try:
            data = _parsed(line, first=number == 1)
            id_ = _id_of(data)
            return self._reader.read(data)
        except EventWrong as why:
            return Answer(number, id_, error=str(why))


class Evaluation:
    """Rules over the lines of one file, or of one stream."""

    def __init__(self, ruleset: RuleSet, name: EngineName = EngineName.ROW) -> None:
        """Make the engine ready. Raises NoAnalytics when a package is missing."""
        self._names = tuple(rule.name for rule in ruleset.rules)
        layout = Layout.of(ruleset.rules)
        self._lines = LineReader(ruleset, layout)
        self._engine = engine_of(name, ruleset, layout)
        self._rows_max = _ROWS_WITHOUT_COLUMNS if name is EngineName.ROW else _BATCH_ROWS

    def answers(self, lines: Iterable[bytes]) -> Iterator[Answer]:
        """Yield an answer for each line, in order; lines with nothing on them are passed over.

        A line longer than `LINE_BYTES_MAX` may be given cut short: it is not read.
        """
        waiting: list[tuple[int, Event | Answer]] = []
        held = 0
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            waiting.append((number, self._lines.read(number, line)))
            held += len(line)
            if len(waiting) >= self._rows_max or held >= BATCH_BYTES_MAX:
                yield from self._answered(waiting)
                waiting, held = [], 0
        yield from self._answered(waiting)

    def _answered(self, waiting: Sequence[tuple[int, Event | Answer]]) -> Iterator[Answer]:
        rows = [
            event.row for _, event in waiting if isinstance(event, Event) and event.row is not None
        ]
        failed: list[list[Failure]] = [[] for _ in rows]
        found = zip(self._engine.run_all(rows, failed), failed, strict=True)
        for number, event in waiting:
            if isinstance(event, Answer):
                yield event
            elif event.row is None:
                yield Answer(number, event.id)
            else:
                fires, failures = next(found)
                yield Answer(
                    number,
                    event.id,
                    tuple(self._names[position] for position in fires),
                    tuple(self._names[failure.position] for failure in failures),
                )


def engine_of(name: EngineName, ruleset: RuleSet, layout: Layout) -> Engine:
    """Make an engine. Raises NoAnalytics when a package it needs is missing."""
    if name is EngineName.ROW:
        return RuleIndex(ruleset.rules, layout)
    if name is EngineName.DUCKDB:
        from evenhand.rules.language.duck import DuckRules

        return DuckRules(ruleset.rules, layout)
    from evenhand.rules.language.hybrid import HybridRules

    return HybridRules(ruleset.rules, layout)


def _parsed(line: bytes, *, first: bool) -> Any:
    """Read one line of JSON. Raises EventWrong."""
    if len(line) > LINE_BYTES_MAX:
        raise EventWrong(f"The line is longer than {LINE_BYTES_MAX:,} bytes.")
    try:
        return json.loads(line.decode("utf-8-sig" if first else "utf-8"))
    except UnicodeDecodeError:
        raise EventWrong("The line is not UTF-8.") from None
    except json.JSONDecodeError as why:
        raise EventWrong(f"The line is not JSON: {why.msg} at character {why.pos + 1}.") from None
    except RecursionError:
        raise EventWrong("The line is JSON nested too deeply to be read.") from None
    except ValueError:  # thousands of digits, which no number here has
        raise EventWrong("The line is JSON with a number too long to be read.") from None


def _id_of(data: Any) -> str | int | None:
    """Return an event's id where it is one, for the line that says what is wrong."""
    id_ = data.get("id") if isinstance(data, dict) else None
    return id_ if isinstance(id_, str) or type(id_) is int else None
