"""`evenhand hash` gives one line a file, whatever the files are, and needs nothing else."""

from __future__ import annotations

import hashlib
import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from evenhand.cli import hash as hashing
from evenhand.cli.exits import Exit
from evenhand.cli.run import run
from evenhand.detection.signals.pdq import PdqHash, pdq_hash
from evenhand.kit.images import open_image

IMAGES = Path(__file__).parents[2] / "fixtures" / "pdq" / "images"
PHOTO = IMAGES / "bridge-mods" / "square-512x512.jpg"
DECODED_SMALLER_MAX = 4  # bits, from the hash of the whole picture
KEYS = ["path", "sha256", "md5", "pdq", "quality", "width", "height", "error"]


def hashed(
    capsys: pytest.CaptureFixture[str], *paths: Path | str, more: tuple[str, ...] = ()
) -> tuple[Exit, list[dict[str, Any]]]:
    """Run the command and read its lines."""
    found = run(["hash", *map(str, paths), "--json", *more])
    return found, [json.loads(line) for line in capsys.readouterr().out.splitlines()]


class TestHash:
    """The command."""

    def test_gives_exact_hashes_and_the_likeness(self, capsys: pytest.CaptureFixture[str]) -> None:
        """With these keys in this order, and no others."""
        code, [line] = hashed(capsys, PHOTO)
        data = PHOTO.read_bytes()
        made = pdq_hash(open_image(data, declared=None).luma())
        assert isinstance(made, PdqHash)
        assert code is Exit.OK
        assert list(line) == KEYS
        apart = int(line["pdq"], 16) ^ int(made.bits, 16)
        assert apart.bit_count() <= DECODED_SMALLER_MAX
        assert line == {
            "path": str(PHOTO),
            "sha256": hashlib.sha256(data).hexdigest(),
            "md5": hashlib.md5(data, usedforsecurity=False).hexdigest(),
            "pdq": line["pdq"],
            "quality": made.quality,
            "width": 512,
            "height": 512,
            "error": None,
        }

    def test_takes_a_blank_picture_for_an_answer(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """It was looked at: no likeness, quality 0, no error."""
        Image.new("RGB", (300, 200), "white").save(tmp_path / "blank.png")
        code, [line] = hashed(capsys, tmp_path / "blank.png")
        assert code is Exit.OK
        assert (line["pdq"], line["quality"], line["error"]) == (None, 0, None)
        assert (line["width"], line["height"]) == (300, 200)

    def test_keeps_the_order_with_many_workers(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """However long each takes."""
        paths = []
        for side in range(40):
            paths.append(tmp_path / f"{side}.png")
            Image.new("L", (10 + side, 10), 3).save(paths[-1])
        code, lines = hashed(capsys, *paths, more=("--workers", "7"))
        assert code is Exit.OK
        assert [line["width"] for line in lines] == [10 + side for side in range(40)]

    def test_says_what_is_wrong_with_each_and_goes_on(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """A pipe, a folder, a device, nothing, text, a half of a photograph: and then a whole."""
        os.mkfifo(tmp_path / "pipe")
        (tmp_path / "text.jpg").write_text("hello")
        (tmp_path / "half.jpg").write_bytes(PHOTO.read_bytes()[:30_000])
        (tmp_path / "empty.png").write_bytes(b"")
        (tmp_path / "loop").symlink_to(tmp_path / "loop")
        names = ("pipe", "text.jpg", "half.jpg", "empty.png", "loop", "gone", ".", "x" * 300)
        wrong = [tmp_path / name for name in names]
        code, lines = hashed(capsys, *wrong, os.devnull, "nul\0l", PHOTO)
        assert code is Exit.FOUND
        assert all(line["error"] and line["pdq"] is None for line in lines[:-1])
        assert all(list(line) == KEYS for line in lines)
        assert lines[1]["sha256"] == hashlib.sha256(b"hello").hexdigest()
        assert lines[-1]["error"] is None

    def test_reads_the_bytes_and_not_the_name(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """A photograph named .txt is a photograph."""
        (tmp_path / "note.txt").write_bytes(PHOTO.read_bytes())
        _, lines = hashed(capsys, tmp_path / "note.txt", PHOTO)
        assert lines[0]["pdq"] == lines[1]["pdq"]

    def test_holds_no_more_than_the_limit_in_memory(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """A file too long for a picture still has its exact hashes; one past all limits has not."""
        long, endless = tmp_path / "long.bin", tmp_path / "endless.bin"
        for path, size in ((long, 150_000_000), (endless, hashing.DIGEST_BYTES_MAX + 1)):
            with path.open("wb") as file:
                file.truncate(size)
        code, [line, refused] = hashed(capsys, long, endless)
        assert code is Exit.FOUND
        expected = hashlib.sha256()
        for _ in range(150):
            expected.update(bytes(1_000_000))
        assert line["sha256"] == expected.hexdigest()
        assert "too many" in line["error"]
        assert refused["sha256"] is None

    @pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such names")
    @pytest.mark.slow
    def test_writes_names_that_are_no_text(self, tmp_path: Path) -> None:
        """The name comes back as it was; needs no house, no data folder and no settings."""
        name = os.fsencode(tmp_path) + b"/\xff\x1b[31m.jpg"
        Path(os.fsdecode(name)).write_bytes(PHOTO.read_bytes())
        made = subprocess.run(
            [sys.executable, "-m", "evenhand.cli", "hash", name, "--json"],
            check=True,
            capture_output=True,
            cwd=tmp_path,
        )
        assert os.fsencode(json.loads(made.stdout)["path"]) == name
        assert [os.fsencode(each) for each in tmp_path.iterdir()] == [name]

    def test_speaks_to_people(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        """One line a file; control characters act on no terminal."""
        out = io.BytesIO()
        Image.new("L", (90, 90)).save(out, "PNG")
        (tmp_path / "a\x1b[2J.png").write_bytes(out.getvalue())
        assert run(["hash", str(tmp_path / "a\x1b[2J.png"), str(PHOTO)]) is Exit.OK
        blank, photo = capsys.readouterr().out.splitlines()
        assert "no usable likeness" in blank
        assert "\x1b" not in blank
        assert "100" in photo

    @pytest.mark.parametrize("line", [[], ["x", "--workers", "0"], ["x", "--workers", "65"]])
    def test_refuses_a_wrong_line(self, line: list[str]) -> None:
        """Nothing is read."""
        assert run(["hash", *line]) is Exit.USAGE
