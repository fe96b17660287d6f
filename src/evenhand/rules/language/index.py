"""All rules are looked at together: the columns of an event leave few rules to look at one by one.

For each kind of event there is one function. It looks each column up in a table, which gives the
set of the rules still possible, then looks once for all words, and asks only the rules left over.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, TypeAlias

import ahocorasick_rs

from evenhand.rules.language.ir import And, Column, Condition, Length, OrElse, Type
from evenhand.rules.language.normal import as_double, branches, cost, normal, type_of
from evenhand.rules.language.required import folded
from evenhand.rules.language.row import (
    Failure,
    Layout,
    Predicate,
    Row,
    RowRules,
    guarded,
    predicates,
)
from evenhand.rules.language.ruleset import Rule
from evenhand.rules.language.tables import (
    Cells,
    Mask,
    Members,
    Needles,
    Tables,
    Values,
    tables_of,
)

DENSE_CHARACTERS_MAX: Final = 20_000
"""Up to so many letters of needles an automaton of full tables is made: fastest, but large."""

Search: TypeAlias = Callable[[str, bool], list[tuple[int, int, int]]]


@dataclass(frozen=True)
class KindIndex:
    """What is asked of one kind of event. `owners` gives for each branch the place of its rule."""

    tables: Tables
    owners: tuple[int, ...]
    run: Callable[[Row], list[int]]
    decide: Callable[[Row, Mask], list[int]]
    """Ask what is left of the branches that all tables let live: for who has looked them up."""

    @property
    def every(self) -> Mask:
        """Return all branches."""
        return (1 << len(self.owners)) - 1


class RuleIndex:
    """Rules run together; they mean what `RowRules` says they mean."""

    def __init__(self, rules: Sequence[Rule], layout: Layout) -> None:
        """Make the tables of every kind."""
        self.layout = layout
        self._rules = tuple(rules)
        on_kind: dict[str, list[int]] = {}
        for position, rule in enumerate(rules):
            for kind in dict.fromkeys(rule.kinds):
                on_kind.setdefault(kind, []).append(position)
        ways = [
            [tuple(sorted(way, key=cost)) for way in branches(normal(rule.when))] for rule in rules
        ]
        asked = {
            positions: _Asked.of(positions, ways)
            for positions in dict.fromkeys(tuple(listed) for listed in on_kind.values())
        }
        rests = _rests([one.tables for one in asked.values()], layout)
        made = {positions: _kind_index(one, rests, layout) for positions, one in asked.items()}
        self.kinds = {kind: made[tuple(listed)] for kind, listed in on_kind.items()}
        self._tried = {
            kind: guarded(index.run, self.one_by_one) for kind, index in self.kinds.items()
        }

    def run(self, row: Row, failed: list[Failure]) -> list[int]:
        """Return the places of the rules that fire, ascending; add those that raised to `failed`.

        No rule raises out of here.
        """
        tried = self._tried.get(row[0])
        return tried(row, failed) if tried is not None else []

    def run_all(self, rows: Sequence[Row], failed: list[list[Failure]]) -> list[list[int]]:
        """Run each row; `failed` has a list for each."""
        return [self.run(row, one) for row, one in zip(rows, failed, strict=True)]

    def one_by_one(self, row: Row, failed: list[Failure], _why: Exception) -> list[int]:
        """Ask each rule by itself, so that one that raises takes no other with it."""
        return self._plain.run(row, failed)

    @cached_property
    def _plain(self) -> RowRules:
        return RowRules(self._rules, self.layout)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What rules ask of one kind, before it is written as functions."""

    tables: Tables
    owners: tuple[int, ...]

    @classmethod
    def of(
        cls, positions: Sequence[int], ways: Sequence[Sequence[tuple[Condition, ...]]]
    ) -> _Asked:
        owned = [(position, way) for position in positions for way in ways[position]]
        return cls(tables_of([way for _, way in owned]), tuple(position for position, _ in owned))


Rests: TypeAlias = Mapping[tuple[Condition, ...], Predicate]


def _rests(several: Sequence[Tables], layout: Layout) -> Rests:
    """Write a function for what is left of each branch, once for all kinds."""
    left = {rest: And(rest) for tables in several for rest in tables.rests if rest}
    return dict(zip(left, predicates(list(left.values()), layout), strict=True))


