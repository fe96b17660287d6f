"""Many events are looked at by column first, with the index's own tables; a rule then decides.

Columns only rule out: what they leave over is told by the row engine, so that this way of running
rules cannot find what that one would not.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt

from evenhand.rules.language.batches import arrow, batch_of, rows_of
from evenhand.rules.language.index import KindIndex, RuleIndex
from evenhand.rules.language.ir import Column, Length, OrElse, Type
from evenhand.rules.language.normal import as_double
from evenhand.rules.language.row import Failure, Layout, Row, guarded
from evenhand.rules.language.ruleset import Rule
from evenhand.rules.language.searched import SearchedColumn
from evenhand.rules.language.tables import Cells, Mask, Members, Values

if TYPE_CHECKING:
    import pyarrow as pa

Decide: TypeAlias = Callable[[Row, list[Failure], Mask], list[int]]
"""Tells which rules fire on a row, of the branches still possible. It never raises."""

Words: TypeAlias = npt.NDArray[np.uint64]
"""Masks, a row of 64-bit words each."""

Places: TypeAlias = npt.NDArray[np.int64]
"""Which rows, or which place in a table for each."""

_WORD: Final = 64
_THINNED: Final = 0.8
"""Rows that are ruled out are left behind once so many of ten are left."""


class HybridRules:
    """Rules run over batches: columns first, then the rows that are left."""

    def __init__(self, rules: Sequence[Rule], layout: Layout) -> None:
        """Turn the tables of the index into tables for columns. Raises NoAnalytics."""
        arrow()
        self.layout = layout
        self._index = RuleIndex(rules, layout)
        one_by_one = self._index.one_by_one
        self._columns = {
            kind: _Columns(index, layout, guarded(index.decide, one_by_one))
            for kind, index in self._index.kinds.items()
        }

    def run_all(self, rows: Sequence[Row], failed: list[list[Failure]]) -> list[list[int]]:
        """Return for each row the places of the rules that fire, ascending.

        `failed` has a list for each row, to which rules that raised are added.
        """
        found: list[list[int]] = [[] for _ in rows]
        for place, row, alive, decide in self._left(batch_of(rows, self.layout), rows):
            found[place] = decide(row, failed[place], alive)
        return found

    def matches(self, batch: pa.Table, failed: list[Failure]) -> Iterator[tuple[int, int]]:
        """Yield the place of a row and of a rule that fires on it."""
        for place, row, alive, decide in self._left(batch, None):
            for position in decide(row, failed, alive):
                yield place, position

    def _left(
        self, batch: pa.Table, rows: Sequence[Row] | None
    ) -> Iterator[tuple[int, Row, Mask, Decide]]:
        """Yield what tables leave over: place, row, the branches still possible, what decides."""
        held = _Held(batch, self.layout)
        codes, kinds = held.texts("c0")
        for code, kind in enumerate(kinds):
            columns = self._columns.get(kind)
            if columns is None:
                continue
            left, alive = columns.left_of(held, np.flatnonzero(codes == code))
            places = left.tolist()
            taken = rows_of(batch, places) if rows is None else [rows[one] for one in places]
            for place, mask, row in zip(places, _masks(alive), taken, strict=True):
                yield place, row, mask, columns.decide


class _Held:
    """The columns of a batch, each made ready for tables once, when it is first asked for."""

    def __init__(self, batch: pa.Table, layout: Layout) -> None:
        self._batch = batch
        self._layout = layout
        self._texts: dict[str, tuple[Places, list[Any]]] = {}
        self._numbers: dict[str, npt.NDArray[Any]] = {}
        self._missing: dict[str, npt.NDArray[np.bool_] | None] = {}

    def name_of(self, column: Column) -> str:
        """Return the name a column has in a batch."""
        return f"c{self._layout.places[column]}"

    def texts(self, name: str) -> tuple[Places, list[Any]]:
        """Return the texts there are, and for each row the place of its text there.

        What is missing has the place behind the last.
        """
        if name not in self._texts:
            encoded = self._batch.column(name).combine_chunks().dictionary_encode()
            known = encoded.dictionary.to_pylist()
            indices = encoded.indices.fill_null(len(known))
            self._texts[name] = indices.to_numpy(zero_copy_only=False), known
        return self._texts[name]

    def missing(self, name: str) -> npt.NDArray[np.bool_] | None:
        """Return where a column has no value; None when it has one everywhere."""
        if name not in self._missing:
            column = self._batch.column(name)
            self._missing[name] = column.is_null().to_numpy() if column.null_count else None
        return self._missing[name]

    def numbers(self, name: str) -> npt.NDArray[Any]:
        """Return the numbers of a column, and any where they are missing."""
        if name not in self._numbers:
            column = self._batch.column(name)
            if column.null_count:
                column = column.fill_null(arrow().scalar(0).cast(column.type))
            self._numbers[name] = column.to_numpy()
        return self._numbers[name]

    def taken(self, name: str, places: Places) -> Any:
        """Return the values of some rows, in one piece."""
        taken = self._batch.column(name).take(arrow().array(places))
        return taken.combine_chunks()


class _Columns:
    """The tables of one kind, for columns."""

    def __init__(self, index: KindIndex, layout: Layout, decide: Decide) -> None:
        self.decide = decide
        self._every = index.every
        self._words = max(1, -(-len(index.owners) // _WORD))
        self._layout = layout
        self._scalars = [(table, self._looked_up(table)) for table in index.tables.scalars]
        self._members = index.tables.members
        self._needles = [
            (SearchedColumn(table), self._as_words([*table.masks, table.free, table.concerned]))
            for table in index.tables.needles
        ]

    def left_of(self, held: _Held, places: Places) -> tuple[Places, Words]:
        """Return which of some rows have a branch left, and their branches."""
        alive = np.repeat(self._as_words([self._every]), len(places), axis=0)
        for table, looked_up in self._scalars:
            alive &= looked_up.take(self._codes(table, held, places), axis=0)
            places, alive = _thinned(places, alive)
        for members in self._members:
            column = held.taken(held.name_of(members.column), places)
            alive &= self._member_masks(members, column)
            places, alive = _thinned(places, alive)
        for searched, masks in self._needles:
            places, alive = _kept(places, alive)
            asked = np.flatnonzero(_any(alive & masks[-1]))
            texts = held.taken(held.name_of(searched.table.column), places[asked])
            found = np.repeat(masks[-2:-1], len(places), axis=0)
            rows, hits = searched.hits(texts)
            _add(found, asked[rows], masks[hits])
            alive &= found
        return _kept(places, alive)

    def _looked_up(self, table: Cells | Values) -> Words:
        """Return the masks of a table in the order of its codes; the last is what is missing."""
        if isinstance(table, Cells):
            return self._as_words([*table.masks, table.missing])
        return self._as_words([*table.masks.values(), table.other, table.missing])

    def _codes(self, table: Cells | Values, held: _Held, places: Places) -> Places:
        """Return for each of some rows where the mask of its value stands."""
        subject = table.subject
        column = subject if isinstance(subject, Column) else subject.of
        name = held.name_of(column)
        nulls = held.missing(name)
        gone = None if nulls is None else nulls[places]
        default = None
        if isinstance(subject, OrElse):
            default = as_double(subject.default) if table.doubles else subject.default.value
        if not table.masks:  # every value is as good as another
            codes = np.zeros(len(places), dtype=np.int64)
        elif isinstance(subject, Length):
            codes = _codes_of_numbers(table, _lengths(held.taken(name, places), table))
        elif column.type is Type.TEXT:
            indices, texts = held.texts(name)
            told = _codes_of_texts(table, [*texts, "" if default is None else default])
            codes = np.array(told, dtype=np.int64)[indices[places]]
        else:
            known = held.numbers(name)[places]
            if table.doubles:
                known = known.astype(np.float64)
            if default is not None and gone is not None:
                known[gone] = default
            codes = _codes_of_numbers(table, known)
        if default is not None or gone is None:
            return codes
        missing = len(table.masks) + (0 if isinstance(table, Cells) else 1)
        return np.where(gone, missing, codes)

    def _member_masks(self, table: Members, column: pa.Array) -> Words:
        pa = arrow()
        masks = np.repeat(self._as_words([table.free]), len(column), axis=0)
        texts = pa.compute.list_flatten(column)
        if not len(texts):
            return masks
        encoded = texts.dictionary_encode()
        looked_up = self._as_words(
            [table.masks.get(one, 0) for one in encoded.dictionary.to_pylist()]
        )
        holders = pa.compute.list_parent_indices(column).to_numpy()
        _add(masks, holders, looked_up[encoded.indices.to_numpy()])
        return masks

    def _as_words(self, masks: Sequence[Mask]) -> Words:
        whole = b"".join(mask.to_bytes(self._words * 8, "little") for mask in masks)
        return np.frombuffer(whole, dtype="<u8").reshape(len(masks), self._words).copy()


def _lengths(column: pa.Array, table: Cells | Values) -> npt.NDArray[Any]:
    """Return how long values are, as their table counts it."""
    compute = arrow().compute
    listed = str(column.type).startswith("list")
    counted = (compute.list_value_length if listed else compute.utf8_length)(column)
    lengths: npt.NDArray[Any] = counted.fill_null(0).to_numpy(zero_copy_only=False)
    return lengths.astype(np.float64 if table.doubles else np.int64)


def _codes_of_texts(table: Cells | Values, texts: Sequence[Any]) -> list[int]:
    if isinstance(table, Cells):
        return [bisect_right(table.edges, one) for one in texts]
    place = {value: code for code, value in enumerate(table.masks)}
    return [place.get(one, len(place)) for one in texts]


def _codes_of_numbers(table: Cells | Values, known: npt.NDArray[Any]) -> Places:
    if isinstance(table, Cells):
        most = np.iinfo(np.int64).max
        edges = [one for one in table.edges if known.dtype != np.int64 or one <= most]
        return np.searchsorted(np.array(edges, dtype=known.dtype), known, "right")
    values = np.array(list(table.masks), dtype=known.dtype)
    order = np.argsort(values)
    at = np.minimum(np.searchsorted(values[order], known), len(values) - 1)
    return np.where(values[order][at] == known, order[at], len(values))


def _any(words: Words) -> npt.NDArray[np.bool_]:
    if words.shape[1] > 1:
        return np.any(words, axis=1)  # type: ignore[no-any-return]  # numpy's stubs say Any
    single: npt.NDArray[np.bool_] = words[:, 0] != 0
    return single


def _add(to: Words, rows: Places, masks: Words) -> None:
    """Let branches live in rows, of which some may come several times."""
    for word in range(to.shape[1]):
        np.bitwise_or.at(to[:, word], rows, masks[:, word])


def _kept(places: Places, alive: Words) -> tuple[Places, Words]:
    kept = _any(alive)
    return places[kept], alive[kept]


def _thinned(places: Places, alive: Words) -> tuple[Places, Words]:
    kept = _any(alive)
    if np.count_nonzero(kept) < _THINNED * len(places):
        return places[kept], alive[kept]
    return places, alive


def _masks(words: Words) -> list[Mask]:
    if words.shape[1] == 1:
        return [int(one) for one in words[:, 0].tolist()]
    return [int.from_bytes(row.tobytes(), "little") for row in np.ascontiguousarray(words, "<u8")]
