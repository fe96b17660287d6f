"""Needles are looked for in a whole column of texts at once, in the bytes Arrow holds them in.

In UTF-8 a needle stands in the bytes exactly where it stands in the text. A text that is to be
folded and is not ASCII is folded and searched by itself.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Final, TypeAlias

import ahocorasick_rs
import numpy as np
import numpy.typing as npt

from evenhand.rules.language.batches import arrow
from evenhand.rules.language.index import DENSE_CHARACTERS_MAX
from evenhand.rules.language.required import folded
from evenhand.rules.language.tables import Needles

if TYPE_CHECKING:
    import pyarrow as pa

Numbers: TypeAlias = npt.NDArray[np.int64]

_BYTES_AT_ONCE: Final = 1_048_576
"""So many bytes are searched at a time, which bounds how many hits are held."""


class SearchedColumn:
    """The needles of a table, for columns."""

    def __init__(self, table: Needles) -> None:
        """Make the automaton."""
        self.table = table
        needles = [one.encode() for one in table.needles]
        dense = sum(map(len, needles)) <= DENSE_CHARACTERS_MAX
        kinds = ahocorasick_rs.Implementation
        self._search = ahocorasick_rs.BytesAhoCorasick(
            needles, implementation=kinds.DFA if dense else kinds.ContiguousNFA
        ).find_matches_as_indexes

    def hits(self, texts: pa.StringArray) -> tuple[Numbers, Numbers]:
        """Return where a needle stands: the place of the text, and of the needle."""
        pa = arrow()
        if texts.type != pa.string():
            texts = texts.cast(pa.string())
        if self.table.folded:
            compute = pa.compute
            plain = compute.string_is_ascii(texts)
            if compute.all(plain).as_py() is False:
                odd = compute.fill_null(compute.invert(plain), False)
                written = [folded(one) for one in texts.filter(odd).to_pylist()]
                lower = compute.ascii_lower(texts)
                texts = compute.replace_with_mask(lower, odd, pa.array(written, texts.type))
            else:
                texts = compute.ascii_lower(texts)
        offsets = np.frombuffer(texts.buffers()[1], dtype=np.int32)
        offsets = offsets[texts.offset : texts.offset + len(texts) + 1]
        data = texts.buffers()[2]
        found: list[tuple[Numbers, Numbers]] = []
        begin = 0
        while data is not None and begin < len(texts):
            end = int(np.searchsorted(offsets, offsets[begin] + _BYTES_AT_ONCE, "right")) - 1
            end = min(max(end, begin + 1), len(texts))
            found.append(self._found(memoryview(data).cast("B"), offsets[begin : end + 1], begin))
            begin = end
        if not found:
            return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
        rows, hits = (np.concatenate(one) for one in zip(*found, strict=True))
        return rows, hits

    def _found(
        self, data: memoryview, offsets: npt.NDArray[np.int32], first: int
    ) -> tuple[Numbers, Numbers]:
        """Look through texts that stand one behind the other; what spans two stands in neither."""
        low = int(offsets[0])
        told = self._search(data[low : int(offsets[-1])], True)
        numbers = np.fromiter(chain.from_iterable(told), np.int64, 3 * len(told))
        where = numbers.reshape(-1, 3)
        rows = np.searchsorted(offsets, where[:, 1] + low, "right") - 1
        inside = where[:, 2] + low <= offsets[rows + 1]
        return rows[inside] + first, where[inside, 0]
