"""One function for each rule, which tells of a row whether the rule's condition is TRUE.

It is the plain way to run rules, and what every faster engine has to agree with. The functions are
written as Python of which every name and number is ours: what people wrote is bound to a name and
never becomes part of the program.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, Final, TypeAlias

import ahocorasick_rs
import re2

from evenhand.rules.language.ir import (
    And,
    Arithmetic,
    Column,
    Compare,
    Condition,
    Const,
    Form,
    HasAny,
    Holds,
    Length,
    Matches,
    Missing,
    Not,
    OneOf,
    Operator,
    Or,
    OrElse,
    StartsWith,
    Truth,
    Type,
    Value,
)
from evenhand.rules.language.normal import (
    as_double,
    conjuncts,
    cost,
    needed,
    normal,
    parted,
    read_by,
    type_of,
)
from evenhand.rules.language.ruleset import Rule

Row: TypeAlias = Sequence[Any]
"""The kind of an event, then each column of a layout; None is missing."""

Predicate: TypeAlias = Callable[[Row], bool]

_NEEDLES_ONE_BY_ONE: Final = 8
_PATTERNS_KEPT: Final = 16_384


@dataclass(frozen=True, slots=True)
class Layout:
    """Which place in a row a column has; 0 is the kind."""

    columns: tuple[Column, ...]
    places: Mapping[Column, int]

    @classmethod
    def of(cls, rules: Iterable[Rule], *, as_sent: bool = False) -> Layout:
        """Give a place to every column that rules read; `as_sent`, to every text as sent too."""
        read = read_by(rule.when for rule in rules)
        if as_sent:
            read = tuple(dict.fromkeys([*read, *(replace(one, form=Form.SENT) for one in read)]))
        return cls(read, {column: at for at, column in enumerate(read, 1)})


@dataclass(frozen=True, slots=True)
class Failure:
    """A rule, by its place in the rule set, that raised instead of answering."""

    position: int
    why: Exception


def guarded(
    act: Callable[..., Any], otherwise: Callable[[Row, list[Failure], Exception], Any]
) -> Callable[..., Any]:
    """Return an act on a row that never raises: the one place where a rule that raises is caught.

    By construction none does. If one did, its event must be marked "rule failed", never "clean",
    and the other rules must be heard all the same. What the act takes besides the row comes last.
    """

    def tried(row: Row, failed: list[Failure], *more: Any) -> Any:
        try:
            return act(row, *more)
        except Exception as why:
            return otherwise(row, failed, why)

    return tried


class RowRules:
    """Rules run one after another."""

    def __init__(self, rules: Sequence[Rule], layout: Layout) -> None:
        """Write the function of each rule."""
        self.layout = layout
        self._kinds = [frozenset(rule.kinds) for rule in rules]
        written = predicates([normal(rule.when) for rule in rules], layout)
        self._tried = [
            guarded(predicate, _reporting(position)) for position, predicate in enumerate(written)
        ]

    def run(self, row: Row, failed: list[Failure]) -> list[int]:
        """Return the places of the rules that fire, ascending; add those that raised to `failed`.

        No rule raises out of here.
        """
        kind = row[0]
        return [
            position
            for position, fires in enumerate(self._tried)
            if kind in self._kinds[position] and fires(row, failed)
        ]


def _reporting(position: int) -> Callable[[Row, list[Failure], Exception], bool]:
    def report(_row: Row, failed: list[Failure], why: Exception) -> bool:
        failed.append(Failure(position, why))
        return False

    return report


def predicates(conditions: Sequence[Condition], layout: Layout) -> list[Predicate]:
    """Write a function for each normal condition, all in one program."""
    bound: dict[str, Any] = {"LOW": -sys.float_info.max, "HIGH": sys.float_info.max}
    writer = _Writer(layout, bound)
    lines: list[str] = []
    for at, condition in enumerate(conditions):
        body = writer.holds(condition)
        lines.append(f"def rule_{at}(row):")
        lines += [f" v{place} = row[{place}]" for place in writer.taken()]
        lines.append(f" return {body}")
    exec(compile("\n".join(lines), "<rules>", "exec"), bound)  # noqa: S102 - names of ours only
    return [bound[f"rule_{at}"] for at in range(len(conditions))]


@dataclass(slots=True)
class _Writer:
    """Writes conditions as Python expressions; constants are bound to names."""

    layout: Layout
    bound: dict[str, Any]
    _read: set[int] = field(default_factory=set)
    _steps: int = 0
    _names: int = 0

    def taken(self) -> list[int]:
        """Return the places read since this was last asked."""
        places = sorted(self._read)
        self._read.clear()
        self._steps = 0
        return places

    def holds(self, node: Condition) -> str:
        """Write an expression that is true exactly when a normal condition is TRUE."""
        match node:
            case And() | Or():
                word = " and " if isinstance(node, And) else " or "
                parts = conjuncts(node) if isinstance(node, And) else node.any
                return f"({word.join(map(self.holds, sorted(parts, key=cost)))})"
            case _:
                guards = [f"{self._column(one)} is not None" for one in needed(node)]
                written = self._atom(node, guards)
                return f"({' and '.join([*guards, written])})"

    def _atom(self, node: Condition, guards: list[str]) -> str:
        """Write an atom; what has to be true before it may be looked at joins `guards`."""
        if isinstance(node, HasAny | Holds | StartsWith | Matches | Missing):
            return self._looking(node, self._column(node.of))
        match node:
            case Not(of=denied):
                return f"not {self._atom(denied, guards)}"
            case Compare(order=order, left=left, right=right):
                in_doubles = Type.FLOAT in {type_of(left), type_of(right)}
                write = self._double if in_doubles else self._value
                return f"({write(left, guards)} {order.value} {write(right, guards)})"
            case OneOf(of=of, among=among):
                return self._one_of(of, among, guards)
            case Truth(of=of):
                return self._value(of, guards)
        raise TypeError(f"{type(node).__name__} is no atom")

    def _looking(self, node: HasAny | Holds | StartsWith | Matches | Missing, column: str) -> str:
        match node:
            case HasAny(among=among):
                return f"(not {self._name(frozenset(among))}.isdisjoint({column}))"
            case Holds(needles=needles) if len(needles) > _NEEDLES_ONE_BY_ONE:
                found = ahocorasick_rs.AhoCorasick(list(needles)).find_matches_as_indexes
                return f"bool({self._name(found)}({column}))"
            case Holds(needles=needles):
                return f"({' or '.join(f'{self._name(one)} in {column}' for one in needles)})"
            case StartsWith(needle=needle):
                return f"{column}.startswith({self._name(needle)})"
            case Matches(pattern=pattern):
                return f"{self._name(searcher(pattern))}({column})"
            case Missing():
                return f"({column} is None)"

    def _one_of(self, of: Value, among: Sequence[Any], guards: list[str]) -> str:
        exact, doubles = parted(among, type_of(of))
        tests = []
        if exact:
            tests.append(f"{self._value(of, guards)} in {self._name(frozenset(exact))}")
        if doubles:
            tests.append(f"{self._double(of, guards)} in {self._name(frozenset(doubles))}")
        return f"({' or '.join(tests) or False})"

    def _value(self, value: Value, guards: list[str]) -> str:
        match value:
            case Const(value=constant):
                return self._name(constant)
            case Column():
                return self._column(value)
            case Length(of=of):
                return f"len({self._column(of)})"
            case OrElse(of=of, default=default):
                known = self._column(of)
                constant = as_double(default) if of.type is Type.FLOAT else default.value
                return f"({known} if {known} is not None else {self._name(constant)})"
            case Arithmetic():
                return self._step(value, guards)

    def _double(self, value: Value, guards: list[str]) -> str:
        if isinstance(value, Const):
            return self._name(as_double(value))
        written = self._value(value, guards)
        return written if type_of(value) is Type.FLOAT else f"float({written})"

    def _step(self, value: Arithmetic, guards: list[str]) -> str:
        """Write one step as a guard that it is finite, and return the name of what came of it."""
        left, right = self._double(value.left, guards), self._double(value.right, guards)
        if value.operator is Operator.OVER:
            guards.append(f"{right} != 0.0")
        step = f"s{self._steps}"
        self._steps += 1
        guards.append(f"LOW <= ({step} := {left} {value.operator.value} {right}) <= HIGH")
        return step

    def _column(self, column: Column) -> str:
        place = self.layout.places[column]
        self._read.add(place)
        return f"v{place}"

    def _name(self, constant: Any) -> str:
        name = f"k{self._names}"
        self._names += 1
        self.bound[name] = constant
        return name


@lru_cache(maxsize=_PATTERNS_KEPT)
def searcher(pattern: str) -> Callable[[str], bool]:
    """Return a search for a pattern of RE2. Raises re2.error."""
    options = re2.Options()
    options.never_capture = True
    options.log_errors = False
    search = re2.compile(pattern.encode(), options).search  # bytes: no offsets are counted

    def found(text: str) -> bool:
        return search(text.encode()) is not None

    return found