def _kind_index(asked: _Asked, rests: Rests, layout: Layout) -> KindIndex:
    tables, owners = asked.tables, asked.owners
    bound: dict[str, Any] = {
        "EVERY": (1 << len(owners)) - 1,
        "OWNERS": owners,
        "RESTS": [rests.get(rest) for rest in tables.rests],
        "folded": folded,
        "reached": bisect_right,
    }
    columns: list[str] = []
    for at, table in enumerate(tables.scalars):
        columns += _scalar_lines(f"T{at}", table, layout, bound)
    for at, members in enumerate(tables.members):
        columns += _member_lines(f"L{at}", members, layout, bound)
    texts: list[str] = []
    for at, needles in enumerate(tables.needles):
        texts += _needle_lines(f"N{at}", needles, layout, bound)
    lines = ["def run(row):", " alive = EVERY", *columns, *texts, *_ASKING]
    lines += ["def decide(row, alive):", *_ASKING]
    exec(compile("\n".join(lines), "<index>", "exec"), bound)  # noqa: S102 - names of ours only
    return KindIndex(tables, owners, bound["run"], bound["decide"])


_ASKING: Final = (
    " found = []",
    " last = -1",
    " while alive:",
    "  bit = alive & -alive",
    "  alive ^= bit",
    "  at = bit.bit_length() - 1",
    "  owner = OWNERS[at]",
    "  if owner != last:",
    "   rest = RESTS[at]",
    "   if rest is None or rest(row):",
    "    found.append(owner)",
    "    last = owner",
    " return found",
)


def _scalar_lines(
    name: str, table: Cells | Values, layout: Layout, bound: dict[str, Any]
) -> list[str]:
    subject = table.subject
    column = subject if isinstance(subject, Column) else subject.of
    lines = [f" v = row[{layout.places[column]}]"]
    if isinstance(subject, OrElse):
        default = subject.default
        bound[f"{name}E"] = default.value if not table.doubles else as_double(default)
        lines.append(f" if v is None: v = {name}E")
    elif isinstance(subject, Length):
        lines.append(" if v is not None: v = len(v)")
    if table.doubles and type_of(subject) is not Type.FLOAT:
        lines.append(" if v is not None: v = float(v)")
    bound[f"{name}M"] = table.missing
    if isinstance(table, Cells):
        bound[f"{name}B"], bound[f"{name}C"] = list(table.edges), list(table.masks)
        looked = f"{name}C[reached({name}B, v)]"
    elif table.masks:
        bound[f"{name}D"], bound[f"{name}O"] = dict(table.masks).get, table.other
        looked = f"{name}D(v, {name}O)"
    else:
        bound[f"{name}O"] = table.other
        looked = f"{name}O"
    return [*lines, f" alive &= {name}M if v is None else {looked}", " if not alive: return []"]


def _member_lines(name: str, table: Members, layout: Layout, bound: dict[str, Any]) -> list[str]:
    bound[f"{name}D"], bound[f"{name}F"] = dict(table.masks).get, table.free
    return [
        f" m = {name}F",
        f" v = row[{layout.places[table.column]}]",
        " if v:",
        f"  for one in v: m |= {name}D(one, 0)",
        " alive &= m",
        " if not alive: return []",
    ]


def _needle_lines(name: str, table: Needles, layout: Layout, bound: dict[str, Any]) -> list[str]:
    bound[f"{name}A"] = search_for(table)
    bound[f"{name}M"], bound[f"{name}F"] = list(table.masks), table.free
    bound[f"{name}H"] = table.concerned
    looked_at = "folded(v)" if table.folded else "v"
    return [
        f" if alive & {name}H:",
        f"  m = {name}F",
        f"  v = row[{layout.places[table.column]}]",
        "  if v is not None:",
        f"   for hit, _, _ in {name}A({looked_at}, True): m |= {name}M[hit]",
        "  alive &= m",
        "  if not alive: return []",
    ]


def search_for(table: Needles) -> Search:
    """Return a search that tells each place where a needle of a table stands in a text."""
    dense = sum(map(len, table.needles)) <= DENSE_CHARACTERS_MAX
    implementation = ahocorasick_rs.Implementation
    search: Search = ahocorasick_rs.AhoCorasick(
        list(table.needles),
        implementation=implementation.DFA if dense else implementation.ContiguousNFA,
    ).find_matches_as_indexes
    return search
