"""A small catalogue for sweeps: photographs, texts, archives, and what a hostile tree holds."""

from __future__ import annotations

import hashlib
import io
import json
import os
import socket
import tarfile
import time
import zipfile
from base64 import b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from PIL import Image, ImageOps

from evenhand.banks import Snapshot
from evenhand.detection import Answer
from evenhand.sweep import Found, Job, Outcome, Partition, Sort
from evenhand.sweep.model import Ended, Entry, Inline, Listed, Noted, Unopened
from evenhand.sweep.ports import Result, Unchanged, Work

PHOTOS: Final = Path(__file__).parents[1] / "src" / "evenhand" / "demo" / "community" / "photos"
KNOWN, TURNED, OTHER = "raccoon", "rocket-night", "tabby-cat"


@cache
def photo(name: str = KNOWN, *, side: int = 400, mirrored: bool = False) -> bytes:
    """Give one of the demo's photographs, made small, perhaps mirrored."""
    picture = Image.open(PHOTOS / f"{name}.jpg").convert("RGB")
    picture.thumbnail((side, side))
    out = io.BytesIO()
    (ImageOps.mirror(picture) if mirrored else picture).save(out, "JPEG", quality=90)
    return out.getvalue()


def zipped(files: Mapping[str, bytes], **options: Any) -> bytes:
    """Pack files into a ZIP archive."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, **options) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def tarred(files: Mapping[str, bytes], mode: str = "w") -> bytes:
    """Pack files into a tar archive, perhaps compressed."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode) as archive:  # type: ignore[call-overload]  # a mode of several
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return out.getvalue()


def exported(number: int, text: str, picture: bytes | None = None, kind: str = "post") -> bytes:
    """Write an item as a line of a host's export."""
    fields: dict[str, Any] = {"text": text}
    if picture is not None:
        fields["photo"] = {"data": b64encode(picture).decode(), "media_type": "image/jpeg"}
    account = {"id": f"a{number}", "name": "Ann"}
    raw = {"kind": kind, "id": f"p{number}", "account": account, "fields": fields}
    return json.dumps(raw).encode()


def hostile(folder: Path) -> dict[bytes, Answer]:
    """Fill a folder with traps around one photograph; return what must be said of each."""
    root = os.fsencode(folder)
    (folder / "a").mkdir(parents=True)
    (folder / "a" / "fine.jpg").write_bytes(photo(OTHER))
    (folder / "up").symlink_to("..")
    (folder / "a" / "round").symlink_to(folder / "a", target_is_directory=True)
    (folder / "a" / "passwords.txt").symlink_to("/etc/passwd")
    (folder / "nowhere").symlink_to("nowhere")
    os.mkfifo(folder / "pipe.jpg")
    with socket.socket(socket.AF_UNIX) as listening:
        here = Path.cwd()
        os.chdir(folder)  # the name of a socket may not be long
        listening.bind("socket")
        os.chdir(here)
    with open(root + b"/\xff\xfe \x1b[31m\n.jpg", "wb") as file:  # noqa: PTH123 - its name is bytes
        file.write(photo(OTHER))
    (folder / "empty.jpg").write_bytes(b"")
    (folder / "cut.jpg").write_bytes(photo()[:2_000])
    (folder / "page.html").write_text("<p>nothing</p>")
    return {
        b"a/fine.jpg": Answer.NOT_FOUND,
        b"up": Answer.SKIPPED,
        b"a/round": Answer.SKIPPED,
        b"a/passwords.txt": Answer.SKIPPED,
        b"nowhere": Answer.SKIPPED,
        b"pipe.jpg": Answer.SKIPPED,
        b"socket": Answer.SKIPPED,
        b"\xff\xfe \x1b[31m\n.jpg": Answer.NOT_FOUND,
        b"empty.jpg": Answer.FAILED,
        b"cut.jpg": Answer.FAILED,
        b"page.html": Answer.SKIPPED,
    }


@dataclass
class Listing:
    """A source that lists what it was given: names with stamps, in the open or in one archive."""

    files: dict[bytes, str]
    noted: tuple[Noted, ...] = ()
    archive: bytes = b""
    place: str = "test"
    label: bytes = b"photos/"

    def entries(self, unchanged: Unchanged) -> Iterator[Entry]:
        """List them."""
        stamp = "/".join(self.files.values())
        if self.archive and unchanged(self.archive, stamp):
            yield Unopened(self.archive)
            return
        for name, each in self.files.items():
            inner = stamp if self.archive else each
            yield Listed(name, 1, inner, Inline(name), container=self.archive)
        yield from self.noted
        if self.archive:
            yield Ended(self.archive, stamp)

    def count(self, _stop: object) -> int | None:
        """Count them."""
        return len(self.files)


class Here:
    """An engine that does each partition at once, in this process, and counts files."""

    name = "here"
    workers = 1

    def __init__(self, work: Work) -> None:
        self._work = work
        self.files: list[Listed] = []

    def run(
        self, job: Job, partitions: Iterator[Partition]
    ) -> Iterator[tuple[Partition, list[Result]]]:
        """Give partitions back as they come."""
        for partition in partitions:
            self.files += partition.files
            yield partition, self._work(job, partition)

    def close(self) -> None:
        """Have nothing to let go of."""


def no_banks(_folder: str) -> Snapshot:
    """Open banks that hold nothing."""
    return Snapshot()


def job(folder: str = "") -> Job:
    """Give a job that compares with nothing."""
    return Job(folder, no_banks, ("sha256",))


def by_name(_job: Job, partition: Partition) -> list[Result]:
    """Find something in files whose name says so; fail at those whose name says that."""
    outcomes: list[Result] = []
    for file in partition.files:
        answer = Answer.NOT_FOUND
        if b"found" in file.name:
            answer = Answer.FOUND
        elif b"failed" in file.name:
            answer = Answer.FAILED
        digests = {"sha256": hashlib.sha256(file.name).hexdigest()}
        found = (Found("known_images", "1", "It is listed.", "known", entry_id="e", distance=3),)
        outcomes.append(
            Outcome(
                file.name,
                file.nth,
                Sort.PICTURE,
                answer,
                "It broke." if answer is Answer.FAILED else None,
                looked="",
                digests=digests,
                found=found if answer is Answer.FOUND else (),
            )
        )
    return outcomes


def dying(job: Job, partition: Partition) -> list[Result]:
    """Look by name, but die at a file whose name asks for it, and hang or break at others."""
    for file in partition.files:
        if b"kill" in file.name:
            os._exit(9)
        if b"hang" in file.name:
            while True:
                pass
        if b"break" in file.name:
            raise ValueError("it broke")
    return by_name(job, partition)


def signing(job: Job, partition: Partition) -> list[Result]:
    """Look by name, and leave the number of this process in the folder that the job names."""
    Path(job.banks, str(os.getpid())).touch()
    time.sleep(0.01)
    return by_name(job, partition)
