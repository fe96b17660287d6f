"""A Parquet file is read batch by batch; each row holds a file's bytes, or says where the file is.

Without being told, the first column of bytes is taken (or the `bytes` of a column of pictures, as
data sets have them). A column of text is taken only when it is named, because then its values are
opened as paths. Needs `pyarrow`.
"""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO, Final

from evenhand.detection import Answer
from evenhand.sweep.model import INSIDE, InBucket, Inline, Listed, Noted, OnDisk
from evenhand.sweep.sources.guarded import FREE_BYTES, RATIO_MAX

BATCH_ROWS: Final = 16
MISSING: Final = "reading Parquet needs `pyarrow`: install evenhand[sweep]"
_BYTES: Final = "bytes"
_SAID_CHARS_MAX: Final = 200
_REMOTE: Final = ("s3://", "gs://", "az://")


@dataclass(frozen=True)
class Columns:
    """Which column holds the files and which their names; None: found by looking."""

    content: str | None = None
    name: str | None = None


FOUND_BY_LOOKING: Final = Columns()


class NoColumn(ValueError):
    """The file has no such column, or none that could hold files; the sentence says what to do."""


def is_parquet(name: bytes) -> bool:
    """Tell by its name whether a file is Parquet."""
    return name.lower().endswith(b".parquet")


@dataclass(frozen=True)
class ParquetFile:
    """One file of rows. `folder` is where relative paths in it begin."""

    name: bytes
    open: Callable[[], BinaryIO]
    size: int
    stamp: str
    folder: bytes
    columns: Columns = FOUND_BY_LOOKING

    def entries(self) -> Iterator[Listed | Noted]:
        """List its rows; what is wrong with the file is noted under its name."""
        if importlib.util.find_spec("pyarrow") is None:
            yield self._noted(Answer.FAILED, f"It was not looked at: {MISSING}.")
            return
        import pyarrow as pa
        from pyarrow import parquet

        try:
            with self.open() as file, parquet.ParquetFile(file) as opened:
                content, is_path = _content_column(opened.schema_arrow, self.columns.content)
                self._check_size(opened)
                yield from self._rows(opened, content, is_path=is_path)
        except NoColumn as why:
            named = self.columns.content or self.columns.name
            yield self._noted(Answer.FAILED if named else Answer.SKIPPED, str(why))
        except (pa.ArrowException, OSError, ValueError) as why:
            says = f"It cannot be read as Parquet: {str(why)[:_SAID_CHARS_MAX]}"
            yield self._noted(Answer.FAILED, says)

    def count(self) -> int | None:
        """Count its rows, None when that cannot be told."""
        if importlib.util.find_spec("pyarrow") is None:
            return None
        import pyarrow as pa
        from pyarrow import parquet

        try:
            with self.open() as file, parquet.ParquetFile(file) as opened:
                return int(opened.metadata.num_rows)
        except (pa.ArrowException, OSError, ValueError):
            return None

    def _rows(self, opened: Any, content: str, *, is_path: bool) -> Iterator[Listed | Noted]:
        key = self.columns.name
        if key is not None and _field(opened.schema_arrow, key) is None:
            raise NoColumn(f"It has no column `{key}`.")
        wanted = [content] if key is None else [content, key]
        number = 0
        for batch in opened.iter_batches(batch_size=BATCH_ROWS, columns=wanted):
            keys = [None] * batch.num_rows if key is None else _values(batch, key)
            for value, said in zip(_values(batch, content), keys, strict=True):
                number += 1
                name = self._named(number, said)
                if value is None:
                    says = "The row holds nothing."
                    yield Noted(name, Answer.SKIPPED, says, nth=number, container=self.name)
                elif is_path:
                    yield self._at_path(name, number, str(value))
                else:
                    yield Listed(
                        name,
                        len(value),
                        self.stamp,
                        Inline(bytes(value)),
                        nth=number,
                        container=self.name,
                    )

    def _named(self, number: int, said: object) -> bytes:
        known = said.encode("utf-8", "surrogateescape") if isinstance(said, str) else said
        if not isinstance(known, bytes):
            known = f"row {number}".encode() if known is None else str(known).encode()
        return self.name + INSIDE + known

    def _at_path(self, name: bytes, number: int, value: str) -> Listed | Noted:
        """List the file that a row leads to."""
        if value.startswith(_REMOTE):
            scheme, _, rest = value.partition("://")
            bucket, _, key = rest.partition("/")
            where = InBucket(f"{scheme}://{bucket}", key)
            return Listed(name, None, self.stamp, where, nth=number, container=self.name)
        told = os.fsencode(value.removeprefix("file://"))
        path = told if told.startswith(b"/") else self.folder + b"/" + told
        folder, last = os.path.split(os.path.normpath(path))
        try:
            found = os.lstat(path)
        except (OSError, ValueError) as why:
            says = f"The file it leads to cannot be read: {getattr(why, 'strerror', None) or why}."
            return Noted(name, Answer.FAILED, says, nth=number, container=self.name)
        stamp = f"{found.st_size}:{found.st_mtime_ns}:{found.st_ctime_ns}:{found.st_ino}"
        on_disk = OnDisk(os.path.realpath(folder), (last,))
        return Listed(name, found.st_size, stamp, on_disk, nth=number, container=self.name)

    def _check_size(self, opened: Any) -> None:
        """Refuse what unpacks to far more than it is. Raises ValueError."""
        groups = range(opened.metadata.num_row_groups)
        unpacked = sum(opened.metadata.row_group(at).total_byte_size for at in groups)
        if unpacked > RATIO_MAX * self.size + FREE_BYTES:
            raise ValueError(f"it unpacks to more than {RATIO_MAX} times its size")

    def _noted(self, answer: Answer, why: str) -> Noted:
        return Noted(self.name, answer, why, container=self.name)


