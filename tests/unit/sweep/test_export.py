"""A host's export is read line by line; a line that is too long is said, and the next one read."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from evenhand.detection import Answer
from evenhand.sweep import open_source
from evenhand.sweep.model import Ended, Inline, Listed, Noted, Unopened
from evenhand.sweep.sources import export
from evenhand.sweep.sources.export import ExportSource


def written(folder: Path, content: bytes, name: str = "host.jsonl") -> ExportSource:
    file = folder / name
    file.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
    source = open_source(str(file))
    assert isinstance(source, ExportSource)
    return source


def lines(source: ExportSource) -> list[tuple[bytes, bytes]]:
    found = [one for one in source.entries(lambda *_: False) if isinstance(one, Listed)]
    return [(one.name, one.where.content) for one in found if isinstance(one.where, Inline)]


class TestLines:
    @pytest.mark.parametrize("name", ["host.jsonl", "host.jsonl.gz", "host.ndjson"])
    def test_are_those_that_are_not_empty(self, tmp_path: Path, name: str) -> None:
        source = written(tmp_path, b"{1}\n\n{3}\r\n  \n{5}", name)
        inner = name.encode() + b"!/line "
        wanted = [(inner + b"1", b"{1}"), (inner + b"3", b"{3}\r"), (inner + b"5", b"{5}")]
        assert lines(source) == wanted

    def test_longer_than_the_api_takes_failed(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(export, "BYTES_MAX", 10)
        monkeypatch.setattr(export, "_STEP", 4)
        source = written(tmp_path, b"a" * 10 + b"\n" + b"b" * 25 + b"\nc\n" + b"d" * 11)
        found = list(source.entries(lambda *_: False))
        assert [one.nth for one in found if isinstance(one, Listed)] == [1, 3]
        noted = [one for one in found if isinstance(one, Noted)]
        assert [(one.nth, one.answer) for one in noted] == [(2, Answer.FAILED), (4, Answer.FAILED)]

    def test_keep_their_stamps_when_the_export_grows(self, tmp_path: Path) -> None:
        first = list(written(tmp_path, b"{1}\n").entries(lambda *_: False))
        second = list(written(tmp_path, b"{1}\n{2}\n").entries(lambda *_: False))
        assert first[0] == second[0]
        assert isinstance(first[-1], Ended)
        assert first[-1] != second[-1]

    def test_are_not_read_when_nothing_changed(self, tmp_path: Path) -> None:
        source = written(tmp_path, b"{1}\n")
        assert list(source.entries(lambda *_: True)) == [Unopened(b"host.jsonl")]

    def test_of_a_file_that_is_cut_short_are_no_whole_list(self, tmp_path: Path) -> None:
        source = written(tmp_path, b"{1}\n" * 1_000, "host.jsonl.gz")
        file = tmp_path / "host.jsonl.gz"
        file.write_bytes(file.read_bytes()[:-20])
        found = list(source.entries(lambda *_: False))
        assert isinstance(found[-1], Noted)
        assert found[-1].answer is Answer.FAILED

    def test_are_counted(self, tmp_path: Path) -> None:
        assert written(tmp_path, b"1\n2\n3").count(lambda: False) == 3
        assert written(tmp_path, b"1\n2\n").count(lambda: False) == 2
