"""Films at the shell: hashed, listed, matched, and looked at with a timeline."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from evenhand.cli.exits import Exit
from evenhand.cli.run import run
from tests.films import KNOWN, OTHER, PHOTOS, film, playlist
from tests.shell import Say, in_words

KEYS = ["path", "sha256", "md5", "pdq", "quality", "width", "height", "error"]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a house with one listed film, once for all; give a folder with films."""
    folder = tmp_path_factory.mktemp("shell")
    (folder / "known.mp4").write_bytes(film())
    (folder / "inside.mp4").write_bytes(film((*OTHER, KNOWN[1])))
    (folder / "other.webm").write_bytes(film(OTHER, codec="libvpx-vp9", container="webm"))
    (folder / "cut.mp4").write_bytes(film(OTHER, fragments=True)[:-2_000])
    (folder / "stream").mkdir()
    playlist(folder / "stream", names=(OTHER[0], KNOWN[0]))
    before = os.environ.get("EVENHAND_DATA")
    os.environ["EVENHAND_DATA"] = str(folder / "house")
    assert run(["migrate"]) is Exit.OK
    made = ["--signal", "video", "--confidence", "confirmed", "--clause", "fraud"]
    assert run(["bank", "create", "films", *made]) is Exit.OK
    told = ["--kind", "video", "--source", "test", "--reason", "a test"]
    assert run(["bank", "add", "films", str(folder / "known.mp4"), *told]) is Exit.OK
    os.environ.pop("EVENHAND_DATA")
    if before is not None:
        os.environ["EVENHAND_DATA"] = before
    return folder