def _content_column(schema: Any, named: str | None) -> tuple[str, bool]:
    """Return the column that holds the files, and whether it holds paths. Raises NoColumn."""
    from pyarrow import types

    if named is not None:
        found = _field(schema, named)
        if found is None:
            raise NoColumn(f"It has no column `{named}`.")
        if types.is_struct(found.type) and found.type.get_field_index(_BYTES) >= 0:
            return f"{named}.{_BYTES}", False
        if _holds_bytes(found.type):
            return named, False
        if types.is_string(found.type) or types.is_large_string(found.type):
            return named, True
        raise NoColumn(f"Column `{named}` holds neither bytes nor paths.")
    for field in schema:
        if _holds_bytes(field.type):
            return field.name, False
        if types.is_struct(field.type):
            inner = field.type.get_field_index(_BYTES)
            if inner >= 0 and _holds_bytes(field.type.field(inner).type):
                return f"{field.name}.{_BYTES}", False
    raise NoColumn("It has no column of bytes. If a column holds paths, name it with --column.")


def _holds_bytes(kind: Any) -> bool:
    from pyarrow import types

    return bool(types.is_binary(kind) or types.is_large_binary(kind))


def _field(schema: Any, path: str) -> Any | None:
    """Return a column by its name, or by the way to it with dots."""
    if schema.get_field_index(path) >= 0:
        return schema.field(path)
    first, _, rest = path.partition(".")
    at = schema.get_field_index(first)
    if at < 0 or not rest:
        return None
    inner = schema.field(first).type
    where = inner.get_field_index(rest) if hasattr(inner, "get_field_index") else -1
    return inner.field(where) if where >= 0 else None


def _values(batch: Any, path: str) -> list[Any]:
    """Return the values of a column of a batch."""
    if batch.schema.get_field_index(path) >= 0:
        return list(batch.column(path).to_pylist())
    first, _, rest = path.partition(".")
    return [None if each is None else each[rest] for each in batch.column(first).to_pylist()]
