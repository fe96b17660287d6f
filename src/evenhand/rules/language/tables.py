"""What many rules ask of one column is answered for all of them by one look into a table.

A table gives for a value the set of the branches still possible, as the bits of an int. What a
table says is exact for the atoms put into it; only literals required by patterns let through more
than match, and their atoms stay to be looked at.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from evenhand.rules.language.ir import (
    Column,
    Compare,
    Condition,
    Const,
    HasAny,
    Holds,
    Length,
    Matches,
    Missing,
    Not,
    OneOf,
    Order,
    OrElse,
    Scalar,
    Truth,
    Type,
)
from evenhand.rules.language.normal import as_double, parted, type_of
from evenhand.rules.language.required import required

Subject: TypeAlias = Column | Length | OrElse
"""What a table looks at: a column, its length, or a column with a default."""

Mask: TypeAlias = int
"""Branches, as bits."""


@dataclass(frozen=True, slots=True)
class Cells:
    """Values in their order: cell `2k + 1` is the k-th break, cell `2k` what lies before it.

    `edges` are the values with which a cell begins: a break, and the value next to it, so that
    the cell of a value is how many edges it has reached. `doubles` says that an int is looked up
    as a double.
    """

    subject: Subject
    doubles: bool
    breaks: Sequence[Any]
    edges: Sequence[Any]
    masks: Sequence[Mask]
    missing: Mask
    concerned: Mask

    def at(self, value: Any) -> Mask:
        """Look a value up."""
        if value is None:
            return self.missing
        return self.masks[bisect_right(self.edges, value)]


@dataclass(frozen=True, slots=True)
class Values:
    """Values one by one, and `other` for all the rest."""

    subject: Subject
    doubles: bool
    masks: Mapping[Scalar, Mask]
    other: Mask
    missing: Mask
    concerned: Mask

    def at(self, value: Any) -> Mask:
        """Look a value up."""
        if value is None:
            return self.missing
        return self.masks.get(value, self.other) if self.masks else self.other


@dataclass(frozen=True, slots=True)
class Members:
    """Texts in a list: each lets some branches live; `free` live whatever is in it."""

    column: Column
    masks: Mapping[str, Mask]
    free: Mask
    concerned: Mask


@dataclass(frozen=True, slots=True)
class Needles:
    """Texts inside a text: each lets some branches live; `free` live whatever is in it.

    `folded` says that they are looked for in the folded text, and that it is only likely that
    what stands in the rule is there.
    """

    column: Column
    folded: bool
    needles: Sequence[str]
    masks: Sequence[Mask]
    free: Mask
    concerned: Mask


@dataclass(frozen=True, slots=True)
class Tables:
    """The tables of some branches, and of each branch what is still to be looked at."""

    scalars: tuple[Cells | Values, ...]
    members: tuple[Members, ...]
    needles: tuple[Needles, ...]
    rests: tuple[tuple[Condition, ...], ...]


def tables_of(branches: Sequence[Sequence[Condition]]) -> Tables:
    """Put what branches ask for into tables; of two that want one place, the first is put there."""
    builder = _Builder()
    rests = tuple(tuple(builder.rest_of(bit, parts)) for bit, parts in enumerate(branches))
    every = (1 << len(branches)) - 1
    return Tables(
        scalars=tuple(
            sorted(
                (_scalar(key, asked, every) for key, asked in builder.scalars.items()),
                key=lambda table: -table.concerned.bit_count(),
            )
        ),
        members=tuple(_members(column, asked, every) for column, asked in builder.members.items()),
        needles=tuple(
            _needles(column, folded, asked, every)
            for (column, folded), asked in sorted(
                builder.needles.items(), key=lambda one: one[0][1]
            )
        ),
        rests=rests,
    )


_ScalarKey: TypeAlias = tuple[Subject, bool]


@dataclass(slots=True)
class _Builder:
    scalars: dict[_ScalarKey, dict[int, list[Condition]]] = field(default_factory=dict)
    members: dict[Column, dict[int, tuple[str, ...]]] = field(default_factory=dict)
    needles: dict[tuple[Column, bool], dict[int, Iterable[str]]] = field(default_factory=dict)

    def rest_of(self, bit: int, parts: Sequence[Condition]) -> Iterator[Condition]:
        """Put into tables what can be, and yield what is still to be looked at."""
        for part in parts:
            if not self._put(bit, part):
                yield part

    def _put(self, bit: int, part: Condition) -> bool:
        """Put an atom into a table; tell whether the table decides it.

        A table of texts takes one atom of a branch, for it can only say that one of them is there.
        """
        key = _scalar_key(part)
        if key is not None:
            self.scalars.setdefault(key, {}).setdefault(bit, []).append(part)
            return True
        if isinstance(part, HasAny):
            asked = self.members.setdefault(part.of, {})
            return asked.setdefault(bit, part.among) is part.among
        if isinstance(part, Holds):
            wanted = self.needles.setdefault((part.of, False), {})
            return wanted.setdefault(bit, part.needles) is part.needles
        if isinstance(part, Matches):
            literals = required(part.pattern)
            if literals is not None:
                self.needles.setdefault((part.of, True), {}).setdefault(bit, literals)
        return False


def _scalar_key(part: Condition) -> _ScalarKey | None:
    """Tell into which table an atom goes, or None when into none."""
    match part:
        case Compare(left=Column() | Length() | OrElse() as subject, right=Const() as constant):
            kinds = {type_of(subject), constant.type}
            return subject, Type.FLOAT in kinds
        case OneOf(of=of, among=among) | Not(of=OneOf(of=of, among=among)):
            exact, doubles = parted(among, type_of(of))
            if isinstance(of, Column | Length | OrElse) and not (exact and doubles):
                return of, bool(doubles)
        case (
            Truth(of=Column() | OrElse() as subject)
            | Not(of=Truth(of=Column() | OrElse() as subject))
        ):
            return subject, False
        case Missing(of=column) | Not(of=Missing(of=column)):
            return column, column.type is Type.FLOAT
    return None


def _scalar(key: _ScalarKey, asked: Mapping[int, list[Condition]], every: Mask) -> Cells | Values:
    subject, doubles = key
    concerned = sum(1 << bit for bit in asked)
    missing = (every & ~concerned) | sum(
        1 << bit for bit, parts in asked.items() if all(isinstance(one, Missing) for one in parts)
    )
    ordered = any(
        isinstance(part, Compare) and part.order not in {Order.EQUAL, Order.NOT_EQUAL}
        for parts in asked.values()
        for part in parts
    )
    if not ordered:
        return _values(subject, doubles, asked, every, missing, concerned)
    constants = {
        one for parts in asked.values() for part in parts for one in _constants(part, doubles)
    }
    breaks: list[Any] = sorted(constants)
    cell_of = {constant: 2 * at + 1 for at, constant in enumerate(breaks)}
    last = 2 * len(breaks)
    turned: dict[int, Mask] = {}
    for bit, parts in asked.items():
        for low, high in _common([_ranges(part, cell_of, last, doubles) for part in parts]):
            turned[low] = turned.get(low, 0) ^ (1 << bit)
            turned[high + 1] = turned.get(high + 1, 0) ^ (1 << bit)
    mask, masks = every & ~concerned, []
    for cell in range(last + 1):
        mask ^= turned.get(cell, 0)
        masks.append(mask)
    edges = [edge for one in breaks for edge in (one, _next(one))]
    return Cells(subject, doubles, breaks, edges, masks, missing, concerned)


def _next(value: Scalar) -> Scalar:
    """Return the least value that is more than another, among values of its type."""
    match value:
        case str():
            return f"{value}\0"
        case float():
            return math.nextafter(value, math.inf)
        case _:
            return value + 1


_Ranges: TypeAlias = list[tuple[int, int]]


def _ranges(part: Condition, cell_of: Mapping[Scalar, int], last: int, doubles: bool) -> _Ranges:  # noqa: FBT001
    """Return the cells in which an atom holds, as ascending ranges, both ends included."""
    match part:
        case Missing():
            return []
        case Compare(order=order):
            [constant] = _constants(part, doubles)
            cell = cell_of[constant]
            return [one for one in _ORDERED[order](cell, last) if one[0] <= one[1]]
        case OneOf() | Truth() | Not(of=Truth()):
            return sorted((cell_of[one], cell_of[one]) for one in set(_constants(part, doubles)))
        case Not(of=OneOf() as denied):
            cells = sorted(cell_of[one] for one in set(_constants(denied, doubles)))
            edges = zip([-1, *cells], [*cells, last + 1], strict=True)
            return [(low + 1, high - 1) for low, high in edges if low + 1 <= high - 1]
        case _:
            return [(0, last)]


_ORDERED: Final[Mapping[Order, Callable[[int, int], _Ranges]]] = {
    Order.EQUAL: lambda cell, _last: [(cell, cell)],
    Order.NOT_EQUAL: lambda cell, last: [(0, cell - 1), (cell + 1, last)],
    Order.LESS: lambda cell, _last: [(0, cell - 1)],
    Order.LESS_OR_EQUAL: lambda cell, _last: [(0, cell)],
    Order.MORE: lambda cell, last: [(cell + 1, last)],
    Order.MORE_OR_EQUAL: lambda cell, last: [(cell, last)],
}


def _common(several: Sequence[_Ranges]) -> _Ranges:
    """Return the cells that lie in all of several lists of ranges."""
    common = several[0]
    for other in several[1:]:
        met: _Ranges = []
        left, right = 0, 0
        while left < len(common) and right < len(other):
            low = max(common[left][0], other[right][0])
            high = min(common[left][1], other[right][1])
            if low <= high:
                met.append((low, high))
            if common[left][1] < other[right][1]:
                left += 1
            else:
                right += 1
        common = met
    return common


def _values(
    subject: Subject,
    doubles: bool,  # noqa: FBT001
    asked: Mapping[int, list[Condition]],
    every: Mask,
    missing: Mask,
    concerned: Mask,
) -> Values:
    other = every & ~concerned
    turned: dict[Scalar, Mask] = {}
    for bit, parts in asked.items():
        wanted: set[Scalar] | None = None
        unwanted: set[Scalar] = set()
        for part in parts:
            if _excludes(part):
                unwanted.update(_constants(part, doubles))
            elif not _is_known(part):
                these = set(_constants(part, doubles))
                wanted = these if wanted is None else wanted & these
        if wanted is None:
            other |= 1 << bit
        for value in unwanted if wanted is None else wanted - unwanted:
            turned[value] = turned.get(value, 0) ^ (1 << bit)
    masks = {value: other ^ bits for value, bits in turned.items()}
    return Values(subject, doubles, masks, other, missing, concerned)


def _excludes(part: Condition) -> bool:
    match part:
        case Compare(order=Order.NOT_EQUAL) | Not(of=OneOf()):
            return True
        case _:
            return False


def _is_known(part: Condition) -> bool:
    return isinstance(part, Not) and isinstance(part.of, Missing)


def _constants(part: Condition, doubles: bool) -> list[Scalar]:  # noqa: FBT001
    match part:
        case Compare(right=Const() as constant):
            return [as_double(constant) if doubles else constant.value]
        case OneOf(among=among) | Not(of=OneOf(among=among)):
            return [float(one) for one in among] if doubles else list(among)
        case Truth():
            return [True]
        case Not(of=Truth()):
            return [False]
        case _:
            return []


def _members(column: Column, asked: Mapping[int, tuple[str, ...]], every: Mask) -> Members:
    masks: dict[str, Mask] = {}
    concerned = sum(1 << bit for bit in asked)
    for bit, among in asked.items():
        for text in among:
            masks[text] = masks.get(text, 0) | (1 << bit)
    return Members(column, masks, every & ~concerned, concerned)


def _needles(
    column: Column,
    folded: bool,  # noqa: FBT001
    asked: Mapping[int, Iterable[str]],
    every: Mask,
) -> Needles:
    masks: dict[str, Mask] = {}
    concerned = sum(1 << bit for bit in asked)
    for bit, wanted in asked.items():
        for needle in wanted:
            masks[needle] = masks.get(needle, 0) | (1 << bit)
    needles = sorted(masks)
    return Needles(
        column, folded, needles, [masks[one] for one in needles], every & ~concerned, concerned
    )
