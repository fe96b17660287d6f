"""`evenhand scan` says of every file what came of it, once, and exits as it says."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from evenhand import detection, intake, people, queue
from evenhand.bootstrap import House, load_settings, open_house
from evenhand.cli.exits import Exit
from evenhand.cli.run import run
from evenhand.detection import Answer
from evenhand.sweep.sources.bucket import opened_store
from tests.bucket import serving
from tests.catalogue import KNOWN, OTHER, TURNED, exported, hostile, photo, tarred, zipped

KEYS = ["path", "answer", "sha256", "pdq", "matches", "error", "skipped"]


@dataclass
class Scanned:
    """What one scan printed: its lines by path, and its summary."""

    status: Exit
    lines: list[dict[str, Any]]
    summary: dict[str, Any]
    said: str

    @property
    def answers(self) -> dict[str, str]:
        assert len({line["path"] for line in self.lines}) == len(self.lines)
        return {line["path"]: line["answer"] for line in self.lines}


Scan = Callable[..., Scanned]


@pytest.fixture(scope="module")
def first_run(first_run: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a house whose banks know a photograph, a phrase and a domain."""
    folder = tmp_path_factory.mktemp("stocked") / "house"
    shutil.copytree(first_run, folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EVENHAND_DATA", str(folder))
        for name, signal in (("known", "image"), ("words", "phrase"), ("places", "link")):
            made = ["--signal", signal, "--confidence", "confirmed", "--clause", "counterfeit"]
            assert run(["bank", "create", name, *made]) is Exit.OK
        hashes = detection.hash_content(photo(KNOWN, side=800))
        add("known", hashes.pdq or "", "pdq")
        add("words", "send gift cards", "phrase")
        add("places", "evil.example", "domain")
    return folder


def add(bank: str, value: str, kind: str) -> None:
    """List one more thing."""
    told = ["--kind", kind, "--source", "test", "--reason", "made for a test"]
    assert run(["bank", "add", bank, value, *told]) is Exit.OK


@pytest.fixture
def scan(data: Path, capfd: pytest.CaptureFixture[str]) -> Scan:
    """Run the command for programs and read what it printed."""
    assert data

    def scanned(*words: str | Path, status: Exit | None = None) -> Scanned:
        capfd.readouterr()
        found = run(["scan", *map(str, words), "--json", "--workers", "2"])
        printed = capfd.readouterr()
        lines = [json.loads(line) for line in printed.out.splitlines()]
        assert status is None or found is status, printed
        summary = lines.pop()["summary"] if lines else {}
        return Scanned(found, lines, summary, printed.err)

    return scanned


@pytest.fixture
def opened(data: Path) -> Iterator[House]:
    """Open the house beside the command."""
    house = open_house(load_settings(data=data))
    yield house
    house.close()


def catalogue(folder: Path) -> Path:
    """Write a small catalogue in which five files hold what is known."""
    (folder / "sub").mkdir(parents=True)
    (folder / "sub" / "mirrored.jpg").write_bytes(photo(KNOWN, side=300, mirrored=True))
    (folder / "named-otherwise.txt").write_bytes(photo(KNOWN))
    (folder / "other.jpg").write_bytes(photo(OTHER))
    (folder / "letter.txt").write_text("Please send gift cards soon.")
    (folder / "links.md").write_text("See https://shop.evil.example/now")
    (folder / "kind.txt").write_text("Nothing of the sort.")
    (folder / "form.pdf").write_bytes(b"%PDF-1.7")
    (folder / "old.zip").write_bytes(zipped({"in/known.jpg": photo(KNOWN), "other": b"x"}))
    (folder / "old.tar.gz").write_bytes(tarred({"other.jpg": photo(TURNED)}, "w:gz"))
    return folder


WANTED = {
    "sub/mirrored.jpg": "found",
    "named-otherwise.txt": "found",
    "other.jpg": "not_found",
    "letter.txt": "found",
    "links.md": "found",
    "kind.txt": "not_found",
    "form.pdf": "skipped",
    "old.zip!/in/known.jpg": "found",
    "old.zip!/other": "skipped",
    "old.tar.gz!/other.jpg": "not_found",
}


class TestAFolder:
    def test_is_told_of_file_by_file_and_once_only(self, scan: Scan, tmp_path: Path) -> None:
        folder = catalogue(tmp_path / "c")
        first = scan(folder, status=Exit.FOUND)
        assert first.answers == {f"{folder}/{name}": answer for name, answer in WANTED.items()}
        assert all(list(line)[:7] == KEYS for line in first.lines)
        line = next(each for each in first.lines if each["path"].endswith("mirrored.jpg"))
        (match,) = line["matches"]
        assert (match["bank"], match["clause"]) == ("known", "counterfeit")
        assert 0 <= match["distance"] <= 31
        assert len(line["sha256"]) == len(line["pdq"]) == 64
        told = {name: first.summary[name] for name in ("files", "found", "looked_at", "exit")}
        assert told == {"files": 10, "found": 5, "looked_at": 10, "exit": 1}
        again = scan(folder, status=Exit.FOUND)
        assert (again.summary["looked_at"], again.summary["unchanged"]) == (0, 10)
        assert sorted(map(str, again.lines)) == sorted(map(str, first.lines))

    def test_is_looked_at_again_where_it_changed(self, scan: Scan, tmp_path: Path) -> None:
        folder = catalogue(tmp_path / "c")
        scan(folder)
        (folder / "other.jpg").write_bytes(photo(KNOWN, side=200))
        (folder / "letter.txt").unlink()
        (folder / "new.jpg").write_bytes(photo(TURNED))
        again = scan(folder)
        assert (again.summary["looked_at"], again.summary["gone"]) == (2, 1)
        assert again.answers[f"{folder}/other.jpg"] == "found"

    def test_is_compared_anew_when_the_banks_changed(self, scan: Scan, tmp_path: Path) -> None:
        folder = catalogue(tmp_path / "c")
        scan(folder)
        before = scan(folder).summary["found"]
        add("known", detection.hash_content(photo(OTHER)).pdq or "", "pdq")
        again = scan(folder)
        assert again.answers[f"{folder}/other.jpg"] == "found"
        assert again.summary["found"] == before + 1

    def test_is_compared_with_the_bank_that_is_named(self, scan: Scan, tmp_path: Path) -> None:
        folder = catalogue(tmp_path / "c")
        only = scan(folder, "--bank", "words")
        assert [one["bank"] for one in only.summary["findings"]] == ["words"]
        both = scan(folder, "--bank", "words", "--bank", "places")
        assert {one["bank"] for one in both.summary["findings"]} == {"words", "places"}
        assert (
            "no bank of one of these names" in scan(folder, "--bank", "x", status=Exit.USAGE).said
        )

    def test_may_be_full_of_traps(self, scan: Scan, tmp_path: Path) -> None:
        wanted = hostile(tmp_path / "tree")
        found = scan(tmp_path / "tree", status=Exit.NOT_WHOLE)
        root = os.fsencode(tmp_path / "tree") + b"/"
        named = {(root + name).decode("utf-8", "backslashreplace"): a for name, a in wanted.items()}
        assert found.answers == {name: answer.value for name, answer in named.items()}
        (odd,) = (line for line in found.lines if "path_base64" in line)
        assert odd["answer"] == "not_found"

    def test_may_be_known_by_its_bytes_alone(self, scan: Scan, tmp_path: Path) -> None:
        (tmp_path / "c").mkdir()
        (tmp_path / "c" / "film.bin").write_bytes(b"\0" * 100 + b"any bytes")
        add("known", detection.hash_content(b"\0" * 100 + b"any bytes").sha256, "sha256")
        found = scan(tmp_path / "c", status=Exit.FOUND)
        assert found.lines[0]["matches"][0]["detector"] == "known_bytes"


class TestExits:
    def test_are_0_when_nothing_was_found(self, scan: Scan, tmp_path: Path) -> None:
        (tmp_path / "c").mkdir()
        assert scan(tmp_path / "c", status=Exit.OK).summary["files"] == 0
        (tmp_path / "c" / "a.jpg").write_bytes(photo(OTHER))
        (tmp_path / "c" / "a.pdf").write_bytes(b"%PDF")
        assert scan(tmp_path / "c", status=Exit.OK).summary["exit"] == 0

    def test_are_2_when_nothing_was_found_and_something_failed(
        self, scan: Scan, tmp_path: Path
    ) -> None:
        """Failed is not clean."""
        (tmp_path / "cut.jpg").write_bytes(photo()[:3_000])
        found = scan(tmp_path / "cut.jpg", status=Exit.NOT_WHOLE)
        assert found.lines[0]["error"]
        assert found.summary["exit"] == 2

    def test_are_1_when_something_was_found_whatever_failed(
        self, scan: Scan, tmp_path: Path
    ) -> None:
        (tmp_path / "c").mkdir()
        (tmp_path / "c" / "cut.jpg").write_bytes(photo()[:3_000])
        (tmp_path / "c" / "known.jpg").write_bytes(photo(KNOWN))
        assert scan(tmp_path / "c", status=Exit.FOUND).summary["failed"] == 1

    @pytest.mark.parametrize("place", ["gone", "s3://", "cut.zip"])
    def test_are_2_when_the_source_cannot_be_read(
        self, scan: Scan, tmp_path: Path, place: str
    ) -> None:
        (tmp_path / "cut.zip").write_bytes(zipped({"a": b"a"})[:-4])
        given = place if "://" in place else tmp_path / place
        assert scan(given).status == Exit.NOT_WHOLE

    def test_are_2_when_no_bank_holds_anything(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setenv("EVENHAND_DATA", str(tmp_path / "empty"))
        assert run(["migrate"]) is Exit.OK
        assert run(["scan", str(tmp_path)]) is Exit.NOT_WHOLE
        assert "evenhand bank import" in capfd.readouterr().err


class TestForPeople:
    def test_prints_what_was_found_and_what_it_came_to(
        self, data: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
    ) -> None:
        folder = catalogue(tmp_path / "c")
        (folder / "\x1b[2J.jpg").write_bytes(photo(KNOWN))
        report = tmp_path / "report.html"
        capfd.readouterr()
        assert run(["scan", str(folder), "--report", str(report)]) is Exit.FOUND
        said = capfd.readouterr().out
        assert "\x1b" not in said
        assert "mirrored.jpg: known: It looks like one listed: mirrored" in said
        assert "known" in report.read_text(encoding="utf-8")
        assert data.is_dir()


class TestABucket:
    def test_is_listed_fetched_and_passed_over_when_nothing_changed(
        self, scan: Scan, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        objects = {f"uploads/{number}.jpg": photo(OTHER) for number in range(4)}
        objects |= {"uploads/sub/known.jpg": photo(KNOWN), "elsewhere/x.jpg": photo(KNOWN)}
        objects["uploads/old.zip"] = zipped({"known.jpg": photo(KNOWN)})
        with serving(objects) as bucket:
            for name, value in (
                ("AWS_ENDPOINT_URL", bucket.url),
                ("AWS_ALLOW_HTTP", "true"),
                ("AWS_REGION", "eu-test-1"),
                ("AWS_ACCESS_KEY_ID", "key"),
                ("AWS_SECRET_ACCESS_KEY", "secret"),
            ):
                monkeypatch.setenv(name, value)
            opened_store.cache_clear()
            found = scan("s3://pictures/uploads", status=Exit.FOUND)
            assert found.summary["files"] == 6
            places = {path for path, answer in found.answers.items() if answer == "found"}
            assert places == {
                "s3://pictures/uploads/sub/known.jpg",
                "s3://pictures/uploads/old.zip!/known.jpg",
            }
            assert len(bucket.fetched) == 6
            objects["uploads/0.jpg"] = photo(TURNED)
            again = scan("s3://pictures/uploads")
            assert (again.summary["looked_at"], again.summary["unchanged"]) == (1, 5)
            assert bucket.fetched[6:] == ["uploads/0.jpg"]
            assert scan("s3://pictures/nothing").status == Exit.NOT_WHOLE
        opened_store.cache_clear()


class TestAnExport:
    def test_is_looked_at_as_if_it_had_been_sent(self, scan: Scan, tmp_path: Path) -> None:
        lines = [
            exported(1, "Please send gift cards."),
            exported(2, "A photograph", photo(KNOWN)),
            exported(3, "Nothing"),
            exported(4, "Nothing", kind="unheard-of"),
            b"{",
        ]
        (tmp_path / "host.jsonl").write_bytes(b"\n".join(lines))
        found = scan(tmp_path / "host.jsonl", status=Exit.FOUND)
        answers = [line["answer"] for line in found.lines]
        assert answers == ["found", "found", "not_found", "failed", "failed"]
        assert found.lines[1]["item"] == {"kind": "post", "id": "p2"}


class TestHandingIn:
    def test_makes_items_and_tasks_once(self, scan: Scan, tmp_path: Path, opened: House) -> None:
        folder = tmp_path / "c"
        folder.mkdir()
        (folder / "known.jpg").write_bytes(photo(KNOWN))
        (folder / "letter.txt").write_text("send gift cards")
        (folder / "fine.jpg").write_bytes(photo(OTHER))
        (folder / "film.bin").write_bytes(b"film" * 100)
        add("known", detection.hash_content(b"film" * 100).sha256, "sha256")
        assert scan(folder, "--submit").summary["handed_in"] == 3
        again = scan(folder, "--submit")
        assert (again.summary["handed_in"], again.summary["not_handed_in"]) == (0, 0)
        fresh = scan(folder, "--submit", "--fresh")
        assert (fresh.summary["handed_in"], fresh.summary["looked_at"]) == (0, 4)
        for name in ("known.jpg", "letter.txt", "film.bin"):
            item_id = opened.ask(intake.item_named, "catalogue_file", f"{folder}/{name}")
            assert item_id is not None
            item = opened.ask(intake.item, people.SYSTEM, item_id)
            assert (item.account, item.version) == (None, 1)
            origin = next(field.value for field in item.fields if field.name == "origin")
            assert origin == f"Found by a scan of {folder}."
            task = opened.ask(queue.open_task, item_id)
            assert task is not None
            said = opened.ask(detection.assessments, people.SYSTEM, item_id)
            assert Answer.FOUND in {one.answer for one in said}
        assert opened.ask(intake.item_named, "catalogue_file", f"{folder}/fine.jpg") is None

    def test_sends_the_lines_of_an_export_as_they_are(
        self, scan: Scan, tmp_path: Path, opened: House
    ) -> None:
        (tmp_path / "host.jsonl").write_bytes(exported(1, "send gift cards") + b"\n")
        assert scan(tmp_path / "host.jsonl", "--submit").summary["handed_in"] == 1
        item_id = opened.ask(intake.item_named, "post", "p1")
        assert item_id is not None
        assert opened.ask(queue.open_task, item_id) is not None

    def test_names_the_account_that_files_belong_to(
        self, scan: Scan, tmp_path: Path, opened: House
    ) -> None:
        (tmp_path / "known.jpg").write_bytes(photo(KNOWN))
        scan(tmp_path / "known.jpg", "--submit", "--account", "ann")
        item_id = opened.ask(intake.item_named, "catalogue_file", str(tmp_path / "known.jpg"))
        assert item_id is not None
        item = opened.ask(intake.item, people.SYSTEM, item_id)
        assert item.account is not None
        assert item.account.external_id == "ann"
