"""Lines that say the same of what is asked count together: a long log comes down to few shapes.

Of a line only the fields are kept that some question reads. A question is then put to each shape
once, however many lines have it, and means what it means of a line. Pure.
"""

from __future__ import annotations

import marshal
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from evenhand.transparency.counting import minutes_since

#: Bytes that tell values of JSON apart with their types, as no hash of Python's does (1 is True).
#: Of this version, since later ones depend on how often a value is referred to.
_MARSHAL: Final = 2


@dataclass(slots=True)
class Shape:
    """What some lines of a type say in the fields that are asked about, and how many do.

    `last` is the place of the last of them among the lines shown. `minutes` has, for each field
    from which minutes are counted, how often which number of whole minutes lay between the
    instants in it and the line's own time.
    """

    type: str
    data: Mapping[str, Any]
    times: int = 0
    last: int = 0
    minutes: dict[str, Counter[int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is read of the lines of one type: fields kept as they are, and instants."""

    fields: tuple[str, ...]
    instants: tuple[str, ...]


class Shapes:
    """Takes lines one by one, and gives the shapes they came to."""

    def __init__(
        self, fields: Iterable[tuple[str, str]], instants: Iterable[tuple[str, str]]
    ) -> None:
        """Take what is asked as pairs of an event and a path, of which the first name is kept."""
        self._asked = _asked(fields, instants)
        self._found: dict[tuple[str, bytes], Shape] = {}
        self.lines = 0

    def add(self, line: Mapping[str, Any]) -> None:
        """Take a line (a dict with `type`, `at` and `data`); one that nothing asks about counts."""
        self.lines += 1
        kind = line["type"]
        if (asked := self._asked.get(kind)) is None:
            return
        data = line["data"] if isinstance(line["data"], dict) else {}
        said = [data.get(name) for name in asked.fields]
        key = (kind, marshal.dumps(said, _MARSHAL))
        if (shape := self._found.get(key)) is None:
            kept = dict(zip(asked.fields, said, strict=True))
            shape = self._found[key] = Shape(kind, kept)
        shape.times += 1
        shape.last = self.lines
        for path in asked.instants:
            if data.get(path.partition(".")[0]) is not None:
                shape.minutes.setdefault(path, Counter()).update(minutes_since(line, path))

    def __iter__(self) -> Iterator[Shape]:
        """Give each shape, in the order in which their last lines stand in the log."""
        return iter(sorted(self._found.values(), key=lambda shape: shape.last))

    def by_type(self) -> dict[str, list[Shape]]:
        """Return the shapes of each type."""
        found: defaultdict[str, list[Shape]] = defaultdict(list)
        for shape in self._found.values():
            found[shape.type].append(shape)
        return dict(found)


def _asked(
    fields: Iterable[tuple[str, str]], instants: Iterable[tuple[str, str]]
) -> dict[str, _Asked]:
    kept: defaultdict[str, set[str]] = defaultdict(set)
    timed: defaultdict[str, set[str]] = defaultdict(set)
    for event, path in fields:
        kept[event] |= {path.partition(".")[0]} - {""}
    for event, path in instants:
        timed[event].add(path)
    return {
        event: _Asked(tuple(sorted(kept[event])), tuple(sorted(timed[event])))
        for event in {*kept, *timed}
    }
