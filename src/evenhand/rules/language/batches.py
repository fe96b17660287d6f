"""Many rows lie together as columns of Arrow: what engines that look at columns read.

A batch has the kind in `c0` and each column of a layout in `c1`, `c2` and so on. A form of a text
that is not there yet is made from the text as sent, once for each text that differs from it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from evenhand.rules.language.forms import form_of
from evenhand.rules.language.ir import Column, Form, Type
from evenhand.rules.language.row import Layout, Row

if TYPE_CHECKING:
    import pyarrow as pa


class NoAnalytics(RuntimeError):
    """The engine needs DuckDB and Arrow: pip install 'evenhand[analytics]'."""


def arrow() -> Any:
    """Return Arrow's module. Raises NoAnalytics."""
    try:
        import pyarrow as pa
        import pyarrow.compute
    except ImportError as why:
        raise NoAnalytics(
            "This engine looks at columns, for which packages are missing. Install them with"
            " pip install 'evenhand[analytics]', or use --engine row, which needs none."
        ) from why
    return pa


def column_type(type_: Type) -> pa.DataType:
    """Return how Arrow keeps a type. Raises NoAnalytics."""
    pa = arrow()
    kept: Mapping[Type, Any] = {
        Type.BOOL: pa.bool_(),
        Type.INT: pa.int64(),
        Type.FLOAT: pa.float64(),
        Type.TEXT: pa.string(),
        Type.TIME: pa.int64(),
        Type.TEXTS: pa.list_(pa.string()),
        Type.MEDIA: pa.bool_(),
    }
    return kept[type_]


def batch_of(rows: Sequence[Row], layout: Layout) -> pa.Table:
    """Lay rows out as columns. Raises NoAnalytics."""
    pa = arrow()
    columns = list(zip(*rows, strict=True)) or [()] * (len(layout.columns) + 1)
    types = [pa.string(), *(column_type(one.type) for one in layout.columns)]
    laid = [pa.array(values, type_) for values, type_ in zip(columns, types, strict=True)]
    return pa.table(laid, [f"c{at}" for at in range(len(laid))])


def batch_from(kinds: pa.Array, sent: Mapping[str, pa.Array], layout: Layout) -> pa.Table:
    """Lay out columns that are there already, by key; absent ones are missing everywhere.

    `sent` holds texts as sent; their other forms are made here. Raises NoAnalytics.
    """
    pa = arrow()
    laid = [kinds]
    for column in layout.columns:
        held = sent.get(column.key)
        if held is None:
            laid.append(pa.nulls(len(kinds), column_type(column.type)))
        elif column.form is Form.SENT:
            laid.append(held)
        else:
            laid.append(written_in(held, column))
    return pa.table(laid, [f"c{at}" for at in range(len(laid))])


def written_in(texts: pa.Array, column: Column) -> pa.Array:
    """Write texts in a column's form."""
    pa = arrow()
    if column.form is Form.PLAIN:
        compute = pa.compute
        plain = compute.string_is_ascii(texts)
        if compute.all(plain).as_py() is not False:
            return texts
        odd = compute.invert(compute.fill_null(plain, True))
        written = [form_of(one, Form.PLAIN) for one in texts.filter(odd).to_pylist()]
        return compute.replace_with_mask(_one_chunk(texts), _one_chunk(odd), pa.array(written))
    form = column.form
    return pa.array(
        [None if one is None else form_of(one, form) for one in texts.to_pylist()], pa.string()
    )


def rows_of(batch: pa.Table, places: Sequence[int]) -> list[Row]:
    """Return some rows of a batch as the row engine reads them."""
    pa = arrow()
    taken = batch.take(pa.array(places, pa.int64()))
    return list(zip(*(column.to_pylist() for column in taken.columns), strict=True))


def _one_chunk(array: Any) -> Any:
    return array.combine_chunks() if hasattr(array, "combine_chunks") else array


ROWS_AT_ONCE: Final = 131_072
"""How many rows an engine of columns takes at a time, so that memory is bounded."""
