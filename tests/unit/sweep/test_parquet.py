"""A Parquet file is read row by row, bytes or paths, and says what it cannot give."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import parquet

from evenhand.detection import Answer
from evenhand.sweep.model import InBucket, Inline, Listed, Noted, OnDisk
from evenhand.sweep.sources import Columns, OneFile
from evenhand.sweep.sources.folder import opened
from evenhand.sweep.sources.parquet import FOUND_BY_LOOKING


def listed(folder: Path, table: dict[str, Any], columns: Columns = FOUND_BY_LOOKING) -> list[Any]:
    file = folder / "rows.parquet"
    parquet.write_table(pa.table(table), file, row_group_size=2)
    source = OneFile(str(file), columns)
    found = list(source.entries(lambda *_: False))
    assert source.count(lambda: False) in {len(table[next(iter(table))]), None}
    return [one for one in found if isinstance(one, Listed | Noted)]


def contents(found: list[Any]) -> list[bytes]:
    return [one.where.content for one in found if isinstance(one.where, Inline)]


class TestRows:
    def test_hold_bytes_in_the_first_column_of_bytes(self, tmp_path: Path) -> None:
        found = listed(
            tmp_path, {"n": [1, 2, 3], "data": [b"a", b"b", b"c"], "more": [b"", b"", b""]}
        )
        assert contents(found) == [b"a", b"b", b"c"]
        assert [one.name for one in found] == [b"rows.parquet!/row %d" % n for n in (1, 2, 3)]

    def test_hold_pictures_as_data_sets_do(self, tmp_path: Path) -> None:
        pictures = [{"bytes": b"a", "path": "x"}, {"bytes": b"b", "path": None}]
        assert contents(listed(tmp_path, {"image": pictures})) == [b"a", b"b"]

    def test_are_named_by_a_column(self, tmp_path: Path) -> None:
        table = {"id": ["x", None, "x"], "data": [b"a", b"b", b"c"]}
        found = listed(tmp_path, table, Columns(name="id"))
        assert [one.name.split(b"!/")[1] for one in found] == [b"x", b"row 2", b"x"]
        assert len({(one.name, one.nth) for one in found}) == 3

    def test_lead_to_files_when_their_column_is_named(self, tmp_path: Path) -> None:
        (tmp_path / "sub").mkdir()
        (tmp_path / "sub" / "a.jpg").write_bytes(b"a")
        paths = ["sub/a.jpg", str(tmp_path / "sub" / "a.jpg"), "s3://b/key/x.jpg", "gone.jpg"]
        found = listed(tmp_path, {"path": paths}, Columns("path"))
        for one in found[:2]:
            assert isinstance(one.where, OnDisk)
            with opened(one.where.root, one.where.way) as file:
                assert file.read() == b"a"
        assert found[2].where == InBucket("s3://b", "key/x.jpg")
        assert found[3].answer is Answer.FAILED

    def test_that_hold_nothing_are_skipped(self, tmp_path: Path) -> None:
        found = listed(tmp_path, {"data": [b"a", None]})
        assert [one.why for one in found if isinstance(one, Noted)] == ["The row holds nothing."]


class TestFiles:
    def test_without_a_column_of_bytes_are_skipped(self, tmp_path: Path) -> None:
        (one,) = listed(tmp_path, {"n": [1], "path": ["x"]})
        assert (one.answer, "--column" in one.why) == (Answer.SKIPPED, True)

    @pytest.mark.parametrize("columns", [Columns("gone"), Columns("n"), Columns(name="gone")])
    def test_without_the_column_that_was_named_failed(
        self, tmp_path: Path, columns: Columns
    ) -> None:
        (one,) = listed(tmp_path, {"n": [1], "data": [b"x"]}, columns)
        assert (one.answer, one.name) == (Answer.FAILED, b"rows.parquet")

    @pytest.mark.parametrize("content", [b"", b"PAR1", b"PAR1" + bytes(100) + b"PAR1"])
    def test_that_are_none_failed(self, tmp_path: Path, content: bytes) -> None:
        file = tmp_path / "none.parquet"
        file.write_bytes(content)
        (one,) = OneFile(str(file)).entries(lambda *_: False)
        assert isinstance(one, Noted)
        assert one.answer is Answer.FAILED