@pytest.fixture
def say(house: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Say:
    """Run a command in the house; return what it printed."""
    monkeypatch.setenv("EVENHAND_DATA", str(house / "house"))
    monkeypatch.chdir(house)
    return in_words(capsys)


class TestHash:
    """`evenhand hash` of a film."""

    def test_gives_the_keys_of_a_picture_and_how_many_frames(self, say: Any) -> None:
        """In their order."""
        line = json.loads(say("hash", "known.mp4", "--json"))
        assert list(line) == [*KEYS, "frames"]
        assert (line["pdq"], line["quality"], line["error"]) == (None, None, None)
        assert (line["width"], line["height"], line["frames"]) == (320, 240, 9)
        assert "9 frames" in say("hash", "known.mp4")

    def test_prints_frames_as_vpdq_does(self, say: Any) -> None:
        """Ready for a file."""
        lines = say("hash", "--frames", "known.mp4").splitlines()
        assert lines[0].startswith("0,")
        assert all(len(line.split(",")) == 4 for line in lines)
        told = json.loads(say("hash", "--frames", "--json", "known.mp4"))
        assert told["vpdq"] == lines
        photo = str(PHOTOS / "tabby-cat.jpg")
        assert "vpdq" not in json.loads(say("hash", "--frames", "--json", photo))

    def test_says_what_could_not_be_looked_at(self, say: Any) -> None:
        """With the frames before it."""
        line = json.loads(say("hash", "cut.mp4", "--json", status=Exit.FOUND))
        assert line["frames"] > 0
        assert "beginning" in line["error"]


class TestBank:
    """`evenhand bank` with films."""

    def test_takes_frames_from_a_text_too(self, say: Any, house: Path) -> None:
        """And knows that they stand there."""
        (house / "known.txt").write_text(say("hash", "--frames", "known.mp4"))
        told = ["--kind", "video", "--source", "test", "--reason", "a test"]
        refused = say("bank", "add", "films", "known.txt", *told, status=Exit.NOT_POSSIBLE)
        assert "already" in refused
        for name in ("gone.mp4", "cut.mp4", "stream/film.m3u8.gone"):
            said = say("bank", "add", "films", name, *told, status=Exit.NOT_POSSIBLE)
            assert name in said
        (house / "words.txt").write_text("words")
        say("bank", "add", "films", "words.txt", *told, status=Exit.NOT_POSSIBLE)

    def test_exports_what_import_takes(self, say: Any) -> None:
        """One line, one film."""
        say("bank", "export", "films", "--out", "out.csv")
        found = json.loads(say("bank", "import", "films", "out.csv", "--kind", "video", "--json"))
        assert (found["added"], found["known"], found["refused"]) == (0, 1, 0)

    def test_matches_films_hashes_and_pictures(self, say: Any, house: Path) -> None:
        """Of a film, where in it and how much of both."""
        still = str(PHOTOS / "alpine-valley.jpg")
        bits = say("hash", "--frames", "known.mp4").splitlines()[4].split(",")[2]
        asked = ["inside.mp4", "other.webm", bits, "stream/film.m3u8"]
        lines = say("bank", "match", "films", *asked, "--json").splitlines()
        inside, other, frame, stream = (json.loads(line)["matches"] for line in lines)
        [match] = inside
        assert int(match["start"]) == 9
        assert match["of_query"] == pytest.approx(0.25, abs=0.05)
        assert other == []
        assert frame == [
            {"entry": match["entry"], "distance": 0, "listed_start": frame[0]["listed_start"]}
        ]
        assert int(stream[0]["start"]) == 3
        assert still.endswith(".jpg")
        cut = json.loads(say("bank", "match", "films", "cut.mp4", "--json", status=Exit.FOUND))
        assert cut["error"]
        assert "nothing" in say("bank", "match", "films", "other.webm")

    def test_shows_the_index_of_frames(self, say: Any) -> None:
        """Sound, and as large as the film has runs."""
        assert json.loads(say("bank", "verify", "--json"))["sound"]
        assert json.loads(say("bank", "stats", "--json"))["index"]["hashes"] == 9


class TestFilm:
    """`evenhand film`."""

    def test_tells_the_timeline(self, say: Any) -> None:
        """When, in which bank, how near."""
        found = json.loads(say("film", "inside.mp4", "--json", status=Exit.FOUND))
        assert [(int(one["start"]), int(one["end"])) for one in found["timeline"]] == [(9, 11)]
        [finding] = found["findings"]
        assert finding["bank"] == "films"
        assert finding["of_listed"] == pytest.approx(1 / 3, abs=0.05)
        assert (found["sampling"], found["error"], found["stopped"]) == ("every_second", None, None)
        text = say("film", "inside.mp4", status=Exit.FOUND)
        assert "0:09" in text
        assert "of this film" in text

    def test_says_that_nothing_is_listed(self, say: Any) -> None:
        """And how it looked."""
        found = json.loads(say("film", "other.webm", "--json"))
        assert (found["timeline"], found["sampling"]) == ([], "key_frames")
        assert "Nothing is listed." in say("film", "other.webm")
        deep = json.loads(say("film", "other.webm", "--deep", "--frames", "--json"))
        assert (deep["sampling"], deep["closer"]) == ("every_second", "it was asked for")
        assert [int(one["seconds"]) for one in deep["frames"]] == list(range(9))

    def test_goes_through_a_playlist(self, say: Any) -> None:
        """From disk, as the one film it is."""
        found = json.loads(say("film", "stream/film.m3u8", "--json", status=Exit.FOUND))
        assert int(found["timeline"][0]["start"]) == 3
        assert found["media_type"] == "video/mp2t"

    def test_compares_with_one_bank_when_asked(self, say: Any) -> None:
        """Of that name."""
        assert say("film", "inside.mp4", "--bank", "films", status=Exit.FOUND)
        assert "no bank" in say("film", "inside.mp4", "--bank", "none", status=Exit.NOT_POSSIBLE)

    def test_says_what_could_not_be_looked_at(self, say: Any, house: Path) -> None:
        """A film cut short is looked at as far as it goes; what is none is not."""
        found = json.loads(say("film", "cut.mp4", "--json", status=Exit.FOUND))
        assert found["error"]
        assert found["frames_looked_at"] > 0
        (house / "evil.m3u8").write_text("#EXTM3U\n#EXTINF:3,\n../../etc/passwd\n")
        for name in ("gone.mp4", "evil.m3u8", "out.csv", "stream"):
            said = say("film", name, status=Exit.NOT_POSSIBLE)
            assert said.count("\n") == 1
