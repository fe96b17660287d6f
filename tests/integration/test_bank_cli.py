"""Banks as files and as answers at the shell."""

from __future__ import annotations

import csv
import json
import random
from pathlib import Path
from typing import Any

import pytest

from evenhand.cli.exits import Exit
from evenhand.cli.run import run
from tests.listed import changed, drawn
from tests.shell import Say, in_words

PICTURES = Path(__file__).parents[1] / "fixtures" / "pdq" / "images" / "bridge-mods"


@pytest.fixture
def data(data: Path) -> Path:
    """Give a fresh house with one bank of pictures and one of phrases."""
    for name, signal in (("known", "image"), ("words", "phrase")):
        made = ["--signal", signal, "--confidence", "confirmed", "--clause", "fraud"]
        assert run(["bank", "create", name, *made]) is Exit.OK
    return data


@pytest.fixture
def say(data: Path, capsys: pytest.CaptureFixture[str]) -> Say:
    """Run a bank command and return what it printed; its status is checked."""
    assert data
    return in_words(capsys, "bank")


def written(folder: Path, text: str) -> str:
    """Write a file; give its name."""
    file = folder / "list.csv"
    file.write_text(text, encoding="utf-8")
    return str(file)


class TestImport:
    def test_takes_the_column_of_hashes(self, say: Any, tmp_path: Path) -> None:
        dice = random.Random(1)
        first, second = drawn(dice), drawn(dice)
        file = written(tmp_path, f"\ufeffid, Hash\n1,{first}\n\n2,{first}\n3,zz\n4\n5,{second}\n")
        found = json.loads(say("import", "known", file, "--json"))
        assert (found["added"], found["known"], found["refused"]) == (2, 1, 2)
        assert [one["line"] for one in found["refusals"]] == [5, 6]
        assert "0 added, 3 known before, 2 refused." in say("import", "known", file)

    def test_takes_back_what_export_wrote(self, say: Any, tmp_path: Path) -> None:
        dice = random.Random(2)
        lines = [f"{drawn(dice)},{kind}" for kind in ("pdq", "pdq", "sha256")]
        say("import", "known", written(tmp_path, "\n".join(["hash,kind", *lines])))
        out = tmp_path / "out.csv"
        say("export", "known", "--out", str(out))
        rows = list(csv.DictReader(out.read_text(encoding="utf-8").splitlines()))
        assert {f"{row['hash']},{row['kind']}" for row in rows} == set(lines)
        found = json.loads(say("import", "known", str(out), "--json"))
        assert (found["added"], found["known"], found["refused"]) == (0, 3, 0)

    def test_takes_phrases_too(self, say: Any, tmp_path: Path) -> None:
        file = written(tmp_path, 'value\n"gift card, only"\nx\n')
        found = json.loads(say("import", "words", file, "--kind", "phrase", "--json"))
        assert (found["added"], found["refused"]) == (1, 1)
        assert '"gift card, only",phrase' in say("export", "words")
        assert json.loads(say("export", "words", "--json"))["value"] == "gift card, only"

    @pytest.mark.parametrize("text", ["", "name\nx\n", 'hash\n"' + "x" * 200_000])
    def test_says_what_is_no_such_file(self, say: Any, tmp_path: Path, text: str) -> None:
        assert "evenhand: " in say(
            "import", "known", written(tmp_path, text), status=Exit.NOT_POSSIBLE
        )

    def test_names_a_kind_that_the_bank_does_not_hold(self, say: Any, tmp_path: Path) -> None:
        file = written(tmp_path, f"hash,kind\nscam.example,domain\n{'ab' * 32},pdq\n")
        found = json.loads(say("import", "known", file, "--json"))
        assert (found["added"], found["refused"]) == (1, 1)
        assert "image" in found["refusals"][0]["says"]


class TestMatch:
    def test_prints_one_object_a_line(self, say: Any, tmp_path: Path) -> None:
        dice = random.Random(3)
        value = drawn(dice)
        say("import", "known", written(tmp_path, f"hash\n{value}\n"))
        near, far = changed(dice, value, 31), changed(dice, value, 32)
        lines = say("match", "known", near, far.upper(), "--json").splitlines()
        first, second = map(json.loads, lines)
        assert first["query"] == near
        assert [one["distance"] for one in first["matches"]] == [31]
        assert second == {"query": far.upper(), "matches": []}
        [wide] = say("match", "known", far, "--distance", "63", "--json").splitlines()
        assert [one["distance"] for one in json.loads(wide)["matches"]] == [32]

    def test_hashes_pictures(self, say: Any, tmp_path: Path) -> None:
        from evenhand.detection import hash_content

        original = PICTURES / "square-512x512.jpg"
        made = hash_content(original.read_bytes()).pdq
        say("import", "known", written(tmp_path, f"hash\n{made}\n"))
        smaller = str(PICTURES / "square-256x256.jpg")
        gone = str(tmp_path / "gone.jpg")
        lines = say("match", "known", smaller, gone, made, "--json", status=Exit.FOUND).splitlines()
        found, missing, exact = map(json.loads, lines)
        assert found["matches"][0]["distance"] <= 31
        assert missing["error"]
        assert exact["matches"][0]["distance"] == 0

    def test_refuses_a_distance_that_says_nothing(self, say: Any) -> None:
        say("match", "known", "ab" * 32, "--distance", "64", status=Exit.USAGE)
        say("match", "nothing", "ab" * 32, status=Exit.NOT_POSSIBLE)


class TestVerify:
    def test_finds_a_damaged_index_and_has_it_made_anew(
        self, say: Any, data: Path, tmp_path: Path
    ) -> None:
        dice = random.Random(4)
        values = [drawn(dice) for _ in range(9_000)]
        say("import", "known", written(tmp_path, "\n".join(["hash", *values])))
        stats = json.loads(say("stats", "--json"))
        assert {one["name"]: one["entries"] for one in stats["banks"]} == {
            "known": 9_000,
            "words": 0,
        }
        assert stats["index"]["hashes"] == 9_000
        assert json.loads(say("verify", "--json"))["sound"] is True
        [file] = (data / "index" / "all").glob("*.hashes")
        content = bytearray(file.read_bytes())
        content[50_000] ^= 1
        file.write_bytes(content)
        assert json.loads(say("verify", "--json", status=Exit.FOUND))["damaged"]
        assert "sound" in say("verify", "--rebuild")
        assert json.loads(say("verify", "--json"))["sound"] is True
