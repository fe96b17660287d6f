"""Many events are looked at by column first, with the index's own tables; a rule then decides.

Columns only rule out: what they leave over is told by the row engine, so that this way of running
rules cannot find what that one would not.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt

from evenhand.rules.language.batches import arrow, batch_of, rows_of
from evenhand.rules.language.index import KindIndex, RuleIndex, search_for
from evenhand.rules.language.ir import Column, Length, OrElse, Type
from evenhand.rules.language.normal import as_double, type_of
from evenhand.rules.language.required import folded
from evenhand.rules.language.row import Failure, Layout, Row, guarded
from evenhand.rules.language.ruleset import Rule
from evenhand.rules.language.tables import Cells, Mask, Members, Subject, Values

if TYPE_CHECKING:
    import pyarrow as pa

Words: TypeAlias = npt.NDArray[np.uint64]
"""Masks, a row of 64-bit words each."""

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
        self._columns = {kind: _Columns(index, layout) for kind, index in self._index.kinds.items()}

    def run_all(self, rows: Sequence[Row], failed: list[list[Failure]]) -> list[list[int]]:
        """Return for each row the places of the rules that fire, ascending.

        `failed` has a list for each row, to which rules that raised are added.
        """
        found: list[list[int]] = [[] for _ in rows]
        for place, row, alive, index in self._left(batch_of(rows, self.layout), rows):
            found[place] = self._decided(row, alive, index, failed[place])
        return found

    def matches(self, batch: pa.Table, failed: list[Failure]) -> Iterator[tuple[int, int]]:
        """Yield the place of a row and of a rule that fires on it."""
        for place, row, alive, index in self._left(batch, None):
            for position in self._decided(row, alive, index, failed):
                yield place, position

    def _decided(self, row: Row, alive: Mask, index: KindIndex, failed: list[Failure]) -> list[int]:
        decided: list[int] = guarded(lambda one: index.finish(alive, one), self._index.one_by_one)(
            row, failed
        )
        return decided

    def _left(
        self, batch: pa.Table, rows: Sequence[Row] | None
    ) -> Iterator[tuple[int, Row, Mask, KindIndex]]:
        """Yield what columns leave over: the row, its place, and the branches still possible."""
        kinds = batch.column("c0").combine_chunks().dictionary_encode()
        codes = kinds.indices.fill_null(-1).to_numpy(zero_copy_only=False)
        for code, kind in enumerate(kinds.dictionary.to_pylist()):
            columns = self._columns.get(kind)
            if columns is None:
                continue
            left = columns.searched(batch, *columns.left_of(batch, np.flatnonzero(codes == code)))
            places = [place for place, _ in left]
            taken = rows_of(batch, places) if rows is None else [rows[one] for one in places]
            for (place, alive), row in zip(left, taken, strict=True):
                yield place, row, alive, columns.index


class _Columns:
    """The tables of one kind, for columns."""

    def __init__(self, index: KindIndex, layout: Layout) -> None:
        self.index = index
        self._words = max(1, -(-len(index.owners) // _WORD))
        self._layout = layout
        self._scalars = [(table, self._looked_up(table)) for table in index.tables.scalars]
        self._members = index.tables.members
        self._needles = [(table, search_for(table)) for table in index.tables.needles]

    def left_of(
        self, batch: pa.Table, places: npt.NDArray[np.int64]
    ) -> tuple[npt.NDArray[np.int64], Words]:
        """Return which of some rows have a branch left, and their branches."""
        pa = arrow()
        alive = np.repeat(self._as_words([self.index.every]), len(places), axis=0)
        for table, looked_up in self._scalars:
            column = self._taken(batch, table.subject, pa.array(places))
            alive &= looked_up[self._codes(table, column)]
            places, alive = _thinned(places, alive)
        for members in self._members:
            column = self._taken(batch, members.column, pa.array(places))
            alive &= self._member_masks(members, column)
            places, alive = _thinned(places, alive)
        kept = alive.any(axis=1)
        return places[kept], alive[kept]

    def searched(
        self, batch: pa.Table, places: npt.NDArray[np.int64], alive: Words
    ) -> list[tuple[int, Mask]]:
        """Look for needles in the texts of the rows that are left; return those still left."""
        left = list(zip(places.tolist(), _masks(alive), strict=True))
        for table, search in self._needles:
            concerned, free, masks = table.concerned, table.free, table.masks
            if not left:
                break
            texts = self._taken(batch, table.column, arrow().array([one for one, _ in left]))
            still = []
            for (place, mask), text in zip(left, texts.to_pylist(), strict=True):
                if mask & concerned:
                    found = free
                    if text is not None:
                        for hit, _, _ in search(folded(text) if table.folded else text, True):
                            found |= masks[hit]
                    mask &= found
                    if not mask:
                        continue
                still.append((place, mask))
            left = still
        return left

    def _looked_up(self, table: Cells | Values) -> Words:
        """Return the masks of a table in the order of its codes; the last is what is missing."""
        if isinstance(table, Cells):
            return self._as_words([*table.masks, table.missing])
        return self._as_words([*table.masks.values(), table.other, table.missing])

    def _codes(self, table: Cells | Values, column: pa.Array) -> npt.NDArray[np.int64]:
        """Return for each value of a column where its mask stands."""
        nulls = column.is_null().to_numpy(zero_copy_only=False)
        if isinstance(table, Values) and not table.masks:
            return np.where(nulls, 1, 0)
        if column.type in _texts():
            codes = self._codes_of_texts(table, column)
        else:
            known = column.fill_null(0 if str(column.type) != "bool" else False)
            codes = _codes_of_numbers(table, known.to_numpy(zero_copy_only=False))
        missing = len(table.masks) + (0 if isinstance(table, Cells) else 1)
        return np.where(nulls, missing, codes)

    @staticmethod
    def _codes_of_texts(table: Cells | Values, column: pa.Array) -> npt.NDArray[np.int64]:
        encoded = column.dictionary_encode()
        texts = encoded.dictionary.to_pylist()
        if isinstance(table, Cells):
            at = [bisect_left(table.breaks, one) + bisect_right(table.breaks, one) for one in texts]
        else:
            place = {value: code for code, value in enumerate(table.masks)}
            at = [place.get(one, len(place)) for one in texts]
        codes = np.array([*at, 0], dtype=np.int64)
        indices = encoded.indices.fill_null(len(at)).to_numpy(zero_copy_only=False)
        return np.asarray(codes[indices])

    def _taken(self, batch: pa.Table, subject: Subject, places: Any) -> pa.Array:
        """Return the values a table looks at, in the rows that are left."""
        pa = arrow()
        column = subject if isinstance(subject, Column) else subject.of
        taken = batch.column(f"c{self._layout.places[column]}").take(places)
        held = taken.combine_chunks() if hasattr(taken, "combine_chunks") else taken
        if isinstance(subject, Length):
            listed = column.type is Type.TEXTS
            counted = pa.compute.list_value_length if listed else pa.compute.utf8_length
            held = counted(held).cast(pa.int64())
        elif isinstance(subject, OrElse):
            default = subject.default
            value = as_double(default) if column.type is Type.FLOAT else default.value
            held = held.fill_null(pa.scalar(value, held.type))
        return held

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
        np.bitwise_or.at(masks, holders, looked_up[encoded.indices.to_numpy()])
        return masks

    def _as_words(self, masks: Sequence[Mask]) -> Words:
        whole = b"".join(mask.to_bytes(self._words * 8, "little") for mask in masks)
        return np.frombuffer(whole, dtype="<u8").reshape(len(masks), self._words).copy()


def _codes_of_numbers(table: Cells | Values, known: npt.NDArray[Any]) -> npt.NDArray[np.int64]:
    if table.doubles and type_of(table.subject) is not Type.FLOAT:
        known = known.astype(np.float64)
    if isinstance(table, Cells):
        breaks = np.array(table.breaks, dtype=known.dtype)
        return np.searchsorted(breaks, known, "left") + np.searchsorted(breaks, known, "right")
    values = np.array(list(table.masks), dtype=known.dtype)
    order = np.argsort(values)
    at = np.minimum(np.searchsorted(values[order], known), len(values) - 1)
    return np.where(values[order][at] == known, order[at], len(values))


def _thinned(places: npt.NDArray[np.int64], alive: Words) -> tuple[npt.NDArray[np.int64], Words]:
    kept = alive.any(axis=1)
    if np.count_nonzero(kept) < _THINNED * len(places):
        return places[kept], alive[kept]
    return places, alive


def _masks(words: Words) -> list[Mask]:
    if words.shape[1] == 1:
        return [int(one) for one in words[:, 0].tolist()]
    return [int.from_bytes(row.tobytes(), "little") for row in np.ascontiguousarray(words, "<u8")]


def _texts() -> tuple[Any, ...]:
    pa = arrow()
    return (pa.string(), pa.large_string())
